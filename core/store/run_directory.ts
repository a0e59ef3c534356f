/**
 * Creating and naming run directories, and telling when a run has begun.
 *
 * @module
 */

import { exists } from "../utils/exists.ts";
import { syncToDisk, type WriteOptions } from "./atomic_write.ts";
import { HISTORY_FILE } from "./lock.ts";
import { HistoryReader } from "./history.ts";

/**
 * Makes a folder if there is none. Its parent must exist, so that a run that was
 * removed meanwhile does not come back.
 *
 * @param path The folder.
 * @param options Whether its name is to be on the disk.
 * @throws {Deno.errors.NotFound} If what it lies in is not there.
 */
export function makeFolder(path: string, options: WriteOptions = {}): void {
  try {
    Deno.mkdirSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (Deno.statSync(path).isDirectory) return;
    throw new RangeError(`Cannot write into ${path}: it must be a folder`);
  }
  if (!options.isDurable) return;
  try {
    syncToDisk(path.replace(/[^/]*\/*$/, "") || ".");
  } catch (error) {
    // The parent of the runs may be outside the read permission.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/** The form of a run's id; it is also a plain file name on every system. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Makes a new run directory, whose name no other run has: the UTC start, `_`,
 * and eight random hexadecimal digits.
 *
 * @param runs The directory that holds all runs; made if it is not there.
 * @param options Whether the directories are to survive a power cut.
 * @returns The new directory's path.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function createRunDirectory(
  runs: string,
  options: WriteOptions = {},
): string {
  makeFolders(runs, options);
  const now = new Date().toISOString();
  const start = now.slice(0, 19).replaceAll(/[-:]/g, "");
  while (true) {
    const path = `${runs}/${start}_${crypto.randomUUID().slice(0, 8)}`;
    try {
      // Exclusive: of two processes with the same name, one fails.
      Deno.mkdirSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    Deno.mkdirSync(`${path}/results`);
    if (options.isDurable) syncToDisk(runs);
    return path;
  }
}

/**
 * Makes a folder and those above it where they are missing.
 *
 * @param path The folder.
 * @param options Whether their names are to survive a power cut.
 */
export function makeFolders(path: string, options: WriteOptions = {}): void {
  const parent = path.replace(/\/*[^/]+\/*$/, "");
  try {
    makeFolder(path, options);
  } catch (error) {
    const isParentMissing = error instanceof Deno.errors.NotFound;
    if (!isParentMissing || parent === "" || parent === path) throw error;
    makeFolders(parent, options);
    makeFolder(path, options);
  }
}

/**
 * The last part of a path: for a run directory, the run's id.
 *
 * @param runPath The run's directory.
 * @returns Its name.
 */
export function runIdFromPath(runPath: string): string {
  return runPath.replace(/\/+$/, "").split("/").at(-1)!;
}

/** What there may be in a directory before its run has begun. */
const BEFORE_BEGIN = /^(results|config\.json|metrics\.jsonl|\..*)$/;

/**
 * Says whether there is a run in a directory. Before it has a `run.json` it has
 * measured nothing, and a process that dies before then leaves no run. Without
 * one, but with results, lines of history or other files, it is a damaged run.
 *
 * @param runPath The directory.
 * @returns Whether there is a run, even a damaged one.
 */
export function hasBegun(runPath: string): boolean {
  // The usual case, which takes less time than listing its files.
  if (exists(`${runPath}/run.json`)) return true;
  const names = (path: string) =>
    Array.from(Deno.readDirSync(path), ({ name }) => name);
  try {
    const within = names(runPath);
    return within.some((name) => !BEFORE_BEGIN.test(name)) ||
      (within.includes("results") && names(`${runPath}/results`).length > 0) ||
      (within.includes(HISTORY_FILE) &&
        new HistoryReader(runPath)[Symbol.iterator]().some(() => true));
  } catch {
    return true; // Its reader says why it cannot be read.
  }
}

/** A run writes its first files within a moment of making its directory. */
const START_MS = 10_000;

/**
 * Says whether a run is just being started: its directory is new, and holds only
 * the files of the start.
 *
 * @param runPath The run's directory.
 * @returns Whether a run may be about to begin in it.
 */
export function isStarting(runPath: string): boolean {
  try {
    const madeAt = Deno.statSync(runPath).mtime?.getTime() ?? 0;
    const isYoung = Math.abs(Date.now() - madeAt) < START_MS;
    return isYoung && !hasBegun(runPath);
  } catch {
    return false;
  }
}
