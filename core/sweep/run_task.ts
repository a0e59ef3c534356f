/**
 * One task of a sweep: train or resume a run, then evaluate it.
 *
 * @module
 */

import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import { parsePause } from "../config/checkpoint_interval.ts";
import type { Experiment } from "../experiment.ts";
import { evaluateRun } from "../run/evaluation.ts";
import { resumeRun, trainRun } from "../run/lifecycle.ts";
import { Pause } from "../run/pause.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { RunOutcome } from "../run/session.ts";
import { hashFile } from "../store/file_hashes.ts";
import { readRunInfo, readStatus, type RunInfo } from "../store/run_info.ts";
import { describeError } from "../utils/describe_error.ts";
import { exists } from "../utils/exists.ts";
import type { ClaimEnd } from "./claims.ts";
import { findMissing } from "./earlier.ts";
import { listDataFiles } from "./identity.ts";
import type { Sweep } from "./manifest.ts";
import { takeSharedRun } from "./shared_run.ts";
import type { Task } from "./types.ts";

/** What {@linkcode runTask} is given. */
export interface TaskOptions extends RunOptions {
  /** The run to resume; null to create one. */
  readonly runId: string | null;
  /** Called when the run is known, before it has begun. */
  readonly onRun: (runId: string) => void;
}

/**
 * Runs a task. Parts that are done already are not repeated.
 *
 * @param experiment The experiment, from the stored source.
 * @param sweep The sweep.
 * @param task The task.
 * @param options How to run it.
 * @returns How it ended.
 */
export async function runTask(
  experiment: Experiment,
  sweep: Sweep,
  task: Task,
  options: TaskOptions,
): Promise<ClaimEnd> {
  const startedAt = performance.now();
  const { manifest: { name, source }, runs } = sweep;
  // Held until its evaluations are made: another sweep may want the same.
  using shared = await takeSharedRun(runs, task.identity, options.signal);
  const isAdopted = options.runId === null &&
    readRun(runs, shared.runId) !== null;
  let runId = isAdopted ? shared.runId : options.runId;
  const onRun = (id: string) => {
    shared.write(id);
    options.onRun(id);
  };
  const end = (outcome?: RunOutcome, what = ""): ClaimEnd => ({
    status: outcome?.status === "running"
      ? "died"
      : outcome?.status ?? "completed",
    runId,
    seconds: (performance.now() - startedAt) / 1000,
    ...(outcome?.error === undefined
      ? {}
      : { error: what + describeError(outcome.error).message }),
  });
  const settings = globalConfigSchema.resolve([{
    values: sweep.manifest.settings,
    nameKey: (key) => `"${key}" in ${sweep.path}/sweep.json`,
  }]);
  const globals: GlobalConfig = {
    ...settings,
    // Runs of a sweep share the machine already.
    threads: settings.threads || 1,
    ...{ runs, quiet: true },
  };
  const { pauseAt = "" } = task;
  const how: RunOptions = {
    ...options,
    globals,
    pauseAt: parsePause(pauseAt),
    experimentFile: sweep.manifest.experimentFile,
    keepSource: () => Promise.resolve(source),
  };
  // A run that `train` trains is in no sweep.
  const hasWaited = runId !== null &&
    await waitUntilFree(`${runs}/${runId}`, options.signal);
  const info = readRun(runs, runId);
  const isOfOthers = isAdopted || shared.hasWaited || hasWaited;
  // A failure in another process counts, and is not tried again.
  if (isOfOthers && info?.status === "failed") {
    return { ...end(), status: "failed", ...describeFailure(info) };
  }
  if (info?.pauses?.[pauseAt] !== undefined) return end();
  if (info?.status !== "completed") {
    await checkDataFiles(sweep, task);
    if (info) onRun(info.runId);
    const { identity, role } = task;
    const outcome = info
      ? await resumeRun(experiment, { ...how, runPath: `${runs}/${runId}` })
      : await trainRun(experiment, {
        ...how,
        config: experiment.configSchema.parse(task.config),
        sweep: { name, identity, ...(role ? { role } : {}) },
        onCreate: (runPath) => {
          runId = runPath.slice(runs.length + 1);
          onRun(runId);
        },
      });
    if (Pause.is(outcome.error)) return end();
    if (outcome.status !== "completed") return end(outcome);
  }
  const runPath = `${runs}/${runId}`;
  for (const evalConfig of findMissing(runPath, task, sweep)) {
    const outcome = await evaluateRun(experiment, {
      ...how,
      command: "eval",
      runPath,
      evalConfig: experiment.evalConfigSchema.parse(evalConfig),
    });
    if (outcome.status === "completed") continue;
    return end(outcome, "in its evaluation: ");
  }
  return end();
}

/** How often to check whether another process has ended a run. */
const POLL_MS = 500;

/**
 * Waits while another process trains a run: `train`, for example.
 *
 * @param runPath The run's directory.
 * @param signal Ends the waiting once aborted.
 * @returns Whether it had to wait.
 * @throws The reason of the signal.
 */
async function waitUntilFree(
  runPath: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const isTrained = () =>
    exists(`${runPath}/run.json`) &&
    readStatus(runPath, readRunInfo(runPath)) === "running";
  if (!isTrained()) return false;
  do {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  } while (isTrained());
  return true;
}

function describeFailure({ error }: RunInfo): { readonly error?: string } {
  return error ? { error: error.message } : {};
}

/** Reads `run.json`; null if the run has not begun. */
function readRun(runs: string, runId: string | null): RunInfo | null {
  return runId !== null && exists(`${runs}/${runId}/run.json`)
    ? readRunInfo(`${runs}/${runId}`)
    : null;
}

/** Throws if data files changed since the launch: results would differ. */
async function checkDataFiles(sweep: Sweep, task: Task): Promise<void> {
  const { files } = sweep.manifest;
  for (const path of listDataFiles(task.config, files)) {
    if (await hashFile(path) === files[path]) continue;
    throw new RangeError(
      `Cannot train on ${path}: it has changed since the sweep was launched: ` +
        "restore it, or launch another sweep",
    );
  }
}
