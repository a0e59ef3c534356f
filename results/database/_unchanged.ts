/**
 * Which runs have not changed since the index was made. It imports nothing, as
 * workers get it as text.
 *
 * @module
 */

/** How many numbers {@linkcode readStamp} gives. */
export const STAMP_LENGTH = 7;

/** What several threads share while they look at runs. */
export interface Inspection {
  /** The directory of the runs. */
  readonly directory: string;
  /** The ids of the runs, a line each. */
  readonly ids: string;
  /** What {@linkcode readStamp} gave of each run. */
  readonly stamps: Float64Array;
  /** Becomes 1 where the run has not changed. */
  readonly unchanged: Uint8Array;
  /** The next run that nobody looks at, and how many threads are looking. */
  readonly progress: Int32Array;
}

/** How many runs a thread takes at once. */
const CHUNK = 256;

/**
 * Looks at runs until there are none left; other threads do the same.
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
 * Reads what changes when a run does: files are replaced by others of the same
 * name, which changes their folder, and `run.json` may be edited in place.
 *
 * @param runPath The run's directory.
 * @param stamp Where to put it: times, size and number of `run.json`, and of the
 * folder of results.
 * @returns Whether both are there, and no links.
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
    return false; // It was removed, or never complete.
  }
}

/** When a run last changed, by its own times. */
export function getLastChange(stamp: Float64Array): number {
  return Math.max(stamp[0]!, stamp[4]!);
}
