/**
 * What a run has logged so far, and goes on to log.
 *
 * @module
 */

import { readMeasure } from "../../../core/store/history.ts";
import type { JsonObject } from "../../../core/utils/json.ts";
import type { StoredRun } from "../../database/run_database.ts";
import { readStep, StepRate } from "../../inspect/progress.ts";
import { HistoryTail } from "./history_tail.ts";
import { AXES, Pyramid } from "./pyramid.ts";

/** What one reading has found. */
export interface Reading {
  /** Whether there is more to read at once. */
  readonly hasMore: boolean;
  /** Whether lines that were there before no longer are. */
  readonly isReset: boolean;
  /** The new lines, reduced to their extremes; undefined without any. */
  readonly news: Pyramid | undefined;
}

/** The history of a run, read once and followed. */
export class LiveHistory {
  readonly #run: StoredRun;
  readonly #tail: HistoryTail;
  #capacity: number;
  #pyramid: Pyramid;
  #rate: StepRate;
  #last: JsonObject = {};
  #isRead = false;
  #nanAt: number | null = null;
  #version = 0;

  /**
   * @param run The run.
   * @param capacity How many buckets its curves may have: a power of two.
   */
  constructor(run: StoredRun, capacity: number) {
    this.#run = run;
    this.#tail = new HistoryTail(run.path);
    this.#capacity = capacity;
    this.#pyramid = new Pyramid(capacity);
    // Of a resumed run it is not known when it was at which step.
    this.#rate = new StepRate(
      run.info.resumed ? undefined : Date.parse(run.info.startedAt),
    );
  }

  /** Whether all that there was has been read once. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Changes with each line. */
  get version(): number {
    return this.#version;
  }

  /** All of it in constant memory. */
  get pyramid(): Pyramid {
    return this.#pyramid;
  }

  /** The last line. */
  get last(): JsonObject {
    return this.#last;
  }

  /** The first step at which a measure was not a finite number. */
  get nanAt(): number | null {
    return this.#nanAt;
  }

  /** How many bytes of the file have been read. */
  get cursor(): number {
    return this.#tail.cursor;
  }

  /** Why not all of it could be read; empty if it could. */
  get damage(): string {
    return this.#tail.damage;
  }

  /**
   * Computes how many steps the run does in a second.
   *
   * @param now The time, in milliseconds of the epoch.
   * @returns The rate; null if unknown.
   */
  computeRate(now: number): number | null {
    return this.#rate.compute(now);
  }

  /**
   * Reads on: a few hundred kilobytes at most.
   *
   * @param maxNews How many buckets the new lines are reduced to.
   * @returns What was found.
   */
  readOn(maxNews: number): Reading {
    const { lines, isReset, hasMore } = this.#tail.read();
    if (isReset) {
      this.#pyramid = new Pyramid(this.#capacity);
      this.#rate = new StepRate();
      this.#last = {};
      this.#nanAt = null;
      this.#version++;
    }
    const isFollowed = this.#isRead;
    this.#isRead ||= !hasMore;
    if (lines.length === 0) return { hasMore, isReset, news: undefined };
    // What is read first is no news.
    const news = isFollowed && !isReset
      ? new Pyramid(maxNews, this.#pyramid.nLines)
      : undefined;
    for (const { line, offset } of lines) {
      this.#pyramid.add(line, offset);
      news?.add(line, offset);
      if (this.#nanAt === null && hasNoNumber(line)) {
        this.#nanAt = readStep(line) ?? this.#pyramid.nLines;
      }
    }
    this.#last = lines.at(-1)!.line;
    this.#version++;
    const step = readStep(this.#last);
    if (step !== null && this.#isRead) this.#rate.see(step, Date.now());
    return { hasMore, isReset, news };
  }

  /**
   * Makes it smaller.
   *
   * @param capacity How many buckets its curves may have: a power of two.
   */
  shrink(capacity: number): void {
    this.#capacity = capacity;
    this.#pyramid.shrink(capacity);
  }

  /**
   * Reads a part of it again, for a closer look.
   *
   * @param begin Where its first line begins in the file.
   * @param end The place in the file before which lines must begin.
   * @param firstLine The number of the first line.
   * @returns That part.
   */
  readPart(begin: number, end: number, firstLine: number): Pyramid {
    const part = new Pyramid(this.#capacity, firstLine);
    const tail = new HistoryTail(this.#run.path, begin);
    while (true) {
      const { lines, hasMore } = tail.read(end);
      for (const { line, offset } of lines) part.add(line, offset);
      if (!hasMore) return part;
    }
  }
}

function hasNoNumber(line: JsonObject): boolean {
  for (const name in line) {
    const value = line[name];
    // A number in JSON is finite, unless it is larger than any.
    if (typeof value !== "string" || AXES.includes(name)) continue;
    const measure = readMeasure(value);
    if (measure !== undefined) return true;
  }
  return false;
}
