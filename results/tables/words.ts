/**
 * How single things are worded: values, errors, intervals, p-values, headings.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { truncate } from "../../core/utils/terminal.ts";
import {
  formatMeanError,
  formatNumber,
  type MetadataValue,
  type ResultMetadata,
  roundBy,
  type RoundedNumbers,
} from "../../core/utils/results.ts";
import type { Cell, Comparison } from "../compare/comparison.ts";
import { METRIC_KEY, REPEATS_FIELD } from "../compare/pivot.ts";
import type { Interval } from "../statistics/intervals.ts";
import type { TextCell, TextColumn } from "./text.ts";

/** What stands where there is no value. */
export const NO_VALUE = "–";

/** The signs behind a value. */
export const MARKS = { withinRun: "†", best: "*", tied: "≈" };

/** Whether rows are records of the same runs, which then need no column. */
export function isList({ rows, options }: Comparison): boolean {
  const runs = new Set(rows.map(({ runs }) => runs.join()));
  return options.rows?.[0] === METRIC_KEY && rows.length > 1 &&
    runs.size === 1;
}

/** The columns of the keys that tell rows apart. */
export function keyColumns({ keys, rows }: Comparison): TextColumn[] {
  return keys.map((key) => ({
    heading: clean(key),
    isNumeric: rows.every(({ config }) => typeof config[key] === "number"),
    isKey: true,
  }));
}

/** A value of a key. */
export function valueText(value: unknown): string {
  return value === undefined ? NO_VALUE : formatValue(value);
}

/** So many characters of a name are shown. */
const MAX_NAME_LENGTH = 1000;

/** Names come from files of anyone: in a table each stays in its line. */
export function clean(text: string): string {
  return truncate(text, MAX_NAME_LENGTH).replaceAll(/[\n\u2028\u2029]/g, " ");
}

/**
 * A heading names what tells a column from others of its name, no more: fields
 * that have several values there, or where that is not enough, all that differ.
 */
export function headingOf(
  column: ResultMetadata,
  { columns, options }: Pick<Comparison, "columns" | "options">,
): string {
  const { name } = column;
  const { told, others } = tellingsOf(columns);
  const telling = told.get(column) ?? "";
  const isOnlyName = others.get(name) === columns.length;
  if (options.cols?.length && isOnlyName && telling) return clean(telling);
  return clean(telling ? `${name} (${telling})` : name);
}

/** What is told of each column, and how many have its name. */
interface Tellings {
  readonly told: ReadonlyMap<ResultMetadata, string>;
  readonly others: ReadonlyMap<string, number>;
}

/** Worked out once for all columns, which may be ten thousand. */
const tellings = new WeakMap<readonly ResultMetadata[], Tellings>();

function tellingsOf(columns: readonly ResultMetadata[]): Tellings {
  const known = tellings.get(columns);
  if (known) return known;
  const told = new Map<ResultMetadata, string>();
  const groups = Map.groupBy(columns, ({ name }) => name);
  for (const same of groups.values()) {
    const { several, differing } = fieldsOf(same);
    const texts = same.map((column) => textOf(column, several));
    const counts = Map.groupBy(texts, (text) => text);
    same.forEach((column, index) => {
      const text = texts[index]!;
      const isFew = counts.get(text)!.length === 1;
      told.set(column, isFew ? text : textOf(column, differing));
    });
  }
  const others = new Map(
    groups.entries().map(([name, same]) => [name, same.length]),
  );
  const found = { told, others };
  tellings.set(columns, found);
  return found;
}

/** Fields that have several values, and those in which some column differs. */
function fieldsOf(
  columns: readonly ResultMetadata[],
): { several: ReadonlySet<string>; differing: ReadonlySet<string> } {
  const values = new Map<string, Set<MetadataValue>>();
  const counts = new Map<string, number>();
  for (const { fields } of columns) {
    for (const [key, value] of Object.entries(fields)) {
      values.getOrInsertComputed(key, () => new Set()).add(value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const keys = [...values.keys()];
  const isSeveral = (key: string) => values.get(key)!.size > 1;
  return {
    several: new Set(
      keys.filter((key) => key !== REPEATS_FIELD && isSeveral(key)),
    ),
    differing: new Set(
      keys.filter((key) => isSeveral(key) || counts.get(key)! < columns.length),
    ),
  };
}

function textOf(
  { fields }: ResultMetadata,
  told: ReadonlySet<string>,
): string {
  return Object.entries(fields)
    .filter(([key]) => told.has(key))
    .map(([key, value]) => `${key}=${value}`).join(", ");
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

/** Whether a cell has an error, or an interval where those are asked for. */
export function hasError(
  cell: Cell,
  { options }: Pick<Comparison, "options">,
): boolean {
  return options.ci
    ? cell.interval !== undefined
    : !Number.isNaN(cell.result.error);
}

/** One value alone has no error, and shows none. */
export function formatError(mean: number, error: number): string {
  return Number.isNaN(error)
    ? formatNumber(mean)
    : formatMeanError(mean, error);
}

/** A number with its interval, rounded by half of that. */
function formatInterval(mean: number, interval: Interval | undefined): string {
  if (!interval) return formatNumber(mean);
  const { texts, power } = roundByHalf(mean, interval);
  const [middle, low, high] = texts;
  const text = `${middle} [${low}, ${high}]`;
  return power === 0 ? text : `(${text})e${power}`;
}

/** An interval alone, rounded as beside its number. */
export function formatRange(
  mean: number,
  interval: Interval | undefined,
): string {
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

const SMALLEST_P = 0.0001;

/** A p-value to two digits. */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return "undefined";
  return p < SMALLEST_P ? `<${SMALLEST_P}` : formatNumber(p, 2);
}
