/**
 * How rows differ from a baseline, as a table with notes.
 *
 * @module
 */

import { formatNumber, type ResultMetadata } from "../../core/utils/results.ts";
import { type Comparison, labelOf } from "../compare/comparison.ts";
import { directionOf } from "../compare/direction.ts";
import { LEVEL } from "../statistics/levels.ts";
import type { Untested, Verdict } from "../statistics/verdicts.ts";
import type { VerdictsText } from "./text.ts";
import {
  clean,
  formatError,
  formatP,
  formatRange,
  headingOf,
  keyColumns,
  NO_VALUE,
  valueText,
} from "./words.ts";

/**
 * Puts the verdicts against the baseline into words.
 *
 * @param comparison A comparison with a baseline.
 * @returns Their table, and what would resolve those that are not.
 */
export function verdictsOf(comparison: Comparison): VerdictsText {
  const { keys, columns, rows, baseline, options } = comparison;
  const level = options.ci || 100 * LEVEL;
  const isOneColumn = columns.length === 1;
  const numbers = ["difference", `${level} % interval`, "p", "p (Holm)"];
  const texts = ["test", "verdict"];
  const found = rows.flatMap(({ config, cells }) =>
    columns.flatMap((column) => {
      const verdict = cells.get(column)?.comparison;
      return verdict ? [{ config, column, verdict }] : [];
    })
  );
  const heading = (name: string, isNumeric: boolean, isKey = false) => ({
    heading: name,
    isNumeric,
    isKey,
  });
  const open = found.filter(({ verdict }) =>
    !("p" in verdict && verdict.isResolved)
  );
  const unused = found.filter(({ verdict }) =>
    "p" in verdict && verdict.unused.length > 0
  );
  const nameOf = ({ config, column }: typeof found[number]) =>
    `${labelOf(config)}${
      isOneColumn ? "" : `, ${headingOf(column, comparison)}`
    }`;
  return {
    title: `Against ${clean(baseline!.name)}: two-sided tests; p adjusted by ` +
      "Holm over the rows of a column; intervals by Student's t, not adjusted.",
    table: {
      columns: [
        ...keyColumns(comparison),
        ...(isOneColumn ? [] : [heading("record", false, true)]),
        ...numbers.map((name) => heading(name, true)),
        ...texts.map((name) => heading(name, false)),
      ],
      rows: found.map(({ config, column, verdict }) =>
        [
          ...keys.map((key) => clean(valueText(config[key]))),
          ...(isOneColumn ? [] : [headingOf(column, comparison)]),
          ...verdictTexts(verdict, column, comparison),
        ].map((text) => ({ text }))
      ),
    },
    notes: [
      ...(open.length > 0
        ? [{
          text: "Not resolved:",
          items: open.map((item) =>
            clean(`${nameOf(item)}: ${outlook(item.verdict)}`)
          ),
        }]
        : []),
      ...(unused.length > 0
        ? [{
          text: "Not used, as only one of both rows has that seed:",
          items: unused.map((item) =>
            clean(
              `${nameOf(item)}: ${(item.verdict as Verdict).unused.join("; ")}`,
            )
          ),
        }]
        : []),
    ],
  };
}

function verdictTexts(
  verdict: Verdict | Untested,
  { name }: ResultMetadata,
  { options }: Comparison,
): string[] {
  if ("reason" in verdict) {
    return [...Array<string>(5).fill(NO_VALUE), "no verdict"];
  }
  const { difference, error, interval, p, pAdjusted, test, pairs } = verdict;
  const better = directionOf(name, options);
  const way = difference < 0 ? "lower" : "higher";
  const word = !better ? way : way === better ? "better" : "worse";
  const count = pairs > 0 ? `${pairs} pairs` : `${runsOf(verdict)} runs`;
  return [
    formatError(difference, error),
    formatRange(difference, interval),
    formatP(p),
    formatP(pAdjusted),
    `${test}, ${count}`,
    verdict.isResolved ? word : "not resolved",
  ];
}

/**
 * Says what would tell two rows apart that could not be told.
 *
 * @param verdict How they differ, or why that is not known.
 * @returns A few words.
 */
export function outlook(verdict: Verdict | Untested): string {
  if ("reason" in verdict) return verdict.reason;
  const { p, needs, isResolved } = verdict;
  const runs = runsOf(verdict);
  if (isResolved) return "the other way round over the seeds of both";
  if (needs !== undefined) {
    return `cannot resolve with n = ${runs}, needs ${needs}`;
  }
  const power = verdict.outlook();
  if (Number.isNaN(p) || !power) {
    return "p undefined, as the differences do not vary";
  }
  return `${power.moreSeeds} more seeds for 80 % power; ${runs} could have ` +
    `shown ${formatNumber(power.detectable, 2)}`;
}

function runsOf({ design: { counts } }: Verdict): string {
  return counts.join(" and ");
}
