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
import { COUNTABLE } from "../compare/failed_runs.ts";
import { singleLine } from "../compare/labels.ts";
import { ALPHA, MIN_COUNT, SAME_DIFFERENCE } from "../statistics/estimate.ts";
import type { Verdict } from "../statistics/decide.ts";
import type { Outlook } from "../statistics/outlook.ts";
import { listNote, MARKS, type Note } from "./text_table.ts";

/**
 * Explains how rows are tested against a baseline.
 *
 * @param comparison A comparison with a baseline.
 * @param test The test and its counts, if all rows share them.
 * @returns What the numbers of the table of verdicts are, and when they hold.
 */
export function explainBaseline(
  { columns, options }: Comparison,
  test?: string,
): Note[] {
  const how = explainMethods(columns, nameUnit(options), "significant if p ≤");
  if (!how) return [{ text: "No row was tested.", role: "legend" }];
  return [
    {
      text: "p (Holm) is adjusted over the rows of a column.",
      role: "legend",
    },
    {
      text: `Two-sided ${how}${test ? `; all rows: ${test}` : ""}.`,
      role: "caveat",
    },
    { text: "Intervals are not adjusted for several tests." },
  ];
}

/**
 * Names what a verdict counts.
 *
 * @param options The options of the comparison.
 * @returns Seeds, or the values of the key that is compared across.
 */
export function nameUnit({ across }: Comparison["options"]): string {
  return across ? `values of ${singleLine(across)}` : "seeds";
}

/** How the verdicts of columns are reached, and when they hold. */
function explainMethods(
  columns: readonly Column[],
  unit: string,
  level = "α =",
): string {
  const texts = columns.flatMap(({ method }) => {
    if (!method) return [];
    const { kind, test, alpha, looks, isModerated } = method;
    const names = {
      fixed: test === "t" ? "t tests" : "exact tests",
      looks: test === "t" ? "t tests" : "exact tests",
      anytime: "anytime-valid t tests",
    };
    const promises = {
      fixed: `if the number of ${unit} was fixed in advance`,
      looks: `at n = ${looks?.join(", ")}`,
      anytime: `also if ${unit} were added until a verdict appeared`,
    };
    return `${names[kind]}${isModerated ? ", variances moderated" : ""}, ` +
      `${level} ${formatNumber(alpha, 2)}, valid ${promises[kind]}`;
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
      `The chance of a false verdict is at most ${
        format(alpha)
      } in each column, ` +
      `and up to ${
        format(Math.min(1, n * alpha))
      } in the ${n} columns together ` +
      `(--family table keeps it at ${format(alpha)}).`,
  }];
}

/**
 * Says what an earlier comparison adds to the chance to err, where verdicts hold at any
 * time because the runs show that seeds were added.
 *
 * @param comparison The comparison.
 * @returns A note, if there are such verdicts.
 */
export function noteAddedSeeds(
  { columns, replicates, options }: Comparison,
): Note[] {
  const isSwitched = !options.anytime &&
    columns.some(({ method }) => method?.kind === "anytime");
  // Their sweep looked at verdicts that hold at any time, and at no others.
  const areSwept = replicates.every(({ runs }) =>
    runs.values().every(({ info }) => info.sweep?.role === "until-resolved")
  );
  if (!isSwitched || areSwept) return [];
  const text = options.across
    ? `Runs were added, so verdicts hold also if ${nameUnit(options)} were ` +
      "added; they do not if seeds were added to those compared before " +
      "(--planned if none were)."
    : "Seeds were added, so verdicts hold at any time. If a comparison before " +
      "was without --anytime, it had its own chance to err: of both together " +
      "about 7 % of columns err at α = 0.05 (simulated), and no more than 2α. " +
      "--anytime from the first comparison on keeps α (--planned if the number " +
      "of seeds was fixed in advance).";
  return [{ text }];
}

/** Why columns have no ranks; too few runs need no note. */
const REASONS: Readonly<Partial<Record<Unranked, string>>> = {
  "unknown direction":
    "Not ranked, because it is not known which way is better " +
    "(--lower-is-better, --higher-is-better):",
  "identical values":
    "Not tested, because the values of all rows are identical:",
  "a search":
    "Neither ranked nor tested: a search looks at many scores, and the " +
    "best of them look better than they are; the runs that confirm it " +
    "(--where sweep=NAME/confirm) can be:",
};

