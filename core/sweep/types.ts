/**
 * What the parts of a sweep have in common: tasks, how they stand, and the plan
 * that says which ones there are.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import type { SweepRole } from "../store/run_info.ts";
import type { JsonObject } from "../utils/json.ts";

/** One training and the evaluations that follow it, or these alone. */
export interface Task {
  /** Names the task within its sweep; part of a file name. */
  readonly key: string;
  /** Identifies the run that is trained; as {@linkcode identifyRun} gives it. */
  readonly identity: string;
  /** The whole configuration, as resolved. */
  readonly config: Seeded;
  /** The settings of the evaluations, as resolved. */
  readonly evaluations: readonly JsonObject[];
  /** What the run is for. */
  readonly role?: SweepRole;
  /** After what the training is to pause; the task is then completed. */
  readonly pauseAt?: string;
  /** The run to go on with; one that is completed is only evaluated. */
  readonly runId?: string;
}

/** How a task ended that is not running. */
export type EndStatus = "completed" | "failed" | "interrupted" | "died";

/** How a task that somebody has taken stands. */
export interface Outcome {
  /** The task's key. */
  readonly key: string;
  /** Which attempt it is, from 1 on; 0 where an earlier run was found. */
  readonly attempt: number;
  /** How it stands; `died` if its process is gone and said nothing. */
  readonly status: EndStatus | "running";
  /** The run; null before there is one. */
  readonly runId: string | null;
  /** How long training and evaluations took in this attempt, if it has ended. */
  readonly seconds: number | null;
  /** Why it failed or died, if that is known. */
  readonly error?: string;
  /** How many attempts have died one after the other, up to this one. */
  readonly deaths: number;
}

/**
 * Says which tasks a sweep has. It depends on what is on disk alone, so every
 * process that asks gets the same answer, and no controller is needed.
 */
export interface Plan {
  /**
   * Lists all tasks wanted so far, in the order in which they are to run: those
   * that are done, and those that are not. The sweep is over when all of them
   * are.
   *
   * @param outcomes How the tasks taken so far stand, by their keys. Records are
   * in the run directories.
   */
  tasks(
    outcomes: ReadonlyMap<string, Outcome>,
  ): readonly Task[] | Promise<readonly Task[]>;
}
