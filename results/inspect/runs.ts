/**
 * The list of runs: the state of each, and in what they differ.
 *
 * @module
 */

import { HISTORY_FILE } from "../../core/store/lock.ts";
import { readRunInfo, type RunInfo } from "../../core/store/run_info.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { formatNumber } from "../../core/utils/results.ts";
import type { StoredRun } from "../database/run_database.ts";
import { findDifferingKeys, formatKey } from "../database/select.ts";
import { formatTerminal } from "../tables/table.ts";
import { singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { readLastLine } from "./last_line.ts";

/** The units of an age, in seconds, largest first. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
];

/**
 * Formats how long ago something was.
 *
 * @param time An ISO 8601 date.
 * @param now The present, in milliseconds of the epoch.
 * @returns The age in its largest unit, `3m ago` for example.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatAge } from "./runs.ts";
 *
 * const now = Date.parse("2026-11-22T12:00:00Z");
 * assertEquals(formatAge("2026-11-22T09:59:00Z", now), "2h ago");
 * ```
 */
export function formatAge(time: string, now: number = Date.now()): string {
  // If the clock was set back, a run may seem to start in the future.
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ??
    UNITS.at(-1)!;
  return `${Math.floor(seconds / length)}${unit} ago`;
}

/** A run of the list, as `--json` prints it. */
export interface ListedRun extends
  Pick<
    RunInfo,
    "experiment" | "startedAt" | "finishedAt" | "seconds" | "tags" | "note"
  > {
  /** The run's id. */
  readonly id: string;
  /** The run's directory. */
  readonly path: string;
  /** Its state; `died` if it is marked running, but its process is gone. */
  readonly status: StoredRun["status"];
  /** Its configuration. */
  readonly config: JsonObject;
  /** The last line of its history; null if it has none. */
  readonly progress: JsonObject | null;
}

/**
 * Describes the runs of the list.
 *
 * @param runs The runs.
 * @returns The state of each, in the same order.
 */
export function describeRuns(runs: readonly StoredRun[]): ListedRun[] {
  return runs.map(({ id, path, status, info, config }) => {
    const { experiment, startedAt, finishedAt, seconds, tags, note } = info;
    const own = { experiment, startedAt, finishedAt, seconds, tags, note };
    return { id, path, status, ...own, config, progress: readLastLine(path) };
  });
}

/** Fields of a history that say where a line belongs, not what was measured. */
const POSITIONS = ["step", "epoch"];

/**
 * Formats how far a run has come.
 *
 * @param runPath The run's directory.
 * @returns `step 1200, loss 0.0312`; empty without a history.
 */
export function formatProgress(runPath: string): string {
  const fields = Object.entries(readLastLine(runPath) ?? {})
    .filter((field): field is [string, number] => typeof field[1] === "number");
  const position = fields.find(([name]) => POSITIONS.includes(name));
  const measure = fields.find(([name]) => !POSITIONS.includes(name));
  return [position, measure].flatMap((field) =>
    field ? `${field[0]} ${formatNumber(field[1], 4)}` : []
  ).join(", ");
}

/**
 * Names the status of a run for people: an interrupted one that waits where it
 * paused, at a rung of a search for example, is paused.
 *
 * @param runPath The run's directory.
 * @param status Its status.
 * @returns The status, or `paused`.
 */
export function formatStatus(
  runPath: string,
  status: StoredRun["status"],
): string {
  if (status !== "interrupted") return status;
  try {
    const { pauses = {} } = readRunInfo(runPath);
    const { size } = Deno.statSync(`${runPath}/${HISTORY_FILE}`);
    return Object.values(pauses).includes(size) ? "paused" : status;
  } catch {
    return status; // A damaged run is no reason not to list it.
  }
}

/** A column of the list: its heading, and what it shows of a run. */
type ListColumn = readonly [
  heading: string,
  format: (run: StoredRun) => string,
];

/**
 * Formats the list of runs, the newest last.
 *
 * @param runs The runs.
 * @param now The present, in milliseconds of the epoch.
 * @returns A table for a terminal: id, status, age, progress, tags, what
 * differs, note. Columns without any content are left out.
 */
export function formatRuns(
  runs: readonly StoredRun[],
  now: number = Date.now(),
): string {
  const columns: ListColumn[] = [
    ["run", ({ id }) => id],
    ["status", ({ path, status }) => formatStatus(path, status)],
    ["age", ({ info }) => formatAge(info.startedAt, now)],
    ["progress", ({ path }) => formatProgress(path)],
    ["tags", ({ info }) => info.tags.join(", ")],
    ...findDifferingKeys(runs).map((key): ListColumn => [
      key,
      (run) => formatKey(run, key) ?? NO_VALUE,
    ]),
    ["note", ({ info }) => info.note],
  ];
  const filled = columns
    .map(([heading, format]) => ({ heading, texts: runs.map(format) }))
    .filter(({ texts }) => texts.some((text) => text !== ""));
  return formatTerminal({
    columns: filled.map(({ heading }) => ({
      heading: singleLine(heading),
      isNumeric: heading === "age",
      isKey: heading === "run",
    })),
    rows: runs.map((_, row) =>
      filled.map(({ texts }) => ({ text: singleLine(texts[row]!) }))
    ),
  });
}
