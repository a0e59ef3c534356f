/**
 * Sweeps whose tasks run in the process of a test.
 *
 * @module
 */

import {
  type ClaimEnd,
  Claims,
  readClaim,
  writeEnd,
} from "../core/sweep/claims.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Sweep, SweepManifest } from "../core/sweep/manifest.ts";
import { runTask } from "../core/sweep/run_task.ts";
import type { Outcome, Plan, Task } from "../core/sweep/types.ts";
import { work } from "../core/sweep/worker.ts";
import type { JsonObject } from "../core/utils/json.ts";
import draws from "../studies/honesty/draws.ts";
import { makeSweep } from "./sweeps.ts";

/** Makes a sweep of the experiment whose truth is known. */
export function makeDraws(
  runs: string,
  rows: readonly JsonObject[],
  manifest: Partial<SweepManifest>,
): Promise<Sweep> {
  return makeSweep(runs, {
    experiment: draws.name,
    rows: rows.map((row) => ({ ...draws.configSchema.defaults, ...row })),
    settings: { fsync: "never" },
    ...manifest,
  });
}

/** How tasks are run. */
export interface WorkInProcess {
  /** How many at once. */
  readonly jobs?: number;
  /** How many in all. */
  readonly maxTasks?: number;
  /** Ends a task without running it. */
  readonly endOf?: (task: Task) => ClaimEnd | undefined;
}

/** Works on a sweep; returns the tasks that were run, and how all stand. */
export async function workInProcess(
  sweep: Sweep,
  plan: Plan,
  { jobs = 1, maxTasks = Infinity, endOf }: WorkInProcess = {},
): Promise<{ ran: Task[]; outcomes: ReadonlyMap<string, Outcome> }> {
  const ran: Task[] = [];
  await work(sweep, plan, {
    ...{ jobs, maxTasks },
    async run({ path }, task) {
      ran.push(task);
      const { runId } = readClaim(path);
      const options = { runId, onRun() {}, print() {} };
      const end = endOf?.(task) ??
        await runTask(draws as Experiment, sweep, task, options);
      writeEnd(path, end);
    },
  });
  return { ran, outcomes: new Claims(sweep.path).read() };
}
