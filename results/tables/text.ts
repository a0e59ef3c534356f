/**
 * A comparison in words and rounded numbers, as all formats for readers show
 * it.
 *
 * @module
 */

import type { Cell, Comparison } from "../compare/comparison.ts";
import { formatCell } from "../compare/cells.ts";
import { findRanked, keepShownRows } from "../compare/shown_rows.ts";
import type { Replicates } from "../compare/replicates.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { formatVerdicts } from "./baseline_table.ts";
import { formatMargins } from "./margin_table.ts";
import { collectNotes } from "./notes.ts";
import { formatRanks } from "./rank_table.ts";
import { isList, makeKeyCells, makeKeyColumns } from "./row_keys.ts";
import {
  makeColumns,
  MARKS,
  type Note,
  type TextCell,
  type TextSection,
} from "./text_table.ts";
import { formatVariance } from "./variance_table.ts";

/**
 * Words a comparison, and rounds its numbers.
 *
 * @param whole The comparison, of which some rows may not be shown.
 * @returns Its table with notes, and that of the verdicts if there is a
 * baseline.
 */
export function formatComparison(whole: Comparison): TextSection[] {
  const comparison = keepShownRows(whole);
  const { columns, rows, baseline, options } = comparison;
  const isOneRunEach = rows.every(({ total }) => total === 1);
  const hasRuns = !isList(comparison);
  const runColumn = {
    heading: isOneRunEach ? "run" : "runs",
    isNumeric: !isOneRunEach,
    isKey: true,
    isRuns: true,
  };
  const table = {
    columns: [
      ...(hasRuns ? [runColumn] : []),
      ...makeKeyColumns(comparison),
      ...makeColumns(columns.map(({ heading }) => heading), "number"),
    ],
    rows: rows.map(({ runs, paths, replicates, config, cells }) => {
      const text = isOneRunEach ? runs.join() : formatCounts(replicates);
      return [
        ...(hasRuns ? [{ text, value: runs.length, paths }] : []),
        ...makeKeyCells(comparison, config),
        ...columns.map(({ metadata }) => makeCell(cells.get(metadata))),
      ];
    }),
  };
  const notes = [...noteShown(whole), ...collectNotes(whole)];
  const hasVerdicts = baseline && rows.length > 1 &&
    columns.some(({ unranked }) => unranked !== "a search");
  return [
    { heading: "Results", table, notes },
    ...(hasVerdicts ? [formatVerdicts(comparison)] : []),
    ...(hasVerdicts && options.margin ? [formatMargins(comparison)] : []),
    ...formatRanks(comparison),
    ...(comparison.variance ? [formatVariance(comparison)] : []),
  ];
}

/** Says which rows are shown, if not all are. */
function noteShown({ rows, shown, columns, options }: Comparison): Note[] {
  if (!shown) return [];
  const ranked = findRanked({ columns });
  const which = options.sort || !ranked
    ? "first"
    : `best by ${ranked.heading}, without a test`;
  return [{
    text:
      `Only ${shown.length} of ${rows.length} rows are shown, the ${which}: ` +
      "--all shows all, --format csv and json have all. Verdicts and notes are " +
      "of all rows.",
    role: "caveat",
  }];
}

/** `5`, `4 of 5`; for several sets of replicates each count that differs. */
function formatCounts(groups: readonly Replicates[]): string {
  const texts = groups.map(({ runs: { size }, missing }) =>
    missing.size === 0 ? `${size}` : `${size} of ${size + missing.size}`
  );
  return [...new Set(texts)].join(", ");
}

/** The value and its error, rounded by that, and its signs. */
function makeCell(cell: Cell | undefined): TextCell {
  if (!cell) return { text: NO_VALUE, value: "" };
  const { kind, hasError, standing, result, runs } = cell;
  const marks = [
    kind === "within-run" && hasError ? MARKS.withinRun : "",
    standing === "best" || standing === "tied" ? MARKS[standing] : "",
  ].join("");
  return {
    text: formatCell(cell),
    marks,
    isBest: standing === "best",
    value: result.mean,
    detail: `${kind}, n = ${result.n}: ${[...runs.keys()].join(", ")}`,
  };
}
