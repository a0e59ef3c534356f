/**
 * Labels at the ends of lines, in place of a legend; and whether lines are
 * smooth enough for dashes.
 *
 * @module
 */

import type { ValueAxis } from "./axis.ts";
import { measureText } from "./font.ts";

/** A line of a figure. */
export interface DrawnLine {
  /** What it is called. */
  readonly label: string;
  /** Its points, from left to right; gaps are not finite. */
  readonly points: readonly { readonly at: number; readonly mean: number }[];
}

/** The axes of a figure of lines. */
export interface LineAxes {
  /** The horizontal axis. */
  readonly x: ValueAxis;
  /** The vertical axis. */
  readonly y: ValueAxis;
  /** The width of the figure in pixels. */
  readonly width: number;
  /** Its height. */
  readonly height: number;
}

/** The height of a label, and how far it is from the end of its line. */
const LABEL_HEIGHT = 14, DISTANCE = 14;
/** More lines, or longer labels, have a legend. */
const MAX_LABELS = 8, MAX_WIDTH_SHARE = 0.4;
/** Lines that end before this share of the axis have a legend. */
const MIN_END_SHARE = 0.9;

/**
 * Draws a label at the end of each line; where two ends are close, beside them.
 *
 * @param lines The lines.
 * @param axes The axes.
 * @param stroke How lines are coloured.
 * @param text The colour of text.
 * @returns The layers; undefined if the lines need a legend.
 */
export function labelLines(
  lines: readonly DrawnLine[],
  { x, y, width, height }: LineAxes,
  { stroke, text }: { readonly stroke: object; readonly text: string },
): object[] | undefined {
  const ends = lines.flatMap(({ label, points }) => {
    const last = points.findLast(({ mean }) => Number.isFinite(mean));
    return last ? [{ label, last, at: height - y.position(last.mean) }] : [];
  });
  const widest = ends.map(({ label }) => measureText(label))
    .reduce((a, b) => Math.max(a, b), 0);
  const areClose = ends.every(({ last }) =>
    x.position(last.at) >= MIN_END_SHARE * width
  );
  if (
    ends.length > MAX_LABELS || ends.length * LABEL_HEIGHT > height ||
    widest > MAX_WIDTH_SHARE * width || !areClose
  ) return undefined;
  const places = spread(ends.map(({ at }) => at), LABEL_HEIGHT, height);
  const values = ends.map(({ label, last }, i) => ({
    label,
    at: last.at,
    mean: last.mean,
    beside: x.invert(width + DISTANCE),
    level: y.invert(height - places[i]!),
  }));
  const position = (field: string) => ({ field, type: "quantitative" });
  return [
    {
      data: { values },
      mark: { type: "rule", strokeWidth: 1, opacity: 0.6, aria: false },
      encoding: {
        x: position("at"),
        x2: { field: "beside" },
        y: position("mean"),
        y2: { field: "level" },
        stroke,
      },
    },
    {
      data: { values },
      mark: {
        type: "text",
        align: "left",
        baseline: "middle",
        dx: 3,
        fontSize: 11,
        fill: text,
      },
      encoding: {
        x: position("beside"),
        y: position("level"),
        text: { field: "label", type: "nominal" },
      },
    },
  ];
}

/**
 * Moves places apart, as little as their order and both ends allow.
 *
 * @param places The places, in any order.
 * @param distance How far neighbours must be apart at least.
 * @param end The end of the axis, which begins at 0; there is room for all.
 * @returns The new places, in the same order.
 */
export function spread(
  places: readonly number[],
  distance: number,
  end: number,
): number[] {
  const order = [...places.keys()].sort((a, b) => places[a]! - places[b]!);
  /** Neighbours that touch, around the mean of where they want to be. */
  const blocks: { members: number[]; centre: number }[] = [];
  const centreOf = (members: readonly number[]) => {
    const half = distance * (members.length - 1) / 2;
    const mean = members.reduce((sum, i) => sum + places[i]!, 0) /
      members.length;
    return Math.min(Math.max(mean, half), Math.max(half, end - half));
  };
  for (const place of order) {
    let members = [place];
    while (true) {
      const last = blocks.at(-1);
      const room = distance * (members.length + (last?.members.length ?? 0)) /
        2;
      if (!last || centreOf(members) - last.centre >= room) break;
      members = [...last.members, ...members];
      blocks.pop();
    }
    blocks.push({ members, centre: centreOf(members) });
  }
  const spreadOut = [...places];
  for (const { members, centre } of blocks) {
    members.forEach((place, i) => {
      spreadOut[place] = centre + distance * (i - (members.length - 1) / 2);
    });
  }
  return spreadOut;
}

/** A turn by fewer pixels is not seen; one within so few hides a dash. */
const TURN_HEIGHT = 3, TURN_WIDTH = 24;

/**
 * Says whether dashes of a line could be seen: not where it goes up and down
 * within the length of a dash.
 *
 * @param line The line.
 * @param axes The axes.
 * @returns Whether it is smooth.
 */
export function isSmooth({ points }: DrawnLine, { x, y }: LineAxes): boolean {
  let low = Infinity, high = -Infinity, direction = 0, nTurns = 0;
  for (const { mean } of points) {
    const at = y.position(mean);
    if (!Number.isFinite(at)) continue;
    low = Math.min(low, at);
    high = Math.max(high, at);
    const turned = at - low > TURN_HEIGHT && direction <= 0
      ? 1
      : high - at > TURN_HEIGHT && direction >= 0
      ? -1
      : 0;
    if (turned === 0) continue;
    if (direction !== 0) nTurns++;
    direction = turned;
    low = high = at;
  }
  const ends = [points[0], points.at(-1)].map((point) =>
    point ? x.position(point.at) : 0
  );
  return nTurns * TURN_WIDTH <= Math.abs(ends[1]! - ends[0]!);
}
