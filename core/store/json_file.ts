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

/** The version in every file of a run directory, at its top level. */
export const SCHEMA_VERSION = 1;

/** A file has a version that this code does not know. */
export class UnknownVersionError extends RangeError {
  /** The version in the file. */
  readonly version: unknown;

  /**
   * Makes the error of a file.
   *
   * @param path The file's path.
   * @param version The version in the file.
   */
  constructor(path: string, version: unknown) {
    super(
      `Cannot read ${path}: schemaVersion must be ${SCHEMA_VERSION}; ` +
        `current value is ${preview(version)}`,
    );
    this.version = version;
  }
}

/** How {@linkcode writeJsonFile} writes. */
export interface WriteJsonOptions extends WriteOptions {
  /** How many bytes readers accept; as many as of any text, by default. */
  readonly maxBytes?: number;
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
  writeFileAtomic(
    path,
    encodeJsonFile(path, fields, options.maxBytes),
    options,
  );
}

/**
 * Writes fields as {@linkcode writeJsonFile} does, but into memory.
 *
 * @param path The file's path, for the error messages.
 * @param fields The top level of the file.
 * @param maxBytes How many bytes readers accept.
 * @returns The content of the file.
 * @throws {RangeError} If readers would refuse it.
 */
export function encodeJsonFile(
  path: string,
  fields: object,
  maxBytes: number = MAX_BYTES.text,
): Uint8Array {
  const content = { schemaVersion: SCHEMA_VERSION, ...fields };
  const text = stringify(content, 2) + "\n";
  checkDepth(text, `write ${path}`);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > maxBytes) {
    throw new RangeError(
      `Cannot write ${path}: it may have at most ` +
        `${formatSize(maxBytes)}; it has ${formatSize(bytes.length)}`,
    );
  }
  return bytes;
}

/** What {@linkcode readJsonFile} accepts. */
export interface ReadJsonOptions {
  /** Whether `schemaVersion` may be missing, as in a file written by hand. */
  readonly unversioned?: boolean;
  /** How many bytes the file may have; what any text may, by default. */
  readonly maxBytes?: number;
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
 * @throws {UnknownVersionError} If it has a version that this code does not know.
 * @throws {RangeError} If it is no file, too large, or nested too deeply.
 */
export function readJsonFile(
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  return parseVersioned(readText(path, options.maxBytes), path, options);
}

/**
 * Parses JSON text that has a schema version.
 *
 * @param text The JSON text.
 * @param path Where it stands, for the error messages.
 * @param options What to accept.
 * @returns The object, `schemaVersion` included.
 * @throws {SyntaxError} If the text is no JSON.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {UnknownVersionError} If it has a version that this code does not know.
 * @throws {RangeError} If it is nested too deeply.
 */
export function parseVersioned(
  text: string,
  path: string,
  options: ReadJsonOptions = {},
): JsonObject {
  const content = parseJson(text, path);
  if (!isJsonObject(content)) {
    throw new TypeError(`Cannot read ${path}: it holds no JSON object`);
  }
  const missing = options.unversioned ? SCHEMA_VERSION : undefined;
  checkVersion(content.schemaVersion ?? missing, path);
  return content;
}

/**
 * Refuses a schema version that this code does not know.
 *
 * @param version The version in a file.
 * @param path The file, for the error message.
 * @throws {UnknownVersionError} If it is not the current one.
 */
export function checkVersion(version: unknown, path: string): void {
  if (version === SCHEMA_VERSION) return;
  throw new UnknownVersionError(path, version);
}
