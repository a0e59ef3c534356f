/**
 * What the signs of a comparison mean, and what else a reader should know.
 *
 * @module
 */

import {
  type Cell,
  type Comparison,
  type ComparisonRow,
  isOfMeans,
  isRankable,
  labelOf,
} from "../compare/comparison.ts";
import { directionOf } from "../compare/direction.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { ALPHA } from "../statistics/levels.ts";
import type { Standing } from "../statistics/verdicts.ts";
import type { Note } from "./text.ts";
import { outlook } from "./verdicts.ts";
import { clean, hasError, headingOf, isList, MARKS } from "./words.ts";

/**
 * The notes under the table of a comparison.
 *
 * @param comparison The comparison.
 * @returns What its signs mean, what is not ranked and why, and its caveats.
 */
export function notesOf(comparison: Comparison): Note[] {
  if (comparison.columns.length === 0) {
    const text =
      "The runs have no records but times; --metric 'time/*' shows those.";
    return [{ text }, ...runNotes(comparison)];
  }
  return [
    ...nameNotes(comparison),
    ...errorNotes(comparison),
    ...standingNotes(comparison),
    ...runNotes(comparison),
  ];
}

/** Of what runs a list is, whose rows do not say it. */
function listNote({ rows: [row] }: Comparison): string {
  const { runs, total } = row!;
  return total === 1
    ? `All of run ${clean(runs.join())}.`
    : `All of the same runs: ${runs.length} of ${total}.`;
}

function nameNotes(comparison: Comparison): Note[] {
  const { columns, options } = comparison;
  const names = new Set(columns.map(({ name }) => name));
  const { rows = [], cols = [], relativeTo = [] } = options;
  return [
    ...(isList(comparison) ? [{ text: listNote(comparison) }] : []),
    ...(cols.length > 0 && names.size === 1 && !rows.includes(METRIC_KEY)
      ? [{ text: `Values are of ${clean([...names].join())}.` }]
      : []),
    ...(relativeTo.length > 0
      ? [{
        text: `Values are ratios to the column ${clean(relativeTo.join())}.`,
      }]
      : []),
  ];
}

function errorNotes(comparison: Comparison): Note[] {
  const { rows, columns, options } = comparison;
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const isBetween = cells.some(({ kind }) => kind === "between-seed");
  const counts = columns.flatMap((column) => {
    const found = rows.flatMap(({ cells }) => {
      const cell = cells.get(column);
      return cell?.kind === "within-run" && hasError(cell, comparison)
        ? cell.result.n
        : [];
    });
    if (found.length === 0) return [];
    const least = found.reduce((a, b) => Math.min(a, b));
    const most = found.reduce((a, b) => Math.max(a, b));
    const name = options.rows?.includes(METRIC_KEY)
      ? headingOf(column, comparison)
      : clean(String(column));
    return `${name}: ${least === most ? least : `${least} to ${most}`}`;
  });
  const what = options.ci
    ? `${options.ci} % confidence interval`
    : "standard error";
  const isBare = options.ci &&
    cells.some((cell) => cell.result.n > 1 && !hasError(cell, comparison));
  return [
    ...(isBetween ? [{ text: betweenNote(comparison, what) }] : []),
    ...(counts.length > 0
      ? [{
        text: `${MARKS.withinRun} is the within-run ${what} of one run. ` +
          "Observations behind each:",
        items: counts,
      }]
      : []),
    ...(isBare ? [{ text: bareNote(comparison) }] : []),
    ...(rows.some(isPartial)
      ? [{ text: "(k of n): only k of n runs have such a record." }]
      : []),
  ];
}

