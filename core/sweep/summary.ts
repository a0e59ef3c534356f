/**
 * How a sweep stands.
 *
 * @module
 */

import { formatValue } from "../config/schema.ts";
import type { EarlierRuns } from "./earlier.ts";
import type { Outcome, Task } from "./types.ts";
import { MAX_DEATHS } from "./worker.ts";

/** How a task stands, for those who look on. */
export type TaskStatus = "completed" | "running" | "failed" | "waiting";

/** A task and how it stands. */
export interface TaskState {
  /** The task. */
  readonly task: Task;
  /** How it stands. */
  readonly status: TaskStatus;
  /** The run, if there is one. */
  readonly runId: string | null;
  /** How long it took, if it has ended. */
  readonly seconds: number | null;
  /** Whether it was there before the sweep. */
  readonly isEarlier: boolean;
  /** Why it failed. */
  readonly error?: string;
}

/**
 * Says how each task stands.
 *
 * @param tasks The tasks.
 * @param outcomes How those stand that were taken.
 * @returns The tasks with their status, in the same order.
 */
export function describeTasks(
  tasks: readonly Task[],
  outcomes: ReadonlyMap<string, Outcome>,
): TaskState[] {
  return tasks.map((task) => {
    const outcome = outcomes.get(task.key);
    const { runId = null, seconds = null, attempt } = outcome ?? {};
    const error = findReason(outcome);
    return {
      ...{ task, status: findStatus(outcome), runId, seconds },
      isEarlier: attempt === 0,
      ...(error === undefined ? {} : { error }),
    };
  });
}

function findStatus(outcome: Outcome | undefined): TaskStatus {
  switch (outcome?.status) {
    case "completed":
    case "running":
    case "failed":
      return outcome.status;
    case "died":
      return outcome.deaths < MAX_DEATHS ? "waiting" : "failed";
    default:
      return "waiting";
  }
}

function findReason(outcome: Outcome | undefined): string | undefined {
  if (!outcome || findStatus(outcome) !== "failed") return undefined;
  const { status, error = "its process died", deaths } = outcome;
  return status === "died" ? `died ${deaths} times, the last: ${error}` : error;
}

/** How many tasks stand how. */
export interface SweepCounts {
  /** All tasks. */
  readonly total: number;
  /** Those that are done. */
  readonly completed: number;
  /** Those of them that were there before. */
  readonly earlier: number;
  /** Those that run now. */
  readonly running: number;
  /** Those that failed. */
  readonly failed: number;
  /** Those that are to be run. */
  readonly waiting: number;
}

/** Counts how many tasks stand how. */
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
 * Estimates how long the rest will take: by the mean of finished tasks of the
 * same row where there are some, else of all.
 *
 * @param states All tasks.
 * @param jobs How many run at once.
 * @param earlier Runs that are there already.
 * @returns Seconds; null while nothing has finished.
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
  const left = states.filter(({ status }) =>
    status === "waiting" || status === "running"
  ).map(({ task, status }) =>
    // What runs now is half done, on average.
    mean(times.get(nameRow(task)) ?? all) * (status === "running" ? 0.5 : 1)
  );
  const total = left.reduce((sum, seconds) => sum + seconds, 0);
  return total / Math.min(jobs, Math.max(1, left.length));
}

function nameRow({ config }: Task): string {
  return formatValue({ ...config, seed: null });
}
