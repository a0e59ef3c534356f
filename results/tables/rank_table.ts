/**
 * The ranks of rows over the values of a key, as a table for each column.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import type { ColumnRanks, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import type { Estimate } from "../statistics/datasets.ts";
import type { FriedmanTest } from "../statistics/friedman.ts";
import { ALPHA, LEVEL } from "../statistics/estimate.ts";
import { formatP, formatWithInterval, NO_VALUE } from "../statistics/format.ts";
import { makeKeyCells, makeKeyColumns } from "./row_keys.ts";
import { makeColumns, type TextSection } from "./text_table.ts";

/**
 * Words the ranks of each column.
 *
 * @param comparison A comparison across a key.
 * @returns Their tables, with notes.
 */
export function formatRanks(comparison: Comparison): TextSection[] {
  return comparison.columns.flatMap(({ heading, ranks }) =>
    ranks && !("reason" in ranks)
      ? [formatColumn(heading, ranks, comparison)]
      : []
  );
}

/** The bootstrap says nothing where all runs are better. */
function formatChance({ value, interval }: Estimate): string {
  return formatWithInterval(
    value,
    interval[0] < interval[1] ? interval : undefined,
  );
}

/** Names the test by which p was found. */
function formatFriedman(
  { square, f, df, p, isExact }: FriedmanTest,
): string {
  const test = isExact
    ? `Friedman's χ² = ${formatNumber(square, 3)}, exact`
    : Number.isFinite(f)
    ? `F(${df.join(", ")}) = ${formatNumber(f, 3)}, Iman & Davenport`
    : "all values rank the rows alike";
  return `${formatP(p).replace(/^(?!<)/, "= ")} (${test})`;
}

function formatColumn(
  heading: string,
  { rows: places, ranks, nValues, best, pairs, improvements, ...tests }:
    ColumnRanks,
  comparison: Comparison,
): TextSection {
  const { rows, options: { across, alpha = ALPHA } } = comparison;
  const headings = ["average rank", "p (Holm)", "P(best is better)"];
  const { friedman, criticalDifference } = tests;
  const order = [...ranks.keys()].sort((a, b) => ranks[a]! - ranks[b]!);
  const refused = improvements.find((item) => "reason" in item);
  return {
    heading: "Ranks",
    title: singleLine(`${heading}: ranks over ${nValues} values of ${across}`),
    table: {
      columns: [
        ...makeKeyColumns(comparison),
        ...makeColumns(headings, "number"),
      ],
      rows: order.map((index) => {
        const pair = pairs.find(({ rows }) =>
          rows.includes(best) && rows.includes(index) && index !== best
        );
        const chance = improvements[index]!;
        const hasChance = pair && !("reason" in chance);
        return [
          ...makeKeyCells(comparison, rows[places[index]!]!.config),
          { text: formatNumber(ranks[index]!, 3), value: ranks[index]! },
          { text: pair ? formatP(pair.pAdjusted) : NO_VALUE },
          {
            text: hasChance ? formatChance(chance) : NO_VALUE,
          },
        ];
      }),
    },
    notes: [
      {
        text:
          `Ranks differ with p ${
            formatFriedman(friedman)
          }; two of them if by ` +
          `more than ${formatNumber(criticalDifference, 3)} (Nemenyi, ` +
          `α = ${alpha}). p (Holm) is of the difference from the best rank.`,
        role: "legend",
      },
      {
        text:
          "p is adjusted over all pairs. Ranks are a family of their own, " +
          "beside the t tests above.",
      },
      {
        text: refused && "reason" in refused
          ? `No probability that the best is better: ${refused.reason}.`
          : `P(best is better): the probability that a run of the best-ranked row ` +
            `is better than one of this row on the same ${across}, with its ` +
            `${100 * LEVEL} % bootstrap interval for these values of ` +
            `${across}; neither is corrected for the choice of the best.`,
        role: "caveat",
      },
    ],
  };
}
