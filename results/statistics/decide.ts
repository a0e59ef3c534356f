/**
 * Verdicts: contrasts of two rows, decided in their family.
 *
 * @module
 */

import {
  type Contrast,
  findInterval,
  isTested,
  type Untested,
} from "./contrast.ts";
import { smallestAnytimeP } from "./anytime.ts";
import { LEVEL, MIN_COUNT } from "./estimate.ts";
import { choose } from "./exact.ts";
import type { Interval } from "./intervals.ts";
import { holm } from "./tests.ts";

/** A contrast in its family. */
export interface Verdict extends Contrast {
  /** The interval of the difference, not adjusted for the family. */
  readonly interval?: Interval;
  /** The p-value adjusted for the family; NaN where p is. */
  readonly pAdjusted: number;
  /** Whether a difference is shown at the level α, adjusted. */
  readonly isResolved: boolean;
  /** The level of this test by its place in the family, if it is two-sided. */
  readonly alpha: number;
  /** How many runs a test needs, if no result of so few can be significant. */
  readonly needs?: number;
  /** Whether runs without a result forbid a verdict in favour of their row. */
  readonly isWithheld?: true;
}

/**
 * Decides a family by Holm; contrasts without p are not of it.
 *
 * @param contrasts The contrasts, or why there is none.
 * @param alpha The chance of a single false verdict in the family.
 * @returns The verdicts, in the same order.
 */
export function decideByHolm(
  contrasts: readonly (Contrast | Untested)[],
  alpha: number,
): (Verdict | Untested)[] {
  const ps = contrasts.map((item) => isTested(item) ? item.p : NaN);
  const adjusted = holm(ps);
  const nTests = ps.filter((p) => !Number.isNaN(p)).length;
  return contrasts.map((item, index) => {
    if (!isTested(item)) return item;
    const nBefore = ps.filter((p) => p < item.p).length;
    return addNeeds({
      ...item,
      pAdjusted: adjusted[index]!,
      alpha: alpha / (nTests - nBefore),
      isResolved: adjusted[index]! <= alpha,
    });
  });
}

/**
 * Decides one of many one-sided tests: is the first row worse?
 *
 * @param contrast How it differs from another.
 * @param isBehind Whether the difference speaks against it.
 * @param family The level of all tests together, and how many there are.
 * @returns The verdict, by Bonferroni.
 */
export function decideOneSided(
  contrast: Contrast,
  isBehind: boolean,
  { alpha, nTests }: { readonly alpha: number; readonly nTests: number },
): Verdict {
  const { test, p, pOneSided } = contrast;
  const worse = isBehind || Number.isNaN(p) ? pOneSided : 1;
  const pAdjusted = Math.min(1, worse * nTests);
  return addNeeds({
    ...contrast,
    pAdjusted,
    alpha: (test === "anytime t" ? 1 : 2) * alpha / nTests,
    isResolved: pAdjusted <= alpha,
  });
}

/** Adds how many runs it takes where so few can never reach the level. */
function addNeeds(verdict: Verdict): Verdict {
  const { smallestP = 0, isResolved, alpha } = verdict;
  return isResolved || smallestP <= alpha
    ? verdict
    : { ...verdict, needs: countNeeded(verdict, alpha) };
}

/** Counts the pairs, or runs on each side, that a test needs. */
function countNeeded({ test, pairs }: Contrast, alpha: number): number {
  const findSmallest = (n: number) =>
    test === "anytime t"
      ? smallestAnytimeP(n)
      : 2 / (pairs > 0 ? 2 ** n : choose(2 * n, n));
  let n = MIN_COUNT;
  while (findSmallest(n) > alpha) n++;
  return n;
}

/**
 * Adds the interval of a verdict.
 *
 * @param verdict The verdict.
 * @param level The confidence level; 0.95 by default.
 * @returns The verdict with its interval, if there is one.
 */
export function withInterval(
  verdict: Verdict | Untested,
  level: number = LEVEL,
): Verdict | Untested {
  const interval = isTested(verdict) && findInterval(verdict, level);
  return interval ? { ...verdict, interval } : verdict;
}
