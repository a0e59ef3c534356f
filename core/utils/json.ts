/**
 * JSON files as Whisker keeps them: numbers that JSON cannot hold are kept as
 * strings, and a reader sees the old file or the new one, never half of one.
 *
 * @module
 */

import { rename } from "../store/_rename.ts";
import {
  formatSize,
  MOST_BYTES,
  MOST_DEPTH,
  readText,
} from "../store/limits.ts";

/** The version that every file of a run directory bears at its top level. */
export const SCHEMA_VERSION = 1;

/** A number as a file holds it: JSON has no NaN and no infinities. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** An object as `JSON.parse` makes it. */
export type JsonObject = { readonly [key: string]: unknown };

/**
 * Gives a number the form in which JSON can hold it.
 *
 * @param value Any number.
 * @returns The number itself, or its name where it is NaN or infinite.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeNumber } from "./json.ts";
 *
 * assertEquals(encodeNumber(0.5), 0.5);
 * assertEquals(encodeNumber(NaN), "NaN");
 * ```
 */
export function encodeNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : String(value) as JsonNumber;
}

/**
 * Reads a number back from the form that {@linkcode encodeNumber} gave it.
 *
 * @param value What the file holds.
 * @param name What the value is, for the error message.
 * @returns The number.
 * @throws {TypeError} If the value is neither a number nor the name of one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeNumber } from "./json.ts";
 *
 * assertEquals(decodeNumber("-Infinity", "mean"), -Infinity);
 * ```
 */
export function decodeNumber(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") {
    return Number(value);
  }
  throw new TypeError(
    `Cannot read ${name} as a number: current value is ${inBrief(value)}`,
  );
}

/**
 * Writes a value as JSON, keeping NaN and the infinities.
 *
 * @param value Any value that `JSON.stringify` takes.
 * @param indent Spaces per level; 0 puts all on one line.
 * @returns The JSON text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stringify } from "./json.ts";
 *
 * assertEquals(stringify({ loss: Infinity }), '{"loss":"Infinity"}');
 * ```
 */
export function stringify(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, item) => typeof item === "number" ? encodeNumber(item) : item,
    indent,
  );
}

/**
 * Says whether a name is that of a property which every object has, `__proto__`
 * or `constructor` for example: under it an object without such a field seems
 * to have one.
 *
 * @param name The name.
 * @returns Whether fields are better not called so.
 */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** So much of a value is quoted in a message. */
const LONGEST_QUOTE = 200;

/**
 * Writes a value as an error message quotes it: as JSON, and no more of it than
 * one takes in.
 *
 * @param value Any value, of a parsed file say.
 * @returns Its JSON text, cut where it is long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { inBrief } from "./json.ts";
 *
 * assertEquals(inBrief("a"), '"a"');
 * assertEquals(inBrief("a".repeat(1e6)).length, 201);
 * ```
 */
export function inBrief(value: unknown): string {
  const text = typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_QUOTE
    ? `${text.slice(0, LONGEST_QUOTE)}…`
    : text;
}

/**
 * Says whether a value is an object with named fields: no array, no null.
 *
 * @param value Any value, of a parsed file say.
 * @returns Whether its fields can be read by name.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How {@linkcode writeFileAtomic} writes. */
export interface WriteOptions {
  /**
   * Whether to come back only when content and name are on the disk, so that
   * they outlive a loss of power too; what is written outlives the process
   * either way.
   */
  readonly isDurable?: boolean;
  /** The end of the temporary name; no two processes have the same by default. */
  readonly unique?: string;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part
 * of it: under a temporary name in the same folder first, then renamed. The
 * temporary name begins with a dot, which is what readers pass over.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @param options How to write it.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): void {
  const { unique = crypto.randomUUID().slice(0, 8), isDurable } = options;
  const slash = path.lastIndexOf("/") + 1;
  const temporary = `${path.slice(0, slash)}.${path.slice(slash)}.${unique}`;
  try {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    // What has this name already, a link perhaps, is not written to.
    Deno.writeFileSync(temporary, bytes, { createNew: true });
    // The content before the name: or else the name could outlive it.
    if (isDurable) syncToDisk(temporary);
    rename(temporary, path);
    if (isDurable) syncToDisk(path.slice(0, slash) || ".");
  } catch (error) {
    // A disk that is full must not keep the torn half as well.
    try {
      Deno.removeSync(temporary);
    } catch { /* it was never made */ }
    throw error;
  }
}

/**
 * Waits until a file's content, or the names in a folder, are on the disk
 * (fsync).
 *
 * @param path A file, or a folder.
 */
export function syncToDisk(path: string): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    // Windows opens no folders, and keeps the names in them by itself.
    if (Deno.build.os === "windows") return;
    throw error;
  }
  try {
    file.syncSync();
  } catch (error) {
    // Of an open file Deno does not say which one it is.
    if (error instanceof Error) error.message += `: sync '${path}'`;
    throw error;
  } finally {
    file.close();
  }
}

