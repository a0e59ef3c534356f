/**
 * The lock on a run: its history is locked while a process trains or reads it, which
 * distinguishes a running run from one that died.
 *
 * @module
 */

import { checkRunFile } from "./safe_path.ts";

/** The history's file name in a run directory. */
export const HISTORY_FILE = "metrics.jsonl";

const LOCK_TRIES = 50;

const LOCK_WAIT_MS = 4;

/**
 * Locks a file for as long as it is open. Waits for readers, which hold the lock for
 * a moment to see whether a run is running.
 *
 * @param file The open file.
 * @param isExclusive Whether no other process may hold it at the same time.
 * @returns Whether it is locked; always on a file system without locks.
 */
export function lock(file: Deno.FsFile, isExclusive = true): boolean {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  try {
    for (let i = 0; i < LOCK_TRIES; i++) {
      if (file.tryLockSync(isExclusive)) return true;
      Atomics.wait(nothing, 0, 0, LOCK_WAIT_MS);
    }
    return false;
  } catch {
    // A file system without locks: readers go by the time of the last line.
    return true;
  }
}

/**
 * Tries to lock a file for as long as it is open, without waiting.
 *
 * @param file The open file.
 * @param path Its path.
 * @param isExclusive Whether no other process may hold it at the same time.
 * @returns Whether it was free; on a file system without locks, whether it has not
 * been written to in the last minutes.
 */
export function tryLock(
  file: Deno.FsFile,
  path: string,
  isExclusive: boolean,
): boolean {
  try {
    return file.tryLockSync(isExclusive);
  } catch {
    const writtenAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    return Date.now() - writtenAt >= SILENCE_MS;
  }
}

/** Opens the history to look at its lock; throws where there is none. */
function openHistory(runPath: string): Deno.FsFile {
  const path = `${runPath}/${HISTORY_FILE}`;
  checkRunFile(path, runPath);
  return Deno.openSync(path);
}

/**
 * Keeps a run from being removed while it is read or evaluated. Several processes
 * can hold it at once.
 *
 * @param runPath The run's directory.
 * @returns Releases the run at the end of its scope.
 */
export function holdRun(runPath: string): Disposable {
  try {
    const file = openHistory(runPath);
    try {
      file.tryLockSync(false);
    } catch { /* a file system without locks: the run is not protected */ }
    return file;
  } catch {
    // Published runs may have no history, and so nothing to lock.
    return { [Symbol.dispose]() {} };
  }
}

/**
 * Says whether a process trains or holds a run.
 *
 * @param runPath The run's directory.
 * @returns Whether it is in use; on a file system without locks, whether it is
 * trained.
 */
export function isInUse(runPath: string): boolean {
  return !canLock(runPath, true);
}

/**
 * Says whether the process of a run that is marked running still exists.
 *
 * @param runPath The run's directory.
 * @returns Whether its history is locked; on a file system without locks,
 * whether it was written to in the last minutes.
 */
export function isAlive(runPath: string): boolean {
  return !canLock(runPath, false);
}

/** Without locks, a run that has been silent for so long counts as dead. */
const SILENCE_MS = 5 * 60 * 1000;

/** Tries to take the lock of the history, exclusive or shared. */
function canLock(runPath: string, isExclusive: boolean): boolean {
  try {
    using file = openHistory(runPath);
    return tryLock(file, `${runPath}/${HISTORY_FILE}`, isExclusive);
  } catch {
    return true;
  }
}
