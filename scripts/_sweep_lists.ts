/**
 * Lists of sweeps, and of the runs that a sweep would run.
 *
 * @module
 */

import { Claims } from "../core/sweep/claims.ts";
import { findEarlierRuns, judgeEarlierRun } from "../core/sweep/earlier.ts";
import {
  getSweepPath,
  listSweeps,
  openSweep,
  readLaunch,
  type Sweep,
} from "../core/sweep/manifest.ts";
import { describeTasks } from "../core/sweep/summary.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { formatDuration } from "../core/utils/format_duration.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { singleLine } from "../results/compare/labels.ts";
import { EXIT, type Output } from "./_command.ts";
import { viewSweep } from "./_launch.ts";
import { describeLater, findPlan } from "./_plans.ts";
import { describeView, formatTasks, formatView } from "./_sweep_report.ts";

/**
 * Lists all sweeps, including those that cannot be read.
 *
 * @param runs The directory that holds the runs.
 * @returns What to print, and the exit status.
 */
export async function listAll(runs: string): Promise<Output> {
  const documents: object[] = [], lines: string[] = [];
  let status: number = EXIT.done;
  for (const name of listSweeps(runs)) {
    try {
      const sweep = openSweep(runs, name);
      if (!sweep) continue;
      const view = await viewSweep(sweep, Number(readLaunch(sweep)?.jobs ?? 1));
      const { tasks: _, ...document } = describeView(view);
      documents.push(document);
      lines.push(formatView(view).split("\n")[0]!);
    } catch (thrown) {
      const error = describeError(thrown).message;
      documents.push({ name, path: getSweepPath(runs, name), error });
      lines.push(singleLine(`sweep ${name}: error: ${error}`));
      status = EXIT.failed;
    }
  }
  return {
    document: documents,
    text: lines.length > 0
      ? lines.join("\n")
      : `There are no sweeps in ${runs} yet: deno task sweep creates one.`,
    status,
  };
}

/**
 * Lists what a sweep would run.
 *
 * @param sweep The sweep, which need not exist on disk.
 * @param jobs How many runs at once.
 * @returns What to print.
 */
export async function listRuns(sweep: Sweep, jobs: number): Promise<Output> {
  const earlier = findEarlierRuns(sweep);
  const outcomes = new Map(new Claims(sweep.path).read());
  const plan = await findPlan(sweep);
  const isEvaluation = sweep.manifest.plan.type === "evaluate";
  const tasks = await plan.tasks(outcomes);
  for (const task of tasks) {
    const { key, identity, runId } = task;
    const run = runId !== undefined && isEvaluation
      ? { runId, status: "completed" as const, seconds: null }
      : earlier[identity];
    if (outcomes.has(key) || !run) continue;
    const end = judgeEarlierRun(sweep, task, run);
    outcomes.set(key, { key, attempt: 0, deaths: 0, ...end });
  }
  const states = describeTasks(tasks, outcomes);
  const view = { sweep, states, jobs, earlier };
  const document = describeView(view);
  const { counts: { completed, failed, total }, secondsLeft } = document;
  const left = total - completed - failed;
  const summary = [
    `${formatCount(total, "run")} of sweep ${sweep.manifest.name}: ` +
    `${completed} completed`,
    ...(failed > 0 ? [`${failed} failed (--retry-failed)`] : []),
    `${left} to run` +
    (secondsLeft === null || left === 0
      ? ""
      : `, about ${formatDuration(secondsLeft)} with ${jobs} at a time`),
  ].join(", ");
  const later = describeLater(sweep);
  return {
    document: { ...document, ...(later ? { later } : {}) },
    text: `${formatTasks(states)}\n\n${summary}` +
      (later ? `\nDepending on the results, ${later}` : ""),
  };
}
