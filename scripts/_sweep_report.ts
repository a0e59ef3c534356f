/**
 * The output of `deno task sweep`: tasks before the launch, progress, and status.
 *
 * @module
 */

import { formatValue } from "../core/config/schema.ts";
import type { EarlierRuns } from "../core/sweep/earlier.ts";
import type { LaunchOptions } from "../core/sweep/launchers/launcher.ts";
import type { Sweep } from "../core/sweep/manifest.ts";
import {
  countStates,
  describeTasks,
  estimateSecondsLeft,
  type SweepCounts,
  type TaskState,
} from "../core/sweep/summary.ts";
import type { Task } from "../core/sweep/types.ts";
import { formatDuration } from "../core/utils/format_duration.ts";
import { formatCount } from "../core/utils/format_number.ts";
import type { JsonObject } from "../core/utils/json.ts";
import { printable } from "../core/utils/terminal.ts";
import { formatLabel, singleLine } from "../results/compare/labels.ts";
import { NO_VALUE } from "../results/statistics/format.ts";
import type { SweepReport } from "../results/sweep/report.ts";
import type { ProgressFlags } from "./_progress.ts";
import { formatTerminal } from "../results/tables/table.ts";

/** Finds the keys in which tasks differ, and the seed. */
function findKeys(tasks: readonly Task[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const { config } of tasks) {
    for (const [key, value] of Object.entries(config)) {
      values.getOrInsertComputed(key, () => new Set()).add(formatValue(value));
    }
  }
  const differing = [...values].filter(([, { size }]) => size > 1)
    .map(([key]) => key).filter((key) => key !== "seed");
  return [...differing, "seed"];
}

function readKey({ config }: Task, key: string): unknown {
  return (config as unknown as JsonObject)[key];
}

/** Labels a task by the keys that differ between the tasks of its sweep. */
function labelTask(task: Task, keys: readonly string[]): string {
  const values = keys.map((key) => [key, readKey(task, key)]);
  return formatLabel(Object.fromEntries(values));
}

/**
 * Formats the tasks of a sweep as a table.
 *
 * @param states The tasks and their status.
 * @returns A table for a terminal.
 */
export function formatTasks(states: readonly TaskState[]): string {
  const keys = findKeys(states.map(({ task }) => task));
  const headings = ["status", "run", ...keys];
  return formatTerminal({
    columns: headings.map((heading) => ({
      ...{ heading, isNumeric: false, isKey: heading === "run" },
    })),
    rows: states.map(({ task, status, runId }) =>
      [
        status,
        runId ?? NO_VALUE,
        ...keys.map((key) => formatValue(readKey(task, key))),
      ].map((text) => ({ text: singleLine(text) }))
    ),
  });
}

/** The status of a sweep, as `--json` prints it. */
export interface SweepDocument {
  /** The sweep's name. */
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  /** The number of tasks by status. */
  readonly counts: SweepCounts;
  /** An estimate of the remaining time, in seconds; null if unknown. */
  readonly secondsLeft: number | null;
  /** The report of a sweep that decides what to run. */
  readonly found?: object;
  /** All tasks. */
  readonly tasks: readonly object[];
}

/** A sweep and its status. */
export interface SweepView {
  /** The sweep. */
  readonly sweep: Sweep;
  /** Its tasks and their status. */
  readonly states: readonly TaskState[];
  /** How many run at once. */
  readonly jobs: number;
  /** The report of a sweep that decides what to run. */
  readonly report?: SweepReport | null;
  /** Runs that existed before. */
  readonly earlier?: EarlierRuns;
}

/**
 * Describes the status of a sweep.
 *
 * @param view The sweep and its status.
 * @returns What `--json` prints.
 */
export function describeView(
  { sweep, states, jobs, earlier, report }: SweepView,
): SweepDocument {
  const { path, manifest: { name } } = sweep;
  return {
    ...{ name, path, counts: countStates(states) },
    secondsLeft: estimateSecondsLeft(states, jobs, earlier),
    ...(report ? { found: report.document } : {}),
    tasks: states.map(({ task: { config, role }, ...state }) => ({
      ...state,
      ...(role ? { role } : {}),
      config,
    })),
  };
}

/** The most failures that are named; `status --json` lists all. */
const MAX_NAMED = 20;

/**
 * Formats the status of a sweep, with its failures and their reasons.
 *
 * @param view The sweep and its status.
 * @returns The lines.
 */
