/**
 * The types that the parts of a sweep share: tasks, outcomes and plans.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import type { SweepRole } from "../store/run_info.ts";
import type { JsonObject } from "../utils/json.ts";

/** One training and its evaluations, or evaluations alone. */
export interface Task {
  /** Names the task within its sweep; part of a file name. */
  readonly key: string;
  /** Identifies the run that is trained; as {@linkcode identifyRun} gives it. */
  readonly identity: string;
  /** The whole configuration, as resolved. */
  readonly config: Seeded;
  /** The settings of the evaluations, as resolved. */
  readonly evaluations: readonly JsonObject[];
  /** The purpose of the run. */
  readonly role?: SweepRole;
  /** Where the training pauses (`500steps`); the task is then completed. */
  readonly pauseAt?: string;
  /** The run to resume; a completed one is only evaluated. */
  readonly runId?: string;
}

/** How an attempt ended. */
export type EndStatus = "completed" | "failed" | "interrupted" | "died";

/** The last attempt at a task. */
export interface Outcome {
  /** The task's key. */
  readonly key: string;
  /** The number of the attempt, from 1; 0 if an earlier run was found. */
  readonly attempt: number;
  /** Its status; `died` if its process ended without recording one. */
  readonly status: EndStatus | "running";
  /** The run; null before there is one. */
  readonly runId: string | null;
  /** How long the attempt took, in seconds, if it has ended. */
  readonly seconds: number | null;
  /** Why it failed or died, if that is known. */
  readonly error?: string;
  /** The number of attempts in a row that died, up to this one. */
  readonly deaths: number;
}

/**
 * Lists the tasks of a sweep. A plan depends only on what is on disk, so every
 * process gets the same list, and no controller is needed.
 */
export interface Plan {
  /**
   * Lists all tasks so far, done or not, in the order in which they should run. The
   * sweep is over when all of them are done.
   *
   * @param outcomes The outcomes of the tasks taken so far, by their keys. Results
   * are in the run directories.
   */
  tasks(
    outcomes: ReadonlyMap<string, Outcome>,
  ): readonly Task[] | Promise<readonly Task[]>;
}
