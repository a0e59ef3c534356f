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
import { formatDuration } from "../../core/utils/format_duration.ts";
import { readLastLine } from "./last_line.ts";
import { findStepField } from "./progress.ts";
import {
  findMainMeasure,
  ProgressReader,
  type RunProgress,
} from "./run_progress.ts";

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

/**
 * Formats how far a run has come.
 *
 * @param last The last line of its history; null if it has none.
 * @param nSteps The number of steps of the whole training; null if unknown.
 * @returns `step 1200 (20 %), loss 0.0312`; empty without a line.
 */
export function formatProgress(
  last: JsonObject | null,
  nSteps: number | null = null,
): string {
  if (!last) return "";
  const field = findStepField(last);
  const measure = findMainMeasure(last);
  return [
    ...(field
      ? [`${field} ${last[field]}${formatShare(Number(last[field]), nSteps)}`]
      : []),
    ...(measure ? [`${measure[0]} ${formatNumber(measure[1], 4)}`] : []),
  ].join(", ");
}

function formatShare(step: number, nSteps: number | null): string {
  return nSteps === null ? "" : ` (${Math.floor(100 * step / nSteps)} %)`;
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
  format: (run: StoredRun, progress: RunProgress) => string,
];

/**
 * Formats the list of runs, the newest last.
 *
 * @param runs The runs.
 * @param now The present, in milliseconds of the epoch.
 * @param reader What has been seen of their progress before, if the runs are
 * watched; the age is then less important than the progress.
 * @returns A table for a terminal: id, status, age, time left and rate of running
 * runs, progress, tags, what differs, note. Columns without any content are left
 * out.
 */
export function formatRuns(
  runs: readonly StoredRun[],
  now: number = Date.now(),
  reader?: ProgressReader,
): string {
  const progress = (reader ?? new ProgressReader()).readAll(runs, now);
  const age: ListColumn = ["age", ({ info }) => formatAge(info.startedAt, now)];
  const columns: ListColumn[] = [
    ["run", ({ id }) => id],
    ["status", ({ path, status }) => formatStatus(path, status)],
    ...reader ? [] : [age],
    [
      "left",
      (_, { secondsLeft }) =>
        secondsLeft === null ? "" : formatDuration(secondsLeft),
    ],
    [
      "rate",
      (_, { stepsPerSecond }) =>
        stepsPerSecond === null ? "" : `${formatNumber(stepsPerSecond, 3)}/s`,
    ],
    ["progress", (_, { last, nSteps }) => formatProgress(last, nSteps)],
    ...reader ? [age] : [],
    ["tags", ({ info }) => info.tags.join(", ")],
    ...findDifferingKeys(runs).map((key): ListColumn => [
      key,
      (run) => formatKey(run, key) ?? NO_VALUE,
    ]),
    ["note", ({ info }) => info.note],
  ];
  const filled = columns
    .map(([heading, format]) => ({
      heading,
      texts: runs.map((run) => format(run, progress.get(run)!)),
    }))
    .filter(({ texts }) => texts.some((text) => text !== ""));
  return formatTerminal({
    columns: filled.map(({ heading }) => ({
      heading: singleLine(heading),
      isNumeric: ["age", "rate", "left"].includes(heading),
      isKey: heading === "run",
    })),
    rows: runs.map((_, row) =>
      filled.map(({ texts }) => ({ text: singleLine(texts[row]!) }))
    ),
  });
}
