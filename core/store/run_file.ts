/**
 * Files of a run that are read and written as a whole.
 *
 * @module
 */

import { isInherited, type JsonObject } from "../utils/json.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { readJsonFile, writeJsonFile } from "./json_file.ts";
import { MAX_BYTES, MAX_KEYS } from "./limits.ts";
import { runIdFromPath } from "./run_directory.ts";
import { checkStaysInside } from "./safe_path.ts";

/**
 * Reads a JSON file of a run, which must not be a link out of it.
 *
 * @param runPath The run's directory.
 * @param name The file's path within it.
 * @param maxBytes How many bytes it may have; what any text may, by default.
 * @returns The top level of the file, `schemaVersion` included.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {RangeError} If it has an unknown version, is a link that leads out
 * of the run, no file, or too large.
 */
export function readRunFile(
  runPath: string,
  name: string,
  maxBytes: number = MAX_BYTES.text,
): JsonObject {
  const path = `${runPath}/${name}`;
  checkStaysInside(path, runPath);
  return readJsonFile(path, { maxBytes });
}

/** Reads the files of runs. */
export interface RunReader {
  /** Reads a file, as {@linkcode readRunFile} does. */
  readonly read: typeof readRunFile;
  /** Lists the names in a folder of a run; throws where there is none. */
  readonly list: (runPath: string, folder: string) => string[];
}

/** Reads them from the disk. */
export const fromDisk: RunReader = {
  read: readRunFile,
  list: (runPath, folder) => {
    const path = `${runPath}/${folder}`;
    checkStaysInside(path, runPath);
    return Array.from(Deno.readDirSync(path), ({ name }) => name);
  },
};

/** Something that could not be read: which file of which run, and why. */
export interface Problem {
  /** The run's id, or the name that is no run. */
  readonly run: string;
  /** The file, as a path. */
  readonly file: string;
  /** What is wrong, in one line. */
  readonly reason: string;
}

/**
 * Lists the JSON files in a folder of a run.
 *
 * @param runPath The run's directory.
 * @param folder The folder's path within it.
 * @param problems Where to report that it cannot be listed.
 * @param isRequired Whether it is a problem if there is no such folder.
 * @param reader Reads the run.
 * @returns The files' paths within the run, in the order of their names.
 */
export function listJsonFiles(
  runPath: string,
  folder: string,
  problems: Problem[],
  isRequired = false,
  reader: RunReader = fromDisk,
): string[] {
  const path = `${runPath}/${folder}`;
  try {
    return reader.list(runPath, folder)
      // A name that begins with a dot is a temporary one.
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .sort()
      .map((name) => `${folder}/${name}`);
  } catch (error) {
    if (isRequired || !(error instanceof Deno.errors.NotFound)) {
      const run = runIdFromPath(runPath);
      problems.push({ run, file: path, reason: (error as Error).message });
    }
    return [];
  }
}

/**
 * Reads the configuration of a run as plain data, whatever its experiment.
 *
 * @param runPath The run's directory.
 * @param reader Reads the run.
 * @returns The keys and values, `schemaVersion` left out.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {RangeError} If it has an unknown version, more keys than any
 * configuration, or one that every object has, `constructor` for example.
 */
export function readConfigFile(
  runPath: string,
  reader: RunReader = fromDisk,
): JsonObject {
  const file = "config.json";
  const { schemaVersion: _, ...config } = reader.read(
    runPath,
    file,
    MAX_BYTES.runFile,
  );
  const keys = Object.keys(config);
  const refuse = (rule: string, current: string) => {
    throw new RangeError(
      `Cannot read ${runPath}/${file}: ${rule}; current ${current}`,
    );
  };
  if (keys.length > MAX_KEYS) {
    refuse(`it must have at most ${MAX_KEYS} keys`, `count is ${keys.length}`);
  }
  const inherited = keys.find(isInherited);
  if (inherited !== undefined) {
    refuse("no key may be one that every object has", `key is ${inherited}`);
  }
  return config;
}

/**
 * Writes the configuration of a run.
 *
 * @param runPath The run's directory.
 * @param config The whole configuration as resolved.
 * @param options How to write it.
 */
export function writeConfigFile(
  runPath: string,
  config: object,
  options: WriteOptions = {},
): void {
  const maxBytes = MAX_BYTES.runFile;
  writeJsonFile(`${runPath}/config.json`, config, { ...options, maxBytes });
}
