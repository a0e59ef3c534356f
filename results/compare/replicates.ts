/**
 * Replicates: runs whose configurations differ only in nuisance keys.
 *
 * @module
 */

import { formatValue, unknownKey } from "../../core/config/schema.ts";
import { OptionError } from "../database/option_error.ts";
import type { RunDatabase, StoredRun } from "../database/run_database.ts";
import {
  formatKey,
  listKeys,
  orderBy,
  readKey,
  type RunFilter,
  selectRuns,
} from "../database/select.ts";
import { listChangingKeys, readInfo } from "../database/read_run.ts";
import { summarizeList } from "./labels.ts";

/** A key of all runs, though not of their configurations. */
const EXPERIMENT = "experiment";

/** The key in which replicates may always differ. */
export const SEED_KEY = "seed";

/** Runs of one configuration, except for nuisance keys. */
export interface Replicates {
  /** The newest completed run of each nuisance value, in their order. */
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** The newest run of each nuisance value that has no completed one. */
  readonly missing: ReadonlyMap<string, StoredRun>;
  /** Runs that a newer one of the same nuisance value replaces. */
  readonly superseded: readonly StoredRun[];
  /** Runs that are newer than the completed one of their nuisance value. */
  readonly unfinished: readonly StoredRun[];
  /** One of the runs: all keys but the nuisance keys are the same in all. */
  readonly example: StoredRun;
}

/** Which runs are taken, and in which keys replicates may differ. */
export interface ReplicatesOptions extends RunFilter {
  /** Keys besides `seed` in which they may. */
  readonly nuisance?: readonly string[];
  /** Keys on the rows of a table, in which they may not. */
  readonly rows?: readonly string[];
  /** Keys on its columns, in which they may not either. */
  readonly cols?: readonly string[];
  /** Whether replicates of which no run is completed are taken as well. */
  readonly withUnfinished?: boolean;
}

/** Runs sorted into replicates. */
export interface SelectedReplicates {
  /** The replicates, each with a completed run unless others were asked for. */
  readonly replicates: readonly Replicates[];
  /** The keys in which they may differ. */
  readonly nuisance: readonly string[];
  /** Runs that are not completed, and why. */
  readonly omitted: readonly string[];
  /** Runs that a newer one of the same configuration and seed replaces. */
  readonly superseded: readonly string[];
  /** Runs of searches, which are not compared with others. */
  readonly searched: readonly StoredRun[];
}

/**
 * Sorts the runs of a database into replicates. Runs of a search take no part
 * beside others: what was chosen by its score looks better than it is.
 *
 * @param database The runs.
 * @param options Which runs are taken, and in which keys they may differ.
 * @returns The replicates, and what was left out.
 * @throws {OptionError} If an option names what no run has.
 * @throws {RangeError} If no completed run remains, or none at all where
 * unfinished ones are taken.
 */
export function selectReplicates(
  database: RunDatabase,
  options: ReplicatesOptions,
): SelectedReplicates {
  const { nuisance: asked = [], rows = [], cols = [] } = options;
  const nuisance = [...new Set([...asked, SEED_KEY])]
    .filter((key) => !rows.includes(key) && !cols.includes(key));
  const all = selectRuns(database, options);
  const others = all.filter((run) => !isSearched(run));
  const selected = others.length > 0 ? others : all;
  const searched = others.length > 0 ? all.filter(isSearched) : [];
  const groups = groupReplicates(selected, nuisance);
  const replicates = groups.filter(({ runs }) =>
    runs.size > 0 || options.withUnfinished
  );
  const omitted = groups.flatMap(({ missing, unfinished }) =>
    [...missing.values(), ...unfinished].map(({ id, status, info }) =>
      `${id} ${status}${info.error ? `: ${info.error.message}` : ""}`
    )
  );
  if (replicates.length === 0) {
    throw new RangeError(explainEmpty(database, selected, omitted, options));
  }
  const superseded = groups.flatMap((group) =>
    group.superseded.map(({ id }) => id)
  );
  return { replicates, nuisance, omitted, superseded, searched };
}

/**
 * Says whether a run is one of a search, which chose among runs by their scores.
 *
 * @param run The run.
 * @returns Whether it is.
 */
export function isSearched(run: StoredRun): boolean {
  return readInfo(run, "sweep")?.role === "search";
}

function explainEmpty(
  { size, problems, directories }: RunDatabase,
  selected: readonly StoredRun[],
  omitted: readonly string[],
  { where = [], since = "" }: RunFilter,
): string {
  if (omitted.length > 0) {
    return `Cannot compare: no run is completed: ${summarizeList(omitted)}`;
  }
  if (size > 0 && selected.length === 0) {
    const conditions = [...where, ...(since ? [`since ${since}`] : [])];
    return `No run matches ${conditions.join(" and ")} (${size} ${
      size === 1 ? "run" : "runs"
    } searched)`;
  }
  const [problem] = problems;
  return problem
    ? `Cannot compare: no run could be read: ${problem.reason}`
    : `Cannot compare: there are no runs in ${directories.join(", ")} yet: ` +
      "deno task train makes one";
}

