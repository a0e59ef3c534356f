/** With values of this span an axis is logarithmic by default. */
const LOG_SPAN = 20;

/** The kinds of axes. */
export const SCALES = ["auto", "linear", "log"] as const;

/** One of {@linkcode SCALES}. */
export type Scale = typeof SCALES[number];

/**
 * Decides whether an axis is logarithmic: if all values are above 0 and the
 * largest is at least 20 times the smallest.
 *
 * @param values The values on the axis.
 * @param scale The scale that the user chose.
 * @returns Whether the axis is logarithmic.
 * @throws {RangeError} If it must be logarithmic and a value is not above 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isLogarithmic } from "./scale.ts";
 *
 * assertEquals(isLogarithmic([0.001, 0.01, 0.1]), true);
 * assertEquals(isLogarithmic([1, 2, 3]), false);
 * assertEquals(isLogarithmic([0, 100]), false);
 * ```
 */
export function isLogarithmic(
  values: readonly number[],
  scale: Scale = "auto",
): boolean {
  // A value without an error bar has no ends.
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (scale === "log" && !(low > 0)) {
    throw new RangeError(
      "Cannot draw a logarithmic axis: all values must be above 0, and the " +
        `smallest is ${low}`,
    );
  }
  return scale === "log" ||
    scale === "auto" && low > 0 && high >= LOG_SPAN * low;
}

/**
 * Decides whether the axis of a key is logarithmic: if its values are spaced
 * more evenly in their ratios than in their differences, as those of a sweep
 * often are.
 *
 * @param values The values of the key; with fewer than three different ones
 * their span decides.
 * @param scale The scale that the user chose.
 * @returns Whether the axis is logarithmic.
 * @throws {RangeError} If it must be logarithmic and a value is not above 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isGeometric } from "./scale.ts";
 *
 * assertEquals(isGeometric([0.05, 0.1, 0.2, 0.4]), true);
 * assertEquals(isGeometric([10, 20, 30, 40]), false);
 * ```
 */
export function isGeometric(
  values: readonly number[],
  scale: Scale = "auto",
): boolean {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (scale !== "auto" || sorted.length < 3 || !(sorted[0]! > 0)) {
    return isLogarithmic(values, scale);
  }
  return measureUnevenness(sorted.map(Math.log)) < measureUnevenness(sorted);
}

/** The largest gap between neighbours over the smallest. */
function measureUnevenness(sorted: readonly number[]): number {
  const gaps = sorted.slice(1).map((value, index) => value - sorted[index]!);
  return Math.max(...gaps) / Math.min(...gaps);
}
