/**
 * Exact tests of a difference between two samples: sign flips of pairs, and
 * permutations.
 *
 * @module
 */

import {
  findLargest,
  type MeanTest,
  pairedT,
  subtract,
  unpairedT,
} from "./tests.ts";

/** Sums that differ by less, relative to their terms, differ by rounding. */
const TIE = 1e-12;

/** By how much sums of differences of values differ at most by rounding. */
function findTie(values: readonly number[], sizeOfSums: number): number {
  // Differences of large values carry the rounding of those values.
  const rounding = Number.EPSILON * findLargest(values);
  return TIE * sizeOfSums + 2 * values.length * rounding;
}

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
  const tie = findTie([...first, ...second], total);
  const extreme = isUsable ? countExtreme(sizes, observed - tie) : NaN;
  // Flips of what is 0 change nothing.
  const nZeros = sizes.filter((size) => size <= tie).length;
  return {
    ...pairedT(first, second),
    test: "sign flips",
    p: extreme / 2 ** n,
    // As many flips are as far below 0 as above.
    pOneSided: extreme / 2 ** n / 2,
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
 * every assignment of the values to the two is as likely (Pitman 1937).
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
  const observed = addUp(centred.slice(0, first.length));
  const tie = findTie(values, size);
  const least = Math.abs(observed) - tie;
  let extreme = 0, sameSide = 0, farthest = 0, nFarthest = 0;
  const visit = (index: number, nMissing: number, sum: number): void => {
    if (nMissing > 0) {
      for (let i = index; i <= centred.length - nMissing; i++) {
        visit(i + 1, nMissing - 1, sum + centred[i]!);
      }
      return;
    }
    const distance = Math.abs(sum);
    if (distance >= least) extreme++;
    if (sum * Math.sign(observed) >= least) sameSide++;
    if (distance > farthest + tie) [farthest, nFarthest] = [distance, 1];
    else if (distance >= farthest - tie) nFarthest++;
  };
  const isUsable = Number.isFinite(size);
  if (isUsable) visit(0, first.length, 0);
  return {
    ...unpairedT(first, second),
    test: "permutations",
    p: isUsable ? extreme / ways : NaN,
    pOneSided: isUsable ? sameSide / ways : NaN,
    smallestP: nFarthest / ways,
  };
}

/** The number of ways to choose k of n. */
export function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = ways * (n + 1 - i) / i;
  return Math.round(ways);
}
