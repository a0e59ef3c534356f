/**
 * Runs that several sweeps have in common. Claims belong to one sweep; here the
 * process of a task takes the run itself, among all sweeps of a runs directory:
 * `runs/.sweeps/.claims/IDENTITY` is locked while the task runs, and holds the id of
 * the run.
 *
 * @module
 */

import { lock, tryLock } from "../store/lock.ts";
import { makeFolders } from "../store/run_directory.ts";
import { SWEEPS } from "./manifest.ts";

/** A run that this process has taken, until the end of its scope. */
export interface SharedRun extends Disposable {
  /** The run that a task of this identity had before; null if there was none. */
  readonly runId: string | null;
  /** Whether another process had it meanwhile. */
  readonly hasWaited: boolean;
  /** Records the run, before it has begun. */
  write(runId: string): void;
}

/** How often to check whether another process has ended. */
const POLL_MS = 500;

/** How often to show that the process is alive, for file systems without locks. */
const REFRESH_MS = 60_000;

/**
 * Takes a run, and waits while another process has it: a task of another sweep.
 *
 * @param runs The directory that holds the runs.
 * @param identity The run's identity, or the id of a run that is evaluated.
 * @param signal Ends the waiting once aborted.
 * @returns The run, released at the end of its scope. The lock goes with the
 * process, so a run whose process died can be taken.
 * @throws The reason of the signal.
 */
export async function takeSharedRun(
  runs: string,
  identity: string,
  signal?: AbortSignal,
): Promise<SharedRun> {
  const folder = `${runs}/${SWEEPS}/.claims`;
  makeFolders(folder);
  const path = `${folder}/${identity}`;
  let hasWaited = false;
  let file: Deno.FsFile | null;
  while (!(file = tryTake(path))) {
    signal?.throwIfAborted();
    hasWaited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const held = file;
  // Read and written through this file alone: closing another one of the same path
  // would release the lock on NFS.
  const runId = readAll(held) || null;
  const timer = setInterval(
    () => held.utimeSync(new Date(), new Date()),
    REFRESH_MS,
  );
  Deno.unrefTimer(timer);
  return {
    ...{ runId, hasWaited },
    write(newId) {
      if (newId === runId) return;
      held.truncateSync();
      held.seekSync(0, Deno.SeekMode.Start);
      held.writeSync(new TextEncoder().encode(newId));
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      held.close();
    },
  };
}

/** A run's id is shorter. */
const MAX_LENGTH = 1000;

function readAll(file: Deno.FsFile): string {
  const bytes = new Uint8Array(MAX_LENGTH);
  const length = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** Locks the file; null if another process has locked it. */
function tryTake(path: string): Deno.FsFile | null {
  let isNew = true, file: Deno.FsFile;
  const how = { read: true, write: true };
  try {
    file = Deno.openSync(path, { ...how, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    isNew = false;
    file = Deno.openSync(path, how);
  }
  if (isNew ? lock(file) : tryLock(file, path, true)) return file;
  file.close();
  return null;
}
