/**
 * What is there already when a sweep is launched: nothing is done twice.
 *
 * @module
 */

import { listRuns } from "../store/find_run.ts";
import { readJsonFile, writeJsonFile } from "../store/json_file.ts";
import { readConfigFile } from "../store/run_file.ts";
import { readRunInfo, readStatus } from "../store/run_info.ts";
import { exists } from "../utils/exists.ts";
import { type ClaimEnd, Claims } from "./claims.ts";
import { identifyRun, listDataFiles } from "./identity.ts";
import { basisOf, type Sweep } from "./manifest.ts";
import { findMissing } from "./run_task.ts";
import type { Outcome, Plan, Task } from "./types.ts";

/** A run that is there already. */
export interface EarlierRun {
  /** Its id. */
  readonly runId: string;
  /** How it stands; one that is running counts as interrupted. */
  readonly status: "completed" | "failed" | "interrupted";
  /** How long its training took; null if it is not known. */
  readonly seconds: number | null;
}

/** Runs that are there already, by what identifies them. */
export type EarlierRuns = Readonly<Record<string, EarlierRun>>;

const FILE = "earlier.json";
const RANK = { failed: 0, interrupted: 1, completed: 2 };

/**
 * Finds the runs that have the experiment and the source of a sweep.
 *
 * @param sweep The sweep.
 * @returns The runs by their identity; of several the one that has come furthest.
 */
export function findEarlierRuns(sweep: Sweep): EarlierRuns {
  const basis = basisOf(sweep);
  const found: Record<string, EarlierRun> = {};
  for (const { path, id, refused } of listRuns(sweep.runs)) {
    if (refused) continue;
    try {
      const info = readRunInfo(path);
      const { experiment, source, sweep: mark, seconds } = info;
      if (experiment !== basis.experiment) continue;
      if (source?.sha256 !== basis.source) continue;
      const config = readConfigFile(path);
      // Which data a run had that belongs to no sweep is not known.
      if (!mark && listDataFiles(config, basis.files).length > 0) continue;
      const identity = mark?.identity ?? identifyRun(config, basis);
      const now = readStatus(path, info);
      const status = now === "completed" || now === "failed"
        ? now
        : "interrupted";
      const before = found[identity];
      if (before && RANK[before.status] >= RANK[status]) continue;
      found[identity] = { runId: id, status, seconds };
    } catch { /* a damaged run, or one that is being started */ }
  }
  return found;
}

/**
 * Keeps what was found for the workers.
 *
 * @param sweep The sweep.
 * @param runs The runs.
 */
export function writeEarlierRuns({ path }: Sweep, runs: EarlierRuns): void {
  writeJsonFile(`${path}/${FILE}`, { runs });
}

/**
 * Reads what was found at the launch.
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
 * Judges how a task stands by a run that is there already.
 *
 * @param sweep The sweep.
 * @param task The task.
 * @param run The run.
 * @returns How the task stands.
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
 * Prepares a sweep to be launched, for the first time or again: what died or was
 * stopped is to be resumed, what was removed is to be done again.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param options Whether what has failed is to be tried again.
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

/** How a task that ended is to be seen from now on; null if nothing changes. */
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
