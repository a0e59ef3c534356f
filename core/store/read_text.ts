/**
 * Reading text files from anyone: anything but a regular file is refused before it
 * is opened, and a file that is too large before it is read.
 *
 * @module
 */

import { ifExists } from "./if_exists.ts";
import { MAX_BYTES, tooLarge } from "./limits.ts";

/**
 * Checks that a path is a regular file that is not too large. Opening a pipe or
 * device might wait forever, so it is not opened.
 *
 * @param path The path.
 * @param maxBytes How many bytes the file may have.
 * @returns How many it has.
 * @throws {Deno.errors.NotFound} If there is no such file; the message says so.
 * @throws {RangeError} If it is no file, or too large.
 */
export function checkFile(path: string, maxBytes: number): number {
  const info = ifExists(() => Deno.statSync(path));
  if (!info) {
    throw new Deno.errors.NotFound(`Cannot read ${path}: no such file`);
  }
  if (!info.isFile) {
    const kind = info.isDirectory ? "a directory" : "a pipe or a device";
    throw new RangeError(
      `Cannot read ${path}: it is ${kind}, not a file`,
    );
  }
  if (info.size > maxBytes) throw tooLarge(path, maxBytes, info.size);
  return info.size;
}

/**
 * Reads a text file.
 *
 * @param path The file's path.
 * @param maxBytes How many bytes it may have.
 * @returns Its whole content.
 * @throws {Deno.errors.NotFound} If there is no such file; the message says so.
 * @throws {RangeError} If it is no file, or too large.
 */
export function readText(
  path: string,
  maxBytes: number = MAX_BYTES.text,
): string {
  checkFile(path, maxBytes);
  return Deno.readTextFileSync(path);
}

/** A line of a file. */
export interface TextLine {
  /** The line without its end. */
  readonly text: string;
  /** Whether it has an end; the last line of a file may have none. */
  readonly isWhole: boolean;
}

/** How much of a file is read at once. */
const CHUNK_BYTES = 2 ** 16;

/**
 * Reads a text file line by line, in constant memory. Lines that are appended
 * meanwhile are not read.
 *
 * @param path The file's path.
 * @param maxBytes How many bytes each line may have.
 * @param length How many bytes of the file to read; all by default.
 * @returns The lines without their ends; the last one may be torn.
 * @throws {Deno.errors.NotFound} If there is no such file; the message says so.
 * @throws {RangeError} If it is no file; or, after the lines before it, at a
 * line that is too large, which the message names.
 */
export function* readLines(
  path: string,
  maxBytes: number,
  length = Infinity,
): Generator<TextLine> {
  let remaining = Math.min(checkFile(path, Infinity), length);
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(Math.min(remaining, CHUNK_BYTES));
  let nLines = 0, rest = "";
  while (remaining > 0) {
    const nRead = file.readSync(chunk.subarray(0, remaining));
    if (nRead === null) break;
    remaining -= nRead;
    const bytes = chunk.subarray(0, nRead);
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const text of lines) {
      nLines++;
      // A character has at least one byte.
      if (text.length > maxBytes) throw tooLarge(`${path}:${nLines}`, maxBytes);
      yield { text, isWhole: true };
    }
    if (rest.length > maxBytes) {
      throw tooLarge(`${path}:${nLines + 1}`, maxBytes);
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield { text: rest, isWhole: false };
}
