/**
 * What replicates say together: mean, median or interquartile mean, and the
 * standard error of the mean.
 *
 * @module
 */

import { Meter } from "../../core/utils/meters.ts";

/** Fewer values have no interquartile mean: nothing would be trimmed. */
export const MIN_FOR_IQM = 4;

/** From each end, this share of the values is left out of an IQM. */
const TRIMMED = 0.25;

/**
 * The mean of values, and its standard error.
 *
 * @param values The values, one a run.
 * @returns The mean, s/√n, and n; NaN and infinite values stay in, and show.
 */
export function meanOf(
  values: readonly number[],
): { readonly mean: number; readonly error: number; readonly n: number } {
  const meter = new Meter();
  meter.update({ value: Float64Array.from(values) });
  const { error, n } = meter.result("value");
  // A meter says NaN of all that is not finite; which of them it is, the sum
  // tells.
  const sum = values.reduce((sum, value) => sum + value, 0);
  const mean = Number.isFinite(sum) ? meter.mean("value") : sum / n;
  return { mean, error, n };
}

/**
 * The median of values.
 *
 * @param values The values, at least one.
 * @returns The one in the middle, or the mean of the two there; NaN where one
 * is NaN.
 */
export function medianOf(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * The interquartile mean: that of the values without the lowest and the highest
 * quarter, each rounded down (`scipy.stats.trim_mean(values, 0.25)`; Agarwal
 * et al. 2021, "Deep reinforcement learning at the edge of the statistical
 * precipice").
 *
 * @param values The values, at least 4.
 * @returns Their mean; NaN where one is NaN.
 * @throws {RangeError} If there are fewer.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { iqmOf } from "./estimate.ts";
 *
 * assertEquals(iqmOf([100, 1, 2, 3, -50]), 2);
 * ```
 */
export function iqmOf(values: readonly number[]): number {
  const n = values.length;
  if (n < MIN_FOR_IQM) {
    throw new RangeError(
      `Cannot take the interquartile mean of ${n} values as it needs ` +
        `${MIN_FOR_IQM}`,
    );
  }
  if (values.some(Number.isNaN)) return NaN;
  return trimmedMean(Float64Array.from(values).sort());
}

/**
 * The mean of sorted values without a quarter at either end.
 *
 * @param sorted The values in ascending order.
 * @returns The mean of those between.
 */
export function trimmedMean(sorted: Float64Array): number {
  const cut = Math.floor(TRIMMED * sorted.length);
  let sum = 0;
  for (let i = cut; i < sorted.length - cut; i++) sum += sorted[i]!;
  return sum / (sorted.length - 2 * cut);
}
