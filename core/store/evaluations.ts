/**
 * What is kept of the evaluations of a run.
 *
 * @module
 */

import { hash64 } from "../utils/hash.ts";
import { isJsonObject, type JsonObject } from "../utils/json.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { writeJsonFile } from "./json_file.ts";
import { makeFolder, runIdFromPath } from "./run_directory.ts";
import { type Problem, readRunFile } from "./run_file.ts";
import {
  type Environment,
  isDate,
  parseSession,
  type RunInfo,
  type RunStatus,
  STATUSES,
} from "./run_info.ts";
import { checkStaysInside } from "./safe_path.ts";

/** One evaluation of a run: what was asked, and on what it rested. */
export interface EvaluationInfo extends Environment {
  /** The run's id. */
  readonly runId: string;
  /** What was to be measured. */
  readonly evalConfig: JsonObject;
  /** How it stands. */
  readonly status: RunStatus;
  /** When it started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** When it ended: ISO 8601, UTC; null until then. */
  readonly finishedAt: string | null;
  /** How long it took, on the monotonic clock; null until it ended. */
  readonly seconds: number | null;
  /** The command that ran it: `eval`. */
  readonly command: string;
  /** The command's arguments. */
  readonly args: readonly string[];
  /** What made it fail. */
  readonly error?: RunInfo["error"];
}

const EVALUATIONS = "evaluations";

/**
 * Writes what is known of an evaluation, in the place of an earlier one of the
 * same configuration.
 *
 * @param runPath The run's directory.
 * @param info What to write.
 * @param options How to write it.
 */
export function writeEvaluationInfo(
  runPath: string,
  info: EvaluationInfo,
  options: WriteOptions = {},
): void {
  const folder = `${runPath}/${EVALUATIONS}`;
  checkStaysInside(folder, runPath);
  makeFolder(folder, options);
  const entries = Object.entries(info.evalConfig).sort();
  const hash = hash64(JSON.stringify(entries))
    .map((word) => word.toString(16).padStart(8, "0")).join("");
  writeJsonFile(`${folder}/${hash}.json`, info, options);
}

/**
 * Reads what is known of a run's evaluations. What cannot be read is reported
 * and hides no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @returns The evaluations, oldest first; none in runs from before they were
 * kept.
 */
export function readEvaluations(
  runPath: string,
  problems: Problem[] = [],
): EvaluationInfo[] {
  const found = readFolder(runPath, EVALUATIONS, problems, (name) => {
    const file = `${EVALUATIONS}/${name}`;
    const info = readRunFile(runPath, file);
    const { evalConfig, startedAt, status } = info;
    if (
      !isJsonObject(evalConfig) || !isDate(startedAt) ||
      !STATUSES.includes(status)
    ) {
      throw new TypeError(
        `Cannot read ${runPath}/${file} as it must have an evalConfig, a ` +
          "status and a startedAt",
      );
    }
    const runId = runIdFromPath(runPath);
    return {
      ...parseSession(info),
      ...{ runId, evalConfig, startedAt, status: status as RunStatus },
    };
  });
  return found.sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
}

/** Reads the JSON files of one of a run's folders, which need not be there. */
function readFolder<T>(
  runPath: string,
  folder: string,
  problems: Problem[],
  read: (name: string) => T,
): T[] {
  const run = runIdFromPath(runPath);
  let names: string[] = [];
  try {
    checkStaysInside(`${runPath}/${folder}`, runPath);
    // A name that begins with a dot is a temporary one.
    names = Array.from(Deno.readDirSync(`${runPath}/${folder}`), (e) => e.name)
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    const reason = (error as Error).message;
    problems.push({ run, file: `${runPath}/${folder}`, reason });
  }
  return names.flatMap((name) => {
    try {
      return [read(name)];
    } catch (error) {
      const file = `${runPath}/${folder}/${name}`;
      problems.push({ run, file, reason: (error as Error).message });
      return [];
    }
  });
}
