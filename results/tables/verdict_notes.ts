/**
 * How the verdicts of a comparison are reached, and what they show, in words.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import type {
  CellVerdict,
  Column,
  Comparison,
  Unranked,
} from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import type { Verdict } from "../statistics/verdicts.ts";
import { listNote, MARKS, type Note } from "./text_table.ts";

/**
 * Explains how rows are tested against a baseline.
 *
 * @param name The baseline.
 * @returns The title of the table of verdicts.
 */
export function explainBaseline(name: string): string {
  return `Against ${singleLine(name)}: two-sided tests; p adjusted by Holm ` +
    "over the rows of a column; intervals by Student's t, not adjusted.";
}

/** The tests behind the ranks of columns. */
function explainRanking(columns: readonly Column[]): string {
  const texts = columns.flatMap(({ method, unranked }) => {
    if (!method || unranked) return [];
    const test = method.test === "sign-flip" ? "exact permutation" : "t";
    return `two-sided ${test} tests of all pairs of rows, Holm, ` +
      `α = ${method.alpha}`;
  });
  return [...new Set(texts)].join("; ");
}

/** Why columns have no ranks; too few runs need no note. */
const REASONS: Readonly<Partial<Record<Unranked, string>>> = {
  "unknown direction":
    "Not ranked, because it is not known which way is better " +
    "(--lower-is-better, --higher-is-better):",
  "identical values":
    "Not tested, because the values of all rows are identical:",
};

/**
 * Explains the ranks of a comparison.
 *
 * @param comparison The comparison.
 * @returns What the signs mean, what would resolve ties, and what is not ranked
 * and why.
 */
export function noteRanks(comparison: Comparison): Note[] {
  const { columns, rows, fieldKeys, options } = comparison;
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const hasBest = cells.some(({ standing }) => standing === "best");
  const how = explainRanking(columns);
  const excluded = rows.flatMap(({ label, cells }) => {
    const headings = columns
      .filter(({ metadata }) => cells.get(metadata)?.isExcluded)
      .map(({ heading }) => heading);
    return headings.length > 0 ? `${label}: ${headings.join(", ")}` : [];
  });
  const keys = fieldKeys.map(singleLine).join(", ");
  const others = keys ? ` with the same ${keys}` : "";
  const reasons = {
    ...REASONS,
    "different settings": `Not ranked, because the rows differ in ${keys}:`,
    ...(options.baseline?.length ? { "unknown direction": undefined } : {}),
  };
  return [
    ...(hasBest
      ? [{
        text: `${MARKS.best} best: significantly different from every other ` +
          `row of its column${others}${
            excluded.length > 0 ? " that takes part" : ""
          } (${how}).`,
      }]
      : []),
    ...(cells.some(({ standing }) => standing === "tied")
      ? [{
        text: `${MARKS.tied} not significantly different from the column's ` +
          `best mean${others} (${hasBest ? "same tests" : how}).`,
        items: columns.flatMap((column) => listTies(comparison, column)),
      }]
      : []),
    ...listNote("Not ranked, because a run has failed:", excluded),
    ...Object.entries(reasons).flatMap(([reason, text]) => {
      const unranked = columns.filter((column) => column.unranked === reason);
      return text ? listNote(text, unranked.map(({ heading }) => heading)) : [];
    }),
  ];
}

/** What is tied with the best means of a column, and what would resolve it. */
function listTies(
  { rows }: Comparison,
  { metadata, heading }: Column,
): string[] {
  const ties = rows.flatMap(({ label, cells }) => {
    const { standing, versusBest } = cells.get(metadata) ?? {};
    return standing === "tied" && versusBest ? [{ label, ...versusBest }] : [];
  });
  return Array.from(
    Map.groupBy(ties, ({ best }) => best),
    ([best, others]) => {
      const texts = others.map(({ label, verdict }) =>
        `${label} (${explainUnresolved(verdict)})`
      );
      return singleLine(
        `${heading}: best mean ${best}; tied with ${texts.join("; ")}`,
      );
    },
  );
}

/**
 * Explains why two rows are not shown to differ, and how many runs it would
 * take.
 *
 * @param verdict How they differ, or why that is not known.
 * @returns A few words.
 */
export function explainUnresolved(verdict: CellVerdict): string {
  if ("reason" in verdict) return verdict.reason;
  const { needs, isResolved, outlook } = verdict;
  const runs = formatSizes(verdict);
  if (isResolved) return "the shared seeds show the opposite";
  if (needs !== undefined) {
    return `n = ${runs} cannot be significant, at least ${needs} needed`;
  }
  if (!outlook) return "p undefined: the differences do not vary";
  const { moreSeeds, detectable } = outlook;
  const more = moreSeeds === ">100"
    ? "more than 100 more seeds"
    : `about ${moreSeeds} more ${moreSeeds === 1 ? "seed" : "seeds"}`;
  return `${more} needed for 80 % power; ${runs} seeds detect differences of ` +
    `${formatNumber(detectable, 2)} or more`;
}

/**
 * Writes how many runs a test has on each side.
 *
 * @param verdict The verdict.
 * @returns `5`, or `5 and 3`.
 */
export function formatSizes({ design: { counts } }: Verdict): string {
  return counts.join(" and ");
}
