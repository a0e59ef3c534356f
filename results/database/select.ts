/**
 * Which runs and which records a comparison looks at.
 *
 * @module
 */

import { isMatch } from "matcher";
import { closest, formatValue, unknownKey } from "../../core/config/schema.ts";
import type {
  MetadataValue,
  ResultMetadata,
} from "../../core/utils/results.ts";
import { OptionError } from "./option_error.ts";
import type { StoredRun } from "./run_database.ts";

/** Which runs are wanted. */
export interface RunFilter {
  /** Conditions `key=value`, all of which must hold. */
  readonly where?: readonly string[];
  /** The earliest start: an ISO 8601 date, or an age such as `7d`. */
  readonly since?: string;
}

/**
 * Reads the value that a run has for a key.
 *
 * @param run The run.
 * @param key A key of the configuration, or `experiment`.
 * @returns The value; undefined where it has none.
 */
export function readKey(run: StoredRun, key: string): unknown {
  if (key === "experiment") return run.info.experiment;
  // The key may come from another run, and have any name.
  return Object.hasOwn(run.config, key) ? run.config[key] : undefined;
}

/**
 * Reads the value that a run has for a key as text.
 *
 * @param run The run.
 * @param key A key of the configuration, or `experiment`.
 * @returns The value as its flag would take it; undefined where it has none.
 */
export function formatKey(run: StoredRun, key: string): string | undefined {
  const value = readKey(run, key);
  return value === undefined ? undefined : formatValue(value);
}

/**
 * Takes the runs that a filter lets through.
 *
 * @param runs The runs.
 * @param filter Which of them are wanted.
 * @returns Those runs, in the same order.
 * @throws {OptionError} If a condition is no `key=value`, no run has its key,
 * or `since` is no date and no age.
 */
export function selectRuns(
  runs: Iterable<StoredRun>,
  filter: RunFilter,
): StoredRun[] {
  const all = [...runs];
  const { where = [], since = "" } = filter;
  const conditions = where.map((text) => parseCondition(text, all));
  const earliest = since === "" ? -Infinity : parseSince(since);
  return all.filter((run) =>
    Date.parse(run.info.startedAt) >= earliest &&
    conditions.every((holds) => holds(run))
  );
}

function parseCondition(
  text: string,
  runs: readonly StoredRun[],
): (run: StoredRun) => boolean {
  const { key, wanted } = parseConditions([text], "where")[0]!;
  if (key === "tag") return (run) => run.info.tags.includes(wanted);
  if (key === "status") return (run) => run.status === wanted;
  const known = listKeys(runs);
  if (runs.length > 0 && !known.includes(key)) {
    throw new OptionError(
      "where",
      unknownKey(key, ["status", "tag", ...known]),
    );
  }
  return (run) => matchesValue(readKey(run, key), wanted);
}

/** A condition `key=value`, taken apart. */
export interface Condition {
  /** The key. */
  readonly key: string;
  /** The value that it must have, as its flag would take it. */
  readonly wanted: string;
}

/**
 * Takes conditions `key=value` apart.
 *
 * @param texts The conditions.
 * @param option Which option gives them, for the error.
 * @returns Keys and values.
 * @throws {OptionError} If one is no `key=value`.
 */
export function parseConditions(
  texts: readonly string[],
  option: string,
): Condition[] {
  return texts.map((text) => {
    const sign = text.indexOf("=");
    if (sign < 1) {
      throw unusable(
        option,
        `it must be key=value: current value is "${text}"`,
      );
    }
    return { key: text.slice(0, sign), wanted: text.slice(sign + 1) };
  });
}

/**
 * Says whether a value is what a condition wants.
 *
 * @param value The value; undefined where there is none.
 * @param wanted What the condition has, as a text.
 * @returns Whether they are the same text, or the same number.
 */
export function matchesValue(value: unknown, wanted: string): boolean {
  if (value === undefined) return false;
  const text = formatValue(value);
  // 1e-3 and 0.001 are the same number.
  return text === wanted ||
    wanted !== "" && text !== "" && Number(text) === Number(wanted);
}

/**
 * Lists all keys that some run has: `experiment`, and those of the configurations.
 *
 * @param runs The runs.
 * @returns The keys, each once, in the order of the configurations.
 */
export function listKeys(runs: Iterable<StoredRun>): string[] {
  const keys = new Set(["experiment"]);
  for (const { config } of runs) {
    for (const key of Object.keys(config)) keys.add(key);
  }
  return [...keys];
}

