/**
 * The runs that a page shows: in what they differ, and which are replicates.
 *
 * @module
 */

import { formatLabel, singleLine } from "../../compare/labels.ts";
import { groupReplicates, SEED_KEY } from "../../compare/replicates.ts";
import type { StoredRun } from "../../database/run_database.ts";
import { findDifferingKeys, readKey } from "../../database/select.ts";

/** The runs that a page shows. */
export interface Selection {
  /** The runs, oldest first. */
  readonly runs: readonly StoredRun[];
  /** The keys in which they differ, nuisance keys last. */
  readonly keys: readonly string[];
  /** Which of them are nuisance keys. */
  readonly nuisance: readonly string[];
  /** The groups: runs that differ only in nuisance keys. */
  readonly groups: readonly Group[];
  /** The number of the group of a run, by its directory. */
  readonly groupOf: ReadonlyMap<string, number>;
}

/** Runs that differ only in nuisance keys. */
export interface Group {
  /** In what they differ from others: `key=value, …`. */
  readonly label: string;
  /** All of them. */
  readonly runs: readonly StoredRun[];
  /**
   * One for each value of the nuisance keys, the newest: those that a mean
   * counts.
   */
  readonly replicates: readonly StoredRun[];
}

/**
 * Makes a selection.
 *
 * @param runs The runs, oldest first.
 * @returns What a page needs to know of them.
 */
export function makeSelection(runs: readonly StoredRun[]): Selection {
  const differing = findDifferingKeys(runs);
  const nuisance = differing.filter((key) => key === SEED_KEY);
  const own = differing.filter((key) => key !== SEED_KEY);
  const groups = groupReplicates(runs, [SEED_KEY]).map((group): Group => {
    const { example, missing, superseded, unfinished } = group;
    const replicates = [...group.runs.values(), ...missing.values()];
    const values = own.map((key) => [key, readKey(example, key)]);
    return {
      label: singleLine(formatLabel(Object.fromEntries(values))),
      runs: [...replicates, ...superseded, ...unfinished],
      replicates,
    };
  });
  const groupOf = new Map(
    groups.flatMap(({ runs }, number) =>
      runs.map(({ path }) => [path, number] as const)
    ),
  );
  return { runs, keys: [...own, ...nuisance], nuisance, groups, groupOf };
}
