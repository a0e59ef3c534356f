/**
 * JSON files as Whisker keeps them: numbers that JSON cannot hold are kept as
 * strings, and a reader sees the old file or the new one, never half of one.
 *
 * @module
 */

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
    `Cannot read ${name} as a number: current value is ${
      JSON.stringify(value)
    }`,
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
    if (typeof content === "string") Deno.writeTextFileSync(temporary, content);
    else Deno.writeFileSync(temporary, content);
    // The content before the name: or else the name could outlive it.
    if (isDurable) syncToDisk(temporary);
    Deno.renameSync(temporary, path);
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
  } finally {
    file.close();
  }
}

/**
 * Writes fields as a JSON file of the current schema version.
 *
 * @param path The file's path.
 * @param fields The top level of the file; `schemaVersion` is put before it.
 * @param options How to write it.
 */
export function writeJsonFile(
  path: string,
  fields: object,
  options: WriteOptions = {},
): void {
  const content = { schemaVersion: SCHEMA_VERSION, ...fields };
  writeFileAtomic(path, stringify(content, 2) + "\n", options);
}

/**
 * Reads a text file.
 *
 * @param path The file's path.
 * @returns Its whole content.
 * @throws {Deno.errors.NotFound} If there is no such file; the message says so.
 */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot read ${path} as there is no such file`,
    );
  }
}

/** What {@linkcode readJsonFile} accepts. */
export interface ReadJsonOptions {
  /** Whether `schemaVersion` may be missing, as in a file written by hand. */
  readonly unversioned?: boolean;
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
 * @throws {RangeError} If it bears a version that this code does not know.
 */
export function readJsonFile(
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  return parseVersioned(readText(path), path, options);
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
 * @throws {RangeError} If it bears a version that this code does not know.
 */
export function parseVersioned(
  text: string,
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const reason = text === "" ? "it is empty" : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path} as JSON: ${reason}`);
  }
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
      `current value is ${JSON.stringify(version)}`,
  );
}
