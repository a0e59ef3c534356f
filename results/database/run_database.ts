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
import { orderBy } from "./select.ts";

/** A run as its files describe it. */
export interface StoredRun {
  /** The run's id. */
  readonly id: string;
  /** The run's directory. */
  readonly path: string;
  /** What ran and how it ended, as `run.json` says. */
  readonly info: RunInfo;
  /** Its status; `died` if it is marked running, but its process is gone. */
  readonly status: RunStatus | "died";
  /**
   * Its configuration as plain data. A key that the experiment got later has
   * the value that was in effect before, if newer runs say which.
   */
  readonly config: JsonObject;
  /** Its records, those of the training first. */
  readonly records: ResultCollection;
}

/**
 * The runs of one directory or several, oldest first. What cannot be read is
 * listed with its file and the reason.
 */
export class RunDatabase implements Iterable<StoredRun> {
  /** What could not be read. */
  readonly problems: readonly Problem[];
  /** Where they were looked for. */
  readonly directories: readonly string[];
  readonly #runs: readonly StoredRun[];

  /**
   * Reads all runs.
   *
   * @param directories The directories that hold runs; a missing one holds
   * none.
   */
  constructor(...directories: readonly string[]) {
    const problems: Problem[] = [];
    this.directories = dropCopies(directories);
    const runs = this.directories
      .flatMap((directory) => readRuns(directory, problems))
      .sort(orderBy([({ info }) => info.startedAt]));
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

/** Drops directories that are named twice, by whatever path. */
function dropCopies(directories: readonly string[]): string[] {
  const places = Map.groupBy(directories, (directory) => {
    try {
      return Deno.realPathSync(directory);
    } catch {
      return directory; // A missing directory holds no runs.
    }
  });
  return Array.from(places.values(), ([directory]) => directory!);
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
 * Gives old runs the keys that their experiment got later, with the values that
 * newer runs say were in effect before: so runs of equal meaning are equal. A
 * key on which newer runs disagree is not added.
 */
function withEarlierValues(
  runs: readonly StoredRun[],
  problems: Problem[],
): readonly StoredRun[] {
  const groups = Map.groupBy(runs, ({ info }) => info.experiment);
  const earlier = new Map(
    groups.entries().map(([experiment, group]) => [
      experiment,
      readEarlierValues(group, problems),
    ]),
  );
  return runs.map(({ config, ...run }) => ({
    ...run,
    // The run's own values count, and its own keys come first.
    config: { ...config, ...earlier.get(run.info.experiment), ...config },
  }));
}

/** Reads what the runs of an experiment say was in effect before their keys. */
function readEarlierValues(
  runs: readonly StoredRun[],
  problems: Problem[],
): JsonObject {
  const values: Record<string, unknown> = {};
  const claims = runs.flatMap((run) =>
    Object.entries(run.info.before ?? {})
      // What a run says about keys that it lacks does not count.
      .filter(([key]) => !isInherited(key) && Object.hasOwn(run.config, key))
      .map(([key, value]) => ({ key, value, text: formatValue(value), run }))
  );
  for (const [key, [first, ...others]] of Map.groupBy(claims, (c) => c.key)) {
    const { value, text } = first!;
    const other = others.findLast((claim) => claim.text !== text);
    if (!other) values[key] = value;
    // If all runs have the key, it does not matter.
    else if (!runs.every(({ config }) => Object.hasOwn(config, key))) {
      const { id, path } = other.run;
      const reason =
        `Cannot tell what ${key} was before it was a key: runs disagree, ` +
        `${text} and others`;
      problems.push({ run: id, file: `${path}/run.json`, reason });
    }
  }
  return values;
}
