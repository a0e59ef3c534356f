/**
 * Tests of a difference between two samples, all two-sided: Student's t for
 * pairs, Welch's t, exact permutations; and Holm's adjustment of their p-values.
 *
 * @module
 */

import { tTwoSided } from "./distributions.ts";
import { computeMean } from "./estimate.ts";

/** A difference of two means, and how likely chance alone makes one as large. */
export interface MeanTest {
  /** Which test it is. */
  readonly test: "paired t" | "Welch t" | "sign flips" | "permutations";
  /** The mean of the first sample minus that of the second. */
  readonly difference: number;
  /** The standard error of the difference. */
  readonly error: number;
  /** The degrees of freedom of the error. */
  readonly df: number;
  /** The p-value; NaN where it is undefined. */
  readonly p: number;
  /** Of an exact test: the smallest p-value that it can reach. */
  readonly smallestP?: number;
}

/**
 * The standard error, relative to the values, that rounding alone leaves of
 * differences that are all the same.
 */
const ROUNDING = 4 * Number.EPSILON;

/** Mean, standard error, how many there are, and the largest of them. */
function describe(values: readonly number[]) {
  const size = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { ...computeMean(values), size };
}

/** An error below rounding counts as 0: there is no variance to test by. */
function testByT(
  test: Pick<MeanTest, "test" | "difference" | "error" | "df">,
  size: number,
): MeanTest {
  const { difference, error, df } = test;
  if (!Number.isFinite(difference)) return { ...test, p: NaN };
  return error > ROUNDING * size
    ? { ...test, p: tTwoSided(difference / error, df) }
    : { ...test, error: 0, p: NaN };
}

/**
 * Student's t test of pairs: are two means the same, where each value of one
 * sample belongs to a value of the other?
 *
 * @param first The values of the first sample.
 * @param second Those of the second, in the same order; at least 2.
 * @returns The test; its p is NaN where the differences have no variance, or
 * one is no number. `t.test(first, second, paired = TRUE)` in R.
 * @throws {RangeError} If the samples differ in length.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { pairedT } from "./tests.ts";
 *
 * const { difference, p } = pairedT([3, 4, 7], [1, 3, 4]);
 * assertAlmostEquals(difference, 2);
 * assertAlmostEquals(p, 0.0741799002274485, 1e-12);
 * ```
 */
export function pairedT(
  first: readonly number[],
  second: readonly number[],
): MeanTest {
  const { mean, error, n } = describe(subtract(first, second));
  const df = n - 1;
  // Differences of large values carry the rounding of those values.
  const size = Math.max(describe(first).size, describe(second).size);
  return testByT({ test: "paired t", difference: mean, error, df }, size);
}

function subtract(
  first: readonly number[],
  second: readonly number[],
): number[] {
  if (first.length !== second.length) {
    throw new RangeError(
      "Cannot pair samples as they must have the same length: they have " +
        `${first.length} and ${second.length}`,
    );
  }
  return first.map((value, index) => value - second[index]!);
}

/**
 * Welch's t test: are two means the same, whatever the variances? The degrees
 * of freedom are Satterthwaite's (Welch 1947, Biometrika 34, 28–35).
 *
 * @param first The values of the first sample; at least 2.
 * @param second Those of the second; at least 2.
 * @returns The test; its p is NaN where neither sample has variance, or a value
 * is no number. `t.test(first, second)` in R.
 */
export function welchT(
  first: readonly number[],
  second: readonly number[],
): MeanTest {
  const [a, b] = [describe(first), describe(second)];
  const error = Math.hypot(a.error, b.error);
  const df = satterthwaite(a, b);
  const difference = a.mean - b.mean;
  const size = Math.max(a.size, b.size);
  return testByT({ test: "Welch t", difference, error, df }, size);
}

/**
 * Satterthwaite's degrees of freedom of a difference of two means.
 *
 * @param a The first mean's standard error and number of values.
 * @param b The second's.
 * @returns The degrees of freedom; NaN where both errors are 0.
 */
export function satterthwaite(
  a: { readonly error: number; readonly n: number },
  b: { readonly error: number; readonly n: number },
): number {
  return (a.error ** 2 + b.error ** 2) ** 2 /
    (a.error ** 4 / (a.n - 1) + b.error ** 4 / (b.n - 1));
}

/** Sums that differ by less, relative to the values, differ by rounding. */
const TIE = 1e-12;

/** The most pairs whose sign flips are counted: about a million of them. */
export const MAX_PAIRS = 20;

/** The most ways to label two samples that are counted. */
export const MAX_LABELLINGS = 2 ** MAX_PAIRS;

/**
 * The exact test of sign flips: if neither sample is better, each difference of
 * a pair is as likely as its opposite (Fisher 1935, The Design of Experiments,
 * § 21). The p-value is the share of all 2ⁿ flips whose mean is as far from 0.
 *
 * @param first The values of the first sample.
 * @param second Those of the second, in the same order; at most 20.
 * @returns The test; its p is NaN where a value is no number.
 * @throws {RangeError} If the samples differ in length, or have more pairs.
 */
