/**
 * What a comparison is: its options, rows, cells and caveats.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import type { Problem } from "../../core/store/run_file.ts";
import type { StoredRun } from "../database/run_database.ts";
import type { RunFilter } from "../database/select.ts";
import { type Aggregate, MIN_COUNT } from "../statistics/levels.ts";
import type { Interval } from "../statistics/intervals.ts";
import type {
  Sample,
  Standing,
  Untested,
  Verdict,
  VerdictOptions,
} from "../statistics/verdicts.ts";
import type { DirectionOptions } from "./direction.ts";
import type { Axes } from "./pivot.ts";
import type { Replicates } from "./replicates.ts";

/** Of more rows none is ranked: their pairs would be too many to test. */
export const MAX_RANKED = 100;

/** What a comparison is to show. */
export interface CompareOptions
  extends RunFilter, Axes, DirectionOptions, Pick<VerdictOptions, "test"> {
  /** Globs on the names of records; by default all but times. */
  readonly metric?: readonly string[];
  /**
   * By what to sort: a key of the configuration or a record, with `-` before
   * it from high to low; by default by start.
   */
  readonly sort?: string;
  /** Keys beside `seed` in which replicates may differ. */
  readonly nuisance?: readonly string[];
  /**
   * The confidence level of intervals in percent, in place of standard errors;
   * 0 or undefined for standard errors.
   */
  readonly ci?: number;
  /** What to say of several runs; their mean by default. */
  readonly aggregate?: Aggregate;
  /** Conditions `key=value` that one row alone meets: the others against it. */
  readonly baseline?: readonly string[];
  /** Conditions `key=value` that one column meets: ratios to it. */
  readonly relativeTo?: readonly string[];
  /** The chance of a single false verdict in a column; 0.05 by default. */
  readonly alpha?: number;
  /** Whether it is to be read: one row with many records is then a list. */
  readonly isForReaders?: boolean;
}

/** What kind of error a number has. */
export type ErrorKind = "between-seed" | "within-run";

/** What one row has measured in one column. */
export interface Cell {
  /**
   * Of several runs the mean of their means, the standard error between them,
   * and their number; of one run its own result.
   */
  readonly result: ScalarResult;
  /** Whether the error is between several runs or within one. */
  readonly kind: ErrorKind;
  /** The means of the runs, by their nuisance values. */
  readonly sample: Sample;
  /** The runs that have measured it, by their nuisance values. */
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** How many completed runs there are that could have measured it. */
  readonly of: number;
  /** The confidence interval, if one was asked for and is defined. */
  readonly interval?: Interval;
  /** How the cell differs from the baseline's, or why that is not known. */
  readonly comparison?: Verdict | Untested;
  /** How it stands in its column. */
  readonly standing?: Standing;
  /** Whether a failed run keeps it from being ranked. */
  readonly isExcluded?: true;
  /** How a tied one differs from the best mean, or why that is not known. */
  readonly behind?: Verdict | Untested;
}

/** How many runs are completed, of how many. */
export interface Count {
  /** How many are. */
  readonly completed: number;
  /** How many there are. */
  readonly total: number;
}

/** One row of a comparison. */
export interface ComparisonRow {
  /** The ids of the completed runs that the row holds. */
  readonly runs: readonly string[];
  /** The directories of those runs. */
  readonly paths: readonly string[];
  /** Of how many runs those are the completed ones. */
  readonly total: number;
  /** How many runs, of how many, each set of replicates in the row has. */
  readonly counts: readonly Count[];
  /** The row's values of the row keys; undefined where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What came out, by column. */
  readonly cells: ReadonlyMap<ResultMetadata, Cell>;
}

/** The baseline of a comparison. */
export interface Baseline {
  /** Its conditions, as they were given. */
  readonly name: string;
  /** Which row it is. */
  readonly row: number;
}

/** Runs side by side. */
export interface Comparison {
  /** The keys that tell rows apart. */
  readonly keys: readonly string[];
  /** What was measured, a column each. */
  readonly columns: readonly ResultMetadata[];
  /** The rows. */
  readonly rows: readonly ComparisonRow[];
  /** The replicates that its rows hold, each with a completed run. */
  readonly replicates: readonly Replicates[];
  /** The keys in which replicates may differ. */
  readonly nuisance: readonly string[];
  /** How it was made: what the options say, or their defaults. */
  readonly options: CompareOptions;
  /** The row that the others are held against, if one was asked for. */
  readonly baseline?: Baseline;
  /** Runs that are not completed, and how so. */
  readonly left: readonly string[];
  /** Runs that a newer one of the same configuration and seed stands for. */
  readonly superseded: readonly string[];
  /** What else a reader should know of the runs behind the numbers. */
  readonly caveats: readonly string[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/**
 * Says whether a comparison shows means, of which alone there are verdicts.
 *
 * @param options What was asked for.
 * @returns Whether they are no ratios, medians or interquartile means.
 */
export function isOfMeans(
  { aggregate = "mean", relativeTo = [] }: CompareOptions,
): boolean {
  return aggregate === "mean" && relativeTo.length === 0;
}

/**
 * Says whether two rows of a column have runs enough to be told apart.
 *
 * @param column The column.
 * @param rows The rows.
 * @returns Whether two of them have at least 3 runs there.
 */
export function isRankable(
  column: ResultMetadata,
  rows: readonly ComparisonRow[],
): boolean {
  return rows.filter(({ cells }) =>
    (cells.get(column)?.sample.size ?? 0) >= MIN_COUNT
  ).length > 1;
}

/**
 * The keys and values that tell a row from the others.
 *
 * @param config The row's values.
 * @returns `key=value, …`.
 */
export function labelOf(config: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(config).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${formatValue(value)}`
  );
  return parts.length > 0 ? parts.join(", ") : "all runs";
}

/** An error names so many things of a kind, and counts the others. */
const MAX_NAMED = 5;

/**
 * Lists some of many.
 *
 * @param texts All of them.
 * @returns The first five, and how many more there are.
 */
export function someOf(texts: readonly string[]): string {
  const more = texts.length - MAX_NAMED;
  return texts.slice(0, MAX_NAMED).join("; ") +
    (more > 0 ? `; and ${more} more` : "");
}