/**
 * Finds the keys of which runs have different values. That one experiment has a
 * key and another has not does not count.
 *
 * @param runs The runs.
 * @returns The keys, in the order of the configurations.
 */
export function findDifferingKeys(runs: readonly StoredRun[]): string[] {
  const groups = Map.groupBy(runs, ({ info }) => info.experiment);
  const values = (some: readonly StoredRun[], key: string) =>
    new Set(some.map((run) => formatKey(run, key)));
  return listKeys(runs).filter((key) => {
    const given = values(runs, key);
    given.delete(undefined);
    return given.size > 1 ||
      groups.values().some((group) => values(group, key).size > 1);
  });
}

const AGE = /^(\d{1,6})([smhdw])$/;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/** The time that `since` means, in milliseconds of the epoch. */
function parseSince(since: string): number {
  const [, amount, unit] = AGE.exec(since) ?? [];
  if (amount && unit) {
    const isTime = "smh".includes(unit);
    const age = `P${isTime ? "T" : ""}${amount}${unit.toUpperCase()}`;
    return Temporal.Now.zonedDateTimeISO("UTC").subtract(age).epochMilliseconds;
  }
  const [, clock, , , zone] = DATE.exec(since) ?? [];
  // Runs are named in UTC, and so are the times that one looks for.
  const time = Date.parse(clock && !zone ? `${since}Z` : since);
  if (DATE.test(since) && !Number.isNaN(time)) return time;
  throw unusable(
    "since",
    "it must be a date such as 2026-11-22 or an age such as 90m, 12h, 7d: " +
      `current value is "${since}"`,
  );
}

/**
 * Takes the metadata that globs name.
 *
 * @param metadata The metadata of all records.
 * @param globs Globs on the record's name, `loss/*` for example; where none is
 * given, all but times.
 * @returns What matches one of them, in the same order.
 * @throws {OptionError} If a glob matches nothing.
 */
export function selectMetadata(
  metadata: readonly ResultMetadata[],
  globs: readonly string[],
): ResultMetadata[] {
  if (globs.length === 0) {
    return metadata.filter(({ name }) => !name.startsWith("time/"));
  }
  checkGlobs(globs, metadata, "metric");
  return metadata.filter((item) => globs.some((glob) => matches(item, glob)));
}

function matches({ name }: ResultMetadata, glob: string): boolean {
  return isMatch(name, glob, { caseSensitive: true });
}

/**
 * Checks that each glob matches a record.
 *
 * @param globs Globs on the names of records.
 * @param metadata The metadata of all records.
 * @param option Which option gives them, for the error.
 * @throws {OptionError} If a glob matches nothing.
 */
export function checkGlobs(
  globs: readonly string[],
  metadata: readonly ResultMetadata[],
  option: string,
): void {
  for (const glob of globs) {
    if (metadata.some((item) => matches(item, glob))) continue;
    const names = [...new Set(metadata.map(({ name }) => name))];
    const nearest = closest(glob, names);
    throw unusable(
      option,
      names.length === 0
        ? "the runs have no records"
        : `no record has such a name: ${
          nearest === undefined
            ? `known are ${names.join(", ")}`
            : `did you mean ${nearest}?`
        }`,
      ` ${glob}`,
    );
  }
}

function unusable(option: string, reason: string, value = ""): OptionError {
  const message = `Cannot use \`${option}\`${value} as ${reason}`;
  return new OptionError(option, message);
}

/**
 * Makes a value of a key one that can be sorted.
 *
 * @param value The value; undefined where there is none.
 * @returns A number as it is, all else as text.
 */
export function sortableValue(value: unknown): number | string | undefined {
  return typeof value === "number" || value === undefined
    ? value
    : formatValue(value);
}

/**
 * Compares two values for sorting. Missing values and NaN come last, whichever
 * way the others go.
 *
 * @param a A value.
 * @param b Another.
 * @param direction 1 from low to high, -1 from high to low.
 * @returns Less than 0 if `a` comes first, more if `b` does.
 */
export function order(
  a: MetadataValue | undefined,
  b: MetadataValue | undefined,
  direction: 1 | -1,
): number {
  const rank = (value: typeof a) =>
    value === undefined || Number.isNaN(value) ? 1 : 0;
  if (rank(a) || rank(b)) return rank(a) - rank(b);
  if (typeof a === "number" && typeof b === "number") {
    return direction * (a - b);
  }
  // By code unit: collation would load the rules of a language first.
  return direction *
    (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
}
