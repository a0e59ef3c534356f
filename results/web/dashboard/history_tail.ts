/**
 * The history of a run while it grows: each byte is read once.
 *
 * @module
 */

import { MAX_BYTES } from "../../../core/store/limits.ts";
import { HISTORY_FILE } from "../../../core/store/lock.ts";
import { checkRunFile } from "../../../core/store/safe_path.ts";
import { isJsonObject, type JsonObject } from "../../../core/utils/json.ts";

/** How many bytes are read at once. */
const CHUNK_BYTES = 2 ** 18;

/** So many bytes before the cursor tell whether they are still the same. */
const GUARD_BYTES = 64;

const NEWLINE = 10, COMMA = 44, OPEN = 91, CLOSE = 93;

/** A line, and where it begins. */
export interface TailLine {
  /** What it holds. */
  readonly line: JsonObject;
  /** The place of its first byte in the file. */
  readonly offset: number;
}

/** What reading on has given. */
export interface TailRead {
  /** The new lines, the header left out. */
  readonly lines: readonly TailLine[];
  /** Whether the file was cut back, and all lines before no longer count. */
  readonly isReset: boolean;
  /** Whether there may be more to read at once. */
  readonly hasMore: boolean;
}

const NOTHING: TailRead = { lines: [], isReset: false, hasMore: false };

/** Reads the history of a run from where it stopped the last time. */
export class HistoryTail {
  readonly #runPath: string;
  #cursor: number;
  #guard: Uint8Array = new Uint8Array();
  #state = "";
  #damage = "";

  /**
   * @param runPath The run's directory.
   * @param offset Where a line begins, to read from there; 0 by default.
   */
  constructor(runPath: string, offset = 0) {
    this.#runPath = runPath;
    this.#cursor = offset;
  }

  /** Up to where it has been read, in bytes: the beginning of a line. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Why it could not be read further; empty if it could. */
  get damage(): string {
    return this.#damage;
  }

  /**
   * Reads whole lines that were added since the last call, a few hundred
   * kilobytes at most.
   *
   * @param end The place in the file before which lines must begin.
   * @returns The lines; a torn last one waits for its rest.
   */
  read(end = Infinity): TailRead {
    const path = `${this.#runPath}/${HISTORY_FILE}`;
    let info: Deno.FileInfo;
    try {
      info = Deno.lstatSync(path);
    } catch {
      return NOTHING; // A run has no history until it has begun.
    }
    const state = `${info.ino} ${info.size} ${info.mtime?.getTime()}`;
    if (state === this.#state) return NOTHING;
    let isReset = false, lines: TailLine[] | undefined;
    try {
      checkRunFile(path, this.#runPath);
      using file = Deno.openSync(path);
      isReset = !this.#isSame(file, info.size);
      if (isReset) this.#restart();
      if (this.#damage === "") lines = this.#readLines(file, end);
    } catch (error) {
      this.#damage = (error as Error).message;
    }
    const hasMore = lines !== undefined;
    // Only then: what is left of the file is to be read without a change.
    if (!hasMore) this.#state = state;
    return { lines: lines ?? [], isReset, hasMore };
  }

  /** Whether what was read of a file is still there. */
  #isSame(file: Deno.FsFile, size: number): boolean {
    if (size < this.#cursor) return false;
    const guard = new Uint8Array(this.#guard.length);
    file.seekSync(this.#cursor - guard.length, Deno.SeekMode.Start);
    readFully(file, guard);
    return guard.every((byte, i) => byte === this.#guard[i]);
  }

  #restart(): void {
    this.#cursor = 0;
    this.#guard = new Uint8Array();
    this.#damage = "";
  }

  /** Reads lines; undefined where there is no whole line, or none before the end. */
  #readLines(file: Deno.FsFile, end: number): TailLine[] | undefined {
    if (this.#cursor >= end) return undefined;
    // Room for the bracket before the first line.
    let bytes = new Uint8Array(CHUNK_BYTES + 1);
    file.seekSync(this.#cursor, Deno.SeekMode.Start);
    let length = readFully(file, bytes.subarray(1));
    let last = bytes.lastIndexOf(NEWLINE, length);
    while (last < 1 && length === bytes.length - 1) {
      if (length > MAX_BYTES.historyLine) {
        throw new RangeError(
          `Cannot read ${this.#runPath}/${HISTORY_FILE}: a line is too long`,
        );
      }
      const more = new Uint8Array(4 * length + 1);
      more.set(bytes);
      length += readFully(file, more.subarray(length + 1));
      bytes = more;
      last = bytes.lastIndexOf(NEWLINE, length);
    }
    if (last < 1) return undefined;
    return this.#parse(bytes.subarray(0, last + 1), end);
  }

  #parse(bytes: Uint8Array, end: number): TailLine[] {
    const starts: number[] = [];
    for (let at = 1; at < bytes.length;) {
      if (this.#cursor + at - 1 >= end) {
        bytes = bytes.subarray(0, at);
        break;
      }
      starts.push(at);
      at = bytes.indexOf(NEWLINE, at) + 1;
    }
    const first = this.#cursor - 1;
    this.#cursor += bytes.length - 1;
    const guardBytes = Math.min(GUARD_BYTES, bytes.length - 1);
    this.#guard = bytes.slice(-guardBytes);
    const values = parseTogether(bytes, starts) ??
      this.#parseOneByOne(bytes, starts);
    const lines = values.map((line, i) => ({
      line,
      offset: first + starts[i]!,
    }));
    // The header.
    return first < 0 ? lines.slice(1) : lines;
  }

  #parseOneByOne(bytes: Uint8Array, starts: readonly number[]): JsonObject[] {
    const decoder = new TextDecoder();
    const values: JsonObject[] = [];
    for (const [i, start] of starts.entries()) {
      try {
        const text = decoder.decode(bytes.subarray(start, starts[i + 1]));
        const value = JSON.parse(text);
        if (!isJsonObject(value)) throw new SyntaxError("it is no JSON object");
        values.push(value);
      } catch (error) {
        this.#damage = `Cannot read all of ${this.#runPath}/${HISTORY_FILE}: ` +
          (error as Error).message;
        break;
      }
    }
    return values;
  }
}

/** Parses many lines as one list, which takes half the time. */
function parseTogether(
  bytes: Uint8Array,
  starts: readonly number[],
): JsonObject[] | undefined {
  const list = bytes.slice();
  list[0] = OPEN;
  for (const start of starts.slice(1)) list[start - 1] = COMMA;
  list[list.length - 1] = CLOSE;
  try {
    const values = JSON.parse(new TextDecoder().decode(list));
    return values.length === starts.length && values.every(isJsonObject)
      ? values
      : undefined;
  } catch {
    return undefined;
  }
}

function readFully(file: Deno.FsFile, bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length) {
    const n = file.readSync(bytes.subarray(length));
    if (n === null) break;
    length += n;
  }
  return length;
}
