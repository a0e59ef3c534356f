/**
 * A worker of a sweep without a terminal: what a task of a Slurm array runs, from
 * the folder of the sweep's source.
 *
 *   deno run -P=sweep runs/.sweeps/NAME/source/scripts/_work.ts \
 *     RUNS NAME JOBS MAX_TASKS SLURM_TASK
 *
 * @module
 */

import { globalConfigSchema } from "../core/config/global_config.ts";
import type { ClaimEnd } from "../core/sweep/claims.ts";
import {
  hasProgressed,
  requeueTask,
  TIME_LIMIT_SIGNAL,
} from "../core/sweep/launchers/slurm/requeue.ts";
import { isCancelled, openSweep } from "../core/sweep/manifest.ts";
import { runInProcess } from "../core/sweep/process.ts";
import { work } from "../core/sweep/worker.ts";
import { EXIT } from "./_exit.ts";
import { findPlan } from "./_plans.ts";
import { showProgress } from "./_sweep_report.ts";
import { listenForSignals } from "./_signals.ts";

async function main(args: readonly string[]): Promise<number> {
  const [runs, name, jobs, maxTasks, slurmTask] = args;
  if (!(Number(jobs) >= 1 && Number(maxTasks) >= 1)) {
    console.error(
      "Cannot start a worker: its arguments are RUNS NAME JOBS MAX_TASKS " +
        `SLURM_TASK, not ${args.join(" ") || "none"}`,
    );
    return EXIT.usage;
  }
  const startedAt = Date.now();
  const sweep = openSweep(runs!, name!)!;
  const interruption = listenForSignals();
  const timeLimit = new AbortController();
  Deno.addSignalListener(TIME_LIMIT_SIGNAL, () => timeLimit.abort());
  const signal = AbortSignal.any([interruption.signal, timeLimit.signal]);
  const { forceSignal } = interruption;
  const ends: ClaimEnd[] = [];
  const { logEvery = globalConfigSchema.defaults.logEvery } =
    sweep.manifest.settings;
  using progress = showProgress(Number(jobs), {
    ...{ quiet: false, logEvery: Number(logEvery) },
  });
  await work(sweep, await findPlan(sweep), {
    ...{ jobs: Number(jobs), onChange: progress.onChange },
    maxTasks: Number(maxTasks),
    signal,
    async run(claim, _task, signal) {
      const end = await runInProcess(sweep, claim, { signal, forceSignal });
      ends.push(end);
      const { runId, status, error } = end;
      console.log(`${runId ?? claim.key}: ${error ?? status}`);
      return end;
    },
  });
  // It was stopped by a user, so it is not put back.
  if (interruption.signal.aborted || isCancelled(sweep)) {
    return interruption.status;
  }
  if (timeLimit.signal.aborted) {
    if (hasProgressed(sweep, ends, startedAt)) {
      console.log("Time limit: the task goes back into the queue");
      await requeueTask(slurmTask!);
      return EXIT.done;
    }
    console.error(
      "Time limit: no run ended or kept a checkpoint, so give a longer --time",
    );
    return EXIT.failed;
  }
  const hasFailed = ends.some(({ status }) =>
    status === "failed" || status === "died"
  );
  return hasFailed ? EXIT.failed : EXIT.done;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
