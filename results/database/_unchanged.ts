/**
 * Checks which runs have not changed since the index was written. Workers get this
 * module as text, so it imports nothing.
 *
 * @module
 */

/** The number of numbers that {@linkcode readStamp} reads. */
export const STAMP_LENGTH = 7;

/** What threads share while they check runs. */
export interface Inspection {
  /** The directory of the runs. */
  readonly directory: string;
  /** The ids of the runs, one per line. */
  readonly ids: string;
  /** The stamp of each run; see {@linkcode readStamp}. */
  readonly stamps: Float64Array;
  /** Set to 1 for each run that has not changed. */
  readonly unchanged: Uint8Array;
  /** The next run to check, and the number of threads at work. */
  readonly progress: Int32Array;
}

/** The number of runs that a thread takes at once. */
const CHUNK = 256;

/**
 * Checks runs until none are left, together with other threads.
 *
 * @param inspection What they share.
 */
export function inspect(inspection: Inspection): void {
  const { directory, stamps, unchanged, progress } = inspection;
  const ids = inspection.ids.split("\n");
  const stamp = new Float64Array(STAMP_LENGTH);
  Atomics.add(progress, 1, 1);
  while (true) {
    const first = Atomics.add(progress, 0, CHUNK);
    if (first >= ids.length) break;
    for (let i = first; i < Math.min(first + CHUNK, ids.length); i++) {
      if (!readStamp(`${directory}/${ids[i]}`, stamp)) continue;
      let k = 0;
      while (k < STAMP_LENGTH && stamp[k] === stamps[STAMP_LENGTH * i + k]) k++;
      if (k === STAMP_LENGTH) unchanged[i] = 1;
    }
  }
  Atomics.sub(progress, 1, 1);
  Atomics.notify(progress, 1);
}

/**
 * Reads the numbers that change with a run. Files are replaced by others of the same
 * name, which changes their folder; `run.json` may also be edited in place.
 *
 * @param runPath The run's directory.
 * @param stamp Receives the times, size and inode of `run.json`, and the times and
 * inode of the folder of results.
 * @returns Whether both exist and are not links.
 */
export function readStamp(runPath: string, stamp: Float64Array): boolean {
  try {
    const file = Deno.lstatSync(`${runPath}/run.json`);
    const folder = Deno.lstatSync(`${runPath}/results`);
    stamp[0] = file.mtime?.getTime() ?? 0;
    stamp[1] = file.ctime?.getTime() ?? 0;
    stamp[2] = file.size;
    stamp[3] = file.ino ?? 0;
    stamp[4] = folder.mtime?.getTime() ?? 0;
    stamp[5] = folder.ctime?.getTime() ?? 0;
    stamp[6] = folder.ino ?? 0;
    return file.isFile && folder.isDirectory;
  } catch {
    return false; // It was removed, or is incomplete.
  }
}

/** Returns when a run last changed, by the times of its files. */
export function getLastChange(stamp: Float64Array): number {
  return Math.max(stamp[0]!, stamp[4]!);
}
