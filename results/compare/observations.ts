/**
 * The single observations behind records, if runs have kept them.
 *
 * @module
 */

import { readObservations } from "../../core/store/observations.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import type { Observations } from "../statistics/crossed.ts";
import type { Cell } from "./comparison.ts";

const MIN_RUNS = 3;

/**
 * Reads what runs have observed.
 *
 * @param runs The runs.
 * @param metadata What they have measured.
 * @param warnings Where to report a file that cannot be read.
 * @returns The observations; undefined if there are fewer than 3 runs, one has not kept
 * them or they cannot be read, or the runs have different numbers of them.
 */
export function readShared(
  runs: Cell["runs"],
  metadata: ResultMetadata,
  warnings: string[],
): Observations | undefined {
  if (runs.size < MIN_RUNS) return undefined;
  const observations = new Map<string, Float64Array>();
  for (const [key, { path, records }] of runs) {
    const record = [...records].find((record) => record.metadata === metadata);
    if (!record?.values) return undefined;
    try {
      observations.set(key, readObservations(path, record.values));
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // The mean is known all the same.
      warnings.push(
        `${(error as Error).message}: the error of its row, and verdicts on ` +
          `${metadata}, do not count the test rows that runs share`,
      );
      return undefined;
    }
  }
  const sizes = new Set(observations.values().map(({ length }) => length));
  return sizes.size === 1 ? observations : undefined;
}