/**
 * Finds replicates.
 *
 * @param runs The runs, oldest first.
 * @param nuisance The keys in which replicates may differ.
 * @returns The groups, in the order of their first runs.
 * @throws {OptionError} If no run has a nuisance key.
 */
export function groupReplicates(
  runs: readonly StoredRun[],
  nuisance: readonly string[],
): Replicates[] {
  const known = listKeys(runs);
  for (const key of nuisance) {
    if (key === SEED_KEY || known.includes(key)) continue;
    throw new OptionError("nuisance", unknownKey(key, known));
  }
  // Keys that have one value in all runs tell none of them apart.
  const keys = findVarying(
    runs,
    known.filter((key) => key === EXPERIMENT || !nuisance.includes(key)),
  );
  const names = new Map<string, string>();
  return groupByKeys(runs, keys)
    .map((group) => makeReplicates(group, nuisance, names));
}

/** Finds the keys whose values are not one and the same in all runs. */
function findVarying(
  runs: readonly StoredRun[],
  keys: readonly string[],
): string[] {
  const first = new Map(
    keys.map((key) => [key, runs[0] && readKey(runs[0], key)]),
  );
  const varying = new Set<string>();
  let last: readonly string[] = [];
  for (const run of runs) {
    const own = listChangingKeys(run);
    // Runs of an index that share this list agree in all other keys.
    const candidates = own === last ? [EXPERIMENT, ...own] : keys;
    for (const key of candidates) {
      if (varying.has(key) || !first.has(key)) continue;
      if (readKey(run, key) !== first.get(key)) varying.add(key);
    }
    last = own;
  }
  return keys.filter((key) => varying.has(key));
}

/**
 * Groups the runs whose values of keys have the same texts, in the order of their
 * first runs.
 */
function groupByKeys(
  runs: readonly StoredRun[],
  keys: readonly string[],
): StoredRun[][] {
  const places = new Float64Array(runs.length);
  for (const key of keys) {
    // Numbers for values, their texts, and the groups so far with these texts.
    const values = new Map<unknown, number>();
    const texts = new Map<string | undefined, number>();
    const pairs = new Map<number, number>();
    const addText = (value: unknown) =>
      texts.getOrInsertComputed(
        value === undefined ? value : formatValue(value),
        () => texts.size,
      );
    for (let i = 0; i < runs.length; i++) {
      const text = values.getOrInsertComputed(readKey(runs[i]!, key), addText);
      const pair = places[i]! * runs.length + text;
      places[i] = pairs.getOrInsertComputed(pair, () => pairs.size);
    }
  }
  const groups: StoredRun[][] = [];
  for (let i = 0; i < runs.length; i++) {
    (groups[places[i]!] ??= []).push(runs[i]!);
  }
  return groups;
}

/** Texts that several replicates share, so that each is kept once. */
type Names = Map<string, string>;

function makeReplicates(
  group: readonly StoredRun[],
  nuisance: readonly string[],
  names: Names,
): Replicates {
  // The sort is stable: of equal values the oldest stays first.
  const byNuisance = orderBy(
    nuisance.map((key) => (run: StoredRun) => readKey(run, key)),
  );
  const copies = Map.groupBy(
    group.length > 1 ? group.toSorted(byNuisance) : group,
    (run) => {
      const name = formatNuisance(run, nuisance);
      return names.getOrInsert(name, name);
    },
  );
  const runs = new Map<string, StoredRun>();
  const missing = new Map<string, StoredRun>();
  const superseded: StoredRun[] = [];
  const unfinished: StoredRun[] = [];
  for (const [value, same] of copies) {
    const place = same.findLastIndex(({ status }) => status === "completed");
    const chosen = place < 0 ? same.length - 1 : place;
    (place < 0 ? missing : runs).set(value, same[chosen]!);
    if (same.length === 1) continue;
    superseded.push(...same.slice(0, chosen));
    unfinished.push(...same.slice(chosen + 1));
  }
  return { runs, missing, superseded, unfinished, example: group[0]! };
}

/** `seed=7`, or `dataSeed=0, seed=7`: what pairs the runs of two rows. */
function formatNuisance(run: StoredRun, nuisance: readonly string[]): string {
  let name = "";
  for (const key of nuisance) {
    const value = formatKey(run, key);
    if (value === undefined) continue;
    name += name === "" ? `${key}=${value}` : `, ${key}=${value}`;
  }
  return name;
}
