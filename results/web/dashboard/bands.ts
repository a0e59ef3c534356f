/**
 * The mean of a group's runs with its between-seed error, at each place.
 *
 * @module
 */

import { STEP_FIELDS } from "../../inspect/progress.ts";
import { computeMean } from "../../statistics/estimate.ts";
import { tCritical } from "../../statistics/distributions.ts";
import type { Band } from "./protocol.ts";
import type { CurvePoint, Pyramid } from "./pyramid.ts";

const LEVEL = 0.95;

const reaches = new Map<number, number>();

/** How many standard errors the interval of a mean reaches. */
function reach(df: number): number {
  return reaches.getOrInsertComputed(df, () => tCritical(LEVEL, df));
}

/** What is averaged, over which axis. */
export interface BandOptions {
  /** The number of the group. */
  readonly group: number;
  /** The measure. */
  readonly measure: string;
  /** What is on the horizontal axis. */
  readonly axis: string;
}

/**
 * Computes the band of a group, at places where runs have logged: a run counts from
 * its first value to its last. Over steps, a place counts only if all runs that
 * count have a value right there. Times are never the same in two runs: between two
 * of its values a run then has what lies on the line from one to the other.
 *
 * @param runs What the replicates have logged.
 * @param options What is averaged.
 * @returns The mean ± t interval (95 %); without the interval where one run is.
 */
export function computeBand(
  runs: readonly Pyramid[],
  { group, measure, axis }: BandOptions,
): Band {
  // Buckets of a power of two lines begin at the same lines in all runs.
  const linesPerBucket = Math.max(1, ...runs.map((run) => run.linesPerBucket));
  const samples = runs
    .map((run) => run.listSamples(measure, axis, linesPerBucket))
    .filter((points) => points.length > 0);
  const isExact = STEP_FIELDS.includes(axis) || samples.length === 1;
  const readers = samples.map((points) => makeReader(points, isExact));
  const places = [
    ...new Set(samples.flatMap((points) => points.map(({ at }) => at))),
  ].sort((a, b) => a - b);
  const band = {
    group,
    x: [] as number[],
    mean: [] as (number | null)[],
    low: [] as (number | null)[],
    high: [] as (number | null)[],
    n: [] as number[],
  };
  for (const at of places) {
    const values = readers.flatMap((read) => read(at) ?? []);
    // A run that counts here has logged elsewhere.
    if (values.includes(MISSING)) continue;
    const { mean, error, n } = computeMean(values as number[]);
    const isKnown = Number.isFinite(mean);
    const hasInterval = isKnown && n > 1 && Number.isFinite(error);
    const width = hasInterval ? reach(n - 1) * error : 0;
    band.x.push(at);
    band.mean.push(isKnown ? mean : null);
    band.low.push(hasInterval ? mean - width : null);
    band.high.push(hasInterval ? mean + width : null);
    band.n.push(n);
  }
  return band;
}

/** Is there where a run has no value between two that it has. */
const MISSING = Symbol();

/** Makes what reads the value of a run; the places must be asked in order. */
function makeReader(
  points: readonly CurvePoint[],
  isExact: boolean,
): (at: number) => number | typeof MISSING | undefined {
  let next = 0;
  const first = points[0]!.at, last = points.at(-1)!.at;
  return (at) => {
    if (at < first || at > last) return undefined;
    while (points[next]!.at < at) next++;
    const b = points[next]!;
    if (b.at === at) return b.value;
    if (isExact) return MISSING;
    const a = points[next - 1]!;
    return a.value + (b.value - a.value) * (at - a.at) / (b.at - a.at);
  };
}
