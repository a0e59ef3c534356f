/**
 * The ticks of axes, and labels that say exactly where they are.
 *
 * @module
 */

/** A tick of an axis. */
export interface Tick {
  /** Where it is. */
  readonly value: number;
  /** What stands beside it: the value itself, in all its digits. */
  readonly label: string;
}

/** Steps of linear axes, and the decimals that each adds to its power of ten. */
const LINEAR_STEPS = [1, 2, 5];

/** The ticks within a decade, from many to few. */
const MANTISSAS = [[1, 2, 5], [1, 3], [1]];

/** A logarithmic axis with fewer ticks than this has those of a linear one. */
const MIN_LOG_TICKS = 3;

/** Between these powers of ten numbers are written out. */
const PLAIN = { from: -4, to: 5 };

/**
 * Chooses round values for the ticks of a linear axis.
 *
 * @param domain The ends of the axis, from low to high.
 * @param max The most ticks there may be; at least 2.
 * @returns The ticks within the ends. All have as many decimals as their step.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseTicks } from "./ticks.ts";
 *
 * const labels = chooseTicks([0.978, 1.003], 4).map(({ label }) => label);
 * assertEquals(labels, ["0.98", "0.99", "1.00"]);
 * ```
 */
export function chooseTicks(
  [low, high]: readonly [number, number],
  max: number,
): Tick[] {
  if (!(high > low)) return [{ value: low, label: formatTick(low) }];
  const first = Math.floor(Math.log10((high - low) / max));
  for (let power = first;; power++) {
    for (const mantissa of LINEAR_STEPS) {
      // Multiples of a power of ten, not of its inverse, are exact.
      const scale = (n: number) => Number(`${n * mantissa}e${power}`);
      const from = Math.ceil(low / scale(1)), to = Math.floor(high / scale(1));
      if (to - from + 1 > max) continue;
      const values = Array.from(
        { length: to - from + 1 },
        (_, i) => scale(from + i),
      );
      return values.map((value) => ({
        value: value || 0,
        label: formatStep(value || 0, power, values),
      }));
    }
  }
}

/**
 * Chooses round values for the ticks of a logarithmic axis: a few in each
 * decade, or some decades; within less than a decade, those of a linear axis.
 *
 * @param domain The ends of the axis, from low to high; both above 0.
 * @param max The most ticks there may be; at least 2.
 * @returns The ticks within the ends.
 */
export function chooseLogTicks(
  domain: readonly [number, number],
  max: number,
): Tick[] {
  const [low, high] = domain;
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
  const isPlain = from >= PLAIN.from && to <= PLAIN.to;
  const listTicks = (mantissas: readonly number[], every: number): Tick[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i)
      .filter((power) => power % every === 0)
      .flatMap((power) =>
        mantissas.map((mantissa) => ({
          value: Number(`${mantissa}e${power}`),
          label: isPlain
            ? formatPlain(mantissa, power)
            : formatPower(mantissa === 1 ? "" : `${mantissa}`, power),
        }))
      )
      .filter(({ value }) => value >= low && value <= high);
  for (const mantissas of MANTISSAS) {
    const ticks = listTicks(mantissas, 1);
    if (ticks.length < MIN_LOG_TICKS && mantissas === MANTISSAS[0]) {
      return chooseTicks(domain, max);
    }
    if (ticks.length <= max) return ticks;
  }
  for (let every = 2;; every++) {
    const ticks = listTicks([1], every);
    if (ticks.length <= max) return ticks;
  }
}

/**
 * Labels a tick that is at a value of the data.
 *
 * @param value The value.
 * @returns All of its digits: as they are, or with a power of ten.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatTick } from "./ticks.ts";
 *
 * assertEquals(formatTick(0.05), "0.05");
 * assertEquals(formatTick(-20000), "−20,000");
 * assertEquals(formatTick(2.5e-7), "2.5×10⁻⁷");
 * ```
 */
export function formatTick(value: number): string {
  const [digits, power] = value.toExponential().split("e");
  if (value === 0 || isWrittenOut(Number(power))) {
    return groupDigits(String(value));
  }
  return formatPower(digits === "1" ? "" : digits!, Number(power));
}

function isWrittenOut(power: number): boolean {
  return power >= PLAIN.from && power <= PLAIN.to;
}

/** Formats a tick with the decimals of its step, as its neighbours are. */
function formatStep(
  value: number,
  power: number,
  values: readonly number[],
): string {
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const exponent = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  if (isWrittenOut(exponent) && power >= 2 * PLAIN.from) {
    return groupDigits(value.toFixed(Math.max(0, -power)));
  }
  if (value === 0) return "0";
  const mantissa = value / Number(`1e${exponent}`);
  return formatPower(mantissa.toFixed(Math.max(0, exponent - power)), exponent);
}

function formatPlain(mantissa: number, power: number): string {
  const value = Number(`${mantissa}e${power}`);
  return groupDigits(value.toFixed(Math.max(0, -power)));
}

function formatPower(mantissa: string, power: number): string {
  const exponent = Array.from(
    String(power),
    (digit) => digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)],
  ).join("");
  const factor = mantissa === "" ? "" : `${mantissa.replace("-", "−")}×`;
  return `${factor}10${exponent}`;
}

/** Groups the digits of numbers from 10,000 on, and writes a true minus. */
function groupDigits(text: string): string {
  const [whole, decimals] = text.split(".") as [string, string?];
  const grouped = whole.replace("-", "").length > 4
    ? whole.replaceAll(/\B(?=(\d{3})+$)/g, ",")
    : whole;
  const sign = grouped.replace("-", "−");
  return decimals === undefined ? sign : `${sign}.${decimals}`;
}