export function formatView(view: SweepView): string {
  const { states, sweep: { runs, manifest } } = view;
  const { counts, secondsLeft } = describeView(view);
  const keys = findKeys(states.map(({ task }) => task));
  const failed = states.filter(({ status }) => status === "failed");
  const more = failed.length - MAX_NAMED;
  const isOver = counts.running + counts.waiting === 0;
  return [
    `sweep ${manifest.name}: ${formatCounts(counts)}` +
    (isOver || secondsLeft === null
      ? ""
      : `; about ${formatDuration(secondsLeft)} left`),
    ...failed.slice(0, MAX_NAMED).map(({ task, runId, error = "" }) =>
      formatFailure(labelTask(task, keys), error) +
      (runId === null ? "" : ` (${runs}/${runId}/log.txt)`)
    ),
    ...(more > 0
      ? [`and ${more} more: deno task sweep status ${manifest.name} --json`]
      : []),
    ...(view.report ? ["", view.report.text] : []),
  ].join("\n");
}

/** The longest reason of a failure that is printed; its log has the rest. */
const MAX_REASON = 200;

function formatFailure(label: string, error: string): string {
  const [first = ""] = error.trim().split("\n");
  const isCut = first.length > MAX_REASON || first !== error.trim();
  const reason = printable(first.slice(0, MAX_REASON)) + (isCut ? " …" : "");
  return singleLine(`failed: ${label}: ${reason}`);
}

/** Formats the number of tasks by status: `12 of 40 runs completed, 2 running`. */
function formatCounts(
  { total, completed, earlier, running, failed, waiting }: SweepCounts,
): string {
  return [
    `${completed} of ${formatCount(total, "run")} completed` +
    (earlier > 0 ? ` (${earlier} existed already)` : ""),
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(", ");
}

/** The display of a sweep's progress. */
export interface SweepProgress extends Disposable {
  /** Shows new outcomes; called by launchers. */
  readonly onChange: NonNullable<LaunchOptions["onChange"]>;
}

/** The shortest time between counts, which take time for thousands of runs. */
const SHOW_MS = 100;
const CLEAR_LINE = "\r\x1b[K";

/**
 * Shows the progress of a sweep on stderr: one changing line on a terminal, or a
 * new line now and then. Failures are named at once.
 *
 * @param jobs How many tasks run at once.
 * @param flags Whether to show nothing, and the shortest time between lines.
 * @returns The display.
 */
export function showProgress(
  jobs: number,
  { quiet, logEvery }: ProgressFlags,
): SweepProgress {
  if (quiet) return { onChange() {}, [Symbol.dispose]() {} };
  const isTerminal = Deno.stderr.isTerminal();
  const write = (text: string) =>
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  const startedAt = performance.now();
  let lastAt = startedAt, nBefore: number | null = null;
  let named: Set<string> | null = null, seenAt = -Infinity;
  let shown = "";
  return {
    onChange(tasks, outcomes) {
      const now = performance.now();
      if (now - seenAt < SHOW_MS) return;
      seenAt = now;
      const states = describeTasks(tasks, outcomes);
      const counts = countStates(states);
      const failed = states.filter(({ status }) => status === "failed");
      nBefore ??= counts.completed;
      // Earlier failures are listed at the end.
      named ??= new Set(failed.map(({ task }) => task.key));
      for (const { task, error } of failed) {
        if (named.has(task.key)) continue;
        named.add(task.key);
        const label = labelTask(task, findKeys(tasks));
        const line = formatFailure(label, error ?? "");
        write(`${isTerminal ? CLEAR_LINE : ""}${line}\n`);
      }
      const seconds = (now - lastAt) / 1000;
      if (!isTerminal && !(logEvery > 0 && seconds >= logEvery)) return;
      // By the clock, which includes starting processes and waiting for the disk.
      const nDone = counts.completed - nBefore;
      const perTask = (now - startedAt) / 1000 / nDone;
      const secondsLeft = nDone > 2 * jobs
        ? perTask * (counts.waiting + counts.running / 2)
        : estimateSecondsLeft(states, jobs);
      const left = secondsLeft === null || counts.waiting + counts.running === 0
        ? ""
        : `; about ${formatDuration(secondsLeft)} left`;
      const line = formatCounts(counts) + left;
      if (line === shown) return;
      [shown, lastAt] = [line, now];
      write(isTerminal ? `${CLEAR_LINE}${line}` : `${line}\n`);
    },
    [Symbol.dispose]() {
      if (isTerminal) write(CLEAR_LINE);
    },
  };
}
