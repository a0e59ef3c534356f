/**
 * Runs that exist when a sweep is launched: they are not run again.
 *
 * @module
 */

import { formatValue } from "../config/schema.ts";
import { readEvaluations } from "../store/evaluations.ts";
import { listRuns } from "../store/find_run.ts";
import { readJsonFile, writeJsonFile } from "../store/json_file.ts";
import { readConfigFile } from "../store/run_file.ts";
import { readRunInfo, readStatus } from "../store/run_info.ts";
import { exists } from "../utils/exists.ts";
import type { JsonObject } from "../utils/json.ts";
import { type ClaimEnd, Claims } from "./claims.ts";
import { identifyRun, listDataFiles } from "./identity.ts";
import { getRunBasis, type Sweep } from "./manifest.ts";
import type { Outcome, Plan, Task } from "./types.ts";

/** A run that exists before the launch. */
export interface EarlierRun {
  /** Its id. */
  readonly runId: string;
  /** Its status; a running one counts as interrupted. */
  readonly status: "completed" | "failed" | "interrupted";
  /** How long its training took; null if it is not known. */
  readonly seconds: number | null;
}

/** Earlier runs by their identity. */
export type EarlierRuns = Readonly<Record<string, EarlierRun>>;

const FILE = "earlier.json";
const RANK = { failed: 0, interrupted: 1, completed: 2 };

/**
 * Finds the runs that have the experiment and the source of a sweep.
 *
 * @param sweep The sweep.
 * @returns The runs by their identity; of several the most complete one.
 */
export function findEarlierRuns(sweep: Sweep): EarlierRuns {
  const basis = getRunBasis(sweep);
  const found: Record<string, EarlierRun> = {};
  for (const { path, id, refused } of listRuns(sweep.runs)) {
    if (refused) continue;
    try {
      const info = readRunInfo(path);
      const { experiment, source, sweep: mark, seconds } = info;
      if (experiment !== basis.experiment) continue;
      if (source?.sha256 !== basis.source) continue;
      const config = readConfigFile(path);
      // Only runs of sweeps record the hashes of their data files.
      if (!mark && listDataFiles(config, basis.files).length > 0) continue;
      const identity = mark?.identity ?? identifyRun(config, basis);
      const now = readStatus(path, info);
      const status = now === "completed" || now === "failed"
        ? now
        : "interrupted";
      const before = found[identity];
      if (before && RANK[before.status] >= RANK[status]) continue;
      found[identity] = { runId: id, status, seconds };
    } catch { /* a run that is damaged or just starting */ }
  }
  return found;
}

/**
 * Writes the earlier runs for the workers.
 *
 * @param sweep The sweep.
 * @param runs The runs.
 */
export function writeEarlierRuns({ path }: Sweep, runs: EarlierRuns): void {
  writeJsonFile(`${path}/${FILE}`, { runs });
}

/**
 * Reads the runs that were found at the launch.
 *
 * @param sweep The sweep.
 * @returns The runs by their identity.
 */
export function readEarlierRuns({ path }: Sweep): EarlierRuns {
  return exists(`${path}/${FILE}`)
    ? readJsonFile(`${path}/${FILE}`).runs as EarlierRuns
    : {};
}

/**
 * Determines the outcome of a task from its earlier run.
 *
 * @param sweep The sweep.
 * @param task The task.
 * @param run The earlier run.
 * @returns The outcome.
 */
export function judgeEarlierRun(
  sweep: Sweep,
  task: Task,
  { runId, status }: EarlierRun,
): ClaimEnd {
  const lacksEvaluations = status === "completed" &&
    findMissing(`${sweep.runs}/${runId}`, task, sweep).length > 0;
  return {
    status: lacksEvaluations ? "interrupted" : status,
    ...{ runId, seconds: null },
    ...(status === "failed" ? { error: "it failed before" } : {}),
  };
}

/**
 * Prepares the launch of a sweep, the first one or a later one: tasks that died are
 * resumed, and tasks whose runs were removed are run again.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param options Whether to run failed tasks again.
 */
export async function prepareLaunch(
  sweep: Sweep,
  plan: Plan,
  { retryFailed }: { readonly retryFailed: boolean },
): Promise<void> {
  const found = Object.entries(findEarlierRuns(sweep));
  const earlier = found.map(([identity, run]): [string, EarlierRun] => {
    const isRetried = retryFailed && run.status === "failed";
    return [identity, isRetried ? { ...run, status: "interrupted" } : run];
  });
  writeEarlierRuns(sweep, Object.fromEntries(earlier));
  const claims = new Claims(sweep.path);
  const outcomes = claims.read();
  for (const task of await plan.tasks(outcomes)) {
    const outcome = outcomes.get(task.key);
    if (!outcome || outcome.status === "running") continue;
    const end = judgeAgain(sweep, task, outcome, retryFailed);
    if (end) claims.note(task.key, end);
  }
}

/** The new outcome of a task that ended; null if it does not change. */
function judgeAgain(
  sweep: Sweep,
  task: Task,
  { status, runId }: Outcome,
  retryFailed: boolean,
): ClaimEnd | null {
  const path = `${sweep.runs}/${runId}`;
  const hasRun = runId !== null && exists(`${path}/run.json`);
  const isToRun = status === "died" || (status === "failed" && retryFailed) ||
    (status === "completed" &&
      (!hasRun || findMissing(path, task, sweep).length > 0));
  return isToRun
    ? {
      status: "interrupted",
      runId: hasRun ? runId : null,
      seconds: null,
    }
    : null;
}

/**
 * Finds the missing evaluations of a completed run. Evaluations by other code do
 * not count.
 *
 * @param runPath The run's directory.
 * @param task The task, with its evaluations.
 * @param sweep The sweep, with its source.
 * @returns The settings of the missing evaluations.
 */
export function findMissing(
  runPath: string,
  { evaluations }: Task,
  { manifest: { source } }: Sweep,
): JsonObject[] {
  if (evaluations.length === 0) return [];
  const made = new Set(
    readEvaluations(runPath).filter((evaluation) =>
      evaluation.status === "completed" &&
      evaluation.source?.sha256 === source.sha256
    ).map(({ evalConfig }) => formatValue(evalConfig)),
  );
  return evaluations.filter((settings) => !made.has(formatValue(settings)));
}
