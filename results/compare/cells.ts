/**
 * The rows of a comparison: the results of replicates, summarised.
 *
 * @module
 */

import type { MetricDeclaration } from "../../core/store/metric_declaration.ts";
import {
  formatMeanError,
  type ResultMetadata,
  ScalarResult,
} from "../../core/utils/results.ts";
import type { StoredRun } from "../database/run_database.ts";
import { formatKey, readNumber } from "../database/read_run.ts";
import {
  computeIqm,
  computeMean,
  computeMedian,
  LEVEL,
  MIN_FOR_IQM,
} from "../statistics/estimate.ts";
import { formatWithInterval } from "../statistics/format.ts";
import type { Cell, CompareOptions, ComparisonRow } from "./comparison.ts";
import { findFailed, findLacking } from "./failed_runs.ts";
import { placeRuns } from "./grid.ts";
import { formatLabel, nameValue } from "./labels.ts";
import type { Metrics } from "./metrics.ts";
import type { Measured, PivotRow } from "./pivot.ts";

/** What decides how cells are made. */
export interface CellOptions {
  /** The options of the comparison. */
  readonly options: CompareOptions;
  /** The keys in which replicates may differ. */
  readonly nuisance: readonly string[];
  /** What experiments declare about metrics. */
  readonly metrics: Metrics;
}

/** With statistics, which are loaded only if they are needed. */
interface LoadedOptions extends CellOptions {
  readonly intervals?: typeof import("../statistics/intervals.ts") | undefined;
  readonly crossed?: typeof import("../statistics/crossed.ts") | undefined;
  readonly kept?: typeof import("./observations.ts") | undefined;
}

/**
 * Makes the cells of rows, without verdicts.
 *
 * @param pivotRows What each row shows.
 * @param cellOptions How they are summarised, the keys in which replicates may
 * differ, and what experiments declare.
 * @param warnings Where to report rows with too few runs for their aggregate, and
 * observations that cannot be read.
 * @returns The rows, in the same order.
 */
export async function fillRows(
  pivotRows: readonly PivotRow[],
  { options, nuisance, metrics }: CellOptions,
  warnings: string[],
): Promise<ComparisonRow[]> {
  const hasProportions = metrics.values().some(isProportion);
  const mayShare = !options.across &&
    metrics.values().some(({ observations }) => observations);
  const cellOptions: LoadedOptions = {
    options,
    nuisance,
    metrics,
    intervals: options.ci || hasProportions
      ? await import("../statistics/intervals.ts")
      : undefined,
    crossed: mayShare || !options.across && nuisance.length > 1
      ? await import("../statistics/crossed.ts")
      : undefined,
    kept: mayShare ? await import("./observations.ts") : undefined,
  };
  return pivotRows.map(({ config, replicates, measured }) => {
    const completed = [...replicates].flatMap(({ runs }) => [...runs.values()]);
    const missing = [...replicates].flatMap((group) => [...group.missing]);
    const label = formatLabel(config);
    const cells = new Map<ResultMetadata, Cell>();
    for (const [column, here] of measured) {
      const cell = makeCell(here, cellOptions, warnings);
      if (cell) cells.set(column, cell);
    }
    if (cells.size < measured.size) {
      warnings.push(
        `${label} has fewer than ${MIN_FOR_IQM} runs, too few for an ` +
          "interquartile mean",
      );
    }
    return {
      label,
      config,
      replicates: [...replicates],
      runs: completed.map(({ id }) => id),
      paths: completed.map(({ path }) => path),
      total: completed.length + missing.length,
      cells,
    };
  });
}

/**
 * Says how the value of a cell is shown.
 *
 * @param cell The cell.
 * @param level The confidence level of intervals in percent; 0 for errors.
 * @returns The cell.
 */
export function withLevel(
  cell: Omit<Cell, "level" | "hasError">,
  level: number,
): Cell {
  const hasError = level
    ? cell.interval !== undefined
    : !Number.isNaN(cell.result.error);
  return { ...cell, level, hasError };
}

/**
 * Formats the value of a cell.
 *
 * @param cell The cell.
 * @returns The value with its error or interval, rounded by that.
 */
export function formatCell(
  { result: { mean, error }, level, interval, runs, nRuns }: Cell,
): string {
  const value = level
    ? formatWithInterval(mean, interval)
    : formatMeanError(mean, error);
  return runs.size < nRuns ? `${value} (${runs.size} of ${nRuns})` : value;
}

function isProportion({ kind }: MetricDeclaration = {}): boolean {
  return kind === "proportion";
}

