/**
 * Launching and viewing sweeps, for all commands that do.
 *
 * @module
 */

import { Claims } from "../core/sweep/claims.ts";
import { prepareLaunch } from "../core/sweep/earlier.ts";
import type { Launcher } from "../core/sweep/launchers/launcher.ts";
import {
  isCancelled,
  type Launch,
  type Sweep,
  uncancelSweep,
  writeLaunch,
} from "../core/sweep/manifest.ts";
import { countStates, describeTasks } from "../core/sweep/summary.ts";
import { EXIT, type Output, terminalWidth } from "./_command.ts";
import { findLauncher } from "./_launcher_flags.ts";
import { findPlan, reportPlan } from "./_plans.ts";
import type { ProgressFlags } from "./_progress.ts";
import { listenForSignals } from "./_signals.ts";
import {
  describeView,
  formatView,
  showProgress,
  type SweepView,
} from "./_sweep_report.ts";

/**
 * Reads the status of a sweep.
 *
 * @param sweep The sweep.
 * @param jobs How many tasks run at once.
 * @returns Its tasks, their status, and the report.
 */
export async function viewSweep(
  sweep: Sweep,
  jobs: number,
): Promise<SweepView> {
  const outcomes = new Claims(sweep.path).read();
  const tasks = await (await findPlan(sweep)).tasks(outcomes);
  const width = terminalWidth(Infinity);
  const report = await reportPlan(sweep, outcomes, { width });
  return { sweep, states: describeTasks(tasks, outcomes), jobs, report };
}

/** How {@linkcode launchSweep} launches a sweep. */
export interface LaunchFlags extends ProgressFlags {
  /** Whether to run failed tasks again. */
  readonly retryFailed: boolean;
}

/**
 * Launches a sweep, and reports its results.
 *
 * @param sweep The sweep, which exists on disk.
 * @param launch How to launch it, which is recorded.
 * @param flags What to show, and what to run again.
 * @param launcher The launcher; by default that of the launch.
 * @returns What to print, and the exit status.
 */
export async function launchSweep(
  sweep: Sweep,
  launch: Launch,
  { retryFailed, ...shown }: LaunchFlags,
  launcher: Launcher = findLauncher(launch),
): Promise<Output> {
  const plan = await findPlan(sweep);
  const { name } = sweep.manifest;
  writeLaunch(sweep, launch);
  uncancelSweep(sweep);
  await prepareLaunch(sweep, plan, { retryFailed });
  const interruption = listenForSignals();
  const { signal, forceSignal } = interruption;
  const say = (text: string) => shown.quiet || console.error(text);
  say(`sweep ${name}: ${sweep.path}`);
  signal.addEventListener(
    "abort",
    () =>
      say("stopping after the next checkpoints; Ctrl-C again stops at once"),
  );
  const jobs = Number(launch.jobs ?? 1);
  let isOver: boolean;
  const lines: string[] = [];
  {
    using progress = showProgress(jobs, shown);
    const { onChange } = progress;
    isOver = await launcher.launch(sweep, plan, {
      signal,
      forceSignal,
      onChange,
      print: (line) => lines.push(line),
    });
  }
  const view = await viewSweep(sweep, jobs);
  const { completed, total } = countStates(view.states);
  const isDone = completed === total;
  if (isDone) say(`next: deno task compare --where sweep=${name}`);
  else if (signal.aborted || isCancelled(sweep)) {
    say(`stopped; to continue: deno task sweep resume ${name}`);
  }
  const status = signal.aborted
    ? interruption.status
    : isOver && !isDone
    ? EXIT.failed
    : EXIT.done;
  return {
    document: { ...describeView(view), scheduler: lines },
    text: [formatView(view), ...lines].join("\n"),
    status,
  };
}
