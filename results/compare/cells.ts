/**
 * The rows of a comparison: the results of replicates, summarised.
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
import type { Cell, CompareOptions, ComparisonRow } from "./comparison.ts";
import { formatLabel } from "./labels.ts";
import type { Measured, PivotRow } from "./pivot.ts";

/** Intervals are loaded only if they are asked for. */
type Intervals = typeof import("../statistics/intervals.ts");

/**
 * Makes the cells of rows, without verdicts.
 *
 * @param pivotRows What each row shows.
 * @param options How they are summarised.
 * @param warnings Where to report rows with too few runs for their aggregate.
 * @returns The rows, in the same order.
 */
export async function fillRows(
  pivotRows: readonly PivotRow[],
  options: CompareOptions,
  warnings: string[],
): Promise<ComparisonRow[]> {
  const intervals = options.ci
    ? await import("../statistics/intervals.ts")
    : undefined;
  return pivotRows.map(({ config, replicates, measured }) => {
    const completed = [...replicates].flatMap(({ runs }) => [...runs.values()]);
    const missing = [...replicates].flatMap((group) => [...group.missing]);
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
      total: completed.length + missing.length,
      cells,
    };
  });
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
  options: CompareOptions,
  intervals: Intervals | undefined,
): Cell | undefined {
  const runs = new Map(
    [...replicates.runs].filter(([, { records }]) => records.get(metadata)),
  );
  const results = Array.from(
    runs,
    ([key, { records }]) => [key, records.get(metadata)!] as const,
  );
  const summary = summarize(
    results.map(([, result]) => result),
    options,
    intervals,
  );
  return summary && withText({
    ...summary,
    replicates,
    metadata,
    kind: runs.size === 1 ? "within-run" : "between-seed",
    sample: new Map(results.map(([key, { mean }]) => [key, mean])),
    runs,
    nRuns: replicates.runs.size,
  }, options.ci ?? 0);
}

/** Summarises runs; undefined if they are too few. */
function summarize(
  results: readonly ScalarResult[],
  { aggregate = "mean", ci = 0 }: CompareOptions,
  intervals: Intervals | undefined,
): Pick<Cell, "result" | "interval"> | undefined {
  const values = results.map(({ mean }) => mean);
  const n = values.length;
  const level = ci / 100;
  if (aggregate === "iqm" && n < MIN_FOR_IQM) return undefined;
  if (aggregate === "mean" || n === 1) {
    const result = n === 1
      ? results[0]!
      : new ScalarResult(computeMean(values));
    const { mean, error, degreesOfFreedom: df } = result;
    return {
      result,
      interval: intervals?.tInterval({ mean, error, df }, level),
    };
  }
  const isMedian = aggregate === "median";
  const mean = (isMedian ? computeMedian : computeIqm)(values);
  return {
    result: new ScalarResult({ mean, error: NaN, n }),
    interval: isMedian
      ? intervals?.medianInterval(values, level)
      : intervals?.iqmInterval(values, level),
  };
}