/** What the numbers of rows of several runs are. */
function betweenNote({ options }: Comparison, what: string): string {
  const { aggregate = "mean", ci = 0, relativeTo = [] } = options;
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
      : "; --ci 95 shows intervals where there are runs enough"
  }.`;
}

/** Why a value has no interval. */
function bareNote({ options }: Comparison): string {
  const { aggregate = "mean", relativeTo = [] } = options;
  return relativeTo.length > 0
    ? "A ratio stands alone where its lower mean may be 0, or where the errors " +
      "of both means are of different kinds."
    : aggregate === "median"
    ? "A median stands alone where there are too few runs: 95 % needs 6."
    : aggregate === "iqm"
    ? "A mean stands alone where there are fewer than 10 runs."
    : "A mean stands alone where its runs do not vary, or are not finite.";
}

function isPartial({ cells }: ComparisonRow): boolean {
  return cells.values().some(({ runs, of }) => runs.size < of);
}

function standingNotes(comparison: Comparison): Note[] {
  const { columns, rows, options } = comparison;
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const has = (standing: Standing) =>
    cells.some((cell) => cell.standing === standing);
  const alpha = options.alpha ?? ALPHA;
  const how = `two-sided ${
    options.test === "sign-flip" ? "exact permutation" : "t"
  } tests of all pairs of rows, Holm, α = ${alpha}`;
  const excluded = listed(comparison, ({ isExcluded }) => isExcluded === true);
  const undirected = columns.filter((column) =>
    isOfMeans(options) && !options.rows?.includes(METRIC_KEY) &&
    !directionOf(column.name, options) &&
    isRankable(column, rows)
  );
  return [
    ...(has("best")
      ? [{
        text: `${MARKS.best} is best: it differs from every other row of ` +
          `its column${excluded.length > 0 ? " that takes part" : ""} ` +
          `(${how}).`,
      }]
      : []),
    ...(has("tied")
      ? [{
        text: `${MARKS.tied} cannot be told from the best mean of its ` +
          `column (${has("best") ? "same tests" : how}).`,
        items: tiesOf(comparison),
      }]
      : []),
    ...(excluded.length > 0
      ? [{ text: "Not ranked, as a run has failed:", items: excluded }]
      : []),
    ...(undirected.length > 0 && !options.baseline?.length
      ? [{
        text: "Not ranked, as it is not known which way is better " +
          "(--lower-is-better, --higher-is-better tell):",
        items: undirected.map((column) => headingOf(column, comparison)),
      }]
      : []),
  ];
}

/** The rows and columns of some cells. */
function listed(
  comparison: Comparison,
  isMeant: (cell: Cell) => boolean,
): string[] {
  const { columns, rows } = comparison;
  return rows.flatMap(({ config, cells }) => {
    const meant = columns.filter((column) => {
      const cell = cells.get(column);
      return cell !== undefined && isMeant(cell);
    });
    return meant.length > 0
      ? clean(
        `${labelOf(config)}: ${
          meant.map((column) => headingOf(column, comparison)).join(", ")
        }`,
      )
      : [];
  });
}

/** Of each column, what is tied with its best mean, and what would tell. */
function tiesOf(comparison: Comparison): string[] {
  const { columns, rows } = comparison;
  return columns.flatMap((column) => {
    const standing = (wanted: (cell: Cell) => boolean) =>
      rows.filter(({ cells }) => {
        const cell = cells.get(column);
        return cell?.standing === "tied" && wanted(cell);
      });
    const [leader] = standing(({ behind }) => !behind);
    if (!leader) return [];
    const others = standing(({ behind }) => behind !== undefined)
      .map(({ config, cells }) =>
        `${labelOf(config)} (${outlook(cells.get(column)!.behind!)})`
      );
    const heading = headingOf(column, comparison);
    return clean(
      `${heading}: ${labelOf(leader.config)} with ${others.join("; ")}`,
    );
  });
}

function runNotes(comparison: Comparison): Note[] {
  const { rows, baseline, left, superseded, caveats } = comparison;
  const alone = baseline && rows.length === 1
    ? [{
      text: `There is no other row to hold against ${clean(baseline.name)}.`,
    }]
    : [];
  const lists: [string, readonly string[]][] = [
    ["Not completed, and in no mean:", left],
    [
      "Superseded by a newer run of the same configuration and seed:",
      superseded,
    ],
    ["Beware:", caveats],
  ];
  const notes = lists.flatMap(([text, items]) =>
    items.length > 0 ? [{ text, items: items.map(clean) }] : []
  );
  return [...alone, ...notes];
}
