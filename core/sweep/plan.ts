/**
 * The plans of lists: every configuration with every seed, and evaluations of
 * runs that are there.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import type { SweepRole } from "../store/run_info.ts";
import { readConfigFile } from "../store/run_file.ts";
import type { JsonObject } from "../utils/json.ts";
import { identifyRun } from "./identity.ts";
import { basisOf, type Sweep } from "./manifest.ts";
import type { Plan, Task } from "./types.ts";

/**
 * Makes the task of one row and one seed.
 *
 * @param sweep The sweep.
 * @param row The row's configuration; its own seed is replaced.
 * @param seed The seed.
 * @param role What the run is for.
 * @returns The task.
 */
export function makeTask(
  sweep: Sweep,
  row: JsonObject,
  seed: number,
  role?: SweepRole,
): Task {
  const config: Seeded = { ...row, seed };
  const identity = identifyRun(config, basisOf(sweep));
  const { evaluations } = sweep.manifest;
  const task = { key: identity, identity, config, evaluations };
  return role ? { ...task, role } : task;
}

/**
 * Makes the plan of a list: the first seed of each row, then the second.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planList(sweep: Sweep): Plan {
  const { rows, seeds } = sweep.manifest;
  const tasks = seeds.flatMap((seed) =>
    rows.map((row) => makeTask(sweep, row, seed))
  );
  return { tasks: () => tasks };
}

/**
 * Makes the plan of evaluations: `runIds` of the plan names the runs.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planEvaluations(sweep: Sweep): Plan {
  const { runs, manifest: { plan, evaluations } } = sweep;
  const runIds = plan.runIds as readonly string[];
  const tasks = runIds.map((runId): Task => {
    const config = readConfigFile(`${runs}/${runId}`) as unknown as Seeded;
    return { key: runId, identity: runId, config, evaluations, runId };
  });
  return { tasks: () => tasks };
}

/** Plans of which all runs are known from the beginning. */
const FIXED_PLANS = ["list", "evaluate"];

/**
 * Says whether more runs may follow from what runs show.
 *
 * @param sweep The sweep.
 * @returns Whether its plan may list more tasks later.
 */
export function growsWhileRunning({ manifest: { plan } }: Sweep): boolean {
  return !FIXED_PLANS.includes(plan.type);
}
