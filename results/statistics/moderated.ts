/**
 * What all pairs of rows of a column say together about the variance of their
 * differences.
 *
 * @module
 */

import { findRoot } from "./find_root.ts";
import { describePairs, type VariancePrior } from "./tests.ts";

/**
 * In tables of fewer rows variances are not moderated: with one row that
 * spreads much more than the others, verdicts would err in more than 5 %.
 */
export const MIN_ROWS_TO_MODERATE = 7;

/** Below this argument the series of the trigamma function is not used. */
const MIN_FOR_SERIES = 10;

/**
 * Estimates to which variance the differences of two rows are drawn, and how
 * strongly: {@linkcode estimateFreedom} with two changes that keep the error
 * rate where variances differ. The variance is an arithmetic mean, the largest
 * of those over all pairs of rows and over the pairs with either row; and it
 * counts no more than that of the pair itself.
 *
 * @param rows The values of each row, in the same order of seeds.
 * @returns For each row its variance and degrees of freedom; of two rows the
 * larger variance counts. Nothing if there are too few rows.
 */
export function findPriors(
  rows: readonly (readonly number[])[],
): VariancePrior[] {
  if (rows.length < MIN_ROWS_TO_MODERATE) return [];
  const all: number[] = [];
  const errors = rows.map((): number[] => []);
  rows.forEach((a, i) => {
    for (let j = i + 1; j < rows.length; j++) {
      const { error } = describePairs(a, rows[j]!);
      if (error > 0) {
        for (const list of [all, errors[i], errors[j]]) list!.push(error);
      }
    }
  });
  if (all.length < MIN_ROWS_TO_MODERATE) return [];
  const n = rows[0]!.length;
  const root = rootMeanSquare(all);
  const df = Math.min(n - 1, estimateFreedom(all, n - 1));
  return errors.map((own) => ({
    deviation: Math.sqrt(n) * Math.max(root, rootMeanSquare(own)),
    df,
  }));
}

/** The root of the mean square; 0 of nothing. */
function rootMeanSquare(values: readonly number[]): number {
  return values.length > 0
    ? Math.hypot(...values) / Math.sqrt(values.length)
    : 0;
}

/**
 * Estimates how strongly many variances are drawn to their mean (Smyth 2004,
 * Stat. Appl. Genet. Mol. Biol. 3, article 3).
 *
 * @param deviations The standard deviations, or errors of as many values.
 * @param df The degrees of freedom of each.
 * @returns How many degrees of freedom their mean is worth; infinite where they
 * differ no more than by chance.
 */
export function estimateFreedom(
  deviations: readonly number[],
  df: number,
): number {
  const logs = deviations.map((deviation) => 2 * Math.log(deviation));
  const addUp = (some: readonly number[]) => some.reduce((a, b) => a + b, 0);
  const mean = addUp(logs) / logs.length;
  const spread = addUp(logs.map((log) => (log - mean) ** 2)) /
    (logs.length - 1);
  const excess = spread - trigamma(df / 2);
  return excess > 0 ? 2 * invertTrigamma(excess) : Infinity;
}

/**
 * Computes the trigamma function, the second derivative of log Γ.
 *
 * @param x Where, above 0.
 * @returns ψ′(x); `trigamma(x)` in R.
 */
export function trigamma(x: number): number {
  let sum = 0;
  for (; x < MIN_FOR_SERIES; x++) sum += 1 / x ** 2;
  // DLMF 5.15.8.
  const y = 1 / x ** 2;
  return sum + 1 / x + y / 2 +
    y / x * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * 5 / 66))));
}

/** Where trigamma, which falls from infinity to 0, has a value. */
function invertTrigamma(value: number): number {
  // 1/x² < ψ′(x) < 1/x² + 1/x
  const low = 1 / Math.sqrt(value);
  return findRoot((x) => value - trigamma(x), low, low + 1 / value);
}
