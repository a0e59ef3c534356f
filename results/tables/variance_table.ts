/**
 * The sources of the variance between runs, as a table.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import type { Comparison } from "../compare/comparison.ts";
import { LEVEL } from "../statistics/estimate.ts";
import { makeKeyCells, makeKeyColumns } from "./row_keys.ts";
import { listNote, makeColumns, type TextSection } from "./text_table.ts";

const format = (share: number) => (100 * share).toFixed(1);

/**
 * Words the shares of the variance.
 *
 * @param comparison A comparison with `variance`.
 * @returns Their table, with notes.
 */
export function formatVariance(comparison: Comparison): TextSection {
  const { variance = [], options } = comparison;
  return {
    heading: "Variance",
    title: "Variance between runs by its sources",
    table: {
      columns: [
        ...makeKeyColumns(comparison),
        ...makeColumns(["record", "source"], "key"),
        ...makeColumns(["standard deviation", "share in %"], "number"),
      ],
      rows: variance.flatMap(({ row, column, sources }) =>
        "reason" in sources ? [] : sources.map((
          { source, deviation, share, interval: [low, high] },
        ) => [
          ...makeKeyCells(comparison, row.config),
          { text: column.heading },
          { text: source },
          { text: formatNumber(deviation, 2), value: deviation },
          {
            text: `${format(share)} [${format(low)}, ${format(high)}]`,
            value: share,
          },
        ])
      ),
    },
    notes: [
      {
        text:
          `[low, high] is the ${options.ci || 100 * LEVEL} % interval of the ` +
          "share (generalised confidence intervals).",
        role: "legend",
      },
      {
        text:
          "evaluation: what the errors within runs account for, unless runs " +
          "share the observations; remainder: interaction of the keys, and " +
          "noise.",
        role: "caveat",
      },
      ...listNote(
        "Not taken apart:",
        variance.flatMap(({ row, column, sources }) =>
          "reason" in sources
            ? `${row.label}, ${column.heading}: ${sources.reason}`
            : []
        ),
      ),
    ],
  };
}
