/**
 * JSON files of run directories. Each has a schema version, and is no larger than
 * readers accept.
 *
 * @module
 */

import {
  checkDepth,
  isJsonObject,
  type JsonObject,
  parseJson,
  preview,
  stringify,
} from "../utils/json.ts";
import { writeFileAtomic, type WriteOptions } from "./atomic_write.ts";
import { formatSize, MAX_BYTES } from "./limits.ts";
import { readText } from "./read_text.ts";

/** The version that every file of a run directory bears at its top level. */
export const SCHEMA_VERSION = 1;

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
  max: number = MAX_BYTES.text,
): Uint8Array {
  const content = { schemaVersion: SCHEMA_VERSION, ...fields };
  const text = stringify(content, 2) + "\n";
  checkDepth(text, `write ${path}`);
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
  const text = readText(path, options.most ?? MAX_BYTES.text);
  return parseVersioned(text, path, options);
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
      `current value is ${preview(version)}`,
  );
}
