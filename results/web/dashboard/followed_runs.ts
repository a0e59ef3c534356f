/**
 * The runs of some directories, read again when something has changed.
 *
 * @module
 */

import { isAlive } from "../../../core/store/lock.ts";
import { RunDatabase, type StoredRun } from "../../database/run_database.ts";

/** So often directories and running runs are looked at. */
const LOOK_MS = 500;

/** So often all runs are: evaluations are added to completed ones. */
const LOOK_AT_ALL_MS = 5000;

/** How the runs have changed. */
export interface Change {
  /** Runs whose status or records have changed. */
  readonly runs: readonly StoredRun[];
  /** Whether runs were added or removed. */
  readonly isList: boolean;
}

/** The runs of some directories. */
export class FollowedRuns {
  readonly #directories: readonly string[];
  #database: RunDatabase;
  #byPath: ReadonlyMap<string, StoredRun> = new Map();
  #stamps = new Map<string, string>();
  #lookedAt = 0;
  #lookedAtAll = 0;

  /**
   * Reads the runs.
   *
   * @param directories The directories that hold them.
   */
  constructor(directories: readonly string[]) {
    this.#directories = directories;
    this.#database = this.#read(Date.now());
  }

  /** All runs, as they were read last. */
  get database(): RunDatabase {
    return this.#database;
  }

  /** The runs by their directories. */
  get byPath(): ReadonlyMap<string, StoredRun> {
    return this.#byPath;
  }

  /**
   * Looks whether the runs have changed, and reads them again if so.
   *
   * @param now The time, in milliseconds of the epoch.
   * @returns What has changed; undefined if nothing has.
   */
  refresh(now: number): Change | undefined {
    if (now - this.#lookedAt < LOOK_MS) return undefined;
    this.#lookedAt = now;
    const isAll = now - this.#lookedAtAll >= LOOK_AT_ALL_MS;
    if (isAll) this.#lookedAtAll = now;
    const before = this.#byPath, stamps = this.#stamps;
    const isSame =
      this.#directories.every((directory) =>
        stamps.get(directory) === readStamp(directory)
      ) && before.values().every((run) =>
        run.status === "running"
          ? stamps.get(run.path) === readRunStamp(run.path) && isAlive(run.path)
          : !isAll || stamps.get(run.path) === readRunStamp(run.path)
      );
    if (isSame) return undefined;
    this.#database = this.#read(now);
    const after = this.#byPath;
    const changed = after.values().filter((run) =>
      before.get(run.path)?.status !== run.status ||
      stamps.get(run.path) !== this.#stamps.get(run.path)
    );
    const isList = after.size !== before.size ||
      after.keys().some((path) => !before.has(path));
    return { runs: [...changed], isList };
  }

  #read(now: number): RunDatabase {
    this.#lookedAt = this.#lookedAtAll = now;
    // First, so that what changes meanwhile is seen the next time.
    const stamps = new Map(
      this.#directories.map((directory) => [directory, readStamp(directory)]),
    );
    const database = RunDatabase.withIndex(...this.#directories);
    for (const { path } of database) stamps.set(path, readRunStamp(path));
    this.#stamps = stamps;
    this.#byPath = new Map([...database].map((run) => [run.path, run]));
    return database;
  }
}

/** What of a run changes with its status and its records. */
function readRunStamp(path: string): string {
  return `${readStamp(`${path}/run.json`)} ${readStamp(`${path}/results`)}`;
}

function readStamp(path: string): string {
  try {
    const { mtime, size, ino } = Deno.lstatSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "";
  }
}
