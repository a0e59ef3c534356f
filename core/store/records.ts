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
import { listJsonFiles, type Problem, readRunFile } from "./run_file.ts";
import { checkStaysInside } from "./safe_path.ts";

/** The name of the file with the records of the training. */
const TRAIN = "train";

/**
 * Writes the records of the training.
 *
 * @param runPath The run's directory.
 * @param records All that the file is to hold.
 * @param options How to write it.
 */
export function writeTrainRecords(
  runPath: string,
  records: ResultCollection,
  options: WriteOptions = {},
): void {
  const content = { runId: runIdFromPath(runPath), records };
  writeRecordsFile(runPath, TRAIN, content, options);
}

/**
 * Writes a file of records, and what else it is to hold.
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

/**
 * Reads all records of a run. Where two evaluations have measured the same, the
 * one that finished last counts. A file that cannot be read is reported and
 * hides no other.
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
  const report = (file: string, reason: string) => {
    problems.push({ run, file: `${runPath}/${file}`, reason });
  };
  const reportRest = (file: string, what: string) => {
    const reason = `Cannot read all of ${runPath}/results: a run may have at ` +
      `most ${MAX_RECORDS} ${what}, and the rest is ignored`;
    report(file, reason);
  };
  const names = listJsonFiles(runPath, "results", problems, true);
  if (names.length > MAX_RECORDS) reportRest("results", "files of records");
  const files = names.slice(0, MAX_RECORDS).flatMap((file): RecordsFile[] => {
    try {
      return [readRecordsFile(runPath, file)];
    } catch (error) {
      report(file, (error as Error).message);
      return [];
    }
  });
  const isTraining = ({ file }: RecordsFile) =>
    file.startsWith("results/train");
  const isEvaluation = ({ file }: RecordsFile) =>
    file.startsWith("results/eval-");
  const ordered = [
    ...files.filter(isTraining),
    // Stable: files of older versions stay in the order of their names.
    ...files.filter((file) => !isTraining(file))
      .sort((a, b) =>
        Number(a.finishedAt > b.finishedAt) -
        Number(a.finishedAt < b.finishedAt)
      ),
  ];
  const records = new Map<ResultMetadata, ResultRecord>();
  const owners = new Map<ResultMetadata, RecordsFile>();
  for (const owner of ordered) {
    for (const record of owner.records) {
      const { metadata } = record;
      const other = owners.get(metadata);
      if (!other && records.size === MAX_RECORDS) {
        reportRest(owner.file, "records");
        return new ResultCollection(records.values());
      }
      const mayReplace = other && !isTraining(other) && isEvaluation(owner);
      if (other && !mayReplace) {
        report(owner.file, `Cannot use ${metadata}: another file has it too`);
        continue;
      }
      records.set(metadata, record);
      owners.set(metadata, owner);
    }
  }
  return new ResultCollection(records.values());
}

function readRecordsFile(runPath: string, file: string): RecordsFile {
  const { records, status, finishedAt } = readRunFile(
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
