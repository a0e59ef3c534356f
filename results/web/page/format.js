// @ts-check
/**
 * Numbers, times and names as the page shows them.
 *
 * @module
 */

/** Between these sizes, numbers are written without an exponent. */
const SMALLEST_PLAIN = 1e-4, LARGEST_PLAIN = 1e6;

/**
 * Formats a measured value.
 *
 * @param {number | string | null | undefined} value The value; a text where it is
 * not finite.
 * @returns {string} Four significant digits; empty without a value.
 */
export function formatValue(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || !Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  if (size >= LARGEST_PLAIN || size > 0 && size < SMALLEST_PLAIN) {
    return value.toExponential(2).replace("e+", "e");
  }
  if (Number.isInteger(value)) return String(value);
  return size >= 1000 ? value.toFixed(1) : value.toPrecision(4);
}

/**
 * Formats a value of a configuration.
 *
 * @param {unknown} value The value.
 * @returns {string} The value as its flag would take it; empty without one.
 */
export function formatSetting(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(formatSetting).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Formats a length of time.
 *
 * @param {number | null} seconds The time in seconds.
 * @returns {string} Its two largest units; empty without one.
 */
export function formatDuration(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  const s = Math.max(0, Math.round(seconds));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${pad(s % 60)}s`;
  if (s < 86_400) {
    return `${Math.floor(s / 3600)}h ${pad(Math.floor(s / 60) % 60)}m`;
  }
  return `${Math.floor(s / 86_400)}d ${pad(Math.floor(s / 3600) % 24)}h`;
}

/**
 * Formats a rate.
 *
 * @param {number | null} perSecond Steps per second.
 * @returns {string} Steps per second, or per minute where they are slow; empty
 * without a rate.
 */
export function formatRate(perSecond) {
  if (perSecond === null || !(perSecond > 0)) return "";
  if (perSecond < 1) return `${(60 * perSecond).toPrecision(2)}/min`;
  return perSecond < 10
    ? `${perSecond.toFixed(1)}/s`
    : `${Math.round(perSecond).toLocaleString("en")}/s`;
}

const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/**
 * Formats when something was.
 *
 * @param {string} iso The time: ISO 8601.
 * @returns {string} Day and time on the reader's clock.
 */
export function formatDate(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : DATE.format(time);
}

/**
 * Formats a count with its unit.
 *
 * @param {number} n How many.
 * @param {string} unit The unit of one.
 * @returns {string} Such as `1 run` or `1,000 runs`.
 */
export function formatCount(n, unit) {
  return `${n.toLocaleString("en")} ${unit}${n === 1 ? "" : "s"}`;
}

/**
 * The part of an id that a person tells runs apart by.
 *
 * @param {string} id A run's id: its start, `_`, and eight digits.
 * @returns {string} The eight digits.
 */
export function shortId(id) {
  return id.slice(id.indexOf("_") + 1);
}
