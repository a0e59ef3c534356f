/**
 * Where the tasks of a sweep run: on this machine, or where a scheduler puts
 * them. Another scheduler is one more file beside this one.
 *
 * @module
 */

import type { Sweep } from "../manifest.ts";
import type { StopSignals } from "../process.ts";
import type { Outcome, Plan, Task } from "../types.ts";

/** What a launcher is given. */
export interface LaunchOptions extends StopSignals {
  /** Called with what a scheduler was given: the number of a job. */
  readonly print?: (line: string) => void;
  /** Called with all tasks and how they stand, whenever that has changed. */
  readonly onChange?: (
    tasks: readonly Task[],
    outcomes: ReadonlyMap<string, Outcome>,
  ) => void;
}

/** Starts the tasks of sweeps, follows and stops them. */
export interface Launcher {
  /**
   * Starts what is missing. Resolves when it has ended, or when it is with a
   * scheduler.
   *
   * @param sweep The sweep.
   * @param plan Its plan.
   * @param options What stops it, and who wants to know how it goes.
   * @returns Whether the tasks have ended; false where they are with a scheduler.
   */
  launch(sweep: Sweep, plan: Plan, options: LaunchOptions): Promise<boolean>;
  /**
   * Says what a scheduler knows of a sweep: jobs that wait, for example.
   *
   * @param sweep The sweep.
   * @param nWaiting How many of its tasks are to be run.
   * @returns A line each.
   */
  describe(sweep: Sweep, nWaiting: number): Promise<readonly string[]>;
  /**
   * Takes a sweep from the scheduler. Its processes are told by the sweep's own
   * folder, so this is about what has not begun yet.
   *
   * @param sweep The sweep.
   */
  cancel(sweep: Sweep): Promise<void>;
}
