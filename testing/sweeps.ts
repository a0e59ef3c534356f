/**
 * Sweeps made for tests, whose tasks run in the process of the test.
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
import {
  createSweep,
  type Sweep,
  type SweepManifest,
} from "../core/sweep/manifest.ts";
import { runTask } from "../core/sweep/run_task.ts";
import type { Outcome, Plan, Task } from "../core/sweep/types.ts";
import { work } from "../core/sweep/worker.ts";
import type { JsonObject } from "../core/utils/json.ts";
import draws from "../studies/honesty/draws.ts";

/** The manifest of a sweep, except for what a test gives. */
export const MANIFEST: SweepManifest = {
  name: "made",
  createdAt: "2026-11-22T12:00:00.000Z",
  specification: {},
  experiment: "test",
  experimentFile: null,
  entry: "experiment.ts",
  source: { sha256: "5".repeat(64), files: 1, lock: null },
  files: {},
  settings: {},
  rows: [{ seed: 0, rate: 1 }, { seed: 0, rate: 2 }],
  seeds: [1, 2],
  evaluations: [],
  plan: { type: "list" },
};

/** Makes a sweep without a source. */
export function makeSweep(
  runs: string,
  manifest: Partial<SweepManifest> = {},
): Promise<Sweep> {
  return createSweep(runs, { ...MANIFEST, ...manifest }, () => {});
}

/** Makes a sweep of an experiment with known means. */
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
  /** How many tasks run at once. */
  readonly jobs?: number;
  /** How many tasks are taken. */
  readonly maxTasks?: number;
  /** Ends a task without running it. */
  readonly endOf?: (task: Task) => ClaimEnd | undefined;
}

/** Runs a sweep; returns the tasks that were run, and all outcomes. */
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
