/**
 * The intervals of what replicates show together.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { fairCoin, normalCritical, tCritical } from "./distributions.ts";
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
  });
  return centralInterval(means, level);
}

/**
 * Finds the interval between two quantiles of drawn values.
 *
 * @param drawn The values.
 * @param level The share of them that lies between its ends, in (0, 1).
 * @returns The ends, with as many values below as above.
 */
export function centralInterval(drawn: Float64Array, level: number): Interval {
  const sorted = drawn.toSorted();
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}

/** The quantile of sorted values, between order statistics in proportion: R's type 7. */
function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!, high = sorted[below + 1] ?? low;
  return low + (place - below) * (high - low);
}

/**
 * Wilson's interval of a proportion (Wilson 1927, J. Am. Statist. Assoc. 22, 209–212),
 * which has a width also where all or none of the observations are successes.
 *
 * @param proportion The share of successes, from 0 to 1.
 * @param n The number of observations.
 * @param level The confidence level, in (0, 1).
 * @returns The ends, from 0 to 1; undefined where it is no proportion.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wilsonInterval } from "./intervals.ts";
 *
 * const [low, high] = wilsonInterval(68 / 68, 68, 0.95)!;
 * assertEquals([low.toFixed(3), high], ["0.947", 1]);
 * ```
 */
export function wilsonInterval(
  proportion: number,
  n: number,
  level: number,
): Interval | undefined {
  if (!(proportion >= 0 && proportion <= 1 && n > 0)) return undefined;
  const z2 = normalCritical(level) ** 2 / n;
  const middle = (proportion + z2 / 2) / (1 + z2);
  const variance = proportion * (1 - proportion);
  const reach = Math.sqrt(z2 * variance + z2 ** 2 / 4) / (1 + z2);
  // Rounding must not move an end beside 0 or 1.
  return [
    proportion === 0 ? 0 : middle - reach,
    proportion === 1 ? 1 : middle + reach,
  ];
}
