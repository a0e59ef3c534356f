/**
 * The selection of runs and records.
 *
 * @module
 */

import { isMatch } from "matcher";
import { formatValue, unknownKey } from "../../core/config/schema.ts";
import {
  readSweepMembers,
  type SweepMembers,
} from "../../core/sweep/members.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { OptionError } from "./option_error.ts";
import { formatKey, listKeys, readInfo, readKey } from "./read_run.ts";
import type { StoredRun } from "./run_database.ts";

export { formatKey, listKeys, readKey } from "./read_run.ts";

/** Which runs are selected. */
export interface RunFilter {
  /**
   * Conditions `key=value`, all of which must hold. Those with the same key are
   * alternatives, except for tags, of which a run can have several.
   */
  readonly where?: readonly string[];
  /** The earliest start: an ISO 8601 date, or an age such as `7d`. */
  readonly since?: string;
}

/**
 * Selects the runs that meet a filter.
 *
 * @param runs The runs.
 * @param filter Which of them are wanted.
 * @returns Those runs, in the same order.
 * @throws {OptionError} If a condition is not `key=value`, no run has its key,
 * or `since` is neither a date nor an age.
 */
export function selectRuns(
  runs: Iterable<StoredRun>,
  filter: RunFilter,
): StoredRun[] {
  const all = [...runs];
  const { where = [], since = "" } = filter;
  if (where.length === 0 && since === "") return all;
  const known = listKeys(all);
  const asked = where.map((text) => parseCondition(text, "where"));
  const byKey = Map.groupBy(asked, ({ key }) => key);
  byKey.delete("sweep");
  const conditions = byKey.entries().map(([key, alternatives]) => {
    const values = alternatives.map(({ wanted }) => wanted);
    if (key === "tag") {
      return (run: StoredRun) => {
        const tags = readInfo(run, "tags");
        return values.every((tag) => tags.includes(tag));
      };
    }
    if (key === "status" || key === "id") {
      const wanted = new Set(values);
      return key === "status"
        ? ({ status }: StoredRun) => wanted.has(status)
        : ({ id }: StoredRun) => wanted.has(id) || wanted.has(shortId(id));
    }
    if (all.length > 0 && !known.includes(key)) {
      const names = ["id", "status", "tag", "sweep", ...known];
      throw new OptionError("where", unknownKey(key, names));
    }
    return (run: StoredRun) => {
      const value = readKey(run, key);
      return values.some((wanted) => matchesValue(value, wanted));
    };
  }).toArray();
  const earliest = since === "" ? -Infinity : parseSince(since);
  return asked.filter(({ key }) => key === "sweep").reduce(
    (runs, { wanted }) => selectSweep(runs, wanted),
    all.filter((run) =>
      Date.parse(readInfo(run, "startedAt")) >= earliest &&
      conditions.every((isMet) => isMet(run))
    ),
  );
}

/** The digits after the start in the id of a run. */
function shortId(id: string): string {
  return id.slice(id.indexOf("_") + 1);
}

/**
 * Selects the runs of a sweep, by `NAME` all and by `NAME/search` those of a role.
 * Runs that existed before the sweep get the role that they have in it.
 */
function selectSweep(all: readonly StoredRun[], wanted: string): StoredRun[] {
  const [name = "", wantedRole] = wanted.split("/");
  const members = new Map<string, SweepMembers>();
  return all.flatMap((run) => {
    const { id, path, info, status, config, records } = run;
    const isOwn = info.sweep?.name === name;
    const runs = path.slice(0, -id.length - 1);
    const { ids, findRole } = members.getOrInsertComputed(
      runs,
      () => readSweepMembers(runs, name),
    );
    if (!isOwn && !ids.has(id)) return [];
    const role = isOwn ? info.sweep.role : findRole(Number(config.seed));
    if (wantedRole !== undefined && role !== wantedRole) return [];
    if (isOwn || !role) return [run];
    const { identity = "" } = info.sweep ?? {};
    const sweep = { name, identity, role };
    return [{ id, path, info: { ...info, sweep }, status, config, records }];
  });
}

