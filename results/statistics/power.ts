/**
 * How many more seeds are needed: the power of the t tests.
 *
 * @module
 */

import { noncentralT, tCritical } from "./distributions.ts";
import { satterthwaite } from "./tests.ts";

/** What the power depends on: two samples, or the differences of pairs. */
export interface Design {
  /** The standard deviations: one of pairs' differences, or one a sample. */
  readonly deviations: readonly number[];
  /** How many pairs, or values of each sample, there are. */
  readonly counts: readonly number[];
  /** The level of the test, in (0, 1). */
  readonly alpha: number;
}

/** The power that is aimed at. */
const POWER = 0.8;

/** More further seeds than this are not counted. */
const MAX_SEEDS = 100;

/** The largest difference that is searched for, in standard errors. */
const FARTHEST = 1e6;
const MAX_STEPS = 100;
const TOLERANCE = 1e-13;

/**
 * Computes the power of a two-sided t test: how likely it finds a difference.
 *
 * @param difference The true difference.
 * @param design The samples: pairs where there is one deviation, else Welch's
 * two.
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
  const critical = tCritical(1 - design.alpha, df);
  const noncentrality = Math.abs(difference) / error;
  return 1 - noncentralT(critical, df, noncentrality) +
    noncentralT(-critical, df, noncentrality);
}

function estimateError({ deviations, counts }: Design) {
  const [a, b] = deviations.map((deviation, index) => {
    const n = counts[index]!;
    return { error: deviation / Math.sqrt(n), n };
  });
  if (!b) return { error: a!.error, df: a!.n - 1 };
  return { error: Math.hypot(a!.error, b.error), df: satterthwaite(a!, b) };
}

/**
 * Counts how many more seeds a difference as large as the one seen needs to be
 * detected with a probability of 80 %: more pairs, or as many on either side.
 *
 * @param difference The difference seen.
 * @param design The samples so far.
 * @returns The number of seeds, rounded up to one significant digit, or
 * `">100"` where it is above that.
 */
export function countMoreSeeds(
  difference: number,
  design: Design,
): number | ">100" {
  const suffices = (more: number) =>
    computePower(difference, {
      ...design,
      counts: design.counts.map((n) => n + more),
    }) >= POWER;
  if (difference === 0 || !suffices(MAX_SEEDS)) return ">100";
  let low = 0, high = MAX_SEEDS;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  const unit = 10 ** Math.floor(Math.log10(high));
  return Math.ceil(high / unit) * unit;
}

/**
 * Finds the smallest true difference that samples like these detect with a
 * probability of 80 %.
 *
 * @param design The samples.
 * @returns The difference; `power.t.test(power = 0.8)$delta` in R.
 */
export function findDetectable(design: Design): number {
  const { error } = estimateError(design);
  const lack = (difference: number) => computePower(difference, design) - POWER;
  let high = error;
  while (lack(high) < 0 && high < FARTHEST * error) high *= 2;
  return findRoot(lack, high / 2, high);
}

/**
 * Finds where a rising function crosses 0, by false position with halved ends (the
 * Illinois algorithm: Dowell & Jarratt 1971, BIT 11, 168–174).
 */
function findRoot(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  for (let i = 0; i < MAX_STEPS && fb !== fa; i++) {
    const c = b - fb * (b - a) / (fb - fa);
    const fc = f(c);
    if (fc * fb < 0) [a, fa] = [b, fb];
    else fa /= 2;
    [b, fb] = [c, fc];
    if (
      Math.abs(b - a) <= TOLERANCE * Math.abs(b) || Math.abs(fb) < TOLERANCE
    ) {
      break;
    }
  }
  return b;
}
