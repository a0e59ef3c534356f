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
import type { StoredRun } from "../database/run_database.ts";
import { keysOf, order, rawValueOf, valueOf } from "../database/select.ts";

/** The key in which replicates always may differ. */
export const SEED_KEY = "seed";

/** Runs of one configuration, nuisance keys apart. */
export interface Replicates {
  /** The newest completed run of each nuisance value, in their order. */
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** The newest run of each nuisance value that has no completed one. */
  readonly missing: ReadonlyMap<string, StoredRun>;
  /** Runs that a newer one of the same nuisance value stands for. */
  readonly superseded: readonly StoredRun[];
  /** Runs that are newer than the completed one of their nuisance value. */
  readonly unfinished: readonly StoredRun[];
  /** One of the runs: all keys but the nuisance keys are the same in all. */
  readonly example: StoredRun;
}

/** What says in which keys replicates may differ. */
export interface NuisanceOptions {
  /** Keys beside `seed` in which they may. */
  readonly nuisance?: readonly string[];
  /** Keys on the rows of a table, in which they so may not. */
  readonly rows?: readonly string[];
  /** Keys on its columns, in which they may not either. */
  readonly cols?: readonly string[];
}

/**
 * The keys in which replicates may differ.
 *
 * @param options What was asked for.
 * @returns `seed` and further ones, without those on an axis.
 */
export function nuisanceKeys(
  { nuisance = [], rows = [], cols = [] }: NuisanceOptions,
): string[] {
  return [...new Set([...nuisance, SEED_KEY])]
    .filter((key) => !rows.includes(key) && !cols.includes(key));
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
    ...keys.sort().map((key) => [key, formatValue(config[key])]),
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
  const unfinished: StoredRun[] = [];
  for (const [value, same] of copies) {
    const place = same.findLastIndex(({ status }) => status === "completed");
    const chosen = place < 0 ? same.length - 1 : place;
    (place < 0 ? missing : runs).set(value, same[chosen]!);
    superseded.push(...same.slice(0, chosen));
    unfinished.push(...same.slice(chosen + 1));
  }
  return { runs, missing, superseded, unfinished, example: group[0]! };
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
