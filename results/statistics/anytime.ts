/**
 * Tests that hold however often one looks: seeds may be added until a verdict
 * appears.
 *
 * @module
 */

import { describePairs, type MeanTest } from "./tests.ts";

/**
 * Tests whether two means are the same, by an e-value: the likelihood ratio of
 * Student's t with a normal prior on the standardised difference (scale 1; Lai
 * 1976, Ann. Statist. 4, 265–280; Gönen et al. 2005, Am. Stat. 59, 252–257;
 * Wang & Ramdas 2023, arXiv 2310.03722). If the means are the same, the chance that 1/E is ever at most p, after however
 * many pairs, is at most p (Ville's inequality).
 *
 * @param first The values of the first sample.
 * @param second Those of the second, in the same order: pairs, or independent
 * runs in the order in which they were started.
 * @returns The test, with p = 1/E; that in one direction is the same.
 */
export function anytimeT(
  first: readonly number[],
  second: readonly number[],
): MeanTest {
  const { difference, error, n } = describePairs(first, second);
  const p = error > 0 ? anytimeP(difference / error, n) : NaN;
  const df = n - 1;
  const smallestP = smallestAnytimeP(n);
  const test = "anytime t" as const;
  return { test, difference, error, df, p, pOneSided: p, smallestP };
}

/**
 * The smallest p-value that so many pairs can reach, however far apart.
 *
 * @param n The number of pairs.
 * @returns The limit of 1/E for an infinite t.
 */
export function smallestAnytimeP(n: number): number {
  return (1 + n) ** ((1 - n) / 2);
}

/** E = (1 + n)^(−1/2) · [(1 + t²/ν) / (1 + t²/(ν(1 + n)))]^(n/2), ν = n − 1. */
function anytimeP(t: number, n: number): number {
  const x = t / Math.sqrt(n - 1);
  const log = n * (Math.log(Math.hypot(1, x)) -
        Math.log(Math.hypot(1, x / Math.sqrt(1 + n)))) -
    Math.log1p(n) / 2;
  return Math.min(1, Math.exp(-log));
}

/**
 * How many standard errors a confidence sequence reaches to either side: all
 * intervals, of all numbers of pairs, hold the true difference together.
 *
 * @param level The confidence level, in (0, 1).
 * @param n The number of pairs.
 * @returns Where 1/E is 1 − level; infinite for so few pairs that it never is.
 */
export function anytimeReach(level: number, n: number): number {
  const bound = (Math.sqrt(1 + n) / (1 - level)) ** (2 / n);
  return bound < 1 + n
    ? Math.sqrt((n - 1) * (bound - 1) / (1 - bound / (1 + n)))
    : Infinity;
}
