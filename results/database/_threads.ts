/**
 * What several threads do with many runs: look which have not changed since the
 * index was made, and read the files of the others. It imports nothing, as workers
 * get it as text.
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
  /** The next run to look at, the number of active threads, and a {@linkcode Listing}. */
  readonly progress: Int32Array;
}

/** How far the directory was listed, and whether it holds as many runs. */
export const Listing = { none: 0, begun: 1, same: 2, other: 3 } as const;

/**
 * Lists the directory, unless another thread does.
 *
 * @param inspection What threads share.
 * @returns Whether it holds as many directories as runs are known, and no links. If
 * all of these are there, it holds no others.
 */
export function hasSameCount(
  { directory, unchanged, progress }: Inspection,
): boolean {
  const { none, begun, same, other } = Listing;
  if (Atomics.compareExchange(progress, 2, none, begun) === none) {
    let count = 0;
    try {
      for (const { name, isFile, isDirectory } of Deno.readDirSync(directory)) {
        const isOther = isFile || name.startsWith(".");
        // It may be a run itself.
        if (isOther && name !== "run.json") continue;
        count += isDirectory ? 1 : Infinity;
      }
    } catch {
      count = Infinity; // Who lists it again says what is wrong.
    }
    Atomics.store(progress, 2, count === unchanged.length ? same : other);
    Atomics.notify(progress, 2);
  }
  Atomics.wait(progress, 2, begun);
  return Atomics.load(progress, 2) === same;
}

/** How many runs a thread takes at once. */
const CHUNK = 256;

/**
 * Lists the directory, then looks at runs until there are none left; other threads do
 * the same.
 *
 * @param inspection What they share.
 */
export function inspect(inspection: Inspection): void {
  const { directory, stamps, unchanged, progress } = inspection;
  const ids = inspection.ids.split("\n");
  const stamp = new Float64Array(STAMP_LENGTH);
  Atomics.add(progress, 1, 1);
  hasSameCount(inspection);
  while (true) {
    const first = Atomics.add(progress, 0, CHUNK);
    if (first >= ids.length) break;
    for (let i = first; i < Math.min(first + CHUNK, ids.length); i++) {
      const start = STAMP_LENGTH * i;
      if (!readStamp(`${directory}/${ids[i]}`, stamp)) continue;
      let k = 0;
      while (k < STAMP_LENGTH && stamp[k] === stamps[start + k]) k++;
      if (k === STAMP_LENGTH) unchanged[i] = 1;
    }
  }
  Atomics.sub(progress, 1, 1);
  Atomics.notify(progress, 1);
}

/**
 * Reads what changes when a run does: `run.json`, and the folder of results, in
 * which files are replaced by others of the same name.
 *
 * @param runPath The run's directory.
 * @param stamp Where to put it: times, size and number of `run.json`, and times and
 * number of the folder.
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
export function getLastChange(stamp: ArrayLike<number>): number {
  return Math.max(stamp[0]!, stamp[4]!);
}

/** The files of a run that were read ahead. */
export interface RunFiles {
  /** What {@linkcode readStamp} gave before. */
  readonly stamp: readonly number[];
  /** The names of the files, and where each ends in the bytes of its chunk. */
  readonly files: readonly (readonly [name: string, end: number])[];
}

