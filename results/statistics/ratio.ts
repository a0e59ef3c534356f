/**
 * Ratios of two means, with their error.
 *
 * @module
 */

import type { Interval } from "./intervals.ts";
import { tCritical } from "./distributions.ts";
import { computeMean, findUnit } from "./estimate.ts";

/** Two means, and what the error of their ratio depends on. */
export interface MeanPair {
  /** Both means. */
  readonly means: readonly [over: number, under: number];
  /** The standard errors of both means. */
  readonly errors: readonly [over: number, under: number];
  /** The correlation of the means; 0 where they are independent. */
  readonly correlation: number;
  /** The degrees of freedom of the errors. */
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
 * @returns The means, their errors and correlation.
 */
export function pairMeans(
  over: readonly number[],
  under: readonly number[],
): MeanPair {
  const [a, b] = [computeMean(over), computeMean(under)];
  const n = over.length;
  const products = over.map((x, i) =>
    (x - a.mean) / a.error * ((under[i]! - b.mean) / b.error)
  );
  const sum = products.reduce((sum, product) => sum + product, 0);
  return {
    means: [a.mean, b.mean],
    errors: [a.error, b.error],
    // Where one of them does not vary there is nothing to correlate.
    correlation: a.error > 0 && b.error > 0 ? sum / (n - 1) / n : 0,
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
  { means, errors, correlation, df }: MeanPair,
  level: number,
): Ratio {
  // Each of the two has its own unit, so that no square overflows or vanishes.
  const [over, under] = means.map((mean, side) => {
    const error = errors[side]!;
    const unit = findUnit(Math.max(Math.abs(mean), error));
    return { mean: mean / unit, error: error / unit, unit };
  });
  const [a, b] = [over!.mean, under!.mean];
  const [va, vb] = [over!.error ** 2, under!.error ** 2];
  const covariance = correlation * over!.error * under!.error;
  const unit = over!.unit / under!.unit;
  const ratio = a / b;
  // Rounding may leave a little less than none.
  const variance = Math.max(0, va - 2 * ratio * covariance + ratio ** 2 * vb);
  const mean = unit * ratio;
  const error = unit * Math.sqrt(variance) / Math.abs(b);
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
  const ends = [middle - reach, middle + reach];
  const [low, high] = ends.map((end) => unit * end / square);
  return { mean, error, interval: [low!, high!] };
}
