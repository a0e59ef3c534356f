/**
 * The ends of runs that are not completed, in figures of histories.
 *
 * @module
 */

import { BELOW } from "./figure.ts";
import type { HistoryEnd, RunHistory } from "./histories.ts";

/** The end of a run. */
export interface EndMark {
  /** The label of the curve that it is on. */
  readonly label: string;
  /** Where it is on the horizontal axis. */
  readonly at: number;
  /** The mean of the curve there. */
  readonly mean: number;
  /** Why it ends there, in words. */
  readonly end: string;
}

/** How ends are named and drawn, in the order of a legend. */
const ENDS: Record<
  HistoryEnd,
  { readonly name: string; readonly shape: string }
> = {
  died: { name: "run died", shape: "M-1,0L1,0M0,-1L0,1" },
  failed: { name: "run failed", shape: "M-1,-1L1,1M-1,1L1,-1" },
  interrupted: {
    name: "run interrupted",
    shape: "M-0.5,-1L-0.5,1M0.5,-1L0.5,1",
  },
  running: { name: "still running", shape: "M-0.6,-1L0.9,0L-0.6,1" },
};

/**
 * Finds where runs end that are not completed.
 *
 * @param runs The runs of a curve.
 * @param x The field on the horizontal axis.
 * @param points The points of the curve, from left to right.
 * @returns Their ends, on the curve.
 */
export function findEnds(
  runs: readonly RunHistory[],
  x: string,
  points: readonly Omit<EndMark, "end">[],
): EndMark[] {
  return runs.flatMap(({ end, fields }) => {
    const last = fields.get(x)?.high;
    if (end === null || last === undefined) return [];
    const point = points.findLast(({ at, mean }) =>
      at <= last && Number.isFinite(mean)
    );
    if (!point) return [];
    const { label, at, mean } = point;
    return [{ label, at, mean, end: ENDS[end].name }];
  });
}

/**
 * Draws the ends of runs.
 *
 * @param ends The ends.
 * @param stroke How curves are coloured.
 * @returns The layers; none without ends.
 */
export function markEnds(
  ends: readonly EndMark[],
  stroke: object,
): object[] {
  if (ends.length === 0) return [];
  const names = new Set(ends.map(({ end }) => end));
  const drawn = Object.values(ENDS).filter(({ name }) => names.has(name));
  return [{
    data: { values: ends },
    mark: {
      type: "point",
      size: 60,
      strokeWidth: 2,
      opacity: 1,
      filled: false,
    },
    encoding: {
      stroke,
      shape: {
        field: "end",
        type: "nominal",
        title: null,
        scale: {
          domain: drawn.map(({ name }) => name),
          range: drawn.map(({ shape }) => shape),
        },
        legend: { ...BELOW, columns: drawn.length },
      },
    },
  }];
}
