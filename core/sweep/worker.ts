/**
 * The worker: takes tasks until none are left, several at once. The local launcher
 * runs one worker, and each task of a Slurm array runs one. Workers are equal: none
 * controls the others.
 *
 * @module
 */

import { type Claim, Claims } from "./claims.ts";
import {
  type EarlierRuns,
  judgeEarlierRun,
  readEarlierRuns,
} from "./earlier.ts";
import { isCancelled, type Sweep } from "./manifest.ts";
import { findStatus, isOpen } from "./summary.ts";
import type { Outcome, Plan, Task } from "./types.ts";

/** How often to check whether other processes have finished their tasks. */
const POLL_MS = 2000;

/** What {@linkcode work} is given. */
export interface WorkOptions {
  /** How many tasks to run at once. */
  readonly jobs: number;
  /** Runs a task until it has ended, or the signal asks it to stop. */
  readonly run: (
    claim: Claim,
    task: Task,
    signal: AbortSignal,
  ) => Promise<unknown>;
  /** Once aborted, no further task is taken. */
  readonly signal?: AbortSignal;
  /** How many tasks to take at most; all by default. */
  readonly maxTasks?: number;
  /** Called with all tasks and their outcomes whenever these may have changed. */
  readonly onChange?: (
    tasks: readonly Task[],
    outcomes: ReadonlyMap<string, Outcome>,
  ) => void;
}

/**
 * Runs the tasks of a sweep until none are left, or it is stopped.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param options How many tasks to run at once, and how.
 * @throws What `run` throws, if a task cannot be started; what the plan throws, if it
 * cannot go on: running tasks are stopped first.
 */
export async function work(
  sweep: Sweep,
  plan: Plan,
  options: WorkOptions,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failure = new AbortController();
  const { signal: failed } = failure;
  const { signal = failed } = options;
  try {
    await takeAll(sweep, plan, {
      ...{ ...options, running },
      taskSignal: AbortSignal.any([signal, failed]),
    });
  } catch (error) {
    failure.abort(error);
    await Promise.all(running);
    throw error;
  }
}

interface TakeOptions extends WorkOptions {
  /** The tasks that run. */
  readonly running: Set<Promise<void>>;
  /** Stops them. */
  readonly taskSignal: AbortSignal;
}

async function takeAll(
  sweep: Sweep,
  plan: Plan,
  options: TakeOptions,
): Promise<void> {
  const { jobs, signal, onChange, maxTasks = Infinity, running } = options;
  const claims = new Claims(sweep.path);
  const seen = { claims, earlier: readEarlierRuns(sweep) };
  const errors: unknown[] = [];
  let nTaken = 0, maxAge = 0;
  while (true) {
    const now = { ...seen, maxAge };
    const { tasks, outcomes } = await readTasks(sweep, plan, now);
    onChange?.(tasks, outcomes);
    const isStopping = signal?.aborted || errors.length > 0 ||
      isCancelled(sweep);
    // Tasks that other workers have left unfinished do not count as its own.
    const own = nTaken < maxTasks
      ? tasks
      : tasks.filter(({ key }) => outcomes.has(key));
    const isFull = running.size >= jobs || isStopping;
    const claim = isFull ? null : takeNext(claims, own, outcomes);
    if (claim) {
      maxAge = POLL_MS;
      if (claim.isNew) nTaken++;
      const ended = runClaimed(claim, options)
        .catch((error) => void errors.push(error))
        .finally(() => running.delete(ended));
      running.add(ended);
      continue;
    }
    // Before it waits or ends, it reads what others have done meanwhile.
    if (maxAge > 0 && !isFull) {
      maxAge = 0;
      continue;
    }
    const isOver = isStopping || maxTasks < Infinity ||
      !tasks.some((task) => isOpen(outcomes.get(task.key)));
    if (running.size === 0 && errors.length > 0) throw errors[0];
    if (running.size === 0 && isOver) return;
    await waitForEnd(running, signal);
    maxAge = POLL_MS;
  }
}

/**
 * Reads the tasks of a sweep and their outcomes. Earlier runs count as outcomes.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param seen Its claims and how old their view may be, in milliseconds, and the
 * runs that existed at the launch.
 * @returns All tasks, and the outcomes of those that were taken.
 */
export async function readTasks(
  sweep: Sweep,
  plan: Plan,
  { claims, earlier, maxAge = 0 }: {
    readonly claims: Claims;
    readonly earlier: EarlierRuns;
    readonly maxAge?: number;
  },
): Promise<{
  readonly tasks: readonly Task[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
}> {
  while (true) {
    const outcomes = claims.read(maxAge);
    const tasks = await plan.tasks(outcomes);
    const found = tasks.filter(({ key, identity }) =>
      !outcomes.has(key) && earlier[identity]
    );
    if (found.length === 0) return { tasks, outcomes };
    for (const task of found) {
      const end = judgeEarlierRun(sweep, task, earlier[task.identity]!);
      claims.note(task.key, end);
    }
  }
}

async function runClaimed(
  { claim, task }: { claim: Claim; task: Task },
  { run, taskSignal }: TakeOptions,
): Promise<void> {
  using _claim = claim;
  await run(claim, task, taskSignal);
}

/** Takes the first task that is free. */
function takeNext(
  claims: Claims,
  tasks: readonly Task[],
  outcomes: ReadonlyMap<string, Outcome>,
): { claim: Claim; task: Task; isNew: boolean } | null {
  for (const task of tasks) {
    const outcome = outcomes.get(task.key);
    if (findStatus(outcome) !== "waiting") continue;
    const claim = claims.take(task, outcome?.runId ?? task.runId ?? null);
    if (claim) return { claim, task, isNew: outcome === undefined };
  }
  return null;
}

/** Waits until a task has ended here, or it is time to check on other processes. */
async function waitForEnd(
  running: Iterable<Promise<void>>,
  signal?: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = new AbortController();
  const timer = setTimeout(resolve, POLL_MS);
  const stop = () => resolve();
  signal?.addEventListener("abort", stop, { signal: done.signal });
  try {
    await Promise.race([...running, promise]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}
