/**
 * The histories of replicates: which measures they have, and their lines.
 *
 * @module
 */

import type { JsonObject } from "../../core/utils/json.ts";
import { HistoryReader, readMeasure } from "../../core/store/history.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { isOmitted } from "../../core/store/run_info.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { formatLabel } from "../compare/labels.ts";
import type { Replicates } from "../compare/replicates.ts";
import type { StoredRun } from "../database/run_database.ts";
import {
  findDifferingKeys,
  formatKey,
  orderBy,
  readKey,
} from "../database/select.ts";

/** What the runs of one set of replicates have logged. */
export interface RunHistories {
  /** Their label: `key=value, …`. */
  readonly label: string;
  /** The keys and values that tell them apart. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The history of each run. */
  readonly runs: readonly RunHistory[];
}

/** What the history of a run has; its lines stay on the disk. */
export interface RunHistory {
  /** Runs with the same value of the key that is compared across are averaged. */
  readonly value?: string | undefined;
  /** The run's directory. */
  readonly path: string;
  /** Why its history ends where it does; null if the run is completed. */
  readonly end: HistoryEnd | null;
  /** The fields of its lines that hold numbers, by their names. */
  readonly fields: ReadonlyMap<string, Extent>;
}

/** Why a history ends before its run was completed, or that it goes on. */
export type HistoryEnd = Exclude<StoredRun["status"], "completed">;

/** What a field's numbers cover, from the first line to the last. */
export class Extent {
  /** The smallest finite one. */
  low: number = Infinity;
  /** The largest finite one. */
  high: number = -Infinity;
  /** Whether no number is below the one before it. */
  isAscending = true;
  #last = -Infinity;

  /**
   * Adds the number of one more line.
   *
   * @param value The number; one that is not finite does not count.
   */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
    this.isAscending &&= value >= this.#last;
    this.#last = value;
  }
}

/** The keys in which replicates may differ. */
export interface HistoryKeys {
  /** All of them. */
  readonly nuisance: readonly string[];
  /** The one, as a dataset, each value of which gives one value of a curve. */
  readonly across?: string | undefined;
}

/**
 * Reads which fields the histories of replicates have: of each nuisance value
 * that of the completed run, or else of the newest.
 *
 * @param groups The replicates.
 * @param keys The keys in which they may differ, and the one compared across.
 * @param problems Where to report what could not be read. Of a history that is
 * damaged, the lines before the damage count.
 * @returns What was logged, in the order of what tells the replicates apart.
 */
export function readHistories(
  groups: readonly Replicates[],
  { nuisance, across }: HistoryKeys,
  problems: Problem[] = [],
): RunHistories[] {
  const keys = findDifferingKeys(groups.map(({ example }) => example))
    .filter((key) => !nuisance.includes(key));
  const byKeys = orderBy(
    keys.map((key) => ({ example }: Replicates) => readKey(example, key)),
  );
  return groups.toSorted(byKeys).map(({ example, runs, missing }) => {
    const config = Object.fromEntries(
      keys.map((key) => [key, readKey(example, key)]),
    );
    return {
      label: formatLabel(config),
      config,
      runs: [...runs.values(), ...missing.values()].map((run) => ({
        ...scanHistory(run, problems),
        value: across ? formatKey(run, across) : undefined,
      })),
    };
  });
}

/** How many different numeric fields the lines of a history may have. */
const MAX_FIELDS = 1000;

/** The fields that count steps, the first one that there is. */
export const STEP_FIELDS: readonly string[] = ["step", "epoch"];

/** The number of a line, for lines that do not count steps. */
export const LINE_FIELD = "line";

/**
 * Lists the fields of histories that hold numbers.
 *
 * @param histories What was logged.
 * @returns The names, each once.
 */
export function listFields(histories: readonly RunHistories[]): string[] {
  const runs = histories.flatMap(({ runs }) => runs);
  return [...new Set(runs.flatMap(({ fields }) => [...fields.keys()]))];
}

/**
 * Lists the measures of histories: all fields but steps and times.
 *
 * @param histories What was logged.
 * @returns The names, each once.
 */
export function listMeasures(histories: readonly RunHistories[]): string[] {
  return listFields(histories).filter((field) =>
    ![...STEP_FIELDS, LINE_FIELD].includes(field) && !field.startsWith("time/")
  );
}

/** Reads a history to its end or first damage; a published run may lack it. */
function scanHistory(
  { path, id, info, status }: StoredRun,
  problems: Problem[],
): RunHistory {
  const file = `${path}/${HISTORY_FILE}`;
  const report = (reason: string) => problems.push({ run: id, file, reason });
  const fields = new Map<string, Extent>();
  const end = status === "completed" ? null : status;
  if (isOmitted(info, HISTORY_FILE)) return { path, end, fields };
  let isFull = false;
  for (const line of readLines(path, report)) {
    for (const field of Object.keys(line)) {
      const value = readMeasure(line[field]);
      if (value === undefined) continue;
      if (fields.size === MAX_FIELDS && !fields.has(field)) isFull = true;
      else fields.getOrInsertComputed(field, () => new Extent()).add(value);
    }
  }
  if (isFull) {
    report(
      `Cannot read all of ${file}: its lines have more than ${MAX_FIELDS} ` +
        "different fields",
    );
  }
  return { path, end, fields };
}

/**
 * Reads the lines of a history up to the first that is damaged, each with its
 * number if it has no such field.
 */
function* readLines(
  path: string,
  onDamage: (reason: string) => void = () => {},
): Generator<JsonObject> {
  let nLines = 0;
  try {
    for (const line of new HistoryReader(path)) {
      nLines++;
      yield LINE_FIELD in line ? line : { ...line, [LINE_FIELD]: nLines };
    }
  } catch (error) {
    onDamage((error as Error).message);
  }
}

/** What a run has logged at one place of the horizontal axis. */
export interface LoggedPoint {
  /** The place. */
  readonly at: number;
  /** The value there. */
  readonly value: number;
}

/**
 * Reads the points of a run in the order in which it logged them. Damage ends
 * them, as was reported when the fields were read.
 *
 * @param path The run's directory.
 * @param x The field of the places.
 * @param measure The field of the values.
 * @returns The points with a finite place.
 */
export function* readPoints(
  path: string,
  x: string,
  measure: string,
): Generator<LoggedPoint> {
  for (const line of readLines(path)) {
    const at = readMeasure(line[x]), value = readMeasure(line[measure]);
    if (at === undefined || value === undefined) continue;
    if (Number.isFinite(at)) yield { at, value };
  }
}
