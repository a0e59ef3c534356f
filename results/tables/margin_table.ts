/**
 * What rows show beside a baseline with a margin, as a table.
 *
 * @module
 */

import type { Cell, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { ALPHA } from "../statistics/estimate.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { makeKeyCells, makeKeyColumns } from "./row_keys.ts";
import { listNote, makeColumns, type TextSection } from "./text_table.ts";

/**
 * Words the verdicts with a margin.
 *
 * @param comparison A comparison with a baseline and a margin.
 * @returns Their table, with notes.
 */
export function formatMargins(comparison: Comparison): TextSection {
  const { rows, columns, baseline, options } = comparison;
  const margin = options.margin!;
  const words = {
    better: `better by more than ${margin}`,
    worse: `worse by more than ${margin}`,
    equal: `equal within ${margin}`,
    "no worse": `not worse by more than ${margin}`,
    unresolved: "unresolved",
  };
  const format = ({ margin }: Partial<Cell> = {}) =>
    typeof margin === "string" ? words[margin] : NO_VALUE;
  return {
    heading: "Differences that matter",
    title: `Differences from ${
      singleLine(baseline!.name)
    } with a margin of ${margin}`,
    table: {
      columns: [
        ...makeKeyColumns(comparison),
        ...makeColumns(columns.map(({ heading }) => heading), "word"),
      ],
      rows: rows.filter((_, index) => index !== baseline!.row)
        .map(({ config, cells }) => [
          ...makeKeyCells(comparison, config),
          ...columns.map(({ metadata }) => ({
            text: format(cells.get(metadata)),
          })),
        ]),
    },
    notes: [
      {
        text: "Two-sided tests beyond the margin, two one-sided tests (TOST) " +
          "within it. The chance that any verdict of a " +
          `${options.family ?? "column"}, in the tables above or here, is ` +
          `false is at most ${options.alpha ?? ALPHA} (Bonferroni).`,
        role: "legend",
      },
      ...listNote(
        "No verdict:",
        rows.flatMap(({ label, cells }) =>
          columns.flatMap(({ metadata, heading }) => {
            const verdict = cells.get(metadata)?.margin;
            return verdict && typeof verdict !== "string"
              ? `${label}, ${heading}: ${verdict.reason}`
              : [];
          })
        ),
      ),
    ],
  };
}
