/**
 * The objective of a sweep: the record or measure by which its runs are compared.
 *
 * @module
 */

import leven from "leven";
import { parsePause } from "../../core/config/checkpoint_interval.ts";
import { HistoryReader, readMeasure } from "../../core/store/history.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import type { ResultRecord } from "../../core/utils/results.ts";
import { summarizeList } from "../compare/labels.ts";
import { RunDatabase } from "../database/run_database.ts";
import {
  type Condition,
  matchesValue,
  parseCondition,
} from "../database/select.ts";

/** An objective. */
export interface Objective {
  /** The name of a record, or of a measure of the history. */
  readonly name: string;
  /** The fields that the record must have. */
  readonly fields: readonly Condition[];
}

/**
 * Parses an objective.
 *
 * @param text A name, then fields to select one of its records:
 * `mmd2 nSteps=50 sampler=ddim`.
 * @returns The name and the fields.
 */
export function parseObjective(text: string): Objective {
  const [name = "", ...fields] = text.trim().split(/\s+/);
  return {
    name,
    fields: fields.map((one) => parseCondition(one, "objective")),
  };
}

/**
 * Reads the objective of a run. For a completed run it is the record of that name,
 * or else the last value of that measure in the history. For a paused run it is the
 * last value in the history before the pause.
 *
 * @param runPath The run's directory.
 * @param text The objective.
 * @param pauseAt Where the run pauses (`500steps`), if it does.
 * @returns The value.
 * @throws {RangeError} If the run has no such record or measure, or several such
 * records.
 */
export function readObjective(
  runPath: string,
  text: string,
  pauseAt?: string,
): number {
  const objective = parseObjective(text);
  const values = new Map<string, number>();
  if (pauseAt === undefined) {
    const records = [...readRecords(runPath)];
    const found = records.filter((record) => matches(record, objective));
    if (found.length === 1) return found[0]!.result.mean;
    if (found.length > 1) {
      throw new RangeError(
        `Cannot use the objective ${text}: ${runPath} has several such records: ` +
          `${summarizeList(found.map(({ metadata }) => `${metadata}`))}: add ` +
          'fields, as in "NAME nSteps=50"',
      );
    }
    for (const { metadata } of records) values.set(`${metadata}`, NaN);
  }
  for (const line of readLinesUntil(runPath, pauseAt)) {
    for (const [key, value] of Object.entries(line)) {
      const number = readMeasure(value);
      if (number !== undefined) values.set(key, number);
    }
  }
  const value = objective.fields.length > 0
    ? undefined
    : values.get(objective.name);
  if (value !== undefined) return value;
  const where = pauseAt === undefined ? "" : ` in its history up to ${pauseAt}`;
  throw new RangeError(
    `Cannot read the objective ${text}: ${runPath} has no such value${where}; ` +
      `it has ${
        summarizeList([...values.keys()]) || "none"
      }. Another sweep with ` +
      "one of these as --objective keeps the runs",
  );
}

/**
 * Finds the name that was meant by a misspelt objective, as far as names are known:
 * metrics that the experiment declares, and the records and measures of completed
 * runs.
 *
 * @param text The objective.
 * @param declared The names of the declared metrics.
 * @param runs The directory that holds the runs.
 * @param experiment The experiment's name.
 * @returns The known name; undefined if the objective is known, or like no other.
 */
export function correctObjective(
  text: string,
  declared: readonly string[],
  { runs, experiment }: { readonly runs: string; readonly experiment: string },
): string | undefined {
  const { name } = parseObjective(text);
  if (declared.includes(name)) return undefined;
  const completed = [...new RunDatabase(runs)].filter(({ status, info }) =>
    status === "completed" && info.experiment === experiment
  );
  const known = new Set(declared);
  for (const { records } of completed) {
    for (const { metadata } of records) known.add(metadata.name);
  }
  const last = completed.at(-1);
  for (const line of last ? readHistory(last.path) : []) {
    for (const [key, value] of Object.entries(line)) {
      if (readMeasure(value) !== undefined) known.add(key);
    }
  }
  if (known.has(name)) return undefined;
  const maxDistance = Math.min(WRONG_LETTERS, WRONG_SHARE * name.length);
  return [...known].find((other) => leven(name, other) <= maxDistance);
}

/** How many letters may be wrong; fewer in a short name, as f1 is not f2. */
const WRONG_LETTERS = 2, WRONG_SHARE = 0.4;

/** Reads a history up to its first damage; older runs may have none. */
function* readHistory(runPath: string): Generator<JsonObject> {
  try {
    yield* new HistoryReader(runPath);
  } catch { /* doctor reports it */ }
}

function matches(
  { metadata }: ResultRecord,
  { name, fields }: Objective,
): boolean {
  return metadata.name === name &&
    fields.every(({ key, wanted }) =>
      matchesValue(metadata.field(key), wanted)
    );
}

/** Reads the history up to a pause, or up to its step if the run did not pause. */
function* readLinesUntil(
  runPath: string,
  pauseAt: string | undefined,
): Generator<JsonObject> {
  const place = pauseAt === undefined ? undefined : parsePause(pauseAt);
  const length = pauseAt && readRunInfo(runPath).pauses?.[pauseAt];
  const key = place?.unit === "epochs" ? "epoch" : "step";
  for (const line of new HistoryReader(runPath, length || Infinity)) {
    const at = line[key];
    const isLater = place && !length && typeof at === "number" &&
      at > place.count;
    if (isLater) return;
    yield line;
  }
}
