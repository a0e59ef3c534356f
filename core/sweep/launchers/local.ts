/**
 * Runs a sweep on this machine: several tasks at once, each in a process of its
 * own.
 *
 * @module
 */

import { runInProcess } from "../process.ts";
import { work } from "../worker.ts";
import type { Launcher } from "./launcher.ts";

/**
 * Creates the launcher for this machine.
 *
 * @param jobs How many tasks to run at once.
 * @returns The launcher.
 */
export function localLauncher(jobs: number): Launcher {
  return {
    async launch(sweep, plan, options) {
      await work(sweep, plan, {
        ...{ ...options, jobs },
        run: (claim, _task, signal) =>
          runInProcess(sweep, claim, { ...options, signal }),
      });
      return true;
    },
    describe: () => Promise.resolve([]),
    cancel: () => Promise.resolve(),
  };
}