/** What may be said of the verdicts of rows without all their runs, or beside them. */
const COUNT_FAILED = " (--count-failed-as says what such a run is worth)";

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
  const hasTies = cells.some(({ standing }) => standing === "tied");
  const unit = nameUnit(options);
  const how = explainMethods(columns.filter(({ unranked }) => !unranked), unit);
  const outside = columns.flatMap(({ metadata, heading }) => {
    const found = rows.flatMap(({ label, cells }) => {
      const reason = cells.get(metadata)?.outside;
      return reason ? [{ reason, text: `${label}: ${heading}` }] : [];
    });
    const [first] = found;
    return found.length === rows.length &&
        found.every(({ reason }) => reason === first?.reason)
      ? [{ reason: first!.reason, text: heading }]
      : found;
  });
  const keys = groupKeys.map(singleLine).join(", ");
  const others = keys ? ` with the same ${keys}` : "";
  const reasons = {
    ...REASONS,
    "different settings": `Not ranked, because the rows differ in ${keys}:`,
    ...(options.baseline?.length ? { "unknown direction": undefined } : {}),
    ...(options.across && {
      "too few runs":
        `Not tested, because there are fewer than ${MIN_COUNT} ${unit}:`,
    }),
  };
  return [
    ...(hasBest
      ? [{
        text: `${MARKS.best} best: every other ranked row of its ` +
          `column${others} is significantly worse.`,
        role: "legend" as const,
      }]
      : []),
    ...(hasTies
      ? [{
        text: `${MARKS.tied} may be the best: not significantly worse than ` +
          `any other row of its column${others}.`,
        role: "legend" as const,
      }]
      : []),
    ...(hasBest || hasTies
      ? [{ text: `Verdicts: ${how}.`, role: "caveat" as const }]
      : []),
    ...listNote(
      "Ties, and what would resolve them:",
      columns.flatMap((column) => listTies(comparison, column)),
    ),
    ...Map.groupBy(outside, ({ reason }) => reason).entries().flatMap(
      ([reason, items]) =>
        listNote(
          `Not ranked, because ${reason}${
            COUNTABLE.includes(reason) ? COUNT_FAILED : ""
          }:`,
          items.map(({ text }) => text),
        ),
    ),
    ...Object.entries(reasons).flatMap(([reason, text]) => {
      const unranked = columns.filter((column) => column.unranked === reason);
      return text ? listNote(text, unranked.map(({ heading }) => heading)) : [];
    }),
  ];
}

/** More ties than this are counted. */
const MAX_TIES = 3;

/** What is tied with the best means of a column, and what would resolve it. */
function listTies(
  { rows, options }: Comparison,
  { metadata, heading }: Column,
): string[] {
  const ties = rows.flatMap(({ label, cells }) => {
    const { standing, versusBest } = cells.get(metadata) ?? {};
    return standing === "tied" && versusBest ? [{ label, ...versusBest }] : [];
  });
  return Array.from(
    Map.groupBy(ties, ({ best }) => best),
    ([best, others]) => {
      const verdicts = others.map(({ verdict }) => verdict);
      const texts = explainTies(verdicts, nameUnit(options));
      const names = others.length > MAX_TIES
        ? `${others.length} other rows (${texts.join("; ")})`
        : texts.length === 1
        ? `${others.map(({ label }) => label).join("; ")} (${texts.join()})`
        : others.map(({ label, verdict }) =>
          `${label} (${explainUnresolved(verdict, nameUnit(options))})`
        ).join("; ");
      return singleLine(`${heading}: best mean ${best}; tied with ${names}`);
    },
  );
}

/** Explains why rows are tied, in one text if all could be resolved alike. */
function explainTies(
  verdicts: readonly CellVerdict[],
  unit: string,
): string[] {
  const outlooks = verdicts.flatMap((verdict) =>
    "reason" in verdict || !verdict.outlook ? [] : verdict.outlook
  );
  const alike = new Set(
    outlooks.map(({ reach, asked }) =>
      asked ? "" : JSON.stringify(reach.map(({ counts }) => counts))
    ),
  );
  if (outlooks.length === verdicts.length && alike.size === 1) {
    return [explainOutlook(outlooks, unit)];
  }
  return [
    ...new Set(verdicts.map((verdict) => explainUnresolved(verdict, unit))),
  ];
}

/**
 * Explains why two rows are not shown to differ, and how many runs it would
 * take.
 *
 * @param verdict How they differ, or why that is not known.
 * @param unit What is counted.
 * @returns A few words.
 */
export function explainUnresolved(
  verdict: CellVerdict,
  unit: string,
): string {
  if ("reason" in verdict) return verdict.reason;
  const { p, test, needs, isResolved, isWithheld, outlook } = verdict;
  if (isWithheld) {
    return "its difference is in favour of a row with missing runs, whose mean is " +
      `that of the completed ones${COUNT_FAILED}`;
  }
  const runs = formatSizes(verdict);
  if (isResolved) return "the shared seeds show the opposite";
  if (needs !== undefined) {
    return `n = ${runs} cannot be significant, at least ${needs} needed`;
  }
  if (Number.isNaN(p)) return SAME_DIFFERENCE;
  return outlook
    ? explainOutlook([outlook], unit)
    : test === "anytime t"
    ? `${runs} ${unit} are not enough; you may add more`
    : "not significant";
}

/** What as many seeds can detect, twice and four times as many; or how many can. */
function explainOutlook(outlooks: readonly Outlook[], unit: string): string {
  const [{ reach, asked }] = outlooks as [Outlook];
  if (asked) {
    const seeds = Math.max(...outlooks.map(({ asked }) => asked!.seeds));
    const count = seeds === Infinity ? "more than 10,000" : `about ${seeds}`;
    return `${count} ${unit} detect a difference of ${asked.difference} with ` +
      "80 % power";
  }
  const [first, ...others] = reach.map(({ counts }, i) => {
    // What all of several ties would show.
    const size = Math.max(...outlooks.map(({ reach }) => reach[i]!.detectable));
    return { counts: counts.join(" and "), size: formatNumber(size, 2) };
  });
  const rows = reach[0]!.counts.length > 1 ? " of the two rows" : "";
  return [
    `${first!.counts} ${unit}${rows} detect differences of ${first!.size} or ` +
    "more with 80 % power",
    ...others.map(({ counts, size }) => `${counts} would detect ${size}`),
  ].join(", ");
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
