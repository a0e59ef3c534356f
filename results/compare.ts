/**
 * Comparisons: runs by records, and how they differ in configuration.
 *
 * @module
 */

import { ConfigError, unknownKey } from "../core/config/schema.ts";
import type {
  MetadataValue,
  ResultMetadata,
  ScalarResult,
} from "../core/utils/results.ts";
import type { Problem } from "../core/utils/run_directory.ts";
import type { RunDatabase, StoredRun } from "./database.ts";
import {
  differingKeys,
  keysOf,
  rawValueOf,
  type RunFilter,
  selectMetadata,
  selectRuns,
  valueOf,
} from "./select.ts";

/** What a comparison is to show. */
export interface CompareOptions extends RunFilter {
  /** Globs on the names of records; by default all but times. */
  readonly metric?: readonly string[];
  /**
   * By what to sort: a key of the configuration or a record, with `-` before
   * it from high to low; by default by start.
   */
  readonly sort?: string;
}

/** One row of a comparison: a completed run. */
export interface ComparisonRow {
  /** The ids of the runs that the row holds. */
  readonly runs: readonly string[];
  /** The row's values of the keys that differ; undefined where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What came out, by what was measured. Errors are within-run errors. */
  readonly cells: ReadonlyMap<ResultMetadata, ScalarResult>;
}

/** Runs side by side. */
export interface Comparison {
  /** The keys of the configuration that differ between rows. */
  readonly keys: readonly string[];
  /** What was measured, a column each. */
  readonly columns: readonly ResultMetadata[];
  /** The completed runs. */
  readonly rows: readonly ComparisonRow[];
  /** The runs that are in no row, as they are not completed, and how so. */
  readonly left: readonly string[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/**
 * Compares the completed runs of a database.
 *
 * @param database The runs.
 * @param options Which runs and records, and in which order.
 * @returns Runs by records, with the keys that differ.
 * @throws {ConfigError} If an option names what no run has.
 * @throws {RangeError} If no completed run is left to compare.
 */
export function compare(
  database: RunDatabase,
  options: CompareOptions = {},
): Comparison {
  const selected = selectRuns(database, options);
  const runs = selected.filter(({ status }) => status === "completed");
  const left = selected
    .filter(({ status }) => status !== "completed")
    .map(({ id, status, info }) =>
      `${id} ${status}${info.error ? `: ${info.error.message}` : ""}`
    );
  if (runs.length === 0) throw nothingToCompare(database, selected, left);
  const metadata = new Set(
    runs.flatMap(({ records }) => Array.from(records, (r) => r.metadata)),
  );
  const columns = selectMetadata([...metadata], options.metric ?? [])
    .sort(columnOrder);
  const keys = differingKeys(runs);
  const sorted = options.sort
    ? sortRuns(runs, [...metadata], options.sort)
    : runs;
  const rows = sorted.map((run) => rowOf(run, keys, columns));
  return { keys, columns, rows, left, problems: database.problems };
}

function rowOf(
  run: StoredRun,
  keys: readonly string[],
  columns: readonly ResultMetadata[],
): ComparisonRow {
  const cells = columns.flatMap((metadata) => {
    const result = run.records.get(metadata);
    return result ? [[metadata, result] as const] : [];
  });
  return {
    runs: [run.id],
    config: Object.fromEntries(keys.map((key) => [key, rawValueOf(run, key)])),
    cells: new Map(cells),
  };
}

/** By name; within a name by the further fields, numbers as numbers. */
function columnOrder(a: ResultMetadata, b: ResultMetadata): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const keys = Object.keys({ ...a.fields, ...b.fields }).sort();
  for (const key of keys) {
    const difference = order(a.fields[key], b.fields[key], 1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function nothingToCompare(
  { size, problems }: RunDatabase,
  selected: readonly StoredRun[],
  left: readonly string[],
): RangeError {
  if (left.length > 0) {
    return new RangeError(
      `Cannot compare as no run is completed: ${left.join("; ")}`,
    );
  }
  if (size > 0 && selected.length === 0) {
    return new RangeError(
      `Cannot compare as none of ${size} runs is what --where and --since ask`,
    );
  }
  const [problem] = problems;
  return new RangeError(
    problem
      ? `Cannot compare as no run could be read: ${problem.reason}`
      : "Cannot compare as there are no runs yet: deno task train makes one",
  );
}

function sortRuns(
  runs: readonly StoredRun[],
  metadata: readonly ResultMetadata[],
  sort: string,
): StoredRun[] {
  const descending = sort.startsWith("-");
  const name = descending ? sort.slice(1) : sort;
  const measured = metadata.find((item) => String(item) === name) ??
    metadata.find((item) => item.name === name);
  const known = ["run", ...keysOf(runs)];
  if (!measured && !known.includes(name)) {
    const message = unknownKey(name, [...known, ...metadata.map(String)]);
    throw new ConfigError([{ where: "--sort", message }]);
  }
  const valueFor = (run: StoredRun): string | number | undefined => {
    if (measured) return run.records.get(measured)?.mean;
    const text = name === "run" ? run.id : valueOf(run, name);
    return text === undefined || text === "" || Number.isNaN(Number(text))
      ? text
      : Number(text);
  };
  return runs.toSorted((a, b) =>
    order(valueFor(a), valueFor(b), descending ? -1 : 1)
  );
}

/** Missing values and NaN come last, whichever way the others go. */
function order(
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
