/**
 * What replicates show together: mean, median or interquartile mean, and the
 * standard error of the mean; and the conventions of all statistics here. It
 * loads no distributions.
 *
 * @module
 */

/** The chance of a false verdict in a column, by default. */
export const ALPHA = 0.05;

/** The confidence level of intervals, by default. */
export const LEVEL = 0.95;

/** With fewer pairs, or runs on a side, there is no verdict. */
export const MIN_COUNT = 3;

/** The tests: Student's and Welch's t, or exact permutations. */
export const TESTS = ["t", "sign-flip"] as const;

/** What verdicts may share one chance to err: those of a column, or of all. */
export const FAMILIES = ["column", "table"] as const;

/** Which way of a metric is better. */
export type Direction = "lower" | "higher";

/**
 * Says whether a difference is in favour of the first row.
 *
 * @param difference The first minus the second.
 * @param better Which way is better.
 * @returns Whether the first is better.
 */
export function isBetter(difference: number, better: Direction): boolean {
  return better === "lower" ? difference < 0 : difference > 0;
}

/** Why a row is not the best. */
export const OUTDONE = "a row with missing runs has a better mean";

/** Why there is no p where runs do not vary. */
export const SAME_DIFFERENCE = "the same difference in every seed";

/** The ways to summarise several values as one. */
export const AGGREGATES = ["mean", "median", "iqm"] as const;

/** One of {@linkcode AGGREGATES}. */
export type Aggregate = typeof AGGREGATES[number];

/** Fewer values have no interquartile mean: nothing would be trimmed. */
export const MIN_FOR_IQM = 4;

/** The share of the values that an interquartile mean leaves out at each end. */
const TRIMMED = 0.25;

/**
 * Computes the mean of values and its standard error. Everything is divided by
 * a power of two first, which is exact, so that no square overflows.
 *
 * @param values The values, one for each run.
 * @returns The mean, s/√n, n, and the largest absolute value; NaN and infinite
 * values stay in, and show.
 */
export function computeMean(values: readonly number[]): {
  readonly mean: number;
  readonly error: number;
  readonly n: number;
  readonly size: number;
} {
  const n = values.length;
  let size = 0, sum = 0;
  for (const value of values) {
    size = Math.max(size, Math.abs(value));
    sum += value;
  }
  if (!(size > 0 && size < Infinity)) {
    return { mean: sum / n, error: n > 1 ? 0 * sum : NaN, n, size };
  }
  const unit = findUnit(size);
  let mean = 0;
  for (const value of values) mean += value / unit / n;
  // The second pass takes out what rounding left in the first.
  let rest = 0, squares = 0;
  for (const value of values) {
    const deviation = value / unit - mean;
    rest += deviation;
    squares += deviation * deviation;
  }
  const variance = Math.max(0, squares - rest * rest / n) / (n - 1);
  return {
    mean: (mean + rest / n) * unit,
    error: n > 1 ? Math.sqrt(variance / n) * unit : NaN,
    n,
    size,
  };
}

/**
 * Finds a unit in which no square of numbers overflows or vanishes: division by
 * it is exact.
 *
 * @param size The largest absolute value of the numbers.
 * @returns The power of two at or below it; 1 where it is 0 or not finite.
 */
export function findUnit(size: number): number {
  return size > 0 && size < Infinity ? 2 ** Math.floor(Math.log2(size)) : 1;
}

/**
 * Computes the median of values.
 *
 * @param values The values, at least one.
 * @returns The one in the middle, or the mean of the two there; NaN where one
 * is NaN.
 */
export function computeMedian(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * Computes the interquartile mean: that of the values without the lowest and the highest
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
 * import { computeIqm } from "./estimate.ts";
 *
 * assertEquals(computeIqm([100, 1, 2, 3, -50]), 2);
 * ```
 */
export function computeIqm(values: readonly number[]): number {
  const n = values.length;
  if (n < MIN_FOR_IQM) {
    throw new RangeError(
      `Cannot take the interquartile mean of ${n} values as it needs ` +
        `${MIN_FOR_IQM}`,
    );
  }
  if (values.some(Number.isNaN)) return NaN;
  return computeTrimmedMean(Float64Array.from(values).sort());
}

/**
 * Computes the mean of sorted values without a quarter at either end.
 *
 * @param sorted The values in ascending order.
 * @returns The mean of those between.
 */
export function computeTrimmedMean(sorted: Float64Array): number {
  const cut = Math.floor(TRIMMED * sorted.length);
  let sum = 0;
  for (let i = cut; i < sorted.length - cut; i++) sum += sorted[i]!;
  return sum / (sorted.length - 2 * cut);
}