/** How {@linkcode writeJsonFile} writes. */
export interface WriteJsonOptions extends WriteOptions {
  /** How many bytes readers take; as many as of any text, by default. */
  readonly max?: number;
}

/**
 * Writes fields as a JSON file of the current schema version.
 *
 * @param path The file's path.
 * @param fields The top level of the file; `schemaVersion` is put before it.
 * @param options How to write it.
 * @throws {RangeError} If readers would refuse the file as too large or nested
 * too deeply; nothing is written then.
 */
export function writeJsonFile(
  path: string,
  fields: object,
  options: WriteJsonOptions = {},
): void {
  writeFileAtomic(path, encodeJsonFile(path, fields, options.max), options);
}

/**
 * Writes fields as {@linkcode writeJsonFile} does, but into memory.
 *
 * @param path The file's path, for the error messages.
 * @param fields The top level of the file.
 * @param max How many bytes readers take.
 * @returns The content of the file.
 * @throws {RangeError} If readers would refuse it.
 */
export function encodeJsonFile(
  path: string,
  fields: object,
  max: number = MOST_BYTES.text,
): Uint8Array {
  const content = { schemaVersion: SCHEMA_VERSION, ...fields };
  const text = stringify(content, 2) + "\n";
  checkDepth(text, path, "write");
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > max) {
    throw new RangeError(
      `Cannot write ${path}: it may have at most ${formatSize(max)}, or it ` +
        `could not be read again; it has ${formatSize(bytes.length)}`,
    );
  }
  return bytes;
}

/** What {@linkcode readJsonFile} accepts. */
export interface ReadJsonOptions {
  /** Whether `schemaVersion` may be missing, as in a file written by hand. */
  readonly unversioned?: boolean;
  /** How many bytes the file may have; what any text may, by default. */
  readonly most?: number;
}

/**
 * Reads a JSON file of a run directory.
 *
 * @param path The file's path.
 * @param options What to accept.
 * @returns The top level of the file, `schemaVersion` included.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON, torn for example.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {RangeError} If it bears a version that this code does not know, is
 * no file, too large, or nested too deeply.
 */
export function readJsonFile(
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  const text = readText(path, options.most ?? MOST_BYTES.text);
  return parseVersioned(text, path, options);
}

/**
 * Parses JSON text from a file that may be anyone's.
 *
 * @param text The JSON text.
 * @param place Where it stands, for the error messages.
 * @returns The value.
 * @throws {SyntaxError} If the text is no JSON.
 * @throws {RangeError} If it is nested too deeply.
 */
export function parseJson(text: string, place: string): unknown {
  checkDepth(text, place, "read");
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = text === "" ? "it is empty" : (error as Error).message;
    throw new SyntaxError(`Cannot read ${place} as JSON: ${reason}`);
  }
}

const QUOTE = 0x22, BACKSLASH = 0x5c;
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const BRACE_BIT = 0x20, OPEN = 0x5b, CLOSE = 0x5d;

/**
 * Refuses JSON text that is nested too deeply, before it is parsed: its value
 * would have taken the memory already.
 *
 * @param text The JSON text.
 * @param place Where it stands, for the error message.
 * @param action What is about to be done with it.
 * @throws {RangeError} If it is nested too deeply.
 */
export function checkDepth(
  text: string,
  place: string,
  action: "read" | "write",
): void {
  if (text.length <= MOST_DEPTH) return;
  let depth = 0, isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isQuoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = true;
    else if ((code & ~BRACE_BIT) === OPEN && ++depth > MOST_DEPTH) {
      throw new RangeError(
        `Cannot ${action} ${place} as JSON must be nested at most ` +
          `${MOST_DEPTH} deep: it is deeper`,
      );
    } else if ((code & ~BRACE_BIT) === CLOSE) depth--;
  }
}

/**
 * Parses JSON text that bears a schema version.
 *
 * @param text The JSON text.
 * @param path Where it stands, for the error messages.
 * @param options What to accept.
 * @returns The object, `schemaVersion` included.
 * @throws {SyntaxError} If the text is no JSON.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {RangeError} If it bears a version that this code does not know, or
 * is nested too deeply.
 */
export function parseVersioned(
  text: string,
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  const content = parseJson(text, path);
  if (!isJsonObject(content)) {
    throw new TypeError(`Cannot read ${path} as it holds no JSON object`);
  }
  const isMissing = content.schemaVersion === undefined;
  if (!(isMissing && options.unversioned)) {
    checkVersion(content.schemaVersion, path);
  }
  return content;
}

/**
 * Refuses a schema version that this code does not know.
 *
 * @param version The version that a file bears.
 * @param path The file, for the error message.
 * @throws {RangeError} If it is not the current one.
 */
export function checkVersion(version: unknown, path: string): void {
  if (version === SCHEMA_VERSION) return;
  throw new RangeError(
    `Cannot read ${path} as schemaVersion must be ${SCHEMA_VERSION}: ` +
      `current value is ${inBrief(version)}`,
  );
}
