/**
 * A directory of runs as it is listed, and what its index knows of them.
 *
 * @module
 */

import { readEntries } from "../../core/store/find_run.ts";
import { readIndex, type RunIndex } from "./run_index.ts";
import { inspectRuns, type RunInspection } from "./_start_threads.ts";

/** What of a directory of runs is known, and what must be read. */
export interface KnownRuns {
  /** 1 for each run of the index that is there and has not changed. */
  readonly isKnown: Uint8Array;
  /** What else lies in the directory. */
  readonly changed: readonly Deno.DirEntry[];
}

/** A directory of runs. */
export class RunDirectory {
  /** Its path. */
  readonly path: string;
  /** Its index, if it has one that can be used. */
  readonly index: RunIndex | undefined;
  readonly #inspection: RunInspection | undefined;
  #known: KnownRuns | undefined;

  /**
   * Opens a directory. Other threads start to look which runs have changed.
   *
   * @param path Its path; a missing directory is empty.
   */
  constructor(path: string) {
    this.path = path;
    let inspection: RunInspection | undefined;
    this.index = readIndex(
      path,
      (head) => inspection = inspectRuns(path, head),
    );
    // What was begun with a damaged index does not count.
    this.#inspection = this.index && inspection;
  }

  /** Whether the index seems to know all there is, which may have changed. */
  get seemsKnown(): boolean {
    if (!this.#inspection) return false;
    // Waiting for the list of what there is takes longer.
    return isOlderThanIndex(this.path) || this.#inspection.hasSameCount();
  }

  /** Whether the index knows all there is, and nothing has changed. */
  get isKnown(): boolean {
    const { isKnown, changed } = this.findKnown();
    return changed.length === 0 && !isKnown.includes(0);
  }

  /**
   * Waits until all runs were looked at; finds those that have not changed.
   *
   * @throws {RangeError} If the directory is a file, or itself a run.
   */
  findKnown(): KnownRuns {
    return this.#known ??= this.#findKnown();
  }

  #findKnown(): KnownRuns {
    const unchanged = this.#inspection?.finish() ?? new Uint8Array();
    // If all are there, their names need not be compared.
    if (!unchanged.includes(0) && this.#inspection?.hasSameCount()) {
      return { isKnown: unchanged, changed: [] };
    }
    const entries = readEntries(this.path)
      .filter(({ name, isFile }) => !isFile && !name.startsWith("."));
    const places = new Map(this.index?.ids.map((id, place) => [id, place]));
    const isKnown = new Uint8Array(unchanged.length);
    const changed = entries.filter(({ name, isDirectory }) => {
      const place = places.get(name);
      if (place === undefined || !isDirectory || !unchanged[place]) return true;
      isKnown[place] = 1;
      return false;
    });
    return { isKnown, changed };
  }
}

/** Says whether nothing was added to a directory since its index was written. */
function isOlderThanIndex(path: string): boolean {
  try {
    const [own, index] = [path, `${path}/.index/runs`].map((file) =>
      Deno.lstatSync(file).mtime?.getTime() ?? 0
    );
    return own! <= index!;
  } catch {
    return false;
  }
}
