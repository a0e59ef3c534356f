/**
 * Checks which runs of an index have changed, in several threads if there are many.
 *
 * @module
 */

import source from "./_unchanged.ts" with { type: "text" };
import { inspect, type Inspection } from "./_unchanged.ts";
import type { RunIndex } from "./run_index.ts";

/** Fewer runs are checked in less time than a thread takes to start. */
const MIN_FOR_THREADS = 10_000;

/** More threads would wait for the file system. */
const MAX_THREADS = 4;

/** The program of a worker: the text of a module, and a call. */
const PROGRAM = `${source}
self.onmessage = ({ data }) => inspect(data);`;

/**
 * Starts to check which runs of an index have not changed.
 *
 * @param directory The directory of the runs.
 * @param index The index.
 * @returns A function that checks the remaining runs, and returns 1 for each run
 * that has not changed.
 */
export function inspectRuns(
  directory: string,
  { ids, stamps }: Pick<RunIndex, "ids" | "stamps">,
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
    // A thread that starts only now finds nothing to do.
    for (let n = 0; (n = Atomics.load(progress, 1)) > 0;) {
      Atomics.wait(progress, 1, n);
    }
    workers.forEach((worker) => worker.terminate());
    return unchanged;
  };
}

/** An absolute path, which Deno checks faster. */
function resolveFolder(directory: string): string {
  try {
    const path = Deno.realPathSync(directory);
    Deno.lstatSync(path);
    return path;
  } catch {
    return directory; // There may be no permission for a link's target.
  }
}

/** The program is passed as text: loading a file would need permission. */
function startWorker(shared: Inspection): Worker {
  const url = `data:application/typescript,${encodeURIComponent(PROGRAM)}`;
  const worker = new Worker(url, { type: "module" });
  // If it cannot start, this thread checks all runs.
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(shared);
  return worker;
}
