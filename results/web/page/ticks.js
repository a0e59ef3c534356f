/**
 * Ticks of axes, and numbers on them.
 *
 * @module
 */

/** Decades from which on only powers of ten are marked. */
const MANY_DECADES = 2.5;

/** Numbers from here on, or below its inverse, are written with an exponent. */
const LARGE = 1e6;
const SMALL = 1e-4;
/** Numbers from here on have separators. */
const MANY_DIGITS = 1e4;

/**
 * Places of ticks: 1, 2 or 5 times a power of ten apart.
 *
 * @param {number} low The lower end of the axis.
 * @param {number} high The upper end.
 * @param {number} n About how many ticks there are to be.
 * @returns {number[]} The ticks within the ends.
 */
export function linearTicks(low, high, n) {
  const raw = (high - low) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((k) => k * power >= raw) ?? 10);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * Places of ticks on a logarithmic axis: powers of ten; where there are few, 1,
 * 2 and 5 times them; within one decade, even steps.
 *
 * @param {number} low The lower end of the axis, above 0.
 * @param {number} high The upper end.
 * @param {number} n About how many ticks there are to be.
 * @returns {number[]} The ticks within the ends.
 */
export function logTicks(low, high, n) {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  if (to - from < 1) return linearTicks(low, high, n);
  const factors = to - from < MANY_DECADES ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, n)));
  const ticks = [];
  for (let k = Math.floor(from); k <= to; k++) {
    if (k % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** k).toPrecision(12));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * Writes the numbers of ticks, with as many digits as tell them apart.
 *
 * @param {readonly number[]} ticks The ticks, in order.
 * @returns {string[]} Their texts.
 */
export function formatTicks(ticks) {
  const largest = Math.max(...ticks.map(Math.abs));
  return ticks.map((tick, i) => {
    if (tick === 0) return "0";
    const size = Math.abs(tick);
    const neighbour = ticks[i + 1] ?? ticks[i - 1] ?? tick;
    const step = Math.abs(neighbour - tick) || size;
    if (largest >= LARGE || size < SMALL) {
      const digits = Math.floor(Math.log10(size) + 1e-9) -
        Math.floor(Math.log10(step) + 1e-9);
      return tick.toExponential(Math.min(10, Math.max(0, digits)))
        .replace(/\.?0+e/, "e").replace("e+", "e");
    }
    return groupDigits(Number(tick.toPrecision(12)));
  });
}

/**
 * Writes a value in brief: four significant digits.
 *
 * @param {number | null | undefined} value The value.
 * @returns {string} Its text; a dash where there is none.
 */
export function formatValue(value) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= LARGE || size < SMALL)) {
    return value.toExponential(3).replace("e+", "e").replace("-", "−");
  }
  const rounded = size >= 1000
    ? Number(value.toFixed(Number.isInteger(value) ? 0 : 1))
    : Number(value.toPrecision(4));
  return groupDigits(rounded).replace("-", "−");
}

/**
 * Writes a value with its error, rounded to two digits of the error.
 *
 * @param {number} value The value.
 * @param {number} error Its error.
 * @returns {string} Both.
 */
export function formatWithError(value, error) {
  const size = Math.abs(value);
  if (!(error > 0) || error > size * LARGE || size >= LARGE || size < SMALL) {
    return `${formatValue(value)} ± ${formatValue(error)}`;
  }
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  const text = `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
  return text.replace("-", "−");
}

/** @param {number} value */
function groupDigits(value) {
  return Math.abs(value) >= MANY_DIGITS
    ? value.toLocaleString("en")
    : String(value);
}

const MINUTE = 60;
const HOUR = 3600;

/**
 * Writes a duration: `45 s`, `3:20`, `1:02:00`.
 *
 * @param {number} seconds The duration.
 * @returns {string} Its text.
 */
export function formatDuration(seconds) {
  if (seconds < MINUTE) return `${Number(seconds.toPrecision(3))} s`;
  const whole = Math.round(seconds);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / MINUTE) % MINUTE;
  const rest = two(whole % MINUTE);
  return whole < HOUR
    ? `${minutes}:${rest}`
    : `${Math.floor(whole / HOUR)}:${two(minutes)}:${rest}`;
}
