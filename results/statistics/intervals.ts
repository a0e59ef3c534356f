/**
 * The intervals of what replicates show together.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { fairCoin, tCritical } from "./distributions.ts";
import { computeTrimmedMean } from "./estimate.ts";

/** Both ends of an interval. */
export type Interval = readonly [low: number, high: number];

/** A bootstrap of fewer values covers much less than its level. */
const MIN_FOR_BOOTSTRAP = 10;

const RESAMPLES = 10_000;

/**
 * Student's interval of a mean.
 *
 * @param result The mean, its standard error and the error's degrees of freedom.
 * @param level The confidence level, in (0, 1).
 * @returns The ends; undefined where the error is, or is 0, or has no freedom.
 */
export function tInterval(
  { mean, error, df }: { mean: number; error: number; df: number },
  level: number,
): Interval | undefined {
  if (!Number.isFinite(mean + error) || !(error > 0 && df > 0)) {
    return undefined;
  }
  const reach = tCritical(level, df) * error;
  return [mean - reach, mean + reach];
}

/**
 * The interval of a median between two order statistics, whatever the
 * distribution: the number of values below the median is that of heads of a fair coin
 * (Thompson 1936; the inverse of the sign test).
 *
 * @param values The values.
 * @param level The confidence level that it must reach, in (0, 1).
 * @returns The ends; undefined where even the least and the greatest value are
 * too near: below 6 values at 95 %.
 */
export function medianInterval(
  values: readonly number[],
  level: number,
): Interval | undefined {
  const n = values.length;
  const covers = (rank: number) => 1 - 2 * fairCoin(rank - 1, n) >= level;
  if (values.some(Number.isNaN) || !covers(1)) return undefined;
  let rank = 1;
  while (2 * (rank + 1) <= n && covers(rank + 1)) rank++;
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[rank - 1]!, sorted[n - rank]!];
}

/**
 * The percentile bootstrap interval of an interquartile mean, from 10,000
 * resamples (Efron 1979), the same ones each time.
 *
 * @param values The values.
 * @param level The confidence level, in (0, 1).
 * @returns The ends; undefined below 10 values, where it would cover too little.
 */
export function iqmInterval(
  values: readonly number[],
  level: number,
): Interval | undefined {
  const n = values.length;
  if (n < MIN_FOR_BOOTSTRAP || !values.every(Number.isFinite)) {
    return undefined;
  }
  const random = new RandomStream(0, "bootstrap");
  const sample = new Float64Array(n);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    for (let i = 0; i < n; i++) sample[i] = values[random.integer(n)]!;
    return computeTrimmedMean(sample.sort());
  }).sort();
  return [quantile(means, (1 - level) / 2), quantile(means, (1 + level) / 2)];
}

/** Between order statistics in proportion: R's type 7. */
function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!, high = sorted[below + 1] ?? low;
  return low + (place - below) * (high - low);
}
