/**
 * Launchers: where the tasks of a sweep run, on this machine or by a scheduler. A
 * new scheduler is another launcher in this folder.
 *
 * @module
 */

import type { Sweep } from "../manifest.ts";
import type { StopSignals } from "../process.ts";
import type { Plan } from "../types.ts";
import type { WorkOptions } from "../worker.ts";

/** What a launcher is given. */
export interface LaunchOptions
  extends StopSignals, Pick<WorkOptions, "onChange"> {
  /** Called with a line for the user, such as the number of a job. */
  readonly print?: (line: string) => void;
}

/** Starts, describes and cancels the tasks of a sweep. */
export interface Launcher {
  /**
   * Starts the missing tasks. Resolves when they have ended, or were submitted to a
   * scheduler.
   *
   * @param sweep The sweep.
   * @param plan Its plan.
   * @param options How to stop it, and how to report its progress.
   * @returns Whether the tasks have ended; false if a scheduler has them.
   */
  launch(sweep: Sweep, plan: Plan, options: LaunchOptions): Promise<boolean>;
  /**
   * Describes the jobs of a sweep that a scheduler knows.
   *
   * @param sweep The sweep.
   * @param nWaiting How many of its tasks are still to run.
   * @returns The lines to print.
   */
  describe(sweep: Sweep, nWaiting: number): Promise<readonly string[]>;
  /**
   * Removes the waiting jobs of a sweep from the scheduler. Running processes find
   * the cancellation in the sweep's folder.
   *
   * @param sweep The sweep.
   */
  cancel(sweep: Sweep): Promise<void>;
}
