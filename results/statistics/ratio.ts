/**
 * Ratios of two means, with their error.
 *
 * @module
 */

import type { Interval } from "./intervals.ts";
import { tCritical } from "./distributions.ts";
import { computeMean } from "./estimate.ts";

/** Two means, and what the error of their ratio depends on. */
export interface MeanPair {
  /** Both means. */
  readonly means: readonly [over: number, under: number];
  /** The variances of both means: squares of their standard errors. */
  readonly variances: readonly [over: number, under: number];
  /** The covariance of the means; 0 where they are independent. */
  readonly covariance: number;
  /** The degrees of freedom of the variances. */
  readonly df: number;
}

/** A ratio of two means. */
export interface Ratio {
  /** The ratio of the means. */
  readonly mean: number;
  /** Its standard error by linear propagation. */
  readonly error: number;
  /** Fieller's interval; undefined where it is not bounded. */
  readonly interval?: Interval;
}

/**
 * Computes the means of paired values, and how they vary together.
 *
 * @param over The values of the numerator.
 * @param under Those of the denominator, in the same order; at least 2.
 * @returns Means, variances and covariance of the means.
 */
export function pairMeans(
  over: readonly number[],
  under: readonly number[],
): MeanPair {
  const [a, b] = [computeMean(over), computeMean(under)];
  const n = over.length;
  const products = over.map((x, i) => (x - a.mean) * (under[i]! - b.mean));
  const sum = products.reduce((sum, product) => sum + product, 0);
  return {
    means: [a.mean, b.mean],
    variances: [a.error ** 2, b.error ** 2],
    covariance: sum / (n - 1) / n,
    df: n - 1,
  };
}

/**
 * Estimates the ratio of two means: its error by linear propagation, and its interval by
 * Fieller's theorem (Fieller 1954, J. R. Statist. Soc. B 16, 175–185), which
 * holds for any sizes of the errors.
 *
 * @param pair The means of numerator and denominator.
 * @param level The confidence level in (0, 1); 0 for no interval.
 * @returns The ratio.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { pairMeans, estimateRatio } from "./ratio.ts";
 *
 * const { mean } = estimateRatio(pairMeans([2, 4, 6], [1, 2, 3]), 0.95);
 * assertAlmostEquals(mean, 2);
 * ```
 */
export function estimateRatio(
  { means: [a, b], variances: [va, vb], covariance, df }: MeanPair,
  level: number,
): Ratio {
  const mean = a / b;
  // Rounding may leave a little less than none.
  const variance = Math.max(0, va - 2 * mean * covariance + mean ** 2 * vb);
  const error = Math.sqrt(variance) / Math.abs(b);
  if (!(level > 0) || !(df > 0) || !Number.isFinite(error)) {
    return { mean, error };
  }
  // Where (a − θb)² = t² Var(a − θb), a quadratic equation in θ.
  const t2 = tCritical(level, df) ** 2;
  const square = b ** 2 - t2 * vb;
  const middle = a * b - t2 * covariance;
  const root = middle ** 2 - square * (a ** 2 - t2 * va);
  if (!(square > 0)) return { mean, error };
  const reach = Math.sqrt(Math.max(0, root));
  return {
    mean,
    error,
    interval: [(middle - reach) / square, (middle + reach) / square],
  };
}
