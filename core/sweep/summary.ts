/**
 * The status of a sweep.
 *
 * @module
 */

import { formatValue } from "../config/schema.ts";
import type { EarlierRuns } from "./earlier.ts";
import type { Outcome, Task } from "./types.ts";

/** The status of a task, as users see it. */
export type TaskStatus = "completed" | "running" | "failed" | "waiting";

/** A task and its status. */
export interface TaskState {
  /** The task. */
  readonly task: Task;
  /** Its status. */
  readonly status: TaskStatus;
  /** The run, if there is one. */
  readonly runId: string | null;
  /** How long it took, in seconds, if it has ended. */
  readonly seconds: number | null;
  /** Whether it existed before the sweep. */
  readonly isEarlier: boolean;
  /** Why it failed. */
  readonly error?: string;
}

/**
 * Describes the status of each task.
 *
 * @param tasks The tasks.
 * @param outcomes The outcomes of those that were taken.
 * @returns The tasks with their status, in the same order.
 */
export function describeTasks(
  tasks: readonly Task[],
  outcomes: ReadonlyMap<string, Outcome>,
): TaskState[] {
  return tasks.map((task) => {
    const outcome = outcomes.get(task.key);
    const { runId = task.runId ?? null, seconds = null, attempt } = outcome ??
      {};
    const error = findReason(outcome);
    return {
      ...{ task, status: findStatus(outcome), runId, seconds },
      isEarlier: attempt === 0,
      ...(error === undefined ? {} : { error }),
    };
  });
}

/** A task that dies this often in a row has failed: it may need too much memory. */
export const MAX_DEATHS = 3;

/**
 * Finds the status of a task.
 *
 * @param outcome Its outcome, if it was taken.
 * @returns The status; `waiting` also after an interruption or a death.
 */
export function findStatus(outcome: Outcome | undefined): TaskStatus {
  const { status = "interrupted", deaths = 0 } = outcome ?? {};
  if (status === "died") return deaths < MAX_DEATHS ? "waiting" : "failed";
  return status === "interrupted" ? "waiting" : status;
}

/**
 * Checks whether a task is running or still to run.
 *
 * @param outcome Its outcome, if it was taken.
 * @returns Whether the sweep is not over before the task is.
 */
export function isOpen(outcome: Outcome | undefined): boolean {
  return isUnfinished(findStatus(outcome));
}

function isUnfinished(status: TaskStatus): boolean {
  return status === "waiting" || status === "running";
}

function findReason(outcome: Outcome | undefined): string | undefined {
  if (!outcome || findStatus(outcome) !== "failed") return undefined;
  const { status, error = "its process died", deaths } = outcome;
  return status === "died" ? `died ${deaths} times, the last: ${error}` : error;
}

/** The number of tasks by status. */
export interface SweepCounts {
  /** All tasks. */
  readonly total: number;
  /** Completed tasks. */
  readonly completed: number;
  /** Completed tasks that existed before the sweep. */
  readonly earlier: number;
  /** Running tasks. */
  readonly running: number;
  /** Failed tasks. */
  readonly failed: number;
  /** Tasks still to run. */
  readonly waiting: number;
}

/** Counts tasks by status. */
export function countStates(states: readonly TaskState[]): SweepCounts {
  const count = (wanted: TaskStatus) =>
    states.filter(({ status }) => status === wanted).length;
  return {
    total: states.length,
    completed: count("completed"),
    earlier:
      states.filter(({ status, isEarlier }) =>
        isEarlier && status === "completed"
      ).length,
    running: count("running"),
    failed: count("failed"),
    waiting: count("waiting"),
  };
}

/**
 * Estimates the remaining time from the mean of completed tasks: those of the same
 * row if there are any, else all.
 *
 * @param states All tasks.
 * @param jobs How many run at once.
 * @param earlier The earlier runs.
 * @returns Seconds; null while no task is completed.
 */
export function estimateSecondsLeft(
  states: readonly TaskState[],
  jobs: number,
  earlier: EarlierRuns = {},
): number | null {
  const times = new Map<string, number[]>([["", []]]);
  for (const { task, status, seconds } of states) {
    const known = seconds ?? earlier[task.identity]?.seconds ?? null;
    if (status !== "completed" || known === null) continue;
    for (const name of ["", nameRow(task)]) {
      times.getOrInsertComputed(name, () => []).push(known);
    }
  }
  const all = times.get("")!;
  if (all.length === 0) return null;
  const mean = (list: readonly number[]) =>
    list.reduce((sum, value) => sum + value, 0) / list.length;
  const unfinished = states.filter(({ status }) => isUnfinished(status));
  const left = unfinished.map(({ task, status }) =>
    // A running task is half done, on average.
    mean(times.get(nameRow(task)) ?? all) * (status === "running" ? 0.5 : 1)
  );
  const total = left.reduce((sum, seconds) => sum + seconds, 0);
  return total / Math.min(jobs, Math.max(1, left.length));
}

function nameRow({ config }: Task): string {
  return formatValue({ ...config, seed: null });
}
