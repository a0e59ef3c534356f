/**
 * Numbers as text, rounded by their errors.
 *
 * @module
 */

const ERROR_DIGITS = 2;
const LONE_DIGITS = 6;
const DOUBLE_DIGITS = 15;
/** Powers of ten of numbers that are written without an exponent. */
const MIN_PLAIN = -4, MAX_PLAIN = 5;

/**
 * Formats a mean and its standard error, rounded by the error: two significant
 * digits of the error, and the mean to the same decimal. Very large and very small
 * numbers share a power of ten. An error that is NaN is not shown.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatMeanError } from "./format_number.ts";
 *
 * assertEquals(formatMeanError(1234.4, 56.78), "1234 ± 57");
 * assertEquals(formatMeanError(3.1e-7, 4.2e-9), "(3.100 ± 0.042)e-7");
 * assertEquals(formatMeanError(0.25, NaN), "0.25");
 * ```
 */
export function formatMeanError(mean: number, error: number): string {
  if (Number.isFinite(mean) && error > 0 && error < Infinity) {
    const { texts, power } = roundBy(error, [mean, error]);
    const both = texts.join(" ± ");
    return power === 0 ? both : `(${both})e${power}`;
  }
  const text = formatNumber(mean);
  return Number.isNaN(error) ? text : `${text} ± ${formatNumber(error)}`;
}

/** Formatted numbers, rounded to the same decimal. */
export interface RoundedNumbers {
  /** The numbers, each divided by a power of ten. */
  readonly texts: readonly string[];
  /** The exponent of that power; 0 for plain numbers. */
  readonly power: number;
}

/**
 * Rounds numbers to the second digit of their common error.
 *
 * @param error The error: finite and above 0.
 * @param values The numbers, all finite; the first is the mean.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { roundBy } from "./format_number.ts";
 *
 * const { texts } = roundBy(0.018, [0.36612, 0.34811, 0.38413]);
 * assertEquals(texts, ["0.366", "0.348", "0.384"]);
 * ```
 */
export function roundBy(
  error: number,
  values: readonly number[],
): RoundedNumbers {
  const [mean = 0] = values;
  const errorPower = findExponent(error, ERROR_DIGITS - 1);
  const meanPower = mean === 0 ? errorPower : findExponent(mean);
  if (meanPower - errorPower > DOUBLE_DIGITS - ERROR_DIGITS) {
    // The error is smaller than the last digit of the mean.
    return {
      texts: values.map((value) =>
        formatNumber(value, value === error ? ERROR_DIGITS : DOUBLE_DIGITS)
      ),
      power: 0,
    };
  }
  const largest = Math.max(meanPower, errorPower);
  const power = largest >= MIN_PLAIN && largest <= MAX_PLAIN ? 0 : largest;
  const decimals = ERROR_DIGITS - 1 - (errorPower - power);
  return {
    texts: values.map((value) => toFixed(shift(value, -power), decimals)),
    power,
  };
}

/**
 * Formats a number that has no error, without trailing zeros: `0.25`, `1e-7`,
 * `NaN`.
 *
 * @param digits The largest number of significant digits.
 */
export function formatNumber(value: number, digits = LONE_DIGITS): string {
  return String(Number(value.toPrecision(digits)));
}

/** The power of ten of a number's first digit, after rounding to decimals. */
function findExponent(value: number, decimals?: number): number {
  return Number(value.toExponential(decimals).split("e")[1]);
}

/** The number nearest to value · 10^power, without the error of a product. */
function shift(value: number, power: number): number {
  const [digits, exponent] = value.toExponential().split("e");
  return Number(`${digits}e${Number(exponent) + power}`);
}

/** Rounds to a number of decimals; negative ones are tens and hundreds. */
function toFixed(value: number, decimals: number): string {
  const rounded = decimals >= 0
    ? value.toFixed(decimals)
    : String(shift(Math.round(shift(value, decimals)), -decimals));
  return Number(rounded) === 0 ? rounded.replace("-", "") : rounded;
}

/** Formats a count with its noun: `1 run`, `3 runs`. */
export function formatCount(
  n: number,
  noun: string,
  plural = `${noun}s`,
): string {
  return `${n} ${n === 1 ? noun : plural}`;
}
