/**
 * The runs of one directory or several, read from their plain files.
 *
 * @module
 */

import type { JsonObject } from "../../core/utils/json.ts";
import { formatValue } from "../../core/config/schema.ts";
import type {
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import { listRuns, type RunEntry } from "../../core/store/find_run.ts";
import {
  readStatus,
  readSummary,
  type RunStatus,
  type RunSummary,
} from "../../core/store/run_info.ts";
import { hasBegun, RUN_ID } from "../../core/store/run_directory.ts";
import {
  fromDisk,
  type Problem,
  readConfigFile,
  type RunReader,
} from "../../core/store/run_file.ts";
import { readRecords } from "../../core/store/records.ts";
import { getLastChange, STAMP_LENGTH } from "./_threads.ts";
import { RunDirectory } from "./_run_directory.ts";
import { readAllAhead, type RunAhead } from "./_files_ahead.ts";
import { listOwnKeys, readInfo } from "./read_run.ts";
import { canWriteIndex, type StampedRun, writeIndex } from "./run_index.ts";

/** The records of a run, those of the training first. */
export interface RunRecords extends Iterable<ResultRecord> {
  /** How many there are. */
  readonly size: number;
  /** What was measured; runs that measured the same may share the list. */
  readonly metadata: readonly ResultMetadata[];
  /** Finds the result of what was measured; undefined if there is none. */
  get(metadata: ResultMetadata): ScalarResult | undefined;
}

/** A run as its files describe it. */
export interface StoredRun {
  /** The run's id. */
  readonly id: string;
  /** The run's directory. */
  readonly path: string;
  /** What ran and how it ended, as `run.json` says. */
  readonly info: RunSummary;
  /** Its status; `died` if it is marked running, but its process is gone. */
  readonly status: RunStatus | "died";
  /**
   * Its configuration as plain data. A key that the experiment got later has
   * the value that was in effect before, if newer runs say which.
   */
  readonly config: JsonObject;
  /** Its records. */
  readonly records: RunRecords;
}

/**
 * The runs of one directory or several, oldest first. What cannot be read is
 * listed with its file and the reason.
 */
export class RunDatabase implements Iterable<StoredRun> {
  #problems: readonly Problem[] = [];
  #directories: readonly string[] = [];
  #runs: readonly StoredRun[] = [];

  /**
   * Reads all runs.
   *
   * @param directories The directories that hold runs; a missing one holds
   * none.
   */
  constructor(...directories: readonly string[]) {
    this.#read(openAll(directories), false);
  }

  /**
   * Reads all runs, and keeps an index of them where that is allowed and pays.
   *
   * @param directories The directories that hold runs.
   * @returns The same as without an index.
   */
  static withIndex(...directories: readonly string[]): RunDatabase {
    const database = new RunDatabase();
    database.#read(openAll(directories), true);
    return database;
  }

  /**
   * Computes something of all runs, with an index. If the index seems to know them
   * all, that begins while other threads look whether a run has changed. If one
   * has, it is computed again.
   *
   * @param directories The directories that hold runs.
   * @param compute What is computed, without effects; it may be called twice.
   * @returns What it returns for the runs as they are.
   * @throws What it throws for the runs as they are.
   */
  static async compute<T>(
    directories: readonly string[],
    compute: (database: RunDatabase) => Promise<T>,
  ): Promise<T> {
    const opened = openAll(directories);
    const database = new RunDatabase();
    if (opened.every(({ seemsKnown }) => seemsKnown)) {
      database.#collect(opened, opened.map(({ index }) => index!.runs), []);
      const [early] = await Promise.allSettled([compute(database)]);
      if (opened.every(({ isKnown }) => isKnown)) {
        if (early.status === "rejected") throw early.reason;
        return early.value;
      }
    }
    database.#read(opened, true);
    return await compute(database);
  }

  #read(directories: readonly RunDirectory[], keepsIndex: boolean): void {
    const problems: Problem[] = [];
    const runs = directories
      .map((directory) => readRuns(directory, problems, keepsIndex));
    this.#collect(directories, runs, problems);
  }

  #collect(
    directories: readonly RunDirectory[],
    [first = [], ...others]: readonly (readonly StoredRun[])[],
    problems: Problem[],
  ): void {
    // The runs of a directory are in order.
    const runs = others.length > 0
      ? [first, ...others].flat().sort(compareStarts)
      : first;
    this.#directories = directories.map(({ path }) => path);
    this.#runs = withEarlierValues(runs, problems);
    this.#problems = problems;
  }

  /**
   * Makes a database of some of its runs.
   *
   * @param runs The runs, oldest first.
   * @returns The database; its problems are those of all runs.
   */
  restrictTo(runs: readonly StoredRun[]): RunDatabase {
    const database = new RunDatabase();
    database.#runs = runs;
    database.#directories = this.#directories;
    database.#problems = this.#problems;
    return database;
  }

  /** What could not be read. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Where the runs were looked for. */
  get directories(): readonly string[] {
    return this.#directories;
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

/** Oldest first; the sort is stable. */
function compareStarts(a: StoredRun, b: StoredRun): number {
  const first = readInfo(a, "startedAt"), second = readInfo(b, "startedAt");
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Opens directories, but none twice that is named by several paths. */
function openAll(directories: readonly string[]): RunDirectory[] {
  const places = Map.groupBy(directories, (directory) => {
    try {
      return Deno.realPathSync(directory);
    } catch {
      return directory; // A missing directory holds no runs.
    }
  });
  return Array.from(places.values(), ([path]) => new RunDirectory(path!));
}

function compareNames(a: Problem, b: Problem): number {
  return Number(a.run > b.run) - Number(a.run < b.run);
}

/** Reads the runs of a directory, those that have changed from their files. */
function readRuns(
  runDirectory: RunDirectory,
  problems: Problem[],
  keepsIndex: boolean,
): StoredRun[] {
  const { path: directory, index } = runDirectory;
  const { isKnown, changed } = runDirectory.findKnown();
  const known = index?.runs.filter((_, place) => isKnown[place]) ?? [];
  const nGone = isKnown.length - known.length;
  const mayWrite = keepsIndex &&
    paysToWrite(changed.length + nGone, known.length) &&
    canWriteIndex(directory);
  const settled: StampedRun[] = [];
  const started = Date.now();
  const found: Problem[] = [];
  const readEntry = (entry: Deno.DirEntry, ahead: RunAhead) =>
    listRuns(directory, [entry], ahead.stamp && new Set([entry.name]))
      .flatMap((entry) => {
        const nProblems = found.length;
        const run = readRun(entry, ahead.reader, found);
        const { stamp } = ahead;
        if (
          run && stamp && found.length === nProblems &&
          run.info.status !== "running" &&
          started - getLastChange(stamp) > SETTLED_MS
        ) {
          settled.push({ run, stamp });
        }
        return run ?? [];
      });
  const folders = new Map(
    changed.filter(({ name, isDirectory }) => isDirectory && RUN_ID.test(name))
      .map((entry) => [entry.name, entry]),
  );
  const read = changed.filter(({ name }) => !folders.has(name)).flatMap((
    entry,
  ) => readEntry(entry, { id: entry.name, reader: fromDisk }));
  // By name, which nearly is the order in which they are sorted.
  for (const ahead of readAllAhead(directory, [...folders.keys()].sort())) {
    read.push(...readEntry(folders.get(ahead.id)!, ahead));
  }
  // Threads read in no order.
  problems.push(...found.sort(compareNames));
  if (mayWrite && paysToWrite(settled.length + nGone, known.length)) {
    const kept = (index?.runs ?? []).flatMap((run, place): StampedRun[] => {
      if (!isKnown[place]) return [];
      const first = STAMP_LENGTH * place;
      const stamp = index!.stamps.subarray(first, first + STAMP_LENGTH);
      return [{ run, stamp }];
    });
    const indexed = [...kept, ...settled];
    writeIndex(directory, indexed.sort((a, b) => compareRuns(a.run, b.run)));
  }
  // The runs of an index are in order.
  return read.length > 0 ? [...known, ...read].sort(compareRuns) : known;
}

/**
 * Reads from the index what is known of runs that have not changed.
 *
 * @param directory The directory of the runs.
 * @returns What is known, by id; nothing where there is no index.
 */
export function readKnown(directory: string): ReadonlyMap<string, RunSummary> {
  const runDirectory = new RunDirectory(directory);
  const { isKnown } = runDirectory.findKnown();
  const known = runDirectory.index?.runs
    .filter((_, place) => isKnown[place]) ?? [];
  return new Map(known.map(({ id, info }) => [id, info]));
}

function compareRuns(a: StoredRun, b: StoredRun): number {
  return compareStarts(a, b) || (a.id < b.id ? -1 : 1);
}

/** An index of few runs saves less than it takes to write. */
const MIN_INDEXED = 16;

/** Of the runs of an index, this share may be read each time. */
const READ_SHARE = 1 / 64;

/** Says whether an index is worth writing that differs in so many runs. */
function paysToWrite(nChanges: number, nKnown: number): boolean {
  return nChanges >= MIN_INDEXED + READ_SHARE * nKnown;
}

/** A run may change again in the moment in which it was written. */
const SETTLED_MS = 3000;

function readRun(
  { id, path, refused }: RunEntry,
  reader: RunReader,
  problems: Problem[],
): StoredRun | undefined {
  if (refused) {
    problems.push({ run: id, file: path, reason: refused });
    return undefined;
  }
  const read = <T>(file: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      const reason = (error as Error).message;
      problems.push({ run: id, file: `${path}/${file}`, reason });
    }
  };
  const info = read("run.json", () => readBegun(path, reader));
  const config = info &&
    read("config.json", () => readConfigFile(path, reader));
  if (!info || !config) return undefined;
  const status = readStatus(path, info);
  const records = readRecords(path, problems, reader);
  return { id, path, info, status, config, records };
}

/** Reads `run.json`; undefined where no run has begun yet. */
function readBegun(path: string, reader: RunReader): RunSummary | undefined {
  try {
    return readSummary(path, reader);
  } catch (error) {
    if (hasBegun(path)) throw error;
  }
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
  const groups = Map.groupBy(runs, (run) => readInfo(run, "experiment"));
  const earlier = new Map(
    groups.entries().flatMap(([experiment, group]) => {
      const lacking = findLacking(group);
      return lacking.size > 0
        ? [[experiment, readEarlierValues(group, lacking, problems)]]
        : [];
    }),
  );
  if (earlier.size === 0) return runs;
  return runs.map((run) => {
    const { id, path, info, status, config: own, records } = run;
    // The run's own values count, and its own keys come first.
    const config = { ...own, ...earlier.get(info.experiment), ...own };
    return { id, path, info, status, config, records };
  });
}

/** Finds the keys that some of the runs have, and others lack. */
function findLacking(runs: readonly StoredRun[]): ReadonlySet<string> {
  // Runs of an index share their lists of keys.
  const lists = Map.groupBy(runs, listOwnKeys);
  const counts = new Map<string, number>();
  for (const [keys, { length }] of lists) {
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + length);
  }
  return new Set(
    counts.keys().filter((key) => counts.get(key)! < runs.length),
  );
}

/**
 * Reads what the runs of an experiment say was in effect before the keys that some
 * of them lack.
 */
function readEarlierValues(
  runs: readonly StoredRun[],
  lacking: ReadonlySet<string>,
  problems: Problem[],
): JsonObject {
  const values: Record<string, unknown> = {};
  const claims = runs.flatMap((run) =>
    Object.entries(readInfo(run, "before") ?? {})
      // What a run says about keys that it lacks does not count.
      .filter(([key]) => lacking.has(key) && listOwnKeys(run).includes(key))
      .map(([key, value]) => ({ key, value, text: formatValue(value), run }))
  );
  for (const [key, [first, ...others]] of Map.groupBy(claims, (c) => c.key)) {
    const { value, text } = first!;
    const other = others.findLast((claim) => claim.text !== text);
    if (!other) values[key] = value;
    else {
      const { id, path } = other.run;
      const reason =
        `Cannot tell what ${key} was before it was a key: runs disagree, ` +
        `${text} and others`;
      problems.push({ run: id, file: `${path}/run.json`, reason });
    }
  }
  return values;
}
