/**
 * A comparison in words and rounded numbers: what every format for readers
 * shows, whatever its signs for columns and rows.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
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
  DEFAULT_CI,
  labelOf,
} from "../compare/comparison.ts";
import { directionOf } from "../compare/direction.ts";
import type { Interval } from "../statistics/intervals.ts";
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
    rows: rows.map(({ runs, total, config, cells }) => [
      { text: isOneRunEach ? runs.join() : countOf(runs.length, total) },
      ...keys.map((key) => ({ text: clean(valueText(config[key])) })),
      ...columns.map((column) =>
        cellText(cells.get(column), runs.length, comparison)
      ),
    ]),
  };
  return {
    table,
    notes: notesOf(comparison),
    ...(baseline ? { verdicts: verdictsOf(comparison) } : {}),
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

function countOf(completed: number, total: number): string {
  return completed === total ? `${total}` : `${completed} of ${total}`;
}

const CONTROL = /\p{Cc}/gu;

/** Names come from files of anyone: none may move the cursor. */
export function clean(text: string): string {
  return text.replaceAll(
    CONTROL,
    (char) => char === "\n" || char === "\t" ? " " : "\uFFFD",
  );
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
 * @param completed How many completed runs its row has.
 * @param comparison The comparison.
 * @returns The value and its error, rounded by that, and its signs.
 */
export function cellText(
  cell: Cell | undefined,
  completed: number,
  { options }: Pick<Comparison, "options">,
): TextCell {
  if (!cell) return { text: NO_VALUE };
  const { kind, runs, standing, result: { mean, error }, interval } = cell;
  const value = options.ci
    ? formatInterval(mean, interval)
    : formatError(mean, error);
  const hasError = options.ci ? interval !== undefined : !Number.isNaN(error);
  const marks = [
    ...(kind === "within-run" && hasError ? [MARKS.withinRun] : []),
    ...(standing === "best" ? [MARKS.best] : []),
    ...(standing === "tied" ? [MARKS.tied] : []),
  ].join("");
  return {
    text: runs.size < completed
      ? `${value} (${runs.size} of ${completed})`
      : value,
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
    if (!has("best") && !has("tied")) return [];
    const alpha = options.alpha ?? 0.05;
    const how = `two-sided ${
      options.test === "sign-flip" ? "exact permutation" : "t"
    } tests of all pairs of rows, Holm, α = ${alpha}`;
    return [
      ...(has("best")
        ? [{
          text: `${MARKS.best} is best: it differs from every other row of ` +
            `its column (${how}).`,
        }]
        : []),
      ...(has("tied")
        ? [{
          text: `${MARKS.tied} cannot be told from the best mean of its ` +
            `column (${has("best") ? "same tests" : how}).`,
          items: tiesOf(comparison),
        }]
        : []),
    ];
  }

  function runNotes(): Note[] {
    const lists: [string, readonly string[]][] = [
      ["Not completed, and in no mean:", left],
      [
        "Superseded by a newer run of the same configuration and seed:",
        superseded,
      ],
      ["Beware:", caveats],
    ];
    return lists.flatMap(([text, items]) =>
      items.length > 0 ? [{ text, items: items.map(clean) }] : []
    );
  }
}

function errorNotes({ rows, columns, options }: Comparison): Note[] {
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const kinds = new Set(cells.map(({ kind }) => kind));
  const { aggregate = "mean", ci = 0 } = options;
  const sign = ci ? "[ ]" : "±";
  const what = ci ? `${ci} % confidence interval` : "standard error";
  const between = aggregate === "mean"
    ? `${sign} is the between-seed ${what} of the mean over the runs of a row${
      ci ? " (Student's t)" : ""
    }.`
    : `Values are the ${
      aggregate === "iqm" ? "interquartile mean" : "median"
    } over the runs of a row${
      ci
        ? `, [ ] its between-seed ${what} (${
          aggregate === "iqm" ? "bootstrap" : "order statistics"
        })`
        : "; --ci 95 shows intervals where there are runs enough"
    }.`;
  const counts = columns.flatMap((column) => {
    const found = rows.flatMap(({ cells }) => {
      const cell = cells.get(column);
      return cell?.kind === "within-run" ? cell.result.n : [];
    });
    if (found.length === 0) return [];
    const [least, most] = [Math.min(...found), Math.max(...found)];
    return `${clean(String(column))}: ${
      least === most ? least : `${least} to ${most}`
    }`;
  });
  return [
    ...(kinds.has("between-seed") ? [{ text: between }] : []),
    ...(kinds.has("within-run")
      ? [{
        text: `${MARKS.withinRun} is the within-run ${what} of one run. ` +
          "Observations behind each:",
        items: counts,
      }]
      : []),
    ...(rows.some(isPartial)
      ? [{ text: "(k of n): only k of the row's n runs have such a record." }]
      : []),
  ];
}

function isPartial({ runs, cells }: ComparisonRow): boolean {
  return cells.values().some((cell) => cell.runs.size < runs.length);
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
  const { p, needs } = verdict;
  const runs = runsOf(verdict);
  if (Number.isNaN(p)) return "p undefined, as the differences do not vary";
  if (needs !== undefined) {
    return `cannot resolve with n = ${runs}, needs ${needs}`;
  }
  const { moreSeeds, detectable } = verdict.outlook();
  return `${moreSeeds} more seeds for 80 % power; ${runs} could have shown ` +
    formatNumber(detectable, 2);
}

function runsOf({ design: { counts } }: Verdict): string {
  return counts.join(" and ");
}

function verdictsOf(comparison: Comparison): VerdictsText {
  const { keys, columns, rows, baseline, options } = comparison;
  const level = options.ci || DEFAULT_CI;
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
      "Holm over the rows of a column, intervals not adjusted.",
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
