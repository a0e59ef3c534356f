/**
 * Looks at many runs, and reads many, in several threads.
 *
 * @module
 */

import source from "./_threads.ts" with { type: "text" };
import {
  hasSameCount,
  inspect,
  type Inspection,
  readChunk,
  type Reading,
  type RunChunk,
  RUNS_AT_ONCE,
  type Slots,
  SLOTS_BYTES,
  takeChunk,
} from "./_threads.ts";
import type { IndexHead } from "./run_index.ts";

/** Fewer runs are looked at before a thread has started, and fewer are read. */
const MIN_FOR_THREADS = { inspect: 10_000, read: 2000 };

/** More threads would wait for the disk's directories. */
const MAX_THREADS = 4;

/** What a worker does: the module itself, as text, and a call of it. */
const PROGRAM = `${source}
self.onmessage = ({ data: { inspection, reading, slots } }) =>
  inspection ? inspect(inspection) : readAhead(reading, slots);`;

/** How many threads there are besides this one. */
function countWorkers(nRuns: number, minRuns: number): number {
  return nRuns < minRuns
    ? 0
    : Math.min(navigator.hardwareConcurrency, MAX_THREADS) - 1;
}

/** A look at the runs of an index, which other threads have begun. */
export interface RunInspection {
  /** Waits for a list of the directory: whether it holds as many runs. */
  readonly hasSameCount: () => boolean;
  /** Looks at the rest, and returns 1 for each run that has not changed. */
  readonly finish: () => Uint8Array;
}

/**
 * Starts to look which runs of an index have not changed.
 *
 * @param directory The directory of the runs.
 * @param head What the index says of them.
 * @returns The look at the runs.
 */
export function inspectRuns(
  directory: string,
  { ids, stamps }: IndexHead,
): RunInspection {
  const nRuns = ids.length;
  const inspection: Inspection = {
    directory: resolveFolder(directory),
    ids: ids.join("\n"),
    stamps: share(stamps),
    unchanged: new Uint8Array(new SharedArrayBuffer(nRuns)),
    progress: new Int32Array(new SharedArrayBuffer(12)),
  };
  const workers = Array.from(
    { length: countWorkers(nRuns, MIN_FOR_THREADS.inspect) },
    () => startWorker({ inspection }),
  );
  const finish = () => {
    inspect(inspection);
    const { progress, unchanged } = inspection;
    // All runs are taken: a thread that starts only now finds nothing to do.
    for (let n = 0; (n = Atomics.load(progress, 1)) > 0;) {
      Atomics.wait(progress, 1, n);
    }
    workers.forEach((worker) => worker.terminate());
    return unchanged;
  };
  return { hasSameCount: () => hasSameCount(inspection), finish };
}

/**
 * Reads the files of runs; of many in other threads too.
 *
 * @param directory The directory of the runs.
 * @param ids The names of the runs.
 * @returns What was read, in no order.
 */
export function* readChunks(
  directory: string,
  ids: readonly string[],
): Generator<RunChunk> {
  const nChunks = Math.ceil(ids.length / RUNS_AT_ONCE);
  const reading: Reading = {
    directory: resolveFolder(directory),
    ids: ids.join("\n"),
    progress: new Int32Array(new SharedArrayBuffer(12)),
  };
  const { progress } = reading;
  const remaining = new Set(Array.from({ length: nChunks }, (_, i) => i));
  const threads = Array.from(
    { length: countWorkers(ids.length, MIN_FOR_THREADS.read) },
    () => {
      const slots: Slots = {
        counts: new Int32Array(new SharedArrayBuffer(8)),
        bytes: new Uint8Array(new SharedArrayBuffer(SLOTS_BYTES)),
      };
      return { slots, worker: startWorker({ reading, slots }) };
    },
  );
  while (true) {
    const nSoFar = Atomics.load(progress, 2);
    const isOver = Atomics.load(progress, 1) === 0;
    const taken = threads.map(({ slots }) => takeChunk(slots))
      .filter((chunk) => chunk !== undefined);
    for (const chunk of taken) {
      remaining.delete(chunk.place);
      yield chunk;
    }
    if (taken.length > 0) continue;
    const place = Atomics.add(progress, 0, 1);
    if (place < nChunks) {
      remaining.delete(place);
      yield readChunk(reading.directory, ids, place);
    } else if (isOver) break;
    else Atomics.wait(progress, 2, nSoFar);
  }
  threads.forEach(({ worker }) => worker.terminate());
  // What a thread took that failed, or started only now.
  for (const place of remaining) yield readChunk(reading.directory, ids, place);
}

/** Copies numbers into memory that threads share. */
function share(numbers: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  return shared;
}

/** Deno checks a path faster that has no way to go up to the root. */
function resolveFolder(directory: string): string {
  try {
    const path = Deno.realPathSync(directory);
    Deno.lstatSync(path);
    return path;
  } catch {
    return directory; // What a link leads to may not be read by its own path.
  }
}

/** A worker gets its program as text: to load a file it would need permission. */
function startWorker(shared: object): Worker {
  const url = `data:application/typescript,${encodeURIComponent(PROGRAM)}`;
  const worker = new Worker(url, { type: "module" });
  // Where it cannot start, this thread looks at all runs.
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(shared);
  return worker;
}
