/**
 * What the curves of a measure look like.
 *
 * @module
 */

import type { StoredRun } from "../../database/run_database.ts";
import { LINE_FIELD } from "../../figures/histories.ts";
import { computeBand } from "./bands.ts";
import type { LiveHistories } from "./live_histories.ts";
import type { LiveHistory } from "./live_history.ts";
import type { Band, CurveSet, RunCurve } from "./protocol.ts";
import { AXES, type CurvePoints, type Pyramid, type Range } from "./pyramid.ts";
import type { Selection } from "./selection.ts";
import { thinCurve } from "./thin.ts";

/** Which curves are wanted. */
export interface CurvesQuery {
  /** The measure. */
  readonly measure: string;
  /** What is on the horizontal axis; "" for the first one that there is. */
  readonly x: string;
  /** Whether the bands of groups are wanted too. */
  readonly isByGroup: boolean;
  /** How many places can be told apart on the axis. */
  readonly nPlaces: number;
  /** What is seen of the axis; all of it if left out. */
  readonly range?: Range | undefined;
  /** Whether the axis is logarithmic. */
  readonly isLog: boolean;
}

/** All curves of an answer have no more places than this. */
const MAX_PLACES = 200_000;

/** A curve has at least so many. */
const MIN_PLACES = 50;

/** So many bytes are read again for a closer look, of all runs together. */
const MAX_REREAD = 64 * 2 ** 20;

/** Other requests are answered after so many milliseconds. */
const SLICE_MS = 25;

/** What a run has logged, as far as it is wanted. */
interface Source {
  readonly run: StoredRun;
  readonly pyramid: Pyramid;
}

/**
 * Makes the curves of a measure.
 *
 * @param selection The runs.
 * @param histories Their histories, which are read if they have been asked for.
 * @param query Which curves are wanted.
 * @returns The curves of the runs that are read.
 */
export async function makeCurves(
  selection: Selection,
  histories: LiveHistories,
  query: CurvesQuery,
): Promise<CurveSet> {
  const { measure } = query;
  const read = selection.runs.flatMap((run) => {
    const history = histories.find(run.path);
    return history?.isRead ? [{ run, history }] : [];
  });
  const found = new Set(
    read.flatMap(({ history }) => history.pyramid.listAxes(measure)),
  );
  const xs = [...AXES, LINE_FIELD].filter((axis) => found.has(axis));
  const x = xs.includes(query.x) ? query.x : xs[0] ?? "step";
  const sources = query.range
    ? await lookCloser(read, { ...query, x })
    : read.map(({ run, history: { pyramid } }) => ({ run, pyramid }));
  const turn = makeTurns();
  const own = { ...query, nPlaces: limitPlaces(query.nPlaces, read.length) };
  const curves: RunCurve[] = [];
  const whole = findExtent(sources, measure, x);
  const { from, to } = query.range ?? whole;
  const extent = {
    from: Math.max(from, whole.from),
    to: Math.min(to, whole.to),
  };
  for (const { run, pyramid } of sources) {
    const points = pyramid.listPoints(measure, x);
    if (points.x.length === 0) continue;
    const thinned = thinCurve(points, { ...own, ...extent });
    const group = selection.groupOf.get(run.path) ?? 0;
    curves.push({ id: run.id, group, end: findEnd(run), ...describe(thinned) });
    await turn();
  }
  const bands = query.isByGroup
    ? await makeBands(selection, sources, { measure, x })
    : [];
  return {
    ...{ measure, xs, x, curves, bands },
    groups: selection.groups.map(({ label }) => label),
    nPending: selection.runs.length - read.length,
  };
}

/**
 * Computes the bands of all groups.
 *
 * @param selection The runs.
 * @param sources What those that are read have logged.
 * @param options The measure and the axis.
 * @returns The bands of groups with at least one value.
 */
export async function makeBands(
  { groups }: Selection,
  sources: readonly Source[],
  { measure, x }: Pick<CurvesQuery, "measure" | "x">,
): Promise<Band[]> {
  const byPath = new Map(
    sources.map(({ run, pyramid }) => [run.path, pyramid]),
  );
  const turn = makeTurns();
  const bands: Band[] = [];
  for (const [group, { replicates }] of groups.entries()) {
    const runs = replicates.flatMap(({ path }) => byPath.get(path) ?? []);
    const band = computeBand(runs, { group, measure, axis: x });
    if (band.x.length > 0) bands.push(band);
    await turn();
  }
  return bands;
}

/**
 * Writes points as JSON has them.
 *
 * @param points The points.
 * @returns The places, the values with null where they are not finite, and the
 * first place of each stretch of those.
 */
export function describe(
  { x, y }: CurvePoints,
): Pick<RunCurve, "x" | "y" | "gaps"> {
  const gaps: number[] = [];
  const values: (number | null)[] = y;
  for (let i = 0; i < y.length; i++) {
    if (Number.isFinite(y[i])) continue;
    if (i === 0 || values[i - 1] !== null) gaps.push(x[i]!);
    values[i] = null;
  }
  return { x, y: values, gaps };
}

/**
 * Says how a run ended, if a curve should mark it.
 *
 * @param run The run.
 * @returns The status; null for one that is running or completed.
 */
export function findEnd({ status }: StoredRun): RunCurve["end"] {
  return status === "running" || status === "completed" ? null : status;
}

function limitPlaces(nPlaces: number, nCurves: number): number {
  const most = Math.floor(MAX_PLACES / Math.max(1, nCurves));
  return Math.max(MIN_PLACES, Math.min(nPlaces, most));
}

function findExtent(
  sources: readonly Source[],
  measure: string,
  x: string,
): Range {
  let from = Infinity, to = -Infinity;
  for (const { pyramid } of sources) {
    const extent = pyramid.findExtent(measure, x);
    if (!extent) continue;
    from = Math.min(from, extent.from);
    to = Math.max(to, extent.to);
  }
  return { from, to };
}

/** Reads again what is seen, where what is kept is coarser than can be seen. */
async function lookCloser(
  read: readonly { run: StoredRun; history: LiveHistory }[],
  { measure, x, range, nPlaces }: CurvesQuery,
): Promise<Source[]> {
  const turn = makeTurns();
  const parts = read.map(({ run, history }) => {
    const { pyramid } = history;
    const bytes = pyramid.linesPerBucket === 1
      ? undefined
      : pyramid.findBytes(measure, x, range!);
    const isCoarse = bytes !== undefined && bytes.nBuckets < nPlaces;
    return { run, history, bytes: isCoarse ? bytes : undefined };
  });
  let nBytes = 0;
  for (const { bytes, history } of parts) {
    if (bytes) nBytes += Math.min(bytes.end, history.cursor) - bytes.begin;
  }
  const isTooMuch = nBytes > MAX_REREAD;
  const sources: Source[] = [];
  for (const { run, history, bytes } of parts) {
    const pyramid = bytes && !isTooMuch
      ? history.readPart(bytes.begin, bytes.end, bytes.firstLine)
      : history.pyramid;
    sources.push({ run, pyramid });
    await turn();
  }
  return sources;
}

/** Makes a function to be awaited now and then: it lets others take a turn. */
function makeTurns(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0)
    );
  };
}
