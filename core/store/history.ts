/**
 * The history of a run: `metrics.jsonl`, a header, then one line per step or epoch.
 *
 * @module
 */

import {
  checkDepth,
  isJsonObject,
  isPlainObject,
  type JsonObject,
  parseJson,
  preview,
  stringify,
} from "../utils/json.ts";
import { parseVersioned, SCHEMA_VERSION } from "./json_file.ts";
import { formatSize, MAX_BYTES } from "./limits.ts";
import { HISTORY_FILE, isAlive, lock } from "./lock.ts";
import { ifExists } from "./if_exists.ts";
import { checkFile, readLines } from "./read_text.ts";
import { checkStaysInside } from "./safe_path.ts";

/** What one line of the history holds. */
export type HistoryLine = Readonly<
  Record<string, number | string | boolean | null>
>;

/** How a {@linkcode History} is opened. */
export interface HistoryOptions {
  /** Whether to resume the history of the run. */
  readonly isResumed?: boolean;
  /** Whether the run to resume is marked running. */
  readonly isRunning?: boolean;
  /** Whether each line is on the disk before the next one is written. */
  readonly isDurable?: boolean;
}

/**
 * The history of a run that is being written. It stays open and locked while the
 * run is trained, which distinguishes a running run from one that died.
 */
export class History implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #header: HistoryLine;
  readonly #isDurable: boolean;
  #length = 0;
  #isToBeCut = false;

  /**
   * Starts the history of a new run, or opens that of a run to resume; call
   * {@linkcode History.truncateTo} next.
   *
   * @param runPath The run's directory.
   * @param runId The run's id, for the header.
   * @param options How it is opened.
   * @throws {Deno.errors.AlreadyExists} If a new run has a history.
   * @throws {RangeError} If the run to resume is in use.
   */
  constructor(
    runPath: string,
    runId: string,
    { isResumed = false, isRunning = false, isDurable = false }:
      HistoryOptions = {},
  ) {
    this.#header = { schemaVersion: SCHEMA_VERSION, runId };
    this.#isDurable = isDurable;
    // On a file system without locks, the status and the time of the last line count.
    const mayLive = isRunning && isAlive(runPath);
    const path = `${runPath}/${HISTORY_FILE}`;
    this.#path = path;
    // To open a pipe would wait for a reader.
    if (isResumed) ifExists(() => checkFile(path, Infinity));
    // Not truncated when it is opened: another process may still write to it.
    const how = isResumed ? { create: true } : { createNew: true };
    this.#file = Deno.openSync(path, { write: true, ...how });
    try {
      const isLocked = lock(this.#file);
      if (isResumed && (mayLive || !isLocked)) {
        throw new RangeError(
          `Cannot resume run ${runId}: it is in use, being trained or evaluated`,
        );
      }
      // By its path: for an open file Deno requires permission for its real path, and
      // the runs may be a link.
      if (isResumed) Deno.utimeSync(path, new Date(), new Date());
      else this.append(this.#header);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** How many bytes it has; all of them whole lines. */
  get length(): number {
    return this.#length;
  }

  /**
   * Resumes the history after some bytes. The rest of the file is removed only
   * when the next line is written.
   *
   * @param length How many bytes to keep, as {@linkcode History.length} was
   * then; 0 begins anew.
   * @throws {RangeError} If the file has fewer.
   */
  truncateTo(length: number): void {
    const size = this.#file.seekSync(0, Deno.SeekMode.End);
    if (size < length) {
      throw new RangeError(
        `Cannot resume from the checkpoint: ${HISTORY_FILE} must have at least ` +
          `${length} bytes, and has ${size}; if the run was copied only in ` +
          "part, copy it again",
      );
    }
    this.#length = length;
    this.#isToBeCut = true;
  }

  /** Removes what {@linkcode History.truncateTo} was told to, if not yet done. */
  settle(): void {
    if (!this.#isToBeCut) return;
    this.#isToBeCut = false;
    this.#truncate();
    if (this.#length === 0) this.append(this.#header);
  }

  /** Waits until all lines are on the disk, to outlive a loss of power too. */
  sync(): void {
    this.#attempt("fsync", () => this.#file.syncSync());
  }

  /**
   * Appends one line.
   *
   * @param values What to write; NaN and infinities are kept.
   * @throws {TypeError} If it is no object with named fields.
   * @throws {RangeError} If readers would refuse the line as too long or nested
   * too deeply.
   * @throws {Error} If the disk is full: the lines before stay whole.
   */
  append(values: HistoryLine): void {
    if (!isPlainObject(values)) {
      throw new TypeError(
        "Cannot log this: a line must be an object such as " +
          `{ step: 1, loss: 0.5 }; current value is ${preview(values)}`,
      );
    }
    this.settle();
    let line = this.#encode(values);
    // JSON.stringify turns NaN and infinities into null. They are rare, so only then
    // the slower encoding is used.
    if (line.includes("null")) line = stringify(values);
    checkDepth(line, "write a line of the history");
    const bytes = new TextEncoder().encode(line + "\n");
    if (bytes.length > MAX_BYTES.historyLine) {
      throw new RangeError(
        `Cannot log a line of ${formatSize(bytes.length)}: a line of the ` +
          `history may have at most ${formatSize(MAX_BYTES.historyLine)}`,
      );
    }
    this.#attempt("write", () => this.#write(bytes));
    this.#length += bytes.length;
    if (!this.#isDurable) return;
    this.#attempt("fsync", () => this.#file.syncDataSync());
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) {
        written += this.#file.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      if (written > 0) this.#truncate();
      throw error;
    }
  }

  #encode(values: HistoryLine): string {
    try {
      return JSON.stringify(values);
    } catch (error) {
      const [reason] = (error as Error).message.split("\n");
      throw new TypeError(`Cannot log a line of the history: ${reason}`);
    }
  }

  #attempt(action: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      // Of an open file Deno does not say which one it is.
      (error as Error).message += `: ${action} '${this.#path}'`;
      throw error;
    }
  }

  /** Ends the history; a second call does nothing. */
  close(): void {
    this.#file[Symbol.dispose]();
  }

  /** Ends the history where its scope ends. */
  [Symbol.dispose](): void {
    this.close();
  }

  #truncate(): void {
    this.#file.truncateSync(this.#length);
    this.#file.seekSync(this.#length, Deno.SeekMode.Start);
  }
}

/**
 * Reads the history of a run line by line, also while it is being written, in
 * constant memory.
 *
 * Iterating gives the lines after the header. It throws at the first line that cannot be
 * read, after all lines before it.
 *
 * @example
 * ```ts ignore
 * const history = new HistoryReader("runs/20261122T175203_3f9a1c2e");
 * for (const { step, loss } of history) console.log(step, loss);
 * console.log(history.runId);
 * ```
 */
export class HistoryReader implements Iterable<JsonObject> {
  readonly #runPath: string;
  readonly #length: number;
  #runId = "";
  #isTorn = false;

  /**
   * The file is opened when the lines are read.
   *
   * @param runPath The run's directory.
   * @param length The number of bytes to read; all by default.
   */
  constructor(runPath: string, length = Infinity) {
    this.#runPath = runPath;
    this.#length = length;
  }

  /** The id of the run that wrote it, once the header has been read. */
  get runId(): string {
    return this.#runId;
  }

  /** Whether the last line is torn, and was skipped, once it has been read. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /**
   * Reads the lines after the header.
   *
   * @returns The lines; a torn last one is skipped.
   * @throws {Deno.errors.NotFound} If the run has no history.
   * @throws {SyntaxError} At a line that is no JSON object.
   * @throws {RangeError} At a line that is too large, if the header has an
   * unknown version, or if the history is no file or a link out of the run.
   */
  *[Symbol.iterator](): Generator<JsonObject> {
    const path = `${this.#runPath}/${HISTORY_FILE}`;
    checkStaysInside(path, this.#runPath);
    let nLines = 0;
    for (
      const { text, isWhole } of readLines(
        path,
        MAX_BYTES.historyLine,
        this.#length,
      )
    ) {
      const place = `${path}:${++nLines}`;
      if (!isWhole) this.#isTorn = true;
      else if (nLines === 1) {
        const header = parseVersioned(text, place);
        if (typeof header.runId === "string") this.#runId = header.runId;
      } else {
        const value = parseJson(text, place);
        if (!isJsonObject(value)) {
          throw new SyntaxError(`Cannot read ${place}: it is no JSON object`);
        }
        yield value;
      }
    }
  }
}

/** Numbers that JSON does not have, as written in files. */
const NOT_FINITE: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

/**
 * Reads a measure of a line.
 *
 * @param value The value in the line.
 * @returns The number; undefined if the value is not a number.
 */
export function readMeasure(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return NOT_FINITE.includes(value) ? Number(value) : undefined;
}
