/**
 * A directory of runs as it is listed, and what its index knows of them.
 *
 * @module
 */

import { readEntries } from "../../core/store/find_run.ts";
import { readIndex, type RunIndex } from "./run_index.ts";
import { inspectRuns } from "./_start_threads.ts";

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
  readonly #entries: readonly Deno.DirEntry[];
  readonly #inspect: () => Uint8Array;
  #known: KnownRuns | undefined;

  /**
   * Lists a directory. Other threads start to look which runs have changed.
   *
   * @param path Its path; a missing directory is empty.
   * @throws {RangeError} If it is a file, or itself a run.
   */
  constructor(path: string) {
    this.path = path;
    let inspect = (): Uint8Array => new Uint8Array();
    this.index = readIndex(path, (head) => inspect = inspectRuns(path, head));
    this.#inspect = inspect;
    this.#entries = readEntries(path)
      .filter(({ name, isFile }) => !isFile && !name.startsWith("."));
  }

  /** Whether the index seems to know all there is; they may have changed. */
  get seemsKnown(): boolean {
    return this.#entries.length === this.index?.ids.length &&
      this.#entries.every(({ isDirectory }) => isDirectory);
  }

  /** Whether the index knows all there is, and nothing has changed. */
  get isKnown(): boolean {
    const { isKnown, changed } = this.findKnown();
    return changed.length === 0 && !isKnown.includes(0);
  }

  /** Waits until all runs were looked at; finds those that have not changed. */
  findKnown(): KnownRuns {
    return this.#known ??= this.#findKnown();
  }

  #findKnown(): KnownRuns {
    const inspected = this.#inspect();
    const unchanged = this.index ? inspected : new Uint8Array();
    // If all are there, their names need not be compared.
    if (this.seemsKnown && !unchanged.includes(0)) {
      return { isKnown: unchanged, changed: [] };
    }
    const places = new Map(this.index?.ids.map((id, place) => [id, place]));
    const isKnown = new Uint8Array(unchanged.length);
    const changed = this.#entries.filter(({ name, isDirectory }) => {
      const place = places.get(name);
      if (place === undefined || !isDirectory || !unchanged[place]) return true;
      isKnown[place] = 1;
      return false;
    });
    return { isKnown, changed };
  }
}
