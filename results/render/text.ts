/**
 * A comparison in words and rounded numbers: what every format for readers
 * shows, whatever its signs for columns and rows.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { printable } from "../../core/utils/printable.ts";
import {
  formatNumber,
  type ResultMetadata,
  roundBy,
  type RoundedNumbers,
} from "../../core/utils/results.ts";
import {
  type Cell,
  type Comparison,
  type ComparisonRow,
  type Count,
  labelOf,
} from "../compare/comparison.ts";
import { directionOf } from "../compare/direction.ts";
import type { Interval } from "../statistics/intervals.ts";
import { ALPHA, FEWEST, LEVEL } from "../statistics/levels.ts";
import type { Standing, Untested, Verdict } from "../statistics/verdicts.ts";

/** What stands where there is no value. */
export const NO_VALUE = "–";

/** A cell for readers. */
export interface TextCell {
  /** What it says. */
  readonly text: string;
  /** Signs behind it that a note explains: `†`, `*`, `≈`. */
  readonly marks?: string;
  /** Whether it stands out: the best of its column. */
  readonly isBest?: boolean;
}

/** A column for readers. */
export interface TextColumn {
  /** Its heading. */
  readonly heading: string;
  /** Whether it holds numbers, and so is aligned to the right. */
  readonly isNumeric: boolean;
  /** Whether it tells rows apart, and stays where columns are parted. */
  readonly isKey: boolean;
}

/** A table for readers. */
export interface TextTable {
  /** The columns. */
  readonly columns: readonly TextColumn[];
  /** The cells, row by row. */
  readonly rows: readonly (readonly TextCell[])[];
}

/** A note under a table. */
export interface Note {
  /** What it says. */
  readonly text: string;
  /** What it lists, if anything. */
  readonly items?: readonly string[];
}

/** A comparison for readers. */
export interface ComparisonText {
  /** The table. */
  readonly table: TextTable;
  /** What its signs mean, and what else a reader should know. */
  readonly notes: readonly Note[];
  /** How rows differ from the baseline, where there is one. */
  readonly verdicts?: VerdictsText;
}

/** The verdicts of a comparison for readers. */
export interface VerdictsText {
  /** What they are on. */
  readonly title: string;
  /** The table. */
  readonly table: TextTable;
  /** What would resolve those that are not. */
  readonly notes: readonly Note[];
}

/** The signs behind a value. */
export const MARKS = { withinRun: "†", best: "*", tied: "≈" };

/**
 * Puts a comparison into words and rounded numbers.
 *
 * @param comparison The comparison.
 * @returns Its table, notes and verdicts.
 */
export function textOf(comparison: Comparison): ComparisonText {
  const { keys, columns, rows, baseline } = comparison;
  const isOneRunEach = rows.every(({ total }) => total === 1);
  const table: TextTable = {
    columns: [
      {
        heading: isOneRunEach ? "run" : "runs",
        isNumeric: !isOneRunEach,
        isKey: true,
      },
      ...keyColumns(comparison),
      ...columns.map((column) => ({
        heading: headingOf(column, comparison),
        isNumeric: true,
        isKey: false,
      })),
    ],
    rows: rows.map(({ runs, counts, config, cells }) => [
      { text: isOneRunEach ? runs.join() : countText(counts) },
      ...keys.map((key) => ({ text: clean(valueText(config[key])) })),
      ...columns.map((column) => cellText(cells.get(column), comparison)),
    ]),
  };
  return {
    table,
    notes: notesOf(comparison),
    ...(baseline && rows.length > 1
      ? { verdicts: verdictsOf(comparison) }
      : {}),
  };
}

function keyColumns({ keys, rows }: Comparison): TextColumn[] {
  return keys.map((key) => ({
    heading: clean(key),
    isNumeric: rows.every(({ config }) => typeof config[key] === "number"),
    isKey: true,
  }));
}

function valueText(value: unknown): string {
  return value === undefined ? NO_VALUE : formatValue(value);
}

/** `5`, `4 of 5`; of a row with several sets of replicates each that differs. */
function countText(counts: readonly Count[]): string {
  const texts = counts.map(({ completed, total }) =>
    completed === total ? `${total}` : `${completed} of ${total}`
  );
  return [...new Set(texts)].join(", ");
}

/** Names come from files of anyone: in a table each stays in its line. */
export function clean(text: string): string {
  return printable(text).replaceAll("\n", " ");
}

/** A heading names what tells a column from others of its name, no more. */
export function headingOf(
  { name, fields }: ResultMetadata,
  { columns, options }: Pick<Comparison, "columns" | "options">,
): string {
  const others = columns.filter((other) => other.name === name);
  const telling = Object.entries(fields).filter(([key, value]) =>
    others.some((other) => other.fields[key] !== value)
  ).map(([key, value]) => `${key}=${value}`).join(", ");
  const isOnlyName = others.length === columns.length;
  if (options.cols?.length && isOnlyName && telling) return clean(telling);
  return clean(telling ? `${name} (${telling})` : name);
}

/**
 * What a cell says.
 *
 * @param cell The cell; undefined where there is none.
 * @param comparison The comparison.
 * @returns The value and its error, rounded by that, and its signs.
 */
