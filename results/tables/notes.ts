/**
 * What the signs of a comparison mean, and what else a reader should know.
 *
 * @module
 */

import type {
  Cell,
  Column,
  Comparison,
  Unranked,
} from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { ALPHA } from "../statistics/estimate.ts";
import type { Note } from "./text_table.ts";
import { explainUnresolved, type FindOutlook, isList, MARKS } from "./words.ts";

/**
 * Collects the notes under the table of a comparison.
 *
 * @param comparison The comparison.
 * @param findOutlook Finds what more seeds would detect.
 * @returns What its signs mean, what is not ranked and why, and its warnings.
 */
export function collectNotes(
  comparison: Comparison,
  findOutlook: FindOutlook,
): Note[] {
  if (comparison.columns.length === 0) {
    const text =
      "The runs have no records but times; --metric 'time/*' shows those.";
    return [{ text }, ...noteRuns(comparison)];
  }
  return [
    ...noteNames(comparison),
    ...noteErrors(comparison),
    ...noteStandings(comparison, findOutlook),
    ...noteRuns(comparison),
  ];
}

/** A list of something, if there is anything. */
function makeList(text: string, items: readonly string[]): Note[] {
  return items.length > 0 ? [{ text, items: items.map(singleLine) }] : [];
}

function noteNames(comparison: Comparison): Note[] {
  const { columns, options, rows: [row] } = comparison;
  const { rows = [], cols = [], relativeTo = [] } = options;
  const names = [...new Set(columns.map(({ metadata }) => metadata.name))];
  const texts: string[] = [];
  if (isList(comparison)) {
    const { runs, total } = row!;
    texts.push(
      total === 1
        ? `All of run ${runs.join()}.`
        : `All of the same runs: ${runs.length} of ${total}.`,
    );
  }
  if (cols.length > 0 && names.length === 1 && !rows.includes(METRIC_KEY)) {
    texts.push(`Values are of ${names.join()}.`);
  }
  if (relativeTo.length > 0) {
    texts.push(`Values are ratios to the column ${relativeTo.join()}.`);
  }
  return texts.map((text) => ({ text: singleLine(text) }));
}

function noteErrors({ rows, columns, options }: Comparison): Note[] {
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const counts = columns.flatMap(({ metadata, heading }) => {
    const ns = rows.flatMap(({ cells }) => {
      const cell = cells.get(metadata);
      return cell?.kind === "within-run" && cell.hasError ? cell.result.n : [];
    });
    if (ns.length === 0) return [];
    const least = ns.reduce((a, b) => Math.min(a, b));
    const most = ns.reduce((a, b) => Math.max(a, b));
    const name = options.rows?.includes(METRIC_KEY)
      ? heading
      : String(metadata);
    return `${name}: ${least === most ? least : `${least} to ${most}`}`;
  });
  const what = options.ci
    ? `${options.ci} % confidence interval`
    : "standard error";
  const isBare = options.ci &&
    cells.some(({ result, hasError }) => result.n > 1 && !hasError);
  return [
    ...(cells.some(({ kind }) => kind === "between-seed")
      ? [{ text: explainBetween(options, what) }]
      : []),
    ...makeList(
      `${MARKS.withinRun} is the within-run ${what} of one run. ` +
        "Observations behind each:",
      counts,
    ),
    ...(isBare ? [{ text: explainBare(options) }] : []),
    ...(cells.some(({ runs, nRuns }) => runs.size < nRuns)
      ? [{ text: "(k of n): only k of n runs have such a record." }]
      : []),
  ];
}

/** What the numbers of rows of several runs are. */
function explainBetween(
  { aggregate = "mean", ci = 0, relativeTo = [] }: Comparison["options"],
  what: string,
): string {
  const sign = ci ? "[low, high]" : "±";
  if (relativeTo.length > 0) {
    return `${sign} is the between-seed ${what} of the ratio of two means${
      ci ? " (Fieller's)" : ""
    }.`;
  }
  if (aggregate === "mean") {
    return `${sign} is the between-seed ${what} of the mean over the runs of ` +
      `a row${ci ? " (Student's t)" : ""}.`;
  }
  const [name, method] = aggregate === "iqm"
    ? ["interquartile mean", "bootstrap"]
    : ["median", "order statistics"];
  return `Values are the ${name} over the runs of a row${
    ci
      ? `, ${sign} its between-seed ${what} (${method})`
      : "; --ci 95 shows intervals where there are enough runs"
  }.`;
}