/** What was read of some runs, one after the other. */
export interface RunChunk {
  /** Which chunk it is. */
  readonly place: number;
  /** The runs; null for one that must be read in the usual way. */
  readonly runs: readonly (RunFiles | null)[];
  /** The files; they count until the next chunk is taken. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What several threads share while they read runs. */
export interface Reading {
  /** The directory of the runs. */
  readonly directory: string;
  /** The names of the runs, a line each. */
  readonly ids: string;
  /** The next chunk to read, the number of active threads, and of chunks so far. */
  readonly progress: Int32Array;
}

/** Where a thread puts what it has read, for the main thread to take. */
export interface Slots {
  /** How many slots were filled, and how many of them were emptied. */
  readonly counts: Int32Array;
  /** The slots, one after the other. */
  readonly bytes: Uint8Array;
}

/** How many runs are read at once. */
export const RUNS_AT_ONCE = 32;

/** How many bytes they may have together; the rest is read in the usual way. */
const CHUNK_BYTES = 2 ** 21;

/** What is in it counts until the next chunk is read. */
let buffer: Uint8Array<ArrayBuffer> | undefined;

/** How many chunks a thread may be ahead. */
const N_SLOTS = 8;

/** Two lengths: of what describes a chunk, and of its files. */
const HEADER = 8;

/** How many bytes {@linkcode Slots} have: as much is for what describes a chunk. */
export const SLOTS_BYTES = 2 * N_SLOTS * CHUNK_BYTES;

/**
 * Reads the files of some runs, but only what is a regular file in a regular folder,
 * and small.
 *
 * @param directory The directory of the runs.
 * @param ids The names of all runs.
 * @param place Which chunk of them.
 * @returns What was read.
 */
export function readChunk(
  directory: string,
  ids: readonly string[],
  place: number,
): RunChunk {
  const bytes = buffer ??= new Uint8Array(CHUNK_BYTES);
  const first = RUNS_AT_ONCE * place;
  let length = 0;
  const runs = ids.slice(first, first + RUNS_AT_ONCE).map((id) => {
    const path = `${directory}/${id}`;
    const stamp = new Float64Array(STAMP_LENGTH);
    const files: [string, number][] = [];
    const start = length;
    const read = (name: string) => {
      using file = Deno.openSync(`${path}/${name}`);
      length += file.readSync(bytes.subarray(length)) ?? 0;
      if (length === bytes.length) throw new RangeError("It is full");
      files.push([name, length]);
    };
    try {
      if (!readStamp(path, stamp)) return null;
      if (!Deno.lstatSync(`${path}/config.json`).isFile) return null;
      const results = [...Deno.readDirSync(`${path}/results`)]
        .filter(({ name }) => name.endsWith(".json") && !name.startsWith("."));
      if (results.some(({ isFile }) => !isFile)) return null;
      read("run.json");
      read("config.json");
      results.forEach(({ name }) => read(`results/${name}`));
      return { stamp: [...stamp], files };
    } catch {
      length = start;
      return null; // The usual way says what is wrong with it.
    }
  });
  return { place, runs, bytes: bytes.subarray(0, length) };
}

/**
 * Reads chunks until there are none left, and puts them into slots.
 *
 * @param reading What threads share.
 * @param slots The slots of this one.
 */
export function readAhead(
  { directory, ids, progress }: Reading,
  { counts, bytes }: Slots,
): void {
  const names = ids.split("\n");
  const nChunks = Math.ceil(names.length / RUNS_AT_ONCE);
  const size = bytes.length / N_SLOTS;
  const announce = () => {
    Atomics.add(progress, 2, 1);
    Atomics.notify(progress, 2);
  };
  Atomics.add(progress, 1, 1);
  try {
    for (let nFilled = 0; true; nFilled++) {
      const place = Atomics.add(progress, 0, 1);
      if (place >= nChunks) break;
      const { runs, bytes: files } = readChunk(directory, names, place);
      const text = new TextEncoder().encode(JSON.stringify({ place, runs }));
      for (let n = 0; nFilled - (n = Atomics.load(counts, 1)) >= N_SLOTS;) {
        Atomics.wait(counts, 1, n);
      }
      const start = size * (nFilled % N_SLOTS);
      const header = new DataView(bytes.buffer, start, HEADER);
      header.setUint32(0, text.length);
      header.setUint32(4, files.length);
      bytes.subarray(0, start + size).set(text, start + HEADER);
      bytes.subarray(0, start + size).set(files, start + HEADER + text.length);
      Atomics.add(counts, 0, 1);
      announce();
    }
  } finally {
    Atomics.sub(progress, 1, 1);
    announce();
  }
}

/**
 * Takes a chunk out of the slots of a thread.
 *
 * @param slots The slots.
 * @returns The chunk; undefined if all are empty.
 */
export function takeChunk({ counts, bytes }: Slots): RunChunk | undefined {
  const nEmptied = Atomics.load(counts, 1);
  if (Atomics.load(counts, 0) === nEmptied) return undefined;
  const start = bytes.length / N_SLOTS * (nEmptied % N_SLOTS);
  const header = new DataView(bytes.buffer, start, HEADER);
  const middle = HEADER + header.getUint32(0);
  const copy = new Uint8Array(middle + header.getUint32(4));
  copy.set(bytes.subarray(start, start + copy.length));
  Atomics.add(counts, 1, 1);
  Atomics.notify(counts, 1);
  const text = new TextDecoder().decode(copy.subarray(HEADER, middle));
  return { ...JSON.parse(text), bytes: copy.subarray(middle) };
}
