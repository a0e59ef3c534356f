/**
 * What differences t tests can detect, and how many seeds that takes.
 *
 * @module
 */

import { chiSquareQuantile, noncentralT, tCritical } from "./distributions.ts";
import { MIN_COUNT } from "./estimate.ts";
import { findRoot } from "./find_root.ts";
import { satterthwaite } from "./tests.ts";

/** What the power depends on: two samples, or the differences of pairs. */
export interface Design {
  /** The standard deviations: one of pairs' differences, or one a sample. */
  readonly deviations: readonly number[];
  /** How many pairs, or values of each sample, there are. */
  readonly counts: readonly number[];
  /** Degrees of freedom that other rows add, where variances are moderated. */
  readonly priorDf?: number;
  /** The level of the test, in (0, 1). */
  readonly alpha: number;
}

/** The power that is aimed at. */
const POWER = 0.8;

/** With this probability a standard deviation is below its limit. */
const CONFIDENCE = 0.8;

/** More seeds than this are not counted. */
const MAX_SEEDS = 10_000;

/** Seeds as there are, and so many times as many. */
const MULTIPLES = [1, 2, 4];

/** The largest difference that is searched for, in standard errors. */
const FARTHEST = 1e6;

/** Found differences in standard errors: the rows of a column share them. */
const found = new Map<string, number>();

/**
 * Computes the power of a two-sided t test: how likely it finds a difference. A
 * test of two samples has one degree of freedom less than the smaller has values
 * (Mickey & Brown 1966, Ann. Math. Statist. 37, 639–643).
 *
 * @param difference The true difference.
 * @param design The samples: pairs where there is one deviation, else
 * two samples.
 * @returns The probability of p ≤ α. `power.t.test(strict = TRUE)` in R.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { computePower } from "./power.ts";
 *
 * // R: power.t.test(5, 1.5, 1, type = "paired", strict = TRUE)$power
 * const design = { deviations: [1], counts: [5], alpha: 0.05 };
 * assertAlmostEquals(computePower(1.5, design), 0.71070267392602693, 1e-9);
 * ```
 */
export function computePower(difference: number, design: Design): number {
  const { error, df } = estimateError(design);
  return createPower(df, design.alpha)(Math.abs(difference) / error);
}

/** The power of a t test as a function of the difference in standard errors. */
function createPower(df: number, alpha: number) {
  const critical = tCritical(1 - alpha, df);
  return (noncentrality: number) =>
    1 - noncentralT(critical, df, noncentrality) +
    noncentralT(-critical, df, noncentrality);
}

function estimateError({ deviations, counts, priorDf = 0 }: Design) {
  const errors = deviations.map((s, index) => s / Math.sqrt(counts[index]!));
  return {
    error: Math.hypot(...errors),
    df: Math.min(...counts) - 1 + priorDf,
  };
}

/**
 * Finds the smallest true difference that samples like these detect with a
 * probability of 80 %.
 *
 * @param design The samples.
 * @returns The difference; `power.t.test(power = 0.8)$delta` in R.
 */
export function findDetectable(design: Design): number {
  const { error, df } = estimateError(design);
  const key = `${df} ${design.alpha}`;
  let noncentrality = found.get(key);
  if (noncentrality === undefined) {
    const power = createPower(df, design.alpha);
    const excess = (x: number) => power(x) - POWER;
    // At the critical value the power is one half.
    let low = tCritical(1 - design.alpha, df), high = low + 1;
    while (excess(high) < 0 && high < FARTHEST) [low, high] = [high, 2 * high];
    noncentrality = findRoot(excess, low, high);
    found.set(key, noncentrality);
  }
  return noncentrality * error;
}

/** What so many seeds detect. */
export interface Reach {
  /** How many pairs, or values of each sample, there are. */
  readonly counts: readonly number[];
  /** The smallest difference that they detect with a probability of 80 %. */
  readonly detectable: number;
}

/**
 * Forecasts what as many seeds could detect, twice as many, and four times as
 * many. The standard deviations are taken at their upper limit, so that the power
 * is reached in 80 % of cases and not in half of them (Browne 1995, Statist.
 * Med. 14, 1933–1940).
 *
 * @param design The samples so far.
 * @returns What can be detected, by the number of seeds.
 */
export function forecast(design: Design): Reach[] {
  const limited = limitDeviations(design);
  return MULTIPLES.map((multiple) => {
    const counts = design.counts.map((n) => multiple * n);
    return { counts, detectable: findDetectable({ ...limited, counts }) };
  });
}

/**
 * Counts the seeds that detect a difference with a probability of 80 %, with the
 * standard deviations at their upper limit, as in {@linkcode forecast}.
 *
 * @param difference The difference that matters.
 * @param design The samples so far.
 * @returns How many pairs, or values of each sample, are needed in all; Infinity
 * if there are more than 10,000.
 */
export function countSeeds(difference: number, design: Design): number {
  const limited = limitDeviations(design);
  const suffices = (n: number) => {
    const counts = design.counts.map(() => n);
    return computePower(difference, { ...limited, counts }) >= POWER;
  };
  if (!suffices(MAX_SEEDS)) return Infinity;
  let low = MIN_COUNT - 1, high = MAX_SEEDS;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Of two samples, the limit is that of the error of their difference. */
function limitDeviations(design: Design): Design {
  const { counts, deviations, priorDf = 0 } = design;
  const [a, b] = deviations.map((s, index) => {
    const n = counts[index]!;
    return { error: s / Math.sqrt(n), n };
  });
  const df = b ? satterthwaite(a!, b) : a!.n - 1 + priorDf;
  const scale = Math.sqrt(df / chiSquareQuantile(1 - CONFIDENCE, df));
  return { ...design, deviations: deviations.map((s) => scale * s) };
}
