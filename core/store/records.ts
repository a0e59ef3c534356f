/**
 * The records of a run: `results/*.json`.
 *
 * @module
 */

import {
  ResultCollection,
  type ResultMetadata,
  type ResultRecord,
} from "../utils/results.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { writeJsonFile } from "./json_file.ts";
import { MAX_BYTES } from "./limits.ts";
import { makeFolder, runIdFromPath } from "./run_directory.ts";
import { type Problem, readRunFile } from "./run_file.ts";
import { checkStaysInside } from "./safe_path.ts";

/** A file of records. */
export interface RecordsFile {
  /** Its name without `.json`. */
  readonly name: string;
  /** All that it holds. */
  readonly records: ResultCollection;
}

/**
 * Writes a file of records: those of the training, or one of an evaluation.
 *
 * @param runPath The run's directory.
 * @param file The file's name without `.json`, and all records that it is to
 * hold.
 * @param options How to write it.
 */
export function writeRecords(
  runPath: string,
  file: RecordsFile,
  options: WriteOptions = {},
): void {
  const { name, records } = file;
  checkStaysInside(`${runPath}/results`, runPath);
  makeFolder(`${runPath}/results`, options);
  const content = { runId: runIdFromPath(runPath), records };
  const max = MAX_BYTES.runFile;
  writeJsonFile(`${runPath}/results/${name}.json`, content, {
    ...options,
    max,
  });
}

/**
 * So many records may a run have, and so many files of them: an evaluation of
 * each setting of a large sweep has fewer.
 */
export const MAX_RECORDS = 10_000;

/**
 * Reads all records of a run. A file that cannot be read is reported and hides
 * no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @returns The records, those of training first.
 */
export function readRecords(
  runPath: string,
  problems: Problem[] = [],
): ResultCollection {
  const run = runIdFromPath(runPath);
  const folder = `${runPath}/results`;
  let names: string[] = [];
  try {
    checkStaysInside(folder, runPath);
    // A name that begins with a dot is a temporary one.
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch (error) {
    problems.push({ run, file: folder, reason: (error as Error).message });
  }
  const stageFirst = (name: string) => (name.startsWith("train") ? 0 : 1);
  const reason = (what: string) =>
    `Cannot read all of ${folder} as a run must have at most ${MAX_RECORDS} ` +
    `${what}: the rest is passed over`;
  names.sort((a, b) => stageFirst(a) - stageFirst(b) || (a < b ? -1 : 1));
  if (names.length > MAX_RECORDS) {
    problems.push({ run, file: folder, reason: reason("files of records") });
  }
  const records = new Map<ResultMetadata, ResultRecord>();
  for (const name of names.slice(0, MAX_RECORDS)) {
    const file = `${folder}/${name}`;
    try {
      for (const record of readRecordsFile(runPath, name)) {
        const { metadata } = record;
        if (records.size === MAX_RECORDS) {
          problems.push({ run, file, reason: reason("records") });
          return new ResultCollection(records.values());
        }
        if (!records.has(metadata)) records.set(metadata, record);
        else {
          const reason =
            `Cannot use ${metadata} as another file has it already`;
          problems.push({ run, file, reason });
        }
      }
    } catch (error) {
      problems.push({ run, file, reason: (error as Error).message });
    }
  }
  return new ResultCollection(records.values());
}

function readRecordsFile(runPath: string, name: string): ResultCollection {
  const file = `results/${name}`;
  const { records } = readRunFile(runPath, file, MAX_BYTES.runFile);
  return ResultCollection.fromJSON(records);
}

/**
 * Reads the records that the training of a run has made.
 *
 * @param runPath The run's directory.
 * @returns The records; none if there is no such file.
 * @throws {SyntaxError} If the file is no JSON.
 * @throws {TypeError} If it holds no records.
 */
export function readTrainRecords(runPath: string): ResultCollection {
  try {
    return readRecordsFile(runPath, "train.json");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new ResultCollection();
    throw error;
  }
}
