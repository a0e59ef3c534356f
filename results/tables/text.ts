/**
 * A comparison in words and rounded numbers: what every format for readers
 * shows, whatever its signs for columns and rows.
 *
 * @module
 */

import type { Cell, Comparison, Count } from "../compare/comparison.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { formatVerdicts } from "./baseline_table.ts";
import { collectNotes } from "./notes.ts";
import type { TextCell, TextSection } from "./text_table.ts";
import {
  isList,
  loadOutlook,
  makeKeyCells,
  makeKeyColumns,
  MARKS,
} from "./words.ts";

/**
 * Puts a comparison into words and rounded numbers.
 *
 * @param comparison The comparison.
 * @returns Its table with notes, and that of the verdicts if there is a
 * baseline.
 */
export async function formatComparison(
  comparison: Comparison,
): Promise<TextSection[]> {
  const findOutlook = await loadOutlook(comparison);
  const { columns, rows, baseline } = comparison;
  const isOneRunEach = rows.every(({ total }) => total === 1);
  const runColumn = {
    heading: isOneRunEach ? "run" : "runs",
    isNumeric: !isOneRunEach,
    isKey: true,
  };
  const hasRuns = !isList(comparison);
  const table = {
    columns: [
      ...(hasRuns ? [runColumn] : []),
      ...makeKeyColumns(comparison),
      ...columns.map(({ heading }) => ({
        heading,
        isNumeric: true,
        isKey: false,
      })),
    ],
    rows: rows.map(({ runs, paths, counts, config, cells }) => [
      ...(hasRuns
        ? [{
          text: isOneRunEach ? runs.join() : formatCounts(counts),
          value: runs.length,
          paths,
        }]
        : []),
      ...makeKeyCells(comparison, config),
      ...columns.map(({ metadata }) => formatCell(cells.get(metadata))),
    ]),
  };
  return [
    { table, notes: collectNotes(comparison, findOutlook) },
    ...(baseline && rows.length > 1
      ? [formatVerdicts(comparison, findOutlook)]
      : []),
  ];
}

/** `5`, `4 of 5`; for several sets of replicates each count that differs. */
function formatCounts(counts: readonly Count[]): string {
  const texts = counts.map(({ completed, total }) =>
    completed === total ? `${total}` : `${completed} of ${total}`
  );
  return [...new Set(texts)].join(", ");
}

/** The value and its error, rounded by that, and its signs. */
function formatCell(cell: Cell | undefined): TextCell {
  if (!cell) return { text: NO_VALUE, value: "" };
  const { text, kind, hasError, standing, result, runs } = cell;
  const marks = [
    ...(kind === "within-run" && hasError ? [MARKS.withinRun] : []),
    ...(standing === "best" ? [MARKS.best] : []),
    ...(standing === "tied" ? [MARKS.tied] : []),
  ].join("");
  return {
    text,
    ...(marks ? { marks } : {}),
    ...(standing === "best" ? { isBest: true } : {}),
    value: result.mean,
    detail: `${kind}, n = ${result.n}: ${[...runs.keys()].join(", ")}`,
  };
}
