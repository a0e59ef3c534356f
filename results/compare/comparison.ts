/**
 * What a comparison is: its options, columns, rows and cells. All of it is data.
 *
 * @module
 */

import type { ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import type { Problem } from "../../core/store/run_file.ts";
import type { StoredRun } from "../database/run_database.ts";
import type { RunFilter } from "../database/select.ts";
import type {
  CrossedMean,
  Observations,
  Unbalanced,
  VarianceShare,
} from "../statistics/crossed.ts";
import type { DatasetRanks, Estimate } from "../statistics/datasets.ts";
import type { MarginVerdict } from "../statistics/equivalence.ts";
import type { Aggregate, FAMILIES } from "../statistics/estimate.ts";
import type { Interval } from "../statistics/intervals.ts";
import type { Standing } from "../statistics/best_set.ts";
import type { Direction } from "../statistics/estimate.ts";
import type { Sample, Untested } from "../statistics/contrast.ts";
import type { Verdict } from "../statistics/decide.ts";
import type { Outlook } from "../statistics/outlook.ts";
import type { Method, VerdictOptions } from "../statistics/verdicts.ts";
import type { DirectionOptions, Metrics } from "./metrics.ts";
import type { Axes, Measured } from "./pivot.ts";
import type { Replicates } from "./replicates.ts";

/** What a comparison shows. */
export interface CompareOptions
  extends
    RunFilter,
    Axes,
    DirectionOptions,
    Pick<VerdictOptions, "test" | "looks"> {
  /** Globs on the names of records; by default all but times. */
  readonly metric?: readonly string[];
  /**
   * What to sort by: a key of the configuration or a record, with `-` before
   * it from high to low; by default the start of the runs.
   */
  readonly sort?: string;
  /** Keys besides `seed` in which replicates may differ. */
  readonly nuisance?: readonly string[];
  /** The key, as a dataset, each value of which gives one value of a row. */
  readonly across?: string;
  /** The smallest difference from the baseline that matters: `0.01` or `2%`. */
  readonly margin?: string;
  /** A difference, of which ties say how many seeds detect it. */
  readonly detect?: number;
  /** Directories of runs by which rows were chosen; those compared confirm them. */
  readonly confirms?: readonly string[];
  /** Whether to take the variance between runs apart by its sources. */
  readonly variance?: boolean;
  /**
   * The confidence level of intervals in percent, in place of standard errors;
   * 0 or undefined for standard errors.
   */
  readonly ci?: number;
  /** How the results of several runs are summarised; the mean by default. */
  readonly aggregate?: Aggregate;
  /** Conditions `key=value` that exactly one row meets: the baseline. */
  readonly baseline?: readonly string[];
  /** Conditions `key=value` that one column meets: ratios to it. */
  readonly relativeTo?: readonly string[];
  /** The chance of a single false verdict in a family; 0.05 by default. */
  readonly alpha?: number;
  /** Whether a family is a column or the whole table; a column by default. */
  readonly family?: typeof FAMILIES[number];
  /**
   * Whether verdicts hold although seeds were added until one appeared; by
   * default if the times of the runs show that seeds may have been.
   */
  readonly anytime?: boolean;
  /** Whether the number of seeds was fixed in advance, whatever they show. */
  readonly planned?: boolean;
  /** The value that stands for runs that failed, died, were interrupted or lack the record. */
  readonly countFailedAs?: number | undefined;
  /** How many rows readers are shown; all by default. */
  readonly maxRows?: number;
  /** Whether people read it: one row with many records then becomes a list. */
  readonly isForReaders?: boolean;
  /**
   * Whether verdicts that show no difference say what more seeds would detect,
   * by default; a search that takes half a millisecond each.
   */
  readonly withOutlook?: boolean;
}

/** Why the rows of a column are not ranked. */
export type Unranked =
  | "a search"
  | "too few runs"
  | "too many rows"
  | "same record"
  | "identical values"
  | "different settings"
  | "unknown direction";

/** One column of a comparison. */
export interface Column {
  /** What was measured: a name, and the values of the column keys. */
  readonly metadata: ResultMetadata;
  /** What tells the column from the others, on one line. */
  readonly heading: string;
  /** The unit of its values, if the experiment declares one. */
  readonly unit?: string | undefined;
  /** Which way is better, if that is known. */
  readonly better?: Direction | undefined;
  /** How its verdicts are reached, in a comparison that has any. */
  readonly method?: Method | undefined;
  /** Of five rows or more, the best mean corrected for the choice of it. */
  readonly winner?: Winner | undefined;
  /** The ranks of its rows over the values of the key that is compared across. */
  readonly ranks?: (ColumnRanks | Untested) & LeftOut;
  /** Why its rows are not ranked, in a comparison that ranks rows. */
  readonly unranked?: Unranked | undefined;
}

/** Rows that take no part in ranks over the values of a key. */
export interface LeftOut {
  /** Their labels, and why. */
  readonly outside: readonly (Untested & { readonly label: string })[];
}

/** The ranks of the rows of a column over the values of a key. */
export interface ColumnRanks extends DatasetRanks {
  /** The indices of the rows that are ranked; all else is in their order. */
  readonly rows: readonly number[];
  /** How many values the key has. */
  readonly nValues: number;
  /** The place of the row with the best rank. */
  readonly best: number;
  /** How likely a run of that row is better than one of each row. */
  readonly improvements: readonly (Estimate | Untested)[];
}

/** The best mean of many rows. */
export interface Winner {
  /** Its row. */
  readonly label: string;
  /** Its mean. */
  readonly mean: number;
  /** Its interval, corrected for the choice. */
  readonly interval: Interval;
  /** From how many rows it was chosen. */
  readonly nRows: number;
}

/** What kind of error a number has: `across` is between the values of that key. */
export type ErrorKind = "between-seed" | "within-run" | "across";

/** The result of one row in one column. */
export interface Cell extends Measured {
  /**
   * Of several runs the mean of their means, the standard error between them,
   * and their number; of one run its own result.
   */
  readonly result: ScalarResult;
  /** The level of the interval that is shown in percent; 0 for an error. */
  readonly level: number;
  /** Whether it has an error, or an interval where those are shown. */
  readonly hasError: boolean;
  /** Whether the error is between several runs or within one. */
  readonly kind: ErrorKind;
  /** Of runs that share values of several nuisance keys: their mean, or why not. */
  readonly grid?: CrossedMean | Unbalanced | undefined;
  /** What each run has observed, if all have kept it and observed the same things. */
  readonly observations?: Observations | undefined;
  /** The means of the runs, by their nuisance values. */
  readonly sample: Sample;
  /** The runs that have measured it, by their nuisance values. */
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** How many completed runs there are, without such a record too if they do not count. */
  readonly nRuns: number;
  /** The confidence interval, if one was asked for and is defined. */
  readonly interval?: Interval | undefined;
  /** How the cell differs from the baseline's. */
  readonly comparison?: CellVerdict;
  /** What is shown of it with a margin, or why nothing can be. */
  readonly margin?: MarginVerdict | Untested;
  /** Its rank in its column. */
  readonly standing?: Standing;
  /** Why it is not ranked beside others that are. */
  readonly outside?: string;
  /** How a ranked cell differs from the one with the best mean. */
  readonly versusBest?: VersusBest | undefined;
}

/** How two cells differ, or why that is not known. */
export type CellVerdict = TestedVerdict | Untested;

/** How two cells differ. */
export interface TestedVerdict extends Verdict {
  /** What more seeds would detect, if no difference is shown. */
  readonly outlook?: Outlook | undefined;
}

/** How a cell differs from the one with the best mean in its column. */
export interface VersusBest {
  /** The label of the row with the best mean. */
  readonly best: string;
  /** The difference, or why it is not known. */
  readonly verdict: CellVerdict;
}

/** One row of a comparison. */
export interface ComparisonRow {
  /** What tells the row from the others: `key=value, …` on one line. */
  readonly label: string;
  /** The row's values of the row keys; undefined where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The replicates in the row, each once. */
  readonly replicates: readonly Replicates[];
  /** The ids of the completed runs in the row. */
  readonly runs: readonly string[];
  /** The directories of those runs. */
  readonly paths: readonly string[];
  /** How many runs there are, completed or not. */
  readonly total: number;
  /** The results, by the metadata of their columns. */
  readonly cells: ReadonlyMap<ResultMetadata, Cell>;
}

/** The baseline of a comparison. */
export interface Baseline {
  /** Its conditions, as they were given. */
  readonly name: string;
  /** The index of its row. */
  readonly row: number;
}

/** Runs side by side. */
export interface Comparison {
  /** The keys that tell rows apart. */
  readonly keys: readonly string[];
  /** Those of the keys in which rows must agree: fields of records, `dataset`. */
  readonly groupKeys: readonly string[];
  /** The columns. */
  readonly columns: readonly Column[];
  /** The rows. */
  readonly rows: readonly ComparisonRow[];
  /** The indices of the rows that readers are shown, if not all are. */
  readonly shown?: readonly number[] | undefined;
  /** The replicates in its rows, each with a completed run. */
  readonly replicates: readonly Replicates[];
  /** The keys in which replicates may differ. */
  readonly nuisance: readonly string[];
  /** What experiments declare about metrics. */
  readonly metrics: Metrics;
  /** The options, with the axes that were chosen. */
  readonly options: CompareOptions;
  /** The row that the others are compared with, if one was asked for. */
  readonly baseline?: Baseline | undefined;
  /** Runs that are not completed, and why. */
  readonly omitted: readonly string[];
  /** Runs that a newer one of the same configuration and seed replaces. */
  readonly superseded: readonly string[];
  /** Runs of searches, which are not compared with others. */
  readonly searched: readonly StoredRun[];
  /** What else a reader should know about the runs behind the numbers. */
  readonly warnings: readonly string[];
  /** The sources of the variance between runs, if they were asked for. */
  readonly variance?: readonly CellVariance[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/** The sources of the variance between the runs of a cell. */
export interface CellVariance {
  /** Its row. */
  readonly row: ComparisonRow;
  /** Its column. */
  readonly column: Column;
  /** The sources with their shares, or why there are none. */
  readonly sources: readonly VarianceShare[] | Unbalanced;
}
