/**
 * The plan of a list: every configuration with every seed.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import type { SweepRole } from "../store/run_info.ts";
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
 * Makes the plan of a list: all seeds of a row, then the next row; or the
 * evaluations of given runs.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planList(sweep: Sweep): Plan {
  const { rows, seeds } = sweep.manifest;
  // The first seed of all rows first: soon there is something to see of each.
  const tasks = seeds.flatMap((seed) =>
    rows.map((row) => makeTask(sweep, row, seed))
  );
  return { tasks: () => tasks };
}
