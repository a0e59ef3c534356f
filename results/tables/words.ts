/**
 * The words that the tables and notes of a comparison share.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import { formatValue } from "../../core/config/schema.ts";
import type { Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { NO_VALUE } from "../statistics/format.ts";
import type { Outlook, Untested, Verdict } from "../statistics/verdicts.ts";
import type { TextCell, TextColumn } from "./text_table.ts";

/** The signs after a value. */
export const MARKS = { withinRun: "†", best: "*", tied: "≈" };

/** Whether rows are records of the same runs, which then need no column. */
export function isList({ rows, options }: Comparison): boolean {
  const runs = new Set(rows.map(({ runs }) => runs.join()));
  return options.rows?.[0] === METRIC_KEY && rows.length > 1 &&
    runs.size === 1;
}

/** The columns of the keys that tell rows apart. */
export function makeKeyColumns({ keys, rows }: Comparison): TextColumn[] {
  return keys.map((key) => ({
    heading: singleLine(key),
    isNumeric: rows.every(({ config }) => typeof config[key] === "number"),
    isKey: true,
  }));
}

/** The cells of the keys that tell a row apart. */
export function makeKeyCells(
  { keys }: Comparison,
  config: Readonly<Record<string, unknown>>,
): TextCell[] {
  return keys.map((key) => {
    const value = config[key];
    const text = value === undefined ? NO_VALUE : formatValue(value);
    return {
      text: singleLine(text),
      ...(typeof value === "number" ? { value } : {}),
    };
  });
}

/** Finds what more seeds would detect, if there is anything to go by. */
export type FindOutlook = (verdict: Verdict) => Outlook | undefined;

/**
 * Loads what finds the outlook of verdicts, if there are any: distributions
 * take long to load.
 *
 * @param comparison The comparison.
 * @returns The function.
 */
export async function loadOutlook({ rows }: Comparison): Promise<FindOutlook> {
  const hasVerdicts = rows.some(({ cells }) =>
    cells.values().some(({ comparison, versusBest }) =>
      comparison ?? versusBest
    )
  );
  if (!hasVerdicts) return () => undefined;
  return (await import("../statistics/verdicts.ts")).findOutlook;
}

/**
 * Says why two rows are not shown to differ, and how many runs it would take.
 *
 * @param verdict How they differ, or why that is not known.
 * @param findOutlook Finds what more seeds would detect.
 * @returns A few words.
 */
export function explainUnresolved(
  verdict: Verdict | Untested,
  findOutlook: FindOutlook,
): string {
  if ("reason" in verdict) return verdict.reason;
  const { p, needs, isResolved } = verdict;
  const runs = formatCounts(verdict);
  if (isResolved) return "the shared seeds show the opposite";
  if (needs !== undefined) {
    return `n = ${runs} cannot be significant, at least ${needs} needed`;
  }
  const outlook = findOutlook(verdict);
  if (Number.isNaN(p) || !outlook) {
    return "p undefined: the differences do not vary";
  }
  const { moreSeeds, detectable } = outlook;
  const more = moreSeeds === ">100"
    ? "more than 100 more seeds"
    : `about ${moreSeeds} more ${moreSeeds === 1 ? "seed" : "seeds"}`;
  return `${more} needed for 80 % power; ${runs} seeds detect differences of ` +
    `${formatNumber(detectable, 2)} or more`;
}

/** Writes how many runs a test has on each side. */
export function formatCounts({ design: { counts } }: Verdict): string {
  return counts.join(" and ");
}
