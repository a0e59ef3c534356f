/**
 * Readers of runs whose files were read ahead, in several threads where there are
 * many runs.
 *
 * @module
 */

import { parseVersioned } from "../../core/store/json_file.ts";
import { fromDisk, type RunReader } from "../../core/store/run_file.ts";
import { readChunks } from "./_start_threads.ts";
import { readStamp, RUNS_AT_ONCE, STAMP_LENGTH } from "./_threads.ts";

/** A run that was read ahead. */
export interface RunAhead {
  /** Its name. */
  readonly id: string;
  /** What `readStamp` gave before; undefined where it is no whole run. */
  readonly stamp?: ArrayLike<number>;
  /** Reads it. */
  readonly reader: RunReader;
}

/**
 * Reads runs ahead.
 *
 * @param directory The directory of the runs.
 * @param ids The names of folders.
 * @returns A reader of each, in no order.
 */
export function* readAllAhead(
  directory: string,
  ids: readonly string[],
): Generator<RunAhead> {
  for (const { place, runs, bytes } of readChunks(directory, ids)) {
    let start = 0;
    for (const [i, run] of runs.entries()) {
      const id = ids[RUNS_AT_ONCE * place + i]!;
      if (!run) {
        const stamp = new Float64Array(STAMP_LENGTH);
        const hasStamp = readStamp(`${directory}/${id}`, stamp);
        yield { id, ...(hasStamp ? { stamp } : {}), reader: fromDisk };
        continue;
      }
      const files = new Map(run.files.map(([name, end]) => {
        const content = bytes.subarray(start, end);
        start = end;
        return [name, content];
      }));
      yield { id, stamp: run.stamp, reader: makeReader(files) };
    }
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const FOLDER = "results";

function makeReader(files: ReadonlyMap<string, Uint8Array>): RunReader {
  return {
    read: (runPath, name, maxBytes) => {
      try {
        return parseVersioned(decoder.decode(files.get(name)!), name);
      } catch {
        // It says what is wrong, if that is still so.
        return fromDisk.read(runPath, name, maxBytes);
      }
    },
    list: (runPath, folder) =>
      folder === FOLDER
        ? Array.from(files.keys())
          .filter((name) => name.startsWith(`${FOLDER}/`))
          .map((name) => name.slice(FOLDER.length + 1))
        : fromDisk.list(runPath, folder),
  };
}