export function signFlips(
  first: readonly number[],
  second: readonly number[],
): MeanTest {
  const differences = subtract(first, second);
  const n = differences.length;
  if (n > MAX_PAIRS) {
    throw new RangeError(
      `Cannot count the sign flips of ${n} pairs as at most ${MAX_PAIRS} are ` +
        "counted: use the t test",
    );
  }
  const sizes = differences.map(Math.abs);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isUsable = Number.isFinite(total);
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  const extreme = isUsable ? countExtreme(sizes, observed - TIE * total) : NaN;
  // Flips of what is 0 change nothing.
  const nZeros = sizes.filter((size) => size <= TIE * total).length;
  return {
    ...pairedT(first, second),
    test: "sign flips",
    p: extreme / 2 ** n,
    smallestP: Math.min(1, 2 ** (1 + nZeros) / 2 ** n),
  };
}

/**
 * Counts the flips whose sum is at least so far from 0: the sums of either
 * half of the differences, one half sorted (Horowitz & Sahni 1974), so that
 * 2 · 2^(n/2) sums are computed and not 2ⁿ.
 */
function countExtreme(sizes: readonly number[], least: number): number {
  const half = sizes.length >> 1;
  const [some, others] = [sizes.slice(0, half), sizes.slice(half)].map(
    flipSums,
  );
  others!.sort();
  const nAll = others!.length;
  let count = 0;
  for (const sum of some!) {
    const nAbove = nAll - lowerBound(others!, least - sum);
    count += nAbove;
  }
  // As many are as far below 0 as above; where all count, none counts twice.
  return least <= 0 ? some!.length * nAll : 2 * count;
}

/** The sums of all ways to give numbers signs. */
function flipSums(sizes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** sizes.length);
  sizes.forEach((size, k) => {
    const half = 2 ** k;
    for (let i = 0; i < half; i++) {
      sums[half + i] = sums[i]! - size;
      sums[i]! += size;
    }
  });
  return sums;
}

/** How many of sorted numbers are below a bound. */
function lowerBound(sorted: Float64Array, bound: number): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The exact permutation test: if both samples come from the same distribution,
 * every way to tell which values are of the first is as likely (Pitman 1937).
 * The p-value is the share of them whose means are as far apart.
 *
 * @param first The values of the first sample.
 * @param second Those of the second.
 * @returns The test; its p is NaN where a value is no number.
 * @throws {RangeError} If there are more ways than can be counted.
 */
export function permutations(
  first: readonly number[],
  second: readonly number[],
): MeanTest {
  const values = [...first, ...second];
  const ways = choose(values.length, first.length);
  if (ways > MAX_LABELLINGS) {
    throw new RangeError(
      `Cannot count the labellings of ${first.length} and ${second.length} ` +
        "values as there are more than a million: use the t test",
    );
  }
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  // How far the sum of the first sample is from what it is on average.
  const centred = values.map((value) => value - mean);
  const addUp = (some: readonly number[]) =>
    some.reduce((sum, x) => sum + x, 0);
  const size = addUp(centred.map(Math.abs));
  const least = Math.abs(addUp(centred.slice(0, first.length))) - TIE * size;
  let extreme = 0, farthest = 0, nFarthest = 0;
  const visit = (index: number, nMissing: number, sum: number): void => {
    if (nMissing > 0) {
      for (let i = index; i <= centred.length - nMissing; i++) {
        visit(i + 1, nMissing - 1, sum + centred[i]!);
      }
      return;
    }
    const distance = Math.abs(sum);
    if (distance >= least) extreme++;
    if (distance > farthest + TIE * size) [farthest, nFarthest] = [distance, 1];
    else if (distance >= farthest - TIE * size) nFarthest++;
  };
  const isUsable = Number.isFinite(size);
  if (isUsable) visit(0, first.length, 0);
  return {
    ...welchT(first, second),
    test: "permutations",
    p: isUsable ? extreme / ways : NaN,
    smallestP: nFarthest / ways,
  };
}

/** The number of ways to choose k of n. */
export function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = ways * (n + 1 - i) / i;
  return Math.round(ways);
}

/**
 * Holm's step-down adjustment (Holm 1979, Scand. J. Statist. 6, 65–70): where
 * those p-values are called significant whose adjusted one is at most α, the
 * chance of a single false call is at most α, however they depend on another.
 *
 * @param ps The p-values of a family; those that are NaN are not of it.
 * @returns The adjusted ones, in the same order; NaN stays NaN. `p.adjust(ps)`
 * in R.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { holm } from "./tests.ts";
 *
 * assertEquals(holm([0.01, 0.04, NaN, 0.03]), [0.03, 0.06, NaN, 0.06]);
 * ```
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.keys().filter((index) => !Number.isNaN(ps[index])).toArray()
    .sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = ps.map(() => NaN);
  let largest = 0;
  order.forEach((index, rank) => {
    const scaled = Math.min(1, ps[index]! * (order.length - rank));
    largest = Math.max(largest, scaled);
    adjusted[index] = largest;
  });
  return adjusted;
}
