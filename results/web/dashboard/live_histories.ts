/**
 * The histories of many runs, in limited memory.
 *
 * @module
 */

import { isOmitted } from "../../../core/store/run_info.ts";
import { HISTORY_FILE } from "../../../core/store/lock.ts";
import type { StoredRun } from "../../database/run_database.ts";
import { LiveHistory, type Reading } from "./live_history.ts";

/** How many bytes all curves may take. */
const MAX_BYTES = 160 * 2 ** 20;

/** How many buckets a curve has at most, and at least, before runs are dropped. */
const MAX_BUCKETS = 2048, MIN_BUCKETS = 128;

/** Requests are answered between two readings. */
const SLICE_MS = 25;

/** How many buckets of new lines all running runs have together. */
const MAX_NEWS = 4096;

/** The histories that somebody looks at, and those of running runs. */
export class LiveHistories implements Disposable {
  /** By the run's directory, the least recently used first. */
  readonly #histories = new Map<string, LiveHistory>();
  readonly #unread = new Set<LiveHistory>();
  readonly #waiting = new Set<() => void>();
  #capacity = MAX_BUCKETS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** How many histories are still being read. */
  get nPending(): number {
    return this.#unread.size;
  }

  /** Finds the history of a run, if it was asked for. */
  find(path: string): LiveHistory | undefined {
    return this.#histories.get(path);
  }

  /**
   * Asks for the history of a run; it is read soon.
   *
   * @param run The run.
   * @returns Its history, so far as it is read; undefined if the run was
   * published without.
   */
  ask(run: StoredRun): LiveHistory | undefined {
    if (isOmitted(run.info, HISTORY_FILE)) return undefined;
    const { path } = run;
    let history = this.#histories.get(path);
    if (history) this.#histories.delete(path);
    else {
      history = new LiveHistory(run, this.#capacity);
      this.#unread.add(history);
      this.#schedule();
    }
    this.#histories.set(path, history);
    return history;
  }

  /**
   * Waits until all that was asked for is read.
   *
   * @param milliseconds How long to wait at most.
   * @returns A promise to be awaited.
   */
  async wait(milliseconds: number): Promise<void> {
    if (this.#unread.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#waiting.add(resolve);
    await promise;
    this.#waiting.delete(resolve);
    clearTimeout(timer);
  }

  /**
   * Reads on in the history of a running run, if all before is read.
   *
   * @param run The run.
   * @param nRunning How many runs are running.
   * @returns What was found; undefined while it is still read.
   */
  readOn(run: StoredRun, nRunning: number): Reading | undefined {
    const history = this.ask(run);
    if (!history?.isRead) return undefined;
    const share = 2 ** Math.floor(Math.log2(MAX_NEWS / nRunning));
    return history.readOn(Math.min(64, Math.max(2, share)));
  }

  /** Forgets a run. */
  drop(path: string): void {
    const history = this.#histories.get(path);
    if (history) this.#unread.delete(history);
    this.#histories.delete(path);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#readSlice();
      if (this.#unread.size > 0) return this.#schedule();
      for (const resolve of this.#waiting) resolve();
    }, 0);
  }

  #readSlice(): void {
    const end = performance.now() + SLICE_MS;
    for (const history of this.#unread) {
      while (performance.now() < end) {
        if (history.readOn(1).hasMore) continue;
        this.#unread.delete(history);
        this.#limitMemory();
        break;
      }
      if (performance.now() >= end) return;
    }
  }

  #limitMemory(): void {
    while (this.#countBytes() > MAX_BYTES) {
      if (this.#capacity > MIN_BUCKETS) {
        this.#capacity /= 2;
        for (const history of this.#histories.values()) {
          history.shrink(this.#capacity);
        }
      } else {
        const [oldest] = this.#histories.keys();
        if (oldest === undefined) return;
        this.drop(oldest);
      }
    }
  }

  #countBytes(): number {
    let sum = 0;
    for (const { pyramid } of this.#histories.values()) sum += pyramid.nBytes;
    return sum;
  }

  /** Stops reading. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const resolve of this.#waiting) resolve();
  }
}