/** A condition `key=value`. */
export interface Condition {
  /** The key. */
  readonly key: string;
  /** The value that it must have, as its flag would take it. */
  readonly wanted: string;
}

/**
 * Parses a condition `key=value`.
 *
 * @param text The condition.
 * @param option Which option gives it, for the error.
 * @returns Key and value.
 * @throws {OptionError} If it is not `key=value`.
 */
export function parseCondition(text: string, option: string): Condition {
  const sign = text.indexOf("=");
  if (sign < 1) {
    throw new OptionError(
      option,
      `Cannot use \`${option}\`: it must be key=value: current value is ` +
        `"${text}"`,
    );
  }
  return { key: text.slice(0, sign), wanted: text.slice(sign + 1) };
}

/**
 * Checks whether a value meets a condition.
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
 * Finds the keys for which runs have different values. A key that only one of
 * several experiments has does not count.
 *
 * @param runs The runs.
 * @returns The keys, in the order of the configurations.
 */
export function findDifferingKeys(runs: readonly StoredRun[]): string[] {
  const groups = Map.groupBy(runs, (run) => readInfo(run, "experiment"));
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

/** Parses `since` as milliseconds of the epoch. */
function parseSince(since: string): number {
  const [, amount, unit] = AGE.exec(since) ?? [];
  if (amount && unit) {
    const isTime = "smh".includes(unit);
    const age = `P${isTime ? "T" : ""}${amount}${unit.toUpperCase()}`;
    return Temporal.Now.zonedDateTimeISO("UTC").subtract(age).epochMilliseconds;
  }
  const [, clock, , , zone] = DATE.exec(since) ?? [];
  // Runs are named in UTC, so times without a zone are UTC too.
  const time = Date.parse(clock && !zone ? `${since}Z` : since);
  if (DATE.test(since) && !Number.isNaN(time)) return time;
  throw new OptionError(
    "since",
    "Cannot use `since`: it must be a date such as 2026-11-22 or an age such " +
      `as 90m, 12h, 7d: current value is "${since}"`,
  );
}

/**
 * Selects the metadata whose names match globs.
 *
 * @param metadata The metadata of all records.
 * @param globs Globs on names, `loss/*` for example; without any, all but
 * times.
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
  return metadata.filter(({ name }) => matchesGlob(name, globs));
}

/**
 * Checks whether a name matches a glob.
 *
 * @param name The name of a record.
 * @param globs The globs, `loss/*` for example.
 * @returns Whether it matches one of them.
 */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
  return isMatch(name, globs, { caseSensitive: true });
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
  const names = [...new Set(metadata.map(({ name }) => name))];
  const unknown = globs.find((glob) =>
    !names.some((name) => matchesGlob(name, [glob]))
  );
  if (unknown === undefined) return;
  throw new OptionError(
    option,
    names.length === 0
      ? `Cannot use \`${option}\`: the runs have no records`
      : unknownKey(unknown, names, { kind: `record in \`${option}\`` }),
  );
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
 * Makes a function that compares by several values, the first that differs.
 * Missing values and NaN come last in both directions.
 *
 * @param readers Functions that read the values, most significant first.
 * @param direction 1 from low to high, -1 from high to low.
 * @returns The function, for `toSorted`.
 */
export function orderBy<T>(
  readers: readonly ((item: T) => unknown)[],
  direction: 1 | -1 = 1,
): (a: T, b: T) => number {
  return (a, b) => {
    for (const read of readers) {
      const difference = order(read(a), read(b), direction);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function order(first: unknown, second: unknown, direction: 1 | -1): number {
  if (Number.isFinite(first) && Number.isFinite(second)) {
    return direction * (first as number - (second as number));
  }
  const [a, b] = [sortableValue(first), sortableValue(second)];
  const rank = (value: typeof a) =>
    value === undefined || Number.isNaN(value) ? 1 : 0;
  if (a === undefined || b === undefined || rank(a) || rank(b)) {
    return rank(a) - rank(b);
  }
  if (typeof a === "number" && typeof b === "number") {
    return direction * (a - b);
  }
  // By code unit, as collation would first load the rules of a language.
  const [x, y] = [String(a), String(b)];
  return direction * (x < y ? -1 : x > y ? 1 : 0);
}
