/**
 * Verdicts on the runs of a sweep, by their objective.
 *
 * @module
 */

import { FAILED } from "../compare/failed_runs.ts";
import { MAX_RANKED } from "../compare/verdicts.ts";
import type { Sample } from "../statistics/contrast.ts";
import type { Direction } from "../statistics/estimate.ts";
import {
  type ColumnVerdicts,
  judgeColumn,
  type VerdictOptions,
} from "../statistics/verdicts.ts";

/** The result of a run: its value, or that it failed. */
export type Value = number | "failed";

/** The rows to compare, and how. */
export interface JudgeOptions<Row> {
  /** The rows that can be compared with each other. */
  readonly groups: readonly (readonly Row[])[];
  /** The row that all others are compared with, if there is one. */
  readonly baseline?: Row | undefined;
  /** Which way is better, if that is known. */
  readonly better?: Direction | undefined;
  /** How verdicts are reached; for a fixed number of seeds by default. */
  readonly options?: VerdictOptions;
}

/**
 * Reaches verdicts as `compare` does for a column: against the baseline, if there is
 * one, and on the best row.
 *
 * @param options The rows to compare, and how.
 * @param values The results of each row, under its first, second, … seed.
 * @returns The verdicts.
 */
export function judgeValues<Row>(
  { groups, baseline, better, options = {} }: JudgeOptions<Row>,
  values: ReadonlyMap<Row, readonly Value[]>,
): ColumnVerdicts<Row> {
  const rows = groups.flat();
  const incomplete = rows.filter((row) => values.get(row)!.includes("failed"));
  return judgeColumn({
    groups: groups.map((rows) =>
      new Map(rows.map((row) => [row, toSample(values.get(row)!)]))
    ),
    baseline,
    better,
    isRanked: better !== undefined && rows.length <= MAX_RANKED,
    incomplete: new Map(incomplete.map((row) => [row, { reason: FAILED }])),
    options,
  });
}

/**
 * Leaves failed runs out.
 *
 * @param values The results under the first, second, … seed.
 * @returns The values, by their seeds.
 */
export function toSample(values: readonly Value[]): Sample {
  return new Map(
    values.flatMap((value, seed) =>
      value === "failed" ? [] : [[`${seed}`, value]]
    ),
  );
}