/** Why a value has no interval. */
function explainBare(
  { aggregate = "mean", relativeTo = [] }: Comparison["options"],
): string {
  if (relativeTo.length > 0) {
    return "A ratio has no interval if its denominator may be 0, or if the " +
      "errors of the two means are of different kinds.";
  }
  switch (aggregate) {
    case "median":
      return "A median has no interval if there are too few runs: 95 % needs 6.";
    case "iqm":
      return "A mean has no interval if there are fewer than 10 runs.";
    case "mean":
      return "A mean has no interval if its runs do not vary or are not finite.";
  }
}

/** Why columns have no ranks; nothing is said of those with too few runs. */
const REASONS: Readonly<Partial<Record<Unranked, string>>> = {
  "unknown direction":
    "Not ranked, because it is not known which way is better " +
    "(--lower-is-better, --higher-is-better):",
  "identical values":
    "Not tested, because the values of all rows are identical:",
};

function noteStandings(
  comparison: Comparison,
  findOutlook: FindOutlook,
): Note[] {
  const { columns, rows, fieldKeys, options } = comparison;
  const standings = new Set(
    rows.flatMap(({ cells }) =>
      cells.values().map(({ standing }) => standing).toArray()
    ),
  );
  const how = `two-sided ${
    options.test === "sign-flip" ? "exact permutation" : "t"
  } tests of all pairs of rows, Holm, α = ${options.alpha ?? ALPHA}`;
  const excluded = rows.flatMap(({ label, cells }) => {
    const headings = columns.filter(({ metadata }) =>
      cells.get(metadata)?.isExcluded
    ).map(({ heading }) => heading);
    return headings.length > 0 ? `${label}: ${headings.join(", ")}` : [];
  });
  const unranked = Map.groupBy(columns, ({ unranked }) => unranked);
  const others = fieldKeys.length > 0
    ? ` with the same ${fieldKeys.map(singleLine).join(", ")}`
    : "";
  return [
    ...(standings.has("best")
      ? [{
        text: `${MARKS.best} best: significantly different from every other ` +
          `row of its column${others}${
            excluded.length > 0 ? " that takes part" : ""
          } (${how}).`,
      }]
      : []),
    ...(standings.has("tied")
      ? [{
        text: `${MARKS.tied} not significantly different from the column's ` +
          `best mean${others} (${standings.has("best") ? "same tests" : how}).`,
        items: columns.flatMap((column) =>
          listTies(comparison, column, findOutlook)
        ),
      }]
      : []),
    ...makeList("Not ranked, because a run has failed:", excluded),
    ...Object.entries(REASONS).flatMap(([reason, text]) =>
      options.baseline?.length && reason === "unknown direction"
        ? []
        : makeList(
          text,
          (unranked.get(reason as Unranked) ?? []).map((c) => c.heading),
        )
    ),
    ...makeList(
      `Not ranked, because the rows differ in ${fieldKeys.join(", ")}:`,
      (unranked.get("different settings") ?? []).map((c) => c.heading),
    ),
  ];
}

/** What is tied with the best means of a column, and what would resolve it. */
function listTies(
  { rows }: Comparison,
  { metadata, heading }: Column,
  findOutlook: FindOutlook,
): string[] {
  const ties = rows.flatMap(({ label, cells }) => {
    const { standing, versusBest } = cells.get(metadata) ?? {} as Partial<Cell>;
    return standing === "tied" && versusBest ? [{ label, ...versusBest }] : [];
  });
  return Map.groupBy(ties, ({ best }) => best).entries().map(
    ([best, others]) => {
      const texts = others.map(({ label, verdict }) =>
        `${label} (${explainUnresolved(verdict, findOutlook)})`
      );
      return singleLine(
        `${heading}: best mean ${best}; tied with ${texts.join("; ")}`,
      );
    },
  ).toArray();
}

function noteRuns(comparison: Comparison): Note[] {
  const { rows, baseline, omitted, superseded, warnings } = comparison;
  const alone = `There is no other row to compare with ${baseline?.name}.`;
  return [
    ...(baseline && rows.length === 1 ? [{ text: singleLine(alone) }] : []),
    ...makeList("Not completed, and in no mean:", omitted),
    ...makeList(
      "Superseded by a newer run of the same configuration and seed:",
      superseded,
    ),
    ...makeList("Warnings:", warnings),
  ];
}
