/**
 * Figures of ranks over datasets.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import type { Column, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { ALPHA } from "../statistics/estimate.ts";
import { type Figure, type FigureOptions, makeSpec } from "./figure.ts";
import { COLORS } from "./style.ts";

const WIDTH = 420;
const ROW_HEIGHT = 26;

/**
 * Draws the average ranks of rows with half the critical difference to either side:
 * where two bars do not overlap, the rows differ significantly (Nemenyi).
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
    throw new RangeError(
      `Cannot rank ${heading}: ${
        ranks?.reason ?? "it is not known which way is better"
      }`,
    );
  }
  const { criticalDifference: difference, nValues } = ranks;
  const points = rows.map(({ label }, i) => ({
    row: label,
    rank: ranks.ranks[i]!,
    low: ranks.ranks[i]! - difference / 2,
    high: ranks.ranks[i]! + difference / 2,
    tooltip: `${label}\naverage rank: ${formatNumber(ranks.ranks[i]!, 3)}`,
  })).sort((a, b) => a.rank - b.rank);
  const x = {
    type: "quantitative",
    title: `average rank of ${heading}`,
    scale: { zero: false },
  };
  const { width = WIDTH, height = { step: ROW_HEIGHT } } = options;
  const subtitle = [
    `ranks over ${nValues} values of ${singleLine(across!)}`,
    `bars that do not overlap differ significantly (Nemenyi, α = ${
      alpha ?? ALPHA
    })`,
  ];
  const [color] = COLORS;
  return {
    omitted: [],
    spec: makeSpec(options, subtitle, {
      width,
      height,
      data: { values: points },
      encoding: {
        y: { field: "row", type: "nominal", sort: null, title: null },
        x: { ...x, field: "rank" },
      },
      layer: [
        {
          mark: { type: "rule", color, strokeWidth: 1.5, aria: false },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" } },
        },
        {
          mark: { type: "point", color, filled: true, size: 55, opacity: 1 },
          encoding: { description: { field: "tooltip" } },
        },
      ],
    }),
  };
}