export function cellText(
  cell: Cell | undefined,
  { options }: Pick<Comparison, "options">,
): TextCell {
  if (!cell) return { text: NO_VALUE };
  const { kind, runs, of, standing, result: { mean, error }, interval } = cell;
  const value = options.ci
    ? formatInterval(mean, interval)
    : formatError(mean, error);
  const marks = [
    ...(kind === "within-run" && hasError(cell, { options })
      ? [MARKS.withinRun]
      : []),
    ...(standing === "best" ? [MARKS.best] : []),
    ...(standing === "tied" ? [MARKS.tied] : []),
  ].join("");
  return {
    text: runs.size < of ? `${value} (${runs.size} of ${of})` : value,
    ...(marks ? { marks } : {}),
    ...(standing === "best" ? { isBest: true } : {}),
  };
}

/** One value alone has no error, and shows none. */
function formatError(mean: number, error: number): string {
  if (Number.isNaN(error)) return formatNumber(mean);
  if (!Number.isFinite(mean + error) || error === 0) {
    return `${formatNumber(mean)} ± ${formatNumber(error)}`;
  }
  const { texts, power } = roundBy(error, [mean, error]);
  return scaled(texts.join(" ± "), power);
}

/** A number with its interval, rounded by half of that. */
function formatInterval(mean: number, interval: Interval | undefined): string {
  if (!interval) return formatNumber(mean);
  const { texts, power } = roundByHalf(mean, interval);
  const [middle, low, high] = texts;
  return scaled(`${middle} [${low}, ${high}]`, power);
}

/** An interval alone, rounded as beside its number. */
function formatRange(mean: number, interval: Interval | undefined): string {
  if (!interval) return NO_VALUE;
  const { texts: [, low, high], power } = roundByHalf(mean, interval);
  return `[${low}, ${high}]${power === 0 ? "" : `e${power}`}`;
}

function roundByHalf(mean: number, [low, high]: Interval): RoundedNumbers {
  const half = (high - low) / 2;
  const values = [mean, low, high];
  return half > 0 && half < Infinity
    ? roundBy(half, values)
    : { texts: values.map((value) => formatNumber(value)), power: 0 };
}

function scaled(text: string, power: number): string {
  return power === 0 ? text : `(${text})e${power}`;
}

const SMALLEST_P = 0.0001;

/** A p-value to two digits. */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return "undefined";
  return p < SMALLEST_P ? `<${SMALLEST_P}` : formatNumber(p, 2);
}

function notesOf(comparison: Comparison): Note[] {
  const { columns, rows, left, superseded, caveats, options } = comparison;
  const { baseline } = comparison;
  if (columns.length === 0) {
    const text =
      "The runs have no records but times; --metric 'time/*' shows those.";
    return [{ text }, ...runNotes()];
  }
  return [
    ...nameNotes(),
    ...errorNotes(comparison),
    ...standingNotes(),
    ...runNotes(),
  ];

  function nameNotes(): Note[] {
    const names = new Set(columns.map(({ name }) => name));
    const { cols = [], relativeTo = [] } = options;
    return [
      ...(cols.length > 0 && names.size === 1
        ? [{ text: `Values are of ${clean([...names].join())}.` }]
        : []),
      ...(relativeTo.length > 0
        ? [{
          text: `Values are ratios to the column ${clean(relativeTo.join())}.`,
        }]
        : []),
    ];
  }

  function standingNotes(): Note[] {
    const cells = rows.flatMap((row) => [...row.cells.values()]);
    const has = (standing: Standing) =>
      cells.some((cell) => cell.standing === standing);
    const alpha = options.alpha ?? ALPHA;
    const how = `two-sided ${
      options.test === "sign-flip" ? "exact permutation" : "t"
    } tests of all pairs of rows, Holm, α = ${alpha}`;
    const excluded = listed(({ isExcluded }) => isExcluded === true);
    const undirected = columns.filter((column) =>
      !directionOf(column.name, options) && isRankable(column)
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

  function isRankable(column: ResultMetadata): boolean {
    const { aggregate = "mean", relativeTo = [] } = options;
    return aggregate === "mean" && relativeTo.length === 0 &&
      rows.filter(({ cells }) =>
          (cells.get(column)?.sample.size ?? 0) >= FEWEST
        ).length > 1;
  }

  function listed(isMeant: (cell: Cell) => boolean): string[] {
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

  function runNotes(): Note[] {
    const alone = baseline && rows.length === 1
      ? [{ text: `There is no other row to hold against ${baseline.name}.` }]
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
    const [least, most] = [Math.min(...found), Math.max(...found)];
    return `${clean(String(column))}: ${
      least === most ? least : `${least} to ${most}`
    }`;
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

function hasError(
  cell: Cell,
  { options }: Pick<Comparison, "options">,
): boolean {
  return options.ci
    ? cell.interval !== undefined
    : !Number.isNaN(cell.result.error);
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

/** What would tell two rows apart that could not be told. */
function outlook(verdict: Verdict | Untested): string {
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

function verdictsOf(comparison: Comparison): VerdictsText {
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
