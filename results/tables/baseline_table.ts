/**
 * How rows differ from a baseline, as a table with notes.
 *
 * @module
 */

import { formatMeanError } from "../../core/utils/results.ts";
import type { CellVerdict, Column, Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import type { Verdict } from "../statistics/decide.ts";
import { LEVEL } from "../statistics/estimate.ts";
import { formatInterval, formatP, NO_VALUE } from "../statistics/format.ts";
import { makeKeyCells, makeKeyColumns } from "./row_keys.ts";
import { listNote, makeColumns, type TextSection } from "./text_table.ts";
import {
  explainBaseline,
  explainUnresolved,
  formatSizes,
  nameUnit,
} from "./verdict_notes.ts";

/**
 * Words the verdicts against the baseline.
 *
 * @param comparison A comparison with a baseline.
 * @returns Their table, and what would resolve those that are not.
 */
export function formatVerdicts(comparison: Comparison): TextSection {
  const { columns, rows, options } = comparison;
  const unit = nameUnit(options);
  const level = options.ci || 100 * LEVEL;
  const isOneColumn = columns.length === 1;
  const found = rows.flatMap(({ label, config, cells }) =>
    columns.flatMap((column) => {
      const verdict = cells.get(column.metadata)?.comparison;
      const name = isOneColumn ? label : `${label}, ${column.heading}`;
      return verdict ? [{ name, config, column, verdict }] : [];
    })
  );
  const tests = new Set(
    found.flatMap(({ verdict }) =>
      "reason" in verdict ? [] : formatTest(verdict)
    ),
  );
  const [test] = tests;
  const hasTests = tests.size > 1;
  const [difference, ...others] = makeColumns(
    ["difference", `${level} % interval`, "p", "p (Holm)"],
    "number",
  );
  return {
    heading: "Verdicts",
    title: `Differences from ${singleLine(comparison.baseline!.name)}`,
    table: {
      columns: [
        ...makeKeyColumns(comparison),
        ...makeColumns(isOneColumn ? [] : ["record"], "key"),
        difference!,
        ...others.map((column) => ({
          ...column,
          // The error of the difference says what the interval does.
          isOptional: column.heading !== "p (Holm)",
        })),
        ...(hasTests
          ? makeColumns(["test"], "word").map((column) => ({
            ...column,
            isOptional: true,
          }))
          : []),
        ...makeColumns(["verdict"], "word"),
      ],
      rows: found.map(({ config, column, verdict }) => [
        ...makeKeyCells(comparison, config),
        ...(isOneColumn ? [] : [{ text: column.heading }]),
        ...formatVerdict(verdict, column, hasTests).map((text) => ({ text })),
      ]),
    },
    notes: [
      ...explainBaseline(comparison, hasTests ? undefined : test),
      ...listNote(
        "Not resolved:",
        found.flatMap(({ name, verdict }) =>
          "reason" in verdict || verdict.isResolved
            ? []
            : `${name}: ${explainUnresolved(verdict, unit)}`
        ),
      ),
      ...listNote(
        "Not tested:",
        found.flatMap(({ name, verdict }) =>
          "reason" in verdict ? `${name}: ${verdict.reason}` : []
        ),
      ),
      ...listNote(
        "Runs not used, because they have no partner in the other row:",
        found.flatMap(({ name, verdict }) =>
          "p" in verdict && verdict.unused.length > 0
            ? `${name}: ${verdict.unused.join("; ")}`
            : []
        ),
      ),
    ],
  };
}

function formatVerdict(
  verdict: CellVerdict,
  { better }: Column,
  hasTests: boolean,
): string[] {
  if ("reason" in verdict) {
    return [...Array<string>(hasTests ? 5 : 4).fill(NO_VALUE), "not tested"];
  }
  const { difference, error, interval, p, pAdjusted } = verdict;
  const way = difference < 0 ? "lower" : "higher";
  const word = !better ? way : way === better ? "better" : "worse";
  return [
    formatMeanError(difference, error),
    formatInterval(difference, interval),
    formatP(p),
    formatP(pAdjusted),
    ...(hasTests ? [formatTest(verdict)] : []),
    verdict.isResolved ? word : "not resolved",
  ];
}

/** Names the test of a verdict, and what it counts. */
function formatTest(verdict: Verdict): string {
  const { test, pairs } = verdict;
  const runs = `${formatSizes(verdict)} runs`;
  const count = test === "partly paired t"
    ? `${pairs} pairs in ${runs}`
    : pairs > 0
    ? `${pairs} pairs`
    : runs;
  return `${test}, ${count}`;
}
