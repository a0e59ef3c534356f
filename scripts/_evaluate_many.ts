/**
 * Evaluating many runs with the same settings: a sweep whose tasks are
 * evaluations, one after the other in this process.
 *
 * @module
 */

import type { GlobalConfig } from "../core/config/global_config.ts";
import { writeEnd } from "../core/sweep/claims.ts";
import type { Launcher } from "../core/sweep/launchers/launcher.ts";
import { runTask } from "../core/sweep/run_task.ts";
import { work } from "../core/sweep/worker.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { formatCount } from "../core/utils/format_number.ts";
import type { JsonObject } from "../core/utils/json.ts";
import {
  RunDatabase,
  type StoredRun,
} from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import { nameFlags, type Output, usageError } from "./_command.ts";
import type { LoadedExperiment } from "./_experiment.ts";
import { launchSweep } from "./_launch.ts";
import { describeSweep, keepSweep } from "./_sweep.ts";

/**
 * Selects the completed runs that the command line asks for by `--where`.
 *
 * @param runs The directory that holds the runs.
 * @param where The conditions.
 * @returns The runs; all of one experiment.
 * @throws {ConfigError} If there are none, or they are of several experiments.
 */
export function selectCompletedRuns(
  runs: string,
  where: readonly string[],
): StoredRun[] {
  const database = new RunDatabase(runs);
  let selected: StoredRun[];
  try {
    selected = selectRuns(database, { where });
  } catch (error) {
    throw usageError(nameFlags(error as Error), { cause: error });
  }
  const completed = selected.filter(({ status }) => status === "completed");
  const names = [
    ...new Set(completed.map(({ info }) => info.experiment)),
  ];
  if (names.length > 1) {
    throw usageError(
      `Cannot evaluate runs of several experiments at once: add --where ` +
        `experiment=${names[0]}, or ${names.slice(1).join(", ")}`,
    );
  }
  if (completed.length > 0) return completed;
  throw usageError(
    `No completed run matches --where (${
      formatCount(database.size, "run")
    } searched)`,
  );
}

/** What {@linkcode evaluateMany} is given. */
export interface EvaluateManyOptions {
  /** The experiment of the runs. */
  readonly loaded: LoadedExperiment;
  /** Where things lie and how they run. */
  readonly globals: GlobalConfig;
  /** The settings of the evaluation. */
  readonly evalConfig: object;
  /** The runs. */
  readonly runIds: readonly string[];
}

/**
 * Evaluates runs one after the other. What the present code has measured already
 * is not measured again, and a run whose evaluation fails stops no other.
 *
 * @param options The runs, and how to evaluate them.
 * @returns What to print, and the exit status.
 */
export async function evaluateMany(
  { loaded, globals, evalConfig, runIds }: EvaluateManyOptions,
): Promise<Output> {
  const parts = {
    ...{ loaded, globals, name: "", rows: [], seeds: [] },
    specification: { evaluate: runIds, eval: [evalConfig] },
    evaluations: [evalConfig as JsonObject],
    plan: { type: "evaluate", runIds },
  };
  const sweep = await describeSweep(parts);
  await keepSweep(sweep, parts);
  const inThisProcess: Launcher = {
    async launch(sweep, plan, options) {
      await work(sweep, plan, {
        ...{ ...options, jobs: 1 },
        async run(claim, task) {
          const { runId = null } = task;
          const end = await runTask(loaded.experiment, sweep, task, {
            ...{ ...options, runId, onRun() {}, print() {} },
          }).catch((error) => ({
            ...{ status: "failed" as const, runId, seconds: null },
            error: describeError(error).message,
          }));
          writeEnd(claim.path, end);
        },
      });
      return true;
    },
    describe: () => Promise.resolve([]),
    cancel: () => Promise.resolve(),
  };
  const flags = { quiet: globals.quiet, retryFailed: true };
  return await launchSweep(
    sweep,
    { type: "local", jobs: 1 },
    flags,
    inThisProcess,
  );
}
