/**
 * The single observations behind a record, kept beside it in
 * `results/values/HASH.f64`, so that comparisons can pair them across runs.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { writeFileAtomic, type WriteOptions } from "./atomic_write.ts";
import { MAX_BYTES } from "./limits.ts";
import { checkFile } from "./read_text.ts";
import { makeFolder } from "./run_directory.ts";
import { checkStaysInside } from "./safe_path.ts";

/** The folder of a run that holds observations. */
export const OBSERVATIONS = "results/values";

const EXTENSION = ".f64";

/** A file is named by half of the SHA-256 of its content. */
const NAME = /^[0-9a-f]{32}$/;

/**
 * Writes observations into a file that is named by its content, so that a
 * record never points to the observations of another.
 *
 * @param runPath The run's directory.
 * @param values The observations in the order of what was observed, say of the
 * test rows; kept as little-endian doubles.
 * @param options How to write the file.
 * @returns The name by which {@linkcode readObservations} finds them.
 * @throws {RangeError} If there are more than readers accept.
 */
export function writeObservations(
  runPath: string,
  values: Float64Array<ArrayBuffer>,
  options: WriteOptions = {},
): string {
  const bytes = new Uint8Array(
    values.buffer,
    values.byteOffset,
    values.byteLength,
  );
  if (bytes.length > MAX_BYTES.observations) {
    throw new RangeError(
      `Cannot keep ${values.length} observations of one record: at most ` +
        `${MAX_BYTES.observations / values.BYTES_PER_ELEMENT} are read`,
    );
  }
  const name = nameContent(bytes);
  const folder = `${runPath}/${OBSERVATIONS}`;
  checkStaysInside(folder, runPath);
  makeFolder(folder, options);
  writeFileAtomic(`${runPath}/${observationsFile(name)}`, bytes, options);
  return name;
}

function nameContent(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/**
 * Finds the file of observations in a run.
 *
 * @param name What {@linkcode writeObservations} returned.
 * @returns Its path within the run.
 */
export function observationsFile(name: string): string {
  return `${OBSERVATIONS}/${name}${EXTENSION}`;
}

/**
 * Reads observations.
 *
 * @param runPath The run's directory.
 * @param name What {@linkcode writeObservations} returned.
 * @returns The observations.
 * @throws {Deno.errors.NotFound} If the run has none of that name.
 * @throws {RangeError} If the name is not valid, or the file is damaged: its content
 * does not match its name.
 */
export function readObservations(runPath: string, name: string): Float64Array {
  const path = `${runPath}/${observationsFile(name)}`;
  if (!NAME.test(name)) {
    throw new RangeError(
      `Cannot read observations ${JSON.stringify(name)}: ` +
        "the name must be 32 hexadecimal digits",
    );
  }
  checkStaysInside(path, runPath);
  const size = checkFile(path, MAX_BYTES.observations);
  const bytes = Deno.readFileSync(path);
  if (
    size % Float64Array.BYTES_PER_ELEMENT !== 0 || nameContent(bytes) !== name
  ) {
    throw new RangeError(
      `Cannot read ${path}: it is damaged, as its name is the hash of other ` +
        "content",
    );
  }
  return new Float64Array(bytes.buffer);
}
