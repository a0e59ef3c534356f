/**
 * The rows of a comparison: what replicates say together.
 *
 * @module
 */

import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import {
  iqmOf,
  meanOf,
  medianOf,
  MIN_FOR_IQM,
} from "../statistics/estimate.ts";
import type { Interval } from "../statistics/intervals.ts";
import type {
  Cell,
  CompareOptions,
  ComparisonRow,
  Count,
} from "./comparison.ts";
import type { LaidRow, Measured } from "./pivot.ts";
import type { Replicates } from "./replicates.ts";

/** Whatever intervals there are: loaded where they are asked for. */
type Intervals = typeof import("../statistics/intervals.ts");

/**
 * Makes the cells of rows, without verdicts.
 *
 * @param laid Which replicates stand where.
 * @param options What to say of them.
 * @returns The rows, in the same order.
 */
export async function fillRows(
  laid: readonly LaidRow[],
  options: CompareOptions,
): Promise<ComparisonRow[]> {
  const intervals = options.ci
    ? await import("../statistics/intervals.ts")
    : undefined;
  return laid.map(({ config, replicates, measured }) => {
    const completed = replicates.flatMap(({ runs }) => [...runs.values()]);
    const counts = countsOf(replicates);
    return {
      runs: completed.map(({ id }) => id),
      paths: completed.map(({ path }) => path),
      total: counts.reduce((sum, { total }) => sum + total, 0),
      counts,
      config,
      cells: new Map(
        measured.entries().flatMap(([column, found]) => {
          const cell = cellOf(found, options, intervals);
          return cell ? [[column, cell] as [ResultMetadata, Cell]] : [];
        }),
      ),
    };
  });
}

function countsOf(replicates: readonly Replicates[]): Count[] {
  return replicates.map(({ runs, missing }) => ({
    completed: runs.size,
    total: runs.size + missing.size,
  }));
}

function cellOf(
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
  const cell = (
    result: ScalarResult,
    kind: Cell["kind"],
    interval: Interval | undefined,
  ) => ({
    result,
    kind,
    sample,
    runs,
    of: replicates.runs.size,
    ...(interval ? { interval } : {}),
  });

  const level = ci / 100;
  if (n === 1) {
    const { mean, error, degreesOfFreedom: df } = results[0]!;
    const interval = intervals?.tInterval({ mean, error, df }, level);
    return cell(results[0]!, "within-run", interval);
  }
  const between = (mean: number, error: number, interval?: Interval) =>
    cell(new ScalarResult({ mean, error, n }), "between-seed", interval);
  switch (aggregate) {
    case "mean": {
      const { mean, error } = meanOf(values);
      const interval = intervals?.tInterval({ mean, error, df: n - 1 }, level);
      return between(mean, error, interval);
    }
    case "median": {
      const interval = intervals?.medianInterval(values, level);
      return between(medianOf(values), NaN, interval);
    }
    case "iqm":
      return between(iqmOf(values), NaN, intervals?.iqmInterval(values, level));
  }
}
