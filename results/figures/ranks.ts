/**
 * Critical-difference diagrams: ranks over datasets (Demšar 2006, J. Mach. Learn. Res.
 * 7, 1–30, figure 1).
 *
 * @module
 */

import type { Column, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { ALPHA } from "../statistics/estimate.ts";
import { type Figure, type FigureOptions, makeSpec, refuse } from "./figure.ts";
import { PRINT } from "./style.ts";

const WIDTH = 420;
/** From the top: the critical difference, the axis, groups, names of rows. */
const DIFFERENCE_AT = 8, AXIS_AT = 40, GROUP_HEIGHT = 9, ROW_HEIGHT = 20;
/** From a line to what stands beside it. */
const GAP = 6;

/** A straight line in ranks and pixels. */
interface Line {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * Draws the average ranks of rows on an axis. A bar joins each group of rows of which
 * no two differ by more than the critical difference, which is drawn above (Nemenyi).
 *
 * @param comparison A comparison across a key.
 * @param column The column whose rows are ranked.
 * @param options The title and the size.
 * @returns The figure.
 * @throws {RangeError} If the rows of the column have no ranks.
 */
export function drawRanks(
  { rows, options: { across, alpha } }: Comparison,
  { heading, ranks }: Column,
  options: FigureOptions = {},
): Figure {
  if (!ranks || "reason" in ranks) {
    return refuse(`ranks of ${heading}`, ranks?.reason);
  }
  const { criticalDifference: difference, nValues } = ranks;
  const ranked = ranks.rows.map((row, place) => ({
    label: rows[row]!.label,
    rank: ranks.ranks[place]!,
  })).sort((a, b) => a.rank - b.rank);
  const n = ranked.length;
  const groups = findGroups(ranked.map(({ rank }) => rank), difference);
  const namesAt = AXIS_AT + (groups.length + 1) * GROUP_HEIGHT + GAP;
  const { width = WIDTH, ink = PRINT } = options;
  const margin = 2 * GAP * (n - 1) / width;
  // The better half stands on the left, each half from the outside to the inside.
  const nLeft = Math.ceil(n / 2);
  const names = ranked.map(({ label, rank }, i) => {
    const isLeft = i < nLeft;
    return {
      row: label,
      rank,
      isLeft,
      edge: isLeft ? 1 - margin : n + margin,
      y: namesAt + (isLeft ? i : n - 1 - i) * ROW_HEIGHT,
      text: `${label}: ${rank.toFixed(2)}`,
    };
  });
  const end = 1 + difference;
  const scale: Line[] = [
    { x: 1, y: DIFFERENCE_AT, x2: end, y2: DIFFERENCE_AT },
    ...[1, end].map((x) => ({
      ...{ x, y: DIFFERENCE_AT - GAP / 2 },
      ...{ x2: x, y2: DIFFERENCE_AT + GAP / 2 },
    })),
  ];
  const leaders = names.flatMap(({ rank, edge, y }): Line[] => [
    { x: rank, y: AXIS_AT, x2: rank, y2: y },
    { x: rank, y, x2: edge, y2: y },
  ]);
  const bars = groups.map(([first, last], i): Line => {
    const y = AXIS_AT + (i + 1) * GROUP_HEIGHT;
    const [x, x2] = [ranked[first]!.rank, ranked[last]!.rank];
    return { x: x - margin / 4, y, x2: x2 + margin / 4, y2: y };
  });
  const { height = namesAt + nLeft * ROW_HEIGHT } = options;
  const subtitle = [
    `average ranks of ${singleLine(heading)} over ${nValues} values of ${
      singleLine(across!)
    }; 1 is the best`,
    "bars join rows that do not differ significantly " +
    `(Nemenyi, α = ${alpha ?? ALPHA})`,
  ];
  return {
    omitted: [],
    spec: makeSpec(options, subtitle, {
      width,
      height,
      data: { values: names },
      encoding: {
        x: {
          field: "x",
          type: "quantitative",
          scale: { domain: [1, n], nice: false, zero: false },
          axis: {
            ...{ orient: "top", offset: -AXIS_AT, grid: false, title: null },
            values: Array.from({ length: n }, (_, i) => i + 1),
            format: "~g",
            labelFlush: false,
          },
        },
        y: {
          field: "y",
          type: "quantitative",
          scale: { domain: [height, 0], nice: false, zero: false },
          axis: null,
        },
      },
      layer: [
        makeLines([...scale, ...leaders], 1, ink.text),
        makeLines(bars, 4, ink.text),
        makeText(
          [{
            x: end,
            y: DIFFERENCE_AT,
            text: `critical difference ${difference.toFixed(2)}`,
          }],
          "left",
          ink.text,
        ),
        ...[true, false].map((side) =>
          makeText(
            names.filter(({ isLeft }) => isLeft === side)
              .map(({ edge, y, text }) => ({ x: edge, y, text })),
            side ? "right" : "left",
            ink.text,
          )
        ),
      ],
    }),
  };
}

/**
 * Finds the largest groups of which no two ranks differ by more than a difference.
 * Ranks are sorted: each group is given by its first and its last place.
 */
function findGroups(
  ranks: readonly number[],
  difference: number,
): (readonly [first: number, last: number])[] {
  const groups = ranks.map((rank, first) => {
    const last = ranks.findLastIndex((other) => other - rank <= difference);
    return [first, last] as const;
  });
  return groups.filter(([first, last], i) =>
    last > first && last !== groups[i - 1]?.[1]
  );
}

function makeLines(
  values: readonly Line[],
  strokeWidth: number,
  color: string,
): object {
  return {
    data: { values },
    mark: { type: "rule", strokeWidth, color, aria: false },
    encoding: { x2: { field: "x2" }, y2: { field: "y2" } },
  };
}

function makeText(
  values: readonly { x: number; y: number; text: string }[],
  align: "left" | "right",
  color: string,
): object {
  const dx = align === "left" ? GAP : -GAP;
  return {
    data: { values },
    mark: { type: "text", align, dx, baseline: "middle", color },
    encoding: { text: { field: "text" } },
  };
}
