/**
 * Runs without a result, beside those that have one: they failed, died or were
 * interrupted, or completed without the record.
 *
 * @module
 */

import { formatNumber } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import { readNumber } from "../database/read_run.ts";
import type { StoredRun } from "../database/run_database.ts";
import { computeMean, isBetter, OUTDONE } from "../statistics/estimate.ts";
import type {
  Cell,
  Column,
  CompareOptions,
  ComparisonRow,
} from "./comparison.ts";
import type { Measured } from "./pivot.ts";
import type { Replicates } from "./replicates.ts";

/** Why a row with failed runs is not ranked. */
export const FAILED = "runs failed or were interrupted";
const LACKING = "runs completed without this record";

/** The reasons that `countFailedAs` would remove. */
export const COUNTABLE: readonly string[] = [FAILED, LACKING, OUTDONE];

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
 * Finds the runs that completed without the record that others of their row have.
 *
 * @param cell The replicates, and what they measured.
 * @returns Those runs.
 */
export function findLacking(
  { replicates, metadata }: Measured,
): ReadonlyMap<string, StoredRun> {
  return new Map(
    replicates.runs.entries().filter(([, run]) =>
      readNumber(run, metadata) === undefined
    ),
  );
}

/**
 * Explains which runs are missing from a mean: then no verdict may favour its row.
 *
 * @param cell The cell.
 * @param options Whether failed runs have a value.
 * @returns Which runs are not counted; undefined if all are.
 */
export function explainIncomplete(
  cell: Measured,
  { countFailedAs }: CompareOptions,
): string | undefined {
  const { replicates } = cell;
  const isCounted = countFailedAs !== undefined;
  if (replicates.unfinished.some(({ status }) => status !== "running")) {
    return FAILED;
  }
  if (isCounted) return undefined;
  if (findFailed(replicates).size > 0) return FAILED;
  return findLacking(cell).size > 0 ? LACKING : undefined;
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
    const isCounted = (cell: Cell) =>
      findFailed(cell.replicates).size + findLacking(cell).size > 0;
    if (!cells.some(isCounted)) continue;
    const { mean } = computeMean(
      cells.flatMap(({ runs, metadata }) =>
        Array.from(runs.values(), (run) => readNumber(run, metadata)!)
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
