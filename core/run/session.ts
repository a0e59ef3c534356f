/**
 * A session of work on a run, from its beginning to whichever end it comes to: a
 * training, a resumed training, or an evaluation.
 *
 * @module
 */

import type { WriteOptions } from "../store/atomic_write.ts";
import type { RunInfo, RunStatus } from "../store/run_info.ts";
import { describeError } from "../utils/describe_error.ts";
import type { ResultCollection } from "../utils/results.ts";
import type { Run, RunOptions } from "./run.ts";

/** How a run or an evaluation went: what `--json` prints. */
export interface RunOutcome {
  /** The run's id. */
  readonly runId: string;
  /** The run's directory. */
  readonly runPath: string;
  /** How it ended. */
  readonly status: RunStatus;
  /** The whole configuration as resolved. */
  readonly config: object;
  /** The records that were made. */
  readonly records: ResultCollection;
  /** How long it took. */
  readonly seconds: number;
  /** What made it fail. */
  readonly error?: unknown;
}

/** How and when something ended. */
function ending(status: RunStatus, error?: unknown) {
  const finishedAt = new Date().toISOString();
  const why = status === "failed" ? { error: describeError(error) } : {};
  return { status, finishedAt, ...why };
}

/** What the file of a training or evaluation says of how it stands. */
export type Standing = Partial<
  Pick<RunInfo, "status" | "finishedAt" | "seconds" | "error">
>;

/**
 * Carries out a training or evaluation from its beginning to its end, whichever
 * that is, and writes both down.
 *
 * @param run The run.
 * @param options What stops it.
 * @param update Writes what is given, and all that was before, to its file.
 * @param body The work.
 * @returns What the work returned; it is then completed.
 * @throws What the work throws; it is then "failed", or "interrupted" if the
 * signal was aborted.
 */
export async function runToEnd<T>(
  run: Run,
  options: RunOptions,
  update: (standing: Standing, options?: WriteOptions) => void,
  body: () => Promise<T>,
): Promise<T> {
  const { signal, failure, warn = console.warn } = options;
  let hasBegun = false, isOver = false;
  const stop = (status: RunStatus, error?: unknown) => {
    if (isOver) return;
    isOver = true;
    const facts = { ...ending(status, error), seconds: run.seconds };
    try {
      update(facts);
    } catch {
      // A disk that refuses to sync may still take the status.
      try {
        update(facts, { isDurable: false });
      } catch (error) {
        if (!hasBegun) return;
        const { message } = describeError(error);
        warn(`the run could not be marked ${status}: ${message}`);
      }
    }
  };
  // At once: after Deno.exit() nothing else will run.
  const fail = () => stop("failed", failure?.reason);
  failure?.addEventListener("abort", fail, { once: true });
  try {
    update({});
    hasBegun = true;
    options.onStart?.(run);
    const result = await body();
    // Rejections that nothing awaited are reported after a turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    failure?.throwIfAborted();
    update({ ...ending("completed"), seconds: run.seconds });
    isOver = true;
    return result;
  } catch (error) {
    if (signal?.aborted && !failure?.aborted) {
      stop("interrupted");
      if (error !== signal.reason) {
        warn(`no checkpoint could be kept: ${describeError(error).message}`);
      }
    } else stop("failed", error);
    throw error;
  } finally {
    failure?.removeEventListener("abort", fail);
  }
}

/**
 * Throws if something has stopped the run already.
 *
 * @param options What stops it.
 */
export function throwIfStopped({ signal, failure }: RunOptions): void {
  failure?.throwIfAborted();
  signal?.throwIfAborted();
}

/** How long an interrupted run may take to reach its next checkpoint. */
const GRACE_MS = 5000;

/**
 * Awaits the work, but no longer than until it fails from outside or is
 * interrupted. A run that keeps checkpoints has a few seconds to keep one more,
 * unless `forceSignal` is aborted too.
 *
 * @param options What stops it.
 * @param body The work.
 * @param run The run, if it may keep checkpoints.
 * @returns What the work returned.
 * @throws What the work throws, or the reason of the signal that stopped it.
 */
export async function untilStopped<T>(
  { signal, forceSignal, failure }: RunOptions,
  body: () => T | Promise<T>,
  run?: Run,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => reject(signal?.reason);
  const abort = () => {
    if (run?.hasCheckpoints) timer = setTimeout(giveUp, GRACE_MS);
    else giveUp();
  };
  const fail = () => reject(failure?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  forceSignal?.addEventListener("abort", giveUp, { once: true });
  failure?.addEventListener("abort", fail, { once: true });
  try {
    const work = async () => await body();
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    forceSignal?.removeEventListener("abort", giveUp);
    failure?.removeEventListener("abort", fail);
  }
}

/**
 * Waits for a run's end. An error of the experiment becomes the run's outcome.
 *
 * @param options How the run is carried out.
 * @param body Carries it out, with these options.
 * @returns How it went.
 * @throws What the body throws before there is a run.
 */
export async function settle<T extends RunOptions>(
  options: T,
  body: (options: T) => Promise<unknown>,
): Promise<RunOutcome> {
  let run: Run | undefined;
  const onStart = (started: Run) => {
    run = started;
    options.onStart?.(started);
  };
  try {
    await body({ ...options, onStart });
    return outcomeOf(run!, "completed");
  } catch (error) {
    if (!run) throw error;
    const { signal, failure } = options;
    const isFailure = failure?.aborted || !signal?.aborted;
    return outcomeOf(run, isFailure ? "failed" : "interrupted", error);
  }
}

/**
 * Summarises a run that has ended.
 *
 * @param run The run.
 * @param status How it ended.
 * @param error What was thrown, unless it is completed.
 * @returns The outcome.
 */
export function outcomeOf(
  run: Run,
  status: RunStatus,
  error?: unknown,
): RunOutcome {
  const { id: runId, path: runPath, config, records, seconds } = run;
  const outcome = { runId, runPath, status, config, records, seconds };
  return status === "completed" ? outcome : { ...outcome, error };
}
