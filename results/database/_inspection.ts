/**
 * Looks at the runs of an index, in several threads where there are many.
 *
 * @module
 */

import source from "./_unchanged.ts" with { type: "text" };
import { inspect, type Inspection } from "./_unchanged.ts";
import type { IndexHead } from "./run_index.ts";

/** Fewer runs are looked at before a thread has started. */
const MIN_FOR_THREADS = 10_000;

/** More threads would wait for the disk's directories. */
const MAX_THREADS = 4;

/** What a worker does: the module itself, as text, and a call of it. */
const PROGRAM = `${source}
self.onmessage = ({ data }) => inspect(data);`;

/**
 * Starts to look which runs of an index have not changed.
 *
 * @param directory The directory of the runs.
 * @param head What the index says of them.
 * @returns A function that looks at the rest, and returns 1 for each run that has
 * not changed.
 */
export function inspectRuns(
  directory: string,
  { ids, stamps }: IndexHead,
): () => Uint8Array {
  const nRuns = ids.length;
  const nWorkers = nRuns < MIN_FOR_THREADS
    ? 0
    : Math.min(navigator.hardwareConcurrency, MAX_THREADS) - 1;
  const shared: Inspection = {
    directory: resolveFolder(directory),
    ids: ids.join("\n"),
    stamps,
    unchanged: new Uint8Array(new SharedArrayBuffer(nRuns)),
    progress: new Int32Array(new SharedArrayBuffer(8)),
  };
  const workers = Array.from({ length: nWorkers }, () => startWorker(shared));
  return () => {
    inspect(shared);
    const { progress, unchanged } = shared;
    // All runs are taken: a thread that starts only now finds nothing to do.
    for (let n = 0; (n = Atomics.load(progress, 1)) > 0;) {
      Atomics.wait(progress, 1, n);
    }
    workers.forEach((worker) => worker.terminate());
    return unchanged;
  };
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
function startWorker(shared: Inspection): Worker {
  const url = `data:application/typescript,${encodeURIComponent(PROGRAM)}`;
  const worker = new Worker(url, { type: "module" });
  // Where it cannot start, this thread looks at all runs.
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(shared);
  return worker;
}
