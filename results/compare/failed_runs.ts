/**
 * Runs that failed, died or were interrupted, beside those that completed.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import type { StoredRun } from "../database/run_database.ts";
import { computeMean, isBetter } from "../statistics/estimate.ts";
import type {
  Cell,
  Column,
  CompareOptions,
  ComparisonRow,
} from "./comparison.ts";
import type { Replicates } from "./replicates.ts";

/** Why a row gets no verdict in its favour. */
export const INCOMPLETE = { reason: "runs failed or were interrupted" };

/**
 * Finds the runs that can be counted as failed.
 *
 * @param replicates The replicates.
 * @returns Those that are not running, and of which none completed.
 */
export function findFailed(
  { missing }: Replicates,
): ReadonlyMap<string, StoredRun> {
  return new Map(
    [...missing].filter(([, { status }]) => status !== "running"),
  );
}

/**
 * Says whether a mean is that of the survivors.
 *
 * @param cell The cell.
 * @param options Whether failed runs have a value.
 * @returns Whether a run has failed, died or was interrupted, and is not counted.
 */
export function isIncomplete(
  { replicates }: Cell,
  { countFailedAs }: CompareOptions,
): boolean {
  return countFailedAs === undefined && findFailed(replicates).size > 0 ||
    replicates.unfinished.some(({ status }) => status !== "running");
}

/**
 * Checks that the value of failed runs is not better than the mean of the others.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @param value The value.
 * @throws {OptionError} If it is, in a column that counts failed runs.
 */
export function checkFailedValue(
  rows: readonly ComparisonRow[],
  columns: readonly Column[],
  value: number,
): void {
  for (const { metadata, heading, better } of columns) {
    const cells = rows.flatMap(({ cells }) => cells.get(metadata) ?? []);
    if (!cells.some(({ replicates }) => findFailed(replicates).size > 0)) {
      continue;
    }
    const { mean } = computeMean(
      cells.flatMap(({ runs, metadata }) =>
        Array.from(
          runs.values(),
          ({ records }) => records.get(metadata)!.mean,
        )
      ),
    );
    if (!better || !isBetter(value - mean, better)) continue;
    throw new OptionError(
      "countFailedAs",
      `Cannot count failed runs as ${value} in ${heading}: that is better than ` +
        `the mean of the completed runs, ${formatNumber(mean, 3)}: choose a ` +
        "worse value, or the columns that it is for with `metric`",
    );
  }
}
