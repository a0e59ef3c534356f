/**
 * Friedman's test (1937, J. Am. Stat. Assoc. 32, 675–701): whether rows that are
 * ranked in several datasets are alike.
 *
 * @module
 */

import { fUpper } from "./distributions.ts";
import { choose } from "./exact.ts";

/** A test of the hypothesis that all rows are alike. */
export interface FriedmanTest {
  /** Friedman's χ², with the correction for ties. */
  readonly square: number;
  /** The F of Iman & Davenport (1980); infinite if all datasets rank alike. */
  readonly f: number;
  /** The degrees of freedom of F. */
  readonly df: readonly [number, number];
  /** The p-value. */
  readonly p: number;
  /** Whether p is exact: by all permutations, else by the distribution of F. */
  readonly isExact: boolean;
}

/** Sums of ranks that are computed at most for an exact test: tenths of a second. */
const MAX_SUMS = 300_000;

/**
 * Tests whether rows are alike. If they are, each dataset ranks them in any order
 * with the same probability: p is the share of all combinations of orders whose χ²
 * is at least as large. With too many of them, p is that of Iman and Davenport's F,
 * but no less than the share of the combinations that are the same but for the
 * names of the rows.
 *
 * @param datasets The ranks of all rows in each dataset; ties share their mean rank.
 * @param maxSums How many sums of ranks may be computed for an exact test.
 * @returns The test; its numbers are NaN if all rows are tied in each dataset.
 */
export function testFriedman(
  datasets: readonly (readonly number[])[],
  maxSums: number = MAX_SUMS,
): FriedmanTest {
  const n = datasets.length, k = datasets[0]!.length;
  const middle = (k + 1) / 2;
  const sumSquares = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value ** 2, 0);
  const within = sumSquares(datasets.flat().map((rank) => rank - middle));
  const sums = datasets.reduce(addRanks);
  const between = sumSquares(sums.map((sum) => sum - n * middle));
  const square = (k - 1) * between / within;
  const f = (n - 1) * square / (n * (k - 1) - square);
  const df = [k - 1, (k - 1) * (n - 1)] as const;
  const exact = countPermutations(datasets, maxSums);
  const nOrders = datasets.map(countOrders).sort((a, b) => a - b);
  const least = nOrders.slice(0, -1).reduce((share, ways) => share / ways, 1);
  const p = exact ?? Math.max(least, fUpper(f, df));
  return { square, f, df, p, isExact: exact !== undefined };
}

function addRanks(
  sums: readonly number[],
  ranks: readonly number[],
): number[] {
  return sums.map((sum, row) => sum + ranks[row]!);
}

/**
 * The share of combinations of orders whose rank sums are at least as far apart as
 * those observed. Dataset by dataset, sums that are equal but for the names of the
 * rows are counted together. Undefined if there are too many.
 */
function countPermutations(
  datasets: readonly (readonly number[])[],
  maxSums: number,
): number | undefined {
  // Mean ranks are multiples of one half: twice them is exact.
  const doubled = datasets.map((ranks) => ranks.map((rank) => 2 * rank));
  const [first, ...others] = doubled;
  const spread = (sums: readonly number[]) =>
    sums.reduce((total, sum) => total + sum ** 2, 0);
  const observed = spread(doubled.reduce(addRanks));
  // Sums are the digits of a number, which a map finds faster than an array.
  const base = 2 * first!.length * datasets.length + 1;
  if (base ** first!.length > Number.MAX_SAFE_INTEGER) return undefined;
  let shares = new Map([[writeDigits(sortSums(first!), base), 1]]);
  let nSums = 0;
  for (const ranks of others) {
    const nOrders = countOrders(ranks);
    nSums += shares.size * nOrders;
    if (nSums > maxSums) return undefined;
    const orders = listOrders(sortSums(ranks));
    const next = new Map<number, number>();
    for (const [key, share] of shares) {
      const sums = readDigits(key, base, ranks.length);
      for (const order of orders) {
        const sum = writeDigits(sortSums(addRanks(sums, order)), base);
        next.set(sum, (next.get(sum) ?? 0) + share / nOrders);
      }
    }
    shares = next;
  }
  return shares.entries().reduce(
    (p, [key, share]) =>
      spread(readDigits(key, base, first!.length)) >= observed ? p + share : p,
    0,
  );
}

/** Sorts a few numbers: several times faster than the standard sort. */
function sortSums(values: readonly number[]): number[] {
  const sorted = [...values];
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i]!;
    let place = i;
    for (; place > 0 && sorted[place - 1]! > value; place--) {
      sorted[place] = sorted[place - 1]!;
    }
    sorted[place] = value;
  }
  return sorted;
}

function writeDigits(digits: readonly number[], base: number): number {
  return digits.reduce((number, digit) => number * base + digit, 0);
}

function readDigits(number: number, base: number, length: number): number[] {
  const digits = new Array<number>(length);
  for (let i = length - 1; i >= 0; i--) {
    digits[i] = number % base;
    number = Math.floor(number / base);
  }
  return digits;
}

/** Counts the different orders of ranks, of which some may be tied. */
function countOrders(ranks: readonly number[]): number {
  let nRanks = 0, nOrders = 1;
  for (const { length } of Map.groupBy(ranks, (rank) => rank).values()) {
    nRanks += length;
    nOrders *= choose(nRanks, length);
  }
  return nOrders;
}

/** Lists the different orders of sorted ranks. */
function listOrders(ranks: readonly number[]): number[][] {
  if (ranks.length === 0) return [[]];
  return ranks.flatMap((rank, i) =>
    rank === ranks[i - 1]
      ? []
      : listOrders(ranks.toSpliced(i, 1)).map((rest) => [rank, ...rest])
  );
}
