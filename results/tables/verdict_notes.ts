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
import { SAME_DIFFERENCE } from "../statistics/contrast.ts";
import { ALPHA } from "../statistics/estimate.ts";
import type { Verdict } from "../statistics/decide.ts";
import type { Outlook } from "../statistics/outlook.ts";
import { listNote, MARKS, type Note } from "./text_table.ts";

/**
 * Explains how rows are tested against a baseline.
 *
 * @param name The baseline.
 * @param columns The columns.
 * @returns The title of the table of verdicts.
 */
export function explainBaseline(
  name: string,
  columns: readonly Column[],
): string {
  return `Against ${singleLine(name)}: two-sided tests; p adjusted by Holm ` +
    `over the rows of a column (${explainMethods(columns)}); intervals not ` +
    "adjusted.";
}

/** How the verdicts of columns are reached, and when they hold. */
function explainMethods(columns: readonly Column[]): string {
  const texts = columns.flatMap(({ method }) => {
    if (!method) return [];
    const { kind, test, alpha, looks, isModerated } = method;
    const names = {
      fixed: test === "t" ? "t tests" : "exact tests",
      looks: test === "t" ? "t tests" : "exact tests",
      anytime: "anytime-valid t tests",
    };
    const promises = {
      fixed: "if the number of seeds was fixed in advance",
      looks: `at n = ${looks?.join(", ")}`,
      anytime: "also if seeds were added until a verdict appeared",
    };
    return `${names[kind]}${isModerated ? ", variances moderated" : ""}, α = ${
      formatNumber(alpha, 2)
    }, valid ${promises[kind]}`;
  });
  return [...new Set(texts)].join("; ");
}

/**
 * Says how often a table errs whose columns are families of their own.
 *
 * @param comparison The comparison.
 * @returns A note, where several columns have verdicts.
 */
export function noteFamilies({ columns, options }: Comparison): Note[] {
  const n = columns.filter(({ method }) => method).length;
  if (n < 2 || options.family === "table") return [];
  const { alpha = ALPHA } = options;
  const format = (share: number) => `${formatNumber(100 * share, 2)} %`;
  return [{
    text:
      `The verdicts of a column err in at most ${format(alpha)} of cases, ` +
      `those of ${n} columns together in up to ` +
      `${format(Math.min(1, n * alpha))} (--family table keeps ` +
      `${format(alpha)}).`,
  }];
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
  const { columns, rows, groupKeys, options } = comparison;
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const hasBest = cells.some(({ standing }) => standing === "best");
  const how = explainMethods(columns.filter(({ unranked }) => !unranked));
  const outside = rows.flatMap(({ label, cells }) =>
    columns.flatMap(({ metadata, heading }) => {
      const reason = cells.get(metadata)?.outside;
      return reason ? [{ reason, text: `${label}: ${heading}` }] : [];
    })
  );
  const keys = groupKeys.map(singleLine).join(", ");
  const others = keys ? ` with the same ${keys}` : "";
  const reasons = {
    ...REASONS,
    "different settings": `Not ranked, because the rows differ in ${keys}:`,
    ...(options.baseline?.length ? { "unknown direction": undefined } : {}),
  };
  return [
    ...(hasBest
      ? [{
        text: `${MARKS.best} best: every other row of its column${others} ` +
          `that takes part is significantly worse (${how}).`,
      }]
      : []),
    ...(cells.some(({ standing }) => standing === "tied")
      ? [{
        text: `${MARKS.tied} may be the best: not significantly worse than ` +
          `any other row of its column${others} (${
            hasBest ? "same tests" : how
          }).`,
        items: columns.flatMap((column) => listTies(comparison, column)),
      }]
      : []),
    ...Map.groupBy(outside, ({ reason }) => reason).entries().flatMap(
      ([reason, items]) =>
        listNote(
          `Not ranked, because ${reason}:`,
          items.map(({ text }) => text),
        ),
    ),
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
  const { p, test, needs, isResolved, isWithheld, outlook } = verdict;
  if (isWithheld) {
    return "its difference is in favour of a row with failed runs, whose mean " +
      "is that of the survivors";
  }
  const runs = formatSizes(verdict);
  if (isResolved) return "the shared seeds show the opposite";
  if (needs !== undefined) {
    return `n = ${runs} cannot be significant, at least ${needs} needed`;
  }
  if (Number.isNaN(p)) return SAME_DIFFERENCE;
  return outlook
    ? explainOutlook(outlook)
    : test === "anytime t"
    ? `not with ${runs} seeds, and more may be added`
    : "not significant";
}

/** What as many seeds can detect, twice and four times as many; or how many can. */
function explainOutlook({ reach, asked }: Outlook): string {
  if (asked) {
    const { difference, seeds } = asked;
    const count = seeds === Infinity ? "more than 10,000" : `about ${seeds}`;
    return `${count} seeds detect a difference of ${difference} with 80 % power`;
  }
  const counts = reach.map(({ counts }) => counts.join(" + "));
  const sizes = reach.map(({ detectable }) => formatNumber(detectable, 2));
  return `${counts.join(", ")} seeds detect differences of ${
    sizes.join(", ")
  } with 80 % power`;
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
