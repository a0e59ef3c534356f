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
import { ifExists } from "./if_exists.ts";
import { writeJsonFile } from "./json_file.ts";
import { MAX_BYTES, MAX_RECORDS } from "./limits.ts";
import { makeFolder, runIdFromPath } from "./run_directory.ts";
import {
  fromDisk,
  listJsonFiles,
  type Problem,
  type RunReader,
} from "./run_file.ts";
import { checkStaysInside } from "./safe_path.ts";

/** The name of the file with the records of the training, without `.json`. */
export const TRAIN = "train";

/**
 * Writes a file of records, and other fields.
 *
 * @param runPath The run's directory.
 * @param name The file's name without `.json`.
 * @param content Its top level.
 * @param options How to write it.
 * @throws {RangeError} If the file would be larger than what is read of a run.
 * @throws {Deno.errors.NotFound} If the run was removed.
 */
export function writeRecordsFile(
  runPath: string,
  name: string,
  content: { readonly records: ResultCollection },
  options: WriteOptions = {},
): void {
  const folder = `${runPath}/results`;
  checkStaysInside(folder, runPath);
  makeFolder(folder, options);
  const maxBytes = MAX_BYTES.runFile;
  writeJsonFile(`${folder}/${name}.json`, content, { ...options, maxBytes });
}

/** A file of records. */
interface RecordsFile {
  readonly file: string;
  readonly records: ResultCollection;
  /** When it was completed; "" where it does not say, or is not completed. */
  readonly finishedAt: string;
}

const isTraining = (file: string) => file.startsWith(`results/${TRAIN}`);
const isEvaluation = (file: string) => file.startsWith("results/eval-");

/** Training first, then evaluations as they finished, others by their names. */
function compareFiles(a: RecordsFile, b: RecordsFile): number {
  return Number(isTraining(b.file)) - Number(isTraining(a.file)) ||
    Number(a.finishedAt > b.finishedAt) - Number(a.finishedAt < b.finishedAt);
}

/**
 * Reads all records of a run. Where two evaluations have measured the same, the
 * one that finished last counts. A file that cannot be read is reported and
 * hides no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @param reader Reads the run.
 * @returns The records, those of training first.
 */
export function readRecords(
  runPath: string,
  problems: Problem[] = [],
  reader: RunReader = fromDisk,
): ResultCollection {
  const run = runIdFromPath(runPath);
  const report = (file: string, reason: string) => {
    problems.push({ run, file: `${runPath}/${file}`, reason });
  };
  const reportRest = (file: string, what: string) => {
    const reason = `Cannot read all of ${runPath}/results: a run may have at ` +
      `most ${MAX_RECORDS} ${what}, and the rest is ignored`;
    report(file, reason);
  };
  const names = listJsonFiles(runPath, "results", problems, true, reader);
  if (names.length > MAX_RECORDS) reportRest("results", "files of records");
  const files = names.slice(0, MAX_RECORDS).flatMap((file): RecordsFile[] => {
    try {
      return [readRecordsFile(runPath, file, reader)];
    } catch (error) {
      report(file, (error as Error).message);
      return [];
    }
  });
  const found = new Map<ResultMetadata, { record: ResultRecord; in: string }>();
  const collect = () =>
    new ResultCollection(found.values().map(({ record }) => record));
  for (const { file, records } of files.sort(compareFiles)) {
    for (const record of records) {
      const { metadata } = record;
      const other = found.get(metadata);
      if (!other && found.size === MAX_RECORDS) {
        reportRest(file, "records");
        return collect();
      }
      if (!other || (isEvaluation(file) && !isTraining(other.in))) {
        found.set(metadata, { record, in: file });
      } else report(file, `Cannot use ${metadata}: another file has it too`);
    }
  }
  return collect();
}

function readRecordsFile(
  runPath: string,
  file: string,
  reader: RunReader = fromDisk,
): RecordsFile {
  const { records, status, finishedAt } = reader.read(
    runPath,
    file,
    MAX_BYTES.runFile,
  );
  const isOver = status === "completed" && typeof finishedAt === "string";
  return {
    file,
    records: ResultCollection.fromJSON(records),
    finishedAt: isOver ? finishedAt : "",
  };
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
  const read = () => readRecordsFile(runPath, `results/${TRAIN}.json`);
  return ifExists(read)?.records ?? new ResultCollection();
}

/**
 * Reads the records that an earlier session has made.
 *
 * @param runPath The run's directory.
 * @param name The file's name without `.json`.
 * @returns The records; none where they cannot be read: they are made again.
 */
export function readEarlierRecords(
  runPath: string,
  name: string,
): ResultCollection {
  try {
    return readRecordsFile(runPath, `results/${name}.json`).records;
  } catch {
    return new ResultCollection();
  }
}
