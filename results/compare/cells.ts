/**
 * The rows of a comparison: what replicates show together.
 *
 * @module
 */

import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import {
  computeIqm,
  computeMean,
  computeMedian,
  MIN_FOR_IQM,
} from "../statistics/estimate.ts";
import { formatWithError, formatWithInterval } from "../statistics/format.ts";
import type { Interval } from "../statistics/intervals.ts";
import type { Cell, CompareOptions, ComparisonRow } from "./comparison.ts";
import { formatLabel } from "./labels.ts";
import type { Measured, PivotRow } from "./pivot.ts";

/** Intervals are loaded only if they are asked for. */
type Intervals = typeof import("../statistics/intervals.ts");

/** Rows without verdicts. */
export interface FilledRows {
  /** The rows, in the same order. */
  readonly rows: ComparisonRow[];
  /** Which rows have too few runs for their aggregate. */
  readonly warnings: readonly string[];
}

/**
 * Makes the cells of rows, without verdicts.
 *
 * @param pivotRows Which replicates stand where.
 * @param options How they are summarised.
 * @returns The rows, in the same order.
 */
export async function fillRows(
  pivotRows: readonly PivotRow[],
  options: CompareOptions,
): Promise<FilledRows> {
  const intervals = options.ci
    ? await import("../statistics/intervals.ts")
    : undefined;
  const warnings: string[] = [];
  const rows = pivotRows.map(({ config, replicates, measured }) => {
    const completed = [...replicates].flatMap(({ runs }) => [...runs.values()]);
    const counts = Array.from(replicates, ({ runs, missing }) => ({
      completed: runs.size,
      total: runs.size + missing.size,
    }));
    const label = formatLabel(config);
    const cells = new Map<ResultMetadata, Cell>();
    for (const [column, here] of measured) {
      const cell = makeCell(here, options, intervals);
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
      total: counts.reduce((sum, { total }) => sum + total, 0),
      counts,
      cells,
    };
  });
  return { rows, warnings };
}

/**
 * Adds the text of a cell's value.
 *
 * @param cell The cell without its text.
 * @param ci The confidence level of intervals in percent; 0 for errors.
 * @returns The cell.
 */
export function withText(
  cell: Omit<Cell, "text" | "hasError">,
  ci: number,
): Cell {
  const { result: { mean, error }, interval, runs, nRuns } = cell;
  const value = ci
    ? formatWithInterval(mean, interval)
    : formatWithError(mean, error);
  return {
    ...cell,
    text: runs.size < nRuns ? `${value} (${runs.size} of ${nRuns})` : value,
    hasError: ci ? interval !== undefined : !Number.isNaN(error),
  };
}

function makeCell(
  { replicates, metadata }: Measured,
  { aggregate = "mean", ci = 0 }: CompareOptions,
  intervals: Intervals | undefined,
): Cell | undefined {
  const runs = new Map(
    replicates.runs.entries().filter(([, { records }]) =>
      records.get(metadata)
    ),
  );
  const results = runs.values().map(({ records }) => records.get(metadata)!)
    .toArray();
  const values = results.map(({ mean }) => mean);
  const sample = new Map(runs.keys().map((key, i) => [key, values[i]!]));
  const n = values.length;
  if (aggregate === "iqm" && n < MIN_FOR_IQM) return undefined;
  const finish = (
    result: ScalarResult,
    kind: Cell["kind"],
    interval: Interval | undefined,
  ) => {
    const nRuns = replicates.runs.size;
    const parts = { replicates, metadata, result, kind, sample, runs, nRuns };
    return withText({ ...parts, ...(interval ? { interval } : {}) }, ci);
  };

  const level = ci / 100;
  if (n === 1) {
    const { mean, error, degreesOfFreedom: df } = results[0]!;
    const interval = intervals?.tInterval({ mean, error, df }, level);
    return finish(results[0]!, "within-run", interval);
  }
  const between = (mean: number, error: number, interval?: Interval) =>
    finish(new ScalarResult({ mean, error, n }), "between-seed", interval);
  switch (aggregate) {
    case "mean": {
      const { mean, error } = computeMean(values);
      const interval = intervals?.tInterval({ mean, error, df: n - 1 }, level);
      return between(mean, error, interval);
    }
    case "median": {
      const interval = intervals?.medianInterval(values, level);
      return between(computeMedian(values), NaN, interval);
    }
    case "iqm": {
      const interval = intervals?.iqmInterval(values, level);
      return between(computeIqm(values), NaN, interval);
    }
  }
}
