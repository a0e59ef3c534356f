/**
 * Replicates: runs whose configurations differ in nuisance keys alone.
 *
 * @module
 */

import {
  ConfigError,
  formatValue,
  unknownKey,
} from "../../core/config/schema.ts";
import type { StoredRun } from "../database.ts";
import { keysOf, order, rawValueOf, valueOf } from "../select.ts";

/** The key in which replicates always may differ. */
export const SEED_KEY = "seed";

/** Runs of one configuration, nuisance keys apart. */
export interface Replicates {
  /** The newest completed run of each nuisance value, in their order. */
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** The newest run of each nuisance value that has no completed one. */
  readonly missing: ReadonlyMap<string, StoredRun>;
  /** Other runs of a nuisance value that has one above: copies, no evidence. */
  readonly superseded: readonly StoredRun[];
  /** One of the runs: all keys but the nuisance keys are the same in all. */
  readonly example: StoredRun;
}

/**
 * Finds replicates.
 *
 * @param runs The runs, oldest first.
 * @param nuisance The keys in which replicates may differ.
 * @returns The groups, in the order of their first runs.
 * @throws {ConfigError} If no run has a nuisance key.
 */
export function groupReplicates(
  runs: readonly StoredRun[],
  nuisance: readonly string[],
): Replicates[] {
  const known = keysOf(runs);
  for (const key of nuisance) {
    if (key === SEED_KEY || known.includes(key)) continue;
    const where = "--nuisance";
    throw new ConfigError([{ where, message: unknownKey(key, known) }]);
  }
  const groups = Map.groupBy(runs, (run) => identityOf(run, nuisance));
  return groups.values().map((group) => replicatesOf(group, nuisance))
    .toArray();
}

/** Equal for equal configurations, whatever the order of their keys. */
function identityOf(
  { config, info }: StoredRun,
  nuisance: readonly string[],
): string {
  const keys = Object.keys(config).filter((key) => !nuisance.includes(key));
  return JSON.stringify([
    info.experiment,
    ...keys.sort().map((key) => [key, config[key]]),
  ]);
}

function replicatesOf(
  group: readonly StoredRun[],
  nuisance: readonly string[],
): Replicates {
  const copies = Map.groupBy(
    group.toSorted((a, b) => byNuisance(a, b, nuisance)),
    (run) => nuisanceOf(run, nuisance),
  );
  const runs = new Map<string, StoredRun>();
  const missing = new Map<string, StoredRun>();
  const superseded: StoredRun[] = [];
  for (const [value, same] of copies) {
    const newest = same.findLast(({ status }) => status === "completed");
    if (newest) runs.set(value, newest);
    else missing.set(value, same.at(-1)!);
    superseded.push(...same.filter((run) => run !== (newest ?? same.at(-1))));
  }
  return { runs, missing, superseded, example: group[0]! };
}

function byNuisance(
  a: StoredRun,
  b: StoredRun,
  nuisance: readonly string[],
): number {
  for (const key of nuisance) {
    const [first, second] = [a, b].map((run) => {
      const value = rawValueOf(run, key);
      return typeof value === "number" ? value : valueOf(run, key);
    });
    const difference = order(first, second, 1);
    if (difference !== 0) return difference;
  }
  return 0; // Oldest first, as they came.
}

/** `seed=7`, or `dataSeed=0, seed=7`: what pairs the runs of two rows. */
function nuisanceOf(run: StoredRun, nuisance: readonly string[]): string {
  return nuisance.flatMap((key) => {
    const value = rawValueOf(run, key);
    return value === undefined ? [] : `${key}=${formatValue(value)}`;
  }).join(", ");
}
