/**
 * Curves over replicates, thinned to what can be seen.
 *
 * @module
 */

import {
  type LoggedPoint,
  readPoints,
  type RunHistories,
  type RunHistory,
} from "./histories.ts";
import { isLogarithmic, type Scale } from "./scale.ts";

/** The width in pixels within which a curve is reduced to its extremes. */
const BUCKET_PIXELS = 2; // About as wide as the line.

/** Of a run whose places are not in order, so many different ones are drawn. */
const MAX_UNORDERED = 100_000;

/** The values at one place of the horizontal axis. */
export interface Place {
  /** The place. */
  readonly at: number;
  /** How many runs have a value there. */
  readonly nRuns: number;
  /** One value of each run; of runs that are averaged, their mean. */
  readonly values: readonly number[];
  /** Their mean. */
  readonly mean: number;
}

/** The fields of a curve, and the parts of its horizontal axis. */
export interface CurveOptions {
  /** The field of the places. */
  readonly x: string;
  /** The field of the values. */
  readonly measure: string;
  /** The number of the part of the axis that a place is in. */
  readonly findBucket: (at: number) => number;
}

/** A curve, and what is missing from it. */
export interface Curve {
  /** The places that are drawn, in order. */
  readonly places: readonly Place[];
  /** What is missing. */
  readonly gaps: readonly string[];
}

/**
 * Divides the horizontal axis into parts, each a few pixels wide.
 *
 * @param histories What the axis covers.
 * @param x The field of the places.
 * @param axis The width of the axis in pixels, and whether it is logarithmic.
 * @returns What gives the number of the part that a place is in.
 */
export function makeBuckets(
  histories: readonly RunHistories[],
  x: string,
  { width, xScale = "linear" }: {
    readonly width: number;
    readonly xScale?: Scale | undefined;
  },
): (at: number) => number {
  const extents = histories.flatMap(({ runs }) => runs)
    .flatMap(({ fields }) => fields.get(x) ?? []);
  const low = Math.min(...extents.map(({ low }) => low));
  const high = Math.max(...extents.map(({ high }) => high));
  const isLog = low > 0 && isLogarithmic([low, high], xScale);
  const position = isLog ? Math.log : (at: number) => at;
  const scale = width / BUCKET_PIXELS / (position(high) - position(low));
  return (at) => Math.floor((position(at) - position(low)) * scale) || 0;
}

/**
 * Draws the mean of runs: its extremes in each part of the axis, and both ends
 * of the curve. The rest could not be seen. It takes one pass and little memory.
 *
 * @param runs The runs.
 * @param options The axes.
 * @returns The places to draw, and what is missing.
 */
export function drawCurve(
  runs: readonly RunHistory[],
  options: CurveOptions,
): Curve {
  const { x, measure, findBucket } = options;
  // Of each kind of gap the first.
  const gaps = new Map<string, string>();
  const onCut = () =>
    gaps.set("unordered", `${x} is not in order: not all of it is drawn`);
  const kept = new Set<Place>();
  let bucket: number | undefined, last: Place | undefined;
  let low: Place | undefined, high: Place | undefined, hole: Place | undefined;
  const keep = (...places: (Place | undefined)[]) =>
    places.forEach((place) => place && kept.add(place));
  const sources = runs.map((run) => readInOrder(run, options, onCut));
  for (const place of mergePlaces(sources, runs)) {
    const { at, nRuns, mean } = place;
    if (findBucket(at) !== bucket) {
      keep(low, high, hole);
      low = high = hole = undefined;
      bucket = findBucket(at);
    }
    if (!last) keep(place);
    last = place;
    if (nRuns < runs.length) {
      gaps.getOrInsert(
        "few",
        `at ${x} ${at} and possibly elsewhere the mean is of ` +
          `${nRuns} of ${runs.length} runs`,
      );
    }
    if (!Number.isFinite(mean)) {
      const where = `${x} ${at} and possibly later`;
      gaps.getOrInsert("hole", `${measure} is not finite at ${where}`);
      hole ??= place;
      continue;
    }
    if (!low || mean < low.mean) low = place;
    if (!high || mean > high.mean) high = place;
  }
  keep(low, high, hole, last);
  return {
    places: [...kept].sort((a, b) => a.at - b.at),
    gaps: last ? [...gaps.values()] : [`no ${measure}`],
  };
}

/** Merges the values of several runs, place by place. */
function* mergePlaces(
  sources: readonly Generator<LoggedPoint>[],
  runs: readonly RunHistory[],
): Generator<Place> {
  const next = sources.map((points) => points.next().value);
  const averaged = Map.groupBy(runs.keys(), (i) => runs[i]!.value ?? i);
  while (true) {
    let at = Infinity;
    for (const point of next) if (point && point.at < at) at = point.at;
    if (at === Infinity) return;
    let nRuns = 0;
    const values: number[] = [];
    for (const same of averaged.values()) {
      let sum = 0, n = 0;
      for (const i of same) {
        const point = next[i];
        if (point?.at !== at) continue;
        sum += point.value;
        n++;
        next[i] = sources[i]!.next().value;
      }
      if (n > 0) values.push(sum / n);
      nRuns += n;
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    yield { at, nRuns, values, mean };
  }
}

/**
 * Reads the points of a run in the order of their places. Of several at one
 * place the last counts: a run has one value there.
 */
function* readInOrder(
  { path, fields }: RunHistory,
  options: CurveOptions,
  onCut: () => void,
): Generator<LoggedPoint, undefined> {
  const points = readPoints(path, options.x, options.measure);
  if (fields.get(options.x)?.isAscending) {
    let last: LoggedPoint | undefined;
    for (const point of points) {
      // The run may have been resumed since its fields were read.
      if (last && point.at < last.at) continue;
      if (last && point.at > last.at) yield last;
      last = point;
    }
    if (last) yield last;
    return;
  }
  const values = new Map<number, number>();
  for (const { at, value } of points) {
    if (values.size === MAX_UNORDERED && !values.has(at)) {
      onCut();
      break;
    }
    values.set(at, value);
  }
  yield* values.entries().map(([at, value]) => ({ at, value })).toArray()
    .sort((a, b) => a.at - b.at);
}
