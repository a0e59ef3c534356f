/**
 * Curves, thinned to what can be seen.
 *
 * @module
 */

import type { CurvePoints, Range } from "./pyramid.ts";

/** What is seen of a horizontal axis. */
export interface View extends Range {
  /** How many places can be told apart: pixels. */
  readonly nPlaces: number;
  /** Whether it is logarithmic. */
  readonly isLog: boolean;
}

/**
 * Thins a curve: at each place that can be told from others the lowest, the highest
 * and the first value that is not finite remain; and the neighbours of the view, so
 * that lines lead out of it.
 *
 * @param points The points, in order.
 * @param view What is seen.
 * @returns What remains, in order.
 */
export function thinCurve({ x, y }: CurvePoints, view: View): CurvePoints {
  const { from, to, nPlaces, isLog } = view;
  const isScaled = isLog && from > 0;
  const begin = isScaled ? Math.log(from) : from;
  const scale = nPlaces / ((isScaled ? Math.log(to) : to) - begin || 1);
  const thinned: CurvePoints = { x: [], y: [] };
  const keep = (i: number) => {
    thinned.x.push(x[i]!);
    thinned.y.push(y[i]!);
  };
  let place = NaN, low = -1, high = -1, gap = -1;
  const flush = () => {
    if (low >= 0 && gap < 0) {
      keep(Math.min(low, high));
      if (low !== high) keep(Math.max(low, high));
    } else if (gap >= 0) {
      const kept = new Set([low, high, gap].filter((i) => i >= 0));
      [...kept].sort((a, b) => a - b).forEach(keep);
    }
    low = high = gap = -1;
  };
  for (let i = 0; i < x.length; i++) {
    const at = x[i]!, value = y[i]!;
    if (at < from) {
      if (i + 1 < x.length && x[i + 1]! >= from) keep(i);
      continue;
    }
    if (at > to) {
      flush();
      keep(i);
      return thinned;
    }
    const current = Math.floor(
      ((isScaled ? Math.log(at) : at) - begin) * scale,
    );
    if (current !== place) {
      flush();
      place = current;
    }
    if (!Number.isFinite(value)) {
      if (gap < 0) gap = i;
    } else {
      if (low < 0 || value < y[low]!) low = i;
      if (high < 0 || value > y[high]!) high = i;
    }
  }
  flush();
  // The end of the curve, whatever else is at its place.
  const last = x.length - 1;
  if (last >= 0 && thinned.x.at(-1) !== x[last]) keep(last);
  return thinned;
}
