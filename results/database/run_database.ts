/**
 * The runs of one directory or several, read from their plain files.
 *
 * @module
 */

import { isInherited, type JsonObject } from "../../core/utils/json.ts";
import { formatValue } from "../../core/config/schema.ts";
import type { ResultCollection } from "../../core/utils/results.ts";
import { listRuns } from "../../core/store/find_run.ts";
import {
  readRunInfo,
  readStatus,
  type RunInfo,
  type RunStatus,
} from "../../core/store/run_info.ts";
import { hasBegun } from "../../core/store/run_directory.ts";
import { type Problem, readConfigFile } from "../../core/store/run_file.ts";
import { readRecords } from "../../core/store/records.ts";

/** A run as its files tell of it. */
export interface StoredRun {
  /** The run's id. */
  readonly id: string;
  /** The run's directory. */
  readonly path: string;
  /** What ran and how it ended, by its own word. */
  readonly info: RunInfo;
  /** How it stands; `died` where it says `running` and nobody lives. */
  readonly status: RunStatus | "died";
  /**
   * Its configuration as plain data, whatever the experiment. A key that was
   * added to the experiment since has the value from before there was that key,
   * where newer runs tell it.
   */
  readonly config: JsonObject;
  /** Its records, those of the training first. */
  readonly records: ResultCollection;
}

/**
 * The runs of one directory or several, oldest first. What cannot be read is
 * listed with its file and the reason, and hides nothing else.
 */
export class RunDatabase implements Iterable<StoredRun> {
  /** What could not be read. */
  readonly problems: readonly Problem[];
  readonly #runs: readonly StoredRun[];

  /**
   * Reads all runs.
   *
   * @param directories The directories that hold runs; one that is not there
   * holds none.
   */
  constructor(...directories: readonly string[]) {
    const problems: Problem[] = [];
    const runs = distinct(directories)
      .flatMap((directory) => readRuns(directory, problems))
      .sort((a, b) => order(a.info.startedAt, b.info.startedAt));
    this.#runs = withEarlierValues(runs, problems);
    this.problems = problems;
  }

  /** How many runs could be read. */
  get size(): number {
    return this.#runs.length;
  }

  /** The runs, oldest first. */
  [Symbol.iterator](): Iterator<StoredRun> {
    return this.#runs.values();
  }
}

/** A directory that is named twice, by whatever path, is read once. */
function distinct(directories: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const directory of directories) {
    let place = directory;
    try {
      place = Deno.realPathSync(directory);
    } catch { /* it is not there, and holds no runs */ }
    if (!seen.has(place)) seen.set(place, directory);
  }
  return [...seen.values()];
}

function readRuns(directory: string, problems: Problem[]): StoredRun[] {
  return listRuns(directory).flatMap(({ id, path, refused }) => {
    if (refused) {
      problems.push({ run: id, file: path, reason: refused });
      return [];
    }
    const read = <T>(file: string, reader: () => T): T | undefined => {
      try {
        return reader();
      } catch (error) {
        const reason = (error as Error).message;
        problems.push({ run: id, file: `${path}/${file}`, reason });
      }
    };
    if (!hasBegun(path)) return [];
    const info = read("run.json", () => readRunInfo(path));
    const config = info && read("config.json", () => readConfigFile(path));
    if (!info || !config) return [];
    const status = readStatus(path, info);
    const records = readRecords(path, problems);
    return [{ id, path, info, status, config, records }];
  });
}

/**
 * Gives old runs the keys that were added to their experiment since, as the
 * newer runs that have them say: so runs of equal meaning are equal. Of a key
 * on which they disagree, nothing can be said.
 */
function withEarlierValues(
  runs: readonly StoredRun[],
  problems: Problem[],
): readonly StoredRun[] {
  const groups = Map.groupBy(runs, ({ info }) => info.experiment);
  const earlier = new Map<string, [string, unknown][]>();
  for (const [experiment, group] of groups) {
    earlier.set(experiment, earlierValues(group, problems));
  }
  return runs.map((run) => {
    const missing = earlier.get(run.info.experiment)!
      .filter(([key]) => !Object.hasOwn(run.config, key));
    return missing.length > 0
      ? { ...run, config: { ...run.config, ...Object.fromEntries(missing) } }
      : run;
  });
}

/** What the runs of an experiment say was in effect before their keys. */
function earlierValues(
  runs: readonly StoredRun[],
  problems: Problem[],
): [string, unknown][] {
  const told = new Map<string, { value: unknown; text: string }>();
  const disputed = new Map<string, StoredRun>();
  for (const run of runs) {
    for (const [key, value] of Object.entries(run.info.before ?? {})) {
      // Of what is no key of its own, a run knows nothing.
      if (isInherited(key) || !Object.hasOwn(run.config, key)) continue;
      const text = formatValue(value);
      const first = told.getOrInsertComputed(key, () => ({ value, text }));
      if (first.text !== text) disputed.set(key, run);
    }
  }
  for (const [key, { id, path }] of disputed) {
    // All runs have the key: then nobody asks.
    if (runs.every(({ config }) => Object.hasOwn(config, key))) continue;
    const reason =
      `Cannot tell what ${key} was before it was a key as runs disagree: ` +
      `${told.get(key)!.text} and others`;
    problems.push({ run: id, file: `${path}/run.json`, reason });
  }
  return told.entries().filter(([key]) => !disputed.has(key))
    .map(([key, { value }]): [string, unknown] => [key, value]).toArray();
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
