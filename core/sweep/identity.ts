/**
 * The identity of a run: experiment, configuration, data and source.
 *
 * @module
 */

import { formatValue } from "../config/schema.ts";
import { hashFile } from "../store/file_hashes.ts";
import { hash64Hex } from "../utils/hash.ts";

/** What runs of a sweep have in common. */
export interface RunBasis {
  /** The experiment's name. */
  readonly experiment: string;
  /** SHA-256 of the source. */
  readonly source: string;
  /** SHA-256 of each data file that a configuration names, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Identifies a run: two trainings with the same identity have the same results.
 *
 * @param config The whole configuration, as resolved.
 * @param basis Experiment, source and data files.
 * @returns 16 hexadecimal digits.
 */
export function identifyRun(config: object, basis: RunBasis): string {
  const { experiment, source, files } = basis;
  const data = listDataFiles(config, files).map((path) => files[path]);
  return hash64Hex(formatValue({ experiment, source, config, data }));
}

/**
 * Lists the data files that a configuration names.
 *
 * @param config The configuration.
 * @param files All data files by their paths, as {@linkcode hashDataFiles} gives.
 * @returns Their paths.
 */
export function listDataFiles(
  config: object,
  files: RunBasis["files"],
): string[] {
  return listTexts(config).filter((text) => Object.hasOwn(files, text));
}

function listTexts(config: object): string[] {
  return Object.values(config).filter((value) => typeof value === "string");
}

/**
 * Hashes the data files that configurations name: any text that is the path of
 * a file.
 *
 * @param configs The configurations.
 * @returns SHA-256 of each file by its path.
 * @throws {Deno.errors.NotCapable} If one may not be read.
 */
export async function hashDataFiles(
  configs: readonly object[],
): Promise<RunBasis["files"]> {
  const hashes: Record<string, string> = {};
  for (const path of new Set(configs.flatMap(listTexts))) {
    if (isFile(path)) hashes[path] = await hashFile(path);
  }
  return hashes;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
