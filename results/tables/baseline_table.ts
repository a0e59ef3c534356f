/**
 * How rows differ from a baseline, as a table with notes.
 *
 * @module
 */

import type { Column, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { LEVEL } from "../statistics/estimate.ts";
import {
  formatInterval,
  formatP,
  formatWithError,
  NO_VALUE,
} from "../statistics/format.ts";
import type { Untested, Verdict } from "../statistics/verdicts.ts";
import type { Note, TextSection } from "./text_table.ts";
import {
  explainUnresolved,
  type FindOutlook,
  formatCounts,
  makeKeyCells,
  makeKeyColumns,
} from "./words.ts";

/**
 * Puts the verdicts against the baseline into words.
 *
 * @param comparison A comparison with a baseline.
 * @param findOutlook Finds what more seeds would detect.
 * @returns Their table, and what would resolve those that are not.
 */
export function formatVerdicts(
  comparison: Comparison,
  findOutlook: FindOutlook,
): TextSection {
  const { columns, rows, baseline, options } = comparison;
  const level = options.ci || 100 * LEVEL;
  const isOneColumn = columns.length === 1;
  const numbers = ["difference", `${level} % interval`, "p", "p (Holm)"];
  const found = rows.flatMap(({ label, config, cells }) =>
    columns.flatMap((column) => {
      const verdict = cells.get(column.metadata)?.comparison;
      const name = isOneColumn ? label : `${label}, ${column.heading}`;
      return verdict ? [{ name, config, column, verdict }] : [];
    })
  );
  const makeHeading = (heading: string, isNumeric: boolean, isKey = false) => ({
    heading,
    isNumeric,
    isKey,
  });
  return {
    title: `Against ${singleLine(baseline!.name)}: two-sided tests; p ` +
      "adjusted by Holm over the rows of a column; intervals by Student's t, " +
      "not adjusted.",
    table: {
      columns: [
        ...makeKeyColumns(comparison),
        ...(isOneColumn ? [] : [makeHeading("record", false, true)]),
        ...numbers.map((name) => makeHeading(name, true)),
        ...["test", "verdict"].map((name) => makeHeading(name, false)),
      ],
      rows: found.map(({ config, column, verdict }) => [
        ...makeKeyCells(comparison, config),
        ...(isOneColumn ? [] : [{ text: column.heading }]),
        ...formatVerdict(verdict, column).map((text) => ({ text })),
      ]),
    },
    notes: [
      ...makeNote(
        "Not resolved:",
        found.flatMap(({ name, verdict }) =>
          "p" in verdict && verdict.isResolved
            ? []
            : `${name}: ${explainUnresolved(verdict, findOutlook)}`
        ),
      ),
      ...makeNote(
        "Not used, because only one of the two rows has the seed:",
        found.flatMap(({ name, verdict }) =>
          "p" in verdict && verdict.unused.length > 0
            ? `${name}: ${verdict.unused.join("; ")}`
            : []
        ),
      ),
    ],
  };
}

function makeNote(text: string, items: readonly string[]): Note[] {
  return items.length > 0 ? [{ text, items: items.map(singleLine) }] : [];
}

function formatVerdict(
  verdict: Verdict | Untested,
  { better }: Column,
): string[] {
  if ("reason" in verdict) {
    return [...Array<string>(5).fill(NO_VALUE), "no verdict"];
  }
  const { difference, error, interval, p, pAdjusted, test, pairs } = verdict;
  const way = difference < 0 ? "lower" : "higher";
  const word = !better ? way : way === better ? "better" : "worse";
  const count = pairs > 0 ? `${pairs} pairs` : `${formatCounts(verdict)} runs`;
  return [
    formatWithError(difference, error),
    formatInterval(difference, interval),
    formatP(p),
    formatP(pAdjusted),
    `${test}, ${count}`,
    verdict.isResolved ? word : "not resolved",
  ];
}
