/**
 * The worker: takes one task after the other until nothing is left. The local
 * launcher runs several in one process, and each task of a Slurm array one or
 * more; none of them directs the others.
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
import type { Outcome, Plan, Task } from "./types.ts";

/** A task that dies so often in a row is given up: it may need too much memory. */
export const MAX_DEATHS = 3;

/** How often to look whether other processes have finished their tasks. */
const POLL_MS = 2000;

/** What {@linkcode work} is given. */
export interface WorkOptions {
  /** How many tasks to run at once. */
  readonly jobs: number;
  /** Runs a task in a process of its own; resolves when that has ended. */
  readonly run: (claim: Claim, task: Task) => Promise<unknown>;
  /** No further task is taken once it is aborted. */
  readonly signal?: AbortSignal;
  /** How many tasks to take at most; all by default. */
  readonly maxTasks?: number;
  /** Called with all tasks and how they stand, whenever that has changed. */
  readonly onChange?: (
    tasks: readonly Task[],
    outcomes: ReadonlyMap<string, Outcome>,
  ) => void;
}

/**
 * Works on a sweep until no task is left, or it is to stop.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param options How many tasks to run at once, and how.
 * @throws What `run` throws: a task could not be started at all.
 */
export async function work(
  sweep: Sweep,
  plan: Plan,
  options: WorkOptions,
): Promise<void> {
  const { jobs, signal, onChange, maxTasks = Infinity } = options;
  const claims = new Claims(sweep.path);
  const seen = { claims, earlier: readEarlierRuns(sweep) };
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  let nTaken = 0, maxAge = 0;
  while (true) {
    const now = { ...seen, maxAge };
    const { tasks, outcomes } = await readTasks(sweep, plan, now);
    onChange?.(tasks, outcomes);
    const isStopping = signal?.aborted || errors.length > 0 ||
      isCancelled(sweep);
    // What another worker left is nobody's share: it is taken beyond the own.
    const own = nTaken < maxTasks
      ? tasks
      : tasks.filter(({ key }) => outcomes.has(key));
    const isFull = running.size >= jobs || isStopping;
    const claim = isFull ? null : takeNext(claims, own, outcomes);
    if (claim) {
      maxAge = POLL_MS;
      if (claim.isNew) nTaken++;
      const ended = carryOut(claim, options)
        .catch((error) => void errors.push(error))
        .finally(() => running.delete(ended));
      running.add(ended);
      continue;
    }
    // Before it waits or ends, it looks what others have done meanwhile.
    if (maxAge > 0 && !isFull) {
      maxAge = 0;
      continue;
    }
    const isOver = isStopping || maxTasks < Infinity ||
      !tasks.some((task) => isOpen(outcomes.get(task.key)));
    if (running.size === 0 && errors.length > 0) throw errors[0];
    if (running.size === 0 && isOver) return;
    await waitForChange(running, signal);
    maxAge = POLL_MS;
  }
}

/**
 * Reads which tasks a sweep has and how they stand. Runs that were there before
 * count as theirs.
 *
 * @param sweep The sweep.
 * @param plan Its plan.
 * @param seen Its claims, how old the answer may be in milliseconds, and the runs
 * that were there at the launch.
 * @returns All tasks, and how those stand that were taken.
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

async function carryOut(
  { claim, task }: { claim: Claim; task: Task },
  { run }: WorkOptions,
): Promise<void> {
  using _claim = claim;
  await run(claim, task);
}

/** Takes the first task that nobody has. */
function takeNext(
  claims: Claims,
  tasks: readonly Task[],
  outcomes: ReadonlyMap<string, Outcome>,
): { claim: Claim; task: Task; isNew: boolean } | null {
  for (const task of tasks) {
    const outcome = outcomes.get(task.key);
    if (!isOpen(outcome) || outcome?.status === "running") continue;
    const claim = claims.take(task, outcome?.runId ?? task.runId ?? null);
    if (claim) return { claim, task, isNew: outcome === undefined };
  }
  return null;
}

/**
 * Whether a task is to be waited for: it is running, or is to be run.
 *
 * @param outcome How it stands, if anybody has taken it.
 * @returns Whether the sweep is not over without it.
 */
export function isOpen(outcome: Outcome | undefined): boolean {
  switch (outcome?.status) {
    case "completed":
    case "failed":
      return false;
    case "died":
      return outcome.deaths < MAX_DEATHS;
    default:
      return true;
  }
}

/** Waits until a task has ended here, or it is time to look what others did. */
async function waitForChange(
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
