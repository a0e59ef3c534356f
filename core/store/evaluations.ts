/**
 * The evaluations of a run, a file each: `results/eval-HASH.json` holds what was
 * asked, on what it ran, and its records. HASH identifies the settings, so that
 * the same evaluation replaces its file and two different ones never touch.
 *
 * @module
 */

import * as v from "valibot";
import { hash64Hex } from "../utils/hash.ts";
import { isJsonObject, type JsonObject } from "../utils/json.ts";
import type { ResultCollection } from "../utils/results.ts";
import { parseFile, required, sessionEntries } from "./_schemas.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { writeRecordsFile } from "./records.ts";
import { runIdFromPath } from "./run_directory.ts";
import { listJsonFiles, type Problem, readRunFile } from "./run_file.ts";
import type { SessionInfo } from "./run_info.ts";

/** One evaluation of a run: its settings, status and environment. */
export interface EvaluationInfo extends SessionInfo {
  /** What was to be measured. */
  readonly evalConfig: JsonObject;
}

const evaluationSchema = v.object({
  ...sessionEntries,
  evalConfig: required(v.custom<JsonObject>(isJsonObject, "an object")),
});

/**
 * Names the file of an evaluation.
 *
 * @param evalConfig Its settings.
 * @returns The name without `.json`.
 */
export function nameEvaluation(evalConfig: JsonObject): string {
  const entries = Object.entries(evalConfig).sort();
  return `eval-${hash64Hex(JSON.stringify(entries))}`;
}

/**
 * Writes an evaluation, in the place of an earlier one of the same settings.
 *
 * @param runPath The run's directory.
 * @param info What was asked, and how it stands.
 * @param records What it has measured.
 * @param options How to write it.
 * @throws {RangeError} If the file would be larger than what is read of a run.
 */
export function writeEvaluation(
  runPath: string,
  info: EvaluationInfo,
  records: ResultCollection,
  options: WriteOptions = {},
): void {
  const name = nameEvaluation(info.evalConfig);
  writeRecordsFile(runPath, name, { ...info, records }, options);
}

/** Where versions before 0.2 kept what an evaluation was asked. */
const OLD_FOLDER = "evaluations";

/**
 * Reads what is known of a run's evaluations. A file that cannot be read is
 * reported and hides no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @returns The evaluations, oldest first.
 */
export function readEvaluations(
  runPath: string,
  problems: Problem[] = [],
): EvaluationInfo[] {
  const runId = runIdFromPath(runPath);
  const files = [
    ...listJsonFiles(runPath, OLD_FOLDER, problems),
    ...listJsonFiles(runPath, "results", []).filter((file) =>
      file.startsWith("results/eval-")
    ),
  ];
  return files.flatMap((file) => {
    const path = `${runPath}/${file}`;
    try {
      const content = readRunFile(runPath, file);
      return [{ ...parseFile(evaluationSchema, content, path), runId }];
    } catch (error) {
      const reason = (error as Error).message;
      problems.push({ run: runId, file: path, reason });
      return [];
    }
  }).sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
}
