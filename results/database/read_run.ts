/**
 * Reading parts of runs. Of a run of an index, only these parts are made.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { RunSummary } from "../../core/store/run_info.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { IndexedRun } from "./_indexed_run.ts";
import type { StoredRun } from "./run_database.ts";

/**
 * Reads the value that a run has for a key.
 *
 * @param run The run.
 * @param key A key of the configuration, or `experiment`.
 * @returns The value; undefined where it has none.
 */
export function readKey(run: StoredRun, key: string): unknown {
  if (key === "experiment") return readInfo(run, key);
  if (run instanceof IndexedRun) return run.readKey(key);
  // The key may be from another run, and have any name.
  return Object.hasOwn(run.config, key) ? run.config[key] : undefined;
}

/**
 * Reads the value that a run has for a key as text.
 *
 * @param run The run.
 * @param key A key of the configuration, or `experiment`.
 * @returns The value as its flag would take it; undefined where it has none.
 */
export function formatKey(run: StoredRun, key: string): string | undefined {
  const value = readKey(run, key);
  return value === undefined ? undefined : formatValue(value);
}

/**
 * Reads a field of what `run.json` says.
 *
 * @param run The run.
 * @param key The name of the field.
 * @returns Its value.
 */
export function readInfo<K extends keyof RunSummary>(
  run: StoredRun,
  key: K,
): RunSummary[K] {
  return run instanceof IndexedRun ? run.readInfo(key) : run.info[key];
}

/**
 * Reads the mean of what a run has measured, or its error.
 *
 * @param run The run.
 * @param metadata What was measured.
 * @param field Which of them.
 * @returns The number; undefined where the run has no such record.
 */
export function readNumber(
  run: StoredRun,
  metadata: ResultMetadata,
  field: "mean" | "error" = "mean",
): number | undefined {
  return run instanceof IndexedRun
    ? run.readNumber(metadata, field)
    : run.records.get(metadata)?.[field];
}

/**
 * Lists the keys of the configuration of a run.
 *
 * @param run The run.
 * @returns Its keys; runs may share the list.
 */
export function listOwnKeys(run: StoredRun): readonly string[] {
  return run instanceof IndexedRun ? run.listKeys() : Object.keys(run.config);
}

/**
 * Lists the keys in which the configurations of runs that share the list may differ.
 *
 * @param run The run.
 * @returns The keys; of a run that is of no index all keys, in a list of its own.
 */
export function listChangingKeys(run: StoredRun): readonly string[] {
  return run instanceof IndexedRun
    ? run.listChangingKeys()
    : Object.keys(run.config);
}

/**
 * Lists all keys that some run has: `experiment`, and those of the configurations.
 *
 * @param runs The runs.
 * @returns The keys, each once, in the order of the configurations.
 */
export function listKeys(runs: Iterable<StoredRun>): string[] {
  const keys = new Set(["experiment"]);
  let last: readonly string[] = [];
  for (const run of runs) {
    const own = listOwnKeys(run);
    if (own === last) continue;
    last = own;
    for (const key of own) keys.add(key);
  }
  return [...keys];
}