function makeCell(
  here: Measured,
  cellOptions: LoadedOptions,
  warnings: string[],
): Cell | undefined {
  const { replicates, metadata } = here;
  const { options, nuisance, metrics, crossed, kept } = cellOptions;
  const { across, ci = 0, countFailedAs: value } = options;
  const lacking = findLacking(here);
  const runs = lacking.size === 0
    ? replicates.runs
    : new Map([...replicates.runs].filter(([key]) => !lacking.has(key)));
  const failed = value === undefined
    ? []
    : [...findFailed(replicates), ...lacking];
  const counted = failed.length > 0 ? new Map([...runs, ...failed]) : runs;
  const means = new Map<string, number>();
  for (const [key, run] of runs) means.set(key, readNumber(run, metadata)!);
  for (const [key] of failed) means.set(key, value!);
  const sample = across ? averageOver(across, counted, means) : means;
  const isSingle = counted.size === 1 && !across;
  const name = nameValue(options);
  const isShared = metrics.get(metadata.name)?.observations === "shared" &&
    nuisance.length === 1 && !across && failed.length === 0;
  const observations = name === "mean" && isShared
    ? kept?.readShared(runs, metadata, warnings)
    : undefined;
  const shared = crossed && counted.size > 1
    ? findShared(
      observations
        ? crossed.crossedObservations(observations)
        : crossed.crossedMean(
          Array.from(placeRuns(counted, nuisance), ([key, at]) => ({
            at,
            value: sample.get(key)!,
          })),
        ),
    )
    : undefined;
  const grid = name === "mean"
    ? shared
    : shared && { reason: `a ${name} takes them for independent` };
  const single = grid && "error" in grid
    ? new ScalarResult({ ...grid, n: counted.size })
    : sample.size === 1
    ? findSingle(sample, across ? [] : runs.values(), metadata)
    : undefined;
  const summary = summarize([...sample.values()], single, cellOptions);
  if (!summary) return undefined;
  const cell = {
    ...summary,
    replicates,
    metadata,
    kind: across ? "across" : isSingle ? "within-run" : "between-seed",
    grid,
    observations: grid && observations,
    sample,
    runs,
    nRuns: value === undefined ? replicates.runs.size : runs.size,
  } as const;
  const { mean, error } = summary.result;
  // Runs that all have 68 of 68 are not without error.
  return isProportion(metrics.get(metadata.name)) && !across &&
      (isSingle || error === 0)
    ? makeProportion(cell, mean, cellOptions)
    : withLevel(cell, ci);
}

/** The result of the only run; of a mean or a failed run without an error. */
function findSingle(
  sample: Cell["sample"],
  runs: Iterable<StoredRun>,
  metadata: ResultMetadata,
): ScalarResult {
  const [run] = runs;
  const [mean = NaN] = sample.values();
  return run?.records.get(metadata) ??
    new ScalarResult({ mean, error: NaN, n: 1 });
}

/** Runs that share no value need nothing but a plain mean. */
function findShared(grid: NonNullable<Cell["grid"]>): Cell["grid"] {
  return "reason" in grid || grid.squares.length > 1 ? grid : undefined;
}

/**
 * A proportion with Wilson's interval. Several runs count as one: if they agree,
 * they have most likely seen the same observations.
 */
function makeProportion(
  cell: Omit<Cell, "level" | "hasError">,
  mean: number,
  { options: { ci = 0 }, intervals }: LoadedOptions,
): Cell {
  const level = ci || 100 * LEVEL;
  const n = Math.min(
    ...cell.runs.values().map(({ records }) => records.get(cell.metadata)!.n),
  );
  const interval = intervals!.wilsonInterval(mean, n, level / 100);
  if (!interval) return withLevel(cell, ci);
  const { error } = cell.result;
  const result = new ScalarResult({ mean, error, n });
  return withLevel({ ...cell, kind: "within-run", result, interval }, level);
}

/** The mean over the runs of each value of a key. */
function averageOver(
  key: string,
  runs: Cell["runs"],
  means: ReadonlyMap<string, number>,
): Map<string, number> {
  const groups = Map.groupBy(
    means.keys(),
    (name) => `${key}=${formatKey(runs.get(name)!, key)}`,
  );
  return new Map(
    groups.entries().map(([value, names]) => [
      value,
      computeMean(names.map((name) => means.get(name)!)).mean,
    ]),
  );
}

/** Summarises runs, or takes the one result; undefined if they are too few. */
function summarize(
  values: readonly number[],
  single: ScalarResult | undefined,
  { options: { aggregate = "mean", ci = 0 }, intervals }: LoadedOptions,
): Pick<Cell, "result" | "interval"> | undefined {
  const n = values.length;
  const level = ci / 100;
  if (aggregate === "iqm" && n < MIN_FOR_IQM) return undefined;
  if (single || aggregate === "mean") {
    const result = single ?? new ScalarResult(computeMean(values));
    const { mean, error, degreesOfFreedom: df } = result;
    return {
      result,
      interval: ci
        ? intervals!.tInterval({ mean, error, df }, level)
        : undefined,
    };
  }
  const isMedian = aggregate === "median";
  const mean = (isMedian ? computeMedian : computeIqm)(values);
  const find = isMedian ? intervals?.medianInterval : intervals?.iqmInterval;
  return {
    result: new ScalarResult({ mean, error: NaN, n }),
    interval: ci ? find!(values, level) : undefined,
  };
}
