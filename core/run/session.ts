/**
 * A session of work on a run, from its beginning to its end: a training, a resumed
 * training, or an evaluation.
 *
 * @module
 */

import type { WriteOptions } from "../store/atomic_write.ts";
import type { RunInfo, RunStatus } from "../store/run_info.ts";
import { describeError } from "../utils/describe_error.ts";
import type { ResultCollection } from "../utils/results.ts";
import { Pause } from "./pause.ts";
import type { Run } from "./run.ts";
import type { RunOptions } from "./run_options.ts";

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

/** What {@linkcode runSession} carries out. */
export interface Session extends RunOptions {
  /** The training or evaluation itself. */
  readonly work: () => Promise<void>;
  /** Completes the files after the work; it cannot be interrupted. */
  readonly finish: () => void | Promise<void>;
  /** Adds facts to the session's file. */
  readonly update: (
    facts: Partial<Omit<RunInfo, "runId">>,
    options?: WriteOptions,
  ) => void;
}

/**
 * Carries out a training or evaluation, and writes down how it begins and ends.
 *
 * @param run The run.
 * @param session The work, and what stops it.
 * @returns How it went. What the work throws is in there: the session is then
 * "failed", or "interrupted" if the signal was aborted or the run pauses.
 * @throws If the beginning cannot be written.
 */
export async function runSession(
  run: Run,
  session: Session,
): Promise<RunOutcome> {
  const { signal, failure, update, warn = console.warn } = session;
  let hasBegun = false, isOver = false;
  const describeEnd = (status: RunStatus, error?: unknown) => ({
    status,
    finishedAt: new Date().toISOString(),
    seconds: run.seconds,
    ...(status === "failed" ? { error: describeError(error) } : {}),
  });
  const stop = (status: RunStatus, error?: unknown) => {
    if (isOver) return;
    isOver = true;
    const facts = describeEnd(status, error);
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
    session.onStart?.(run);
    await workUntilStopped(run, session);
    await session.finish();
    // Rejections that nothing awaited are reported after a turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    failure?.throwIfAborted();
    update(describeEnd("completed"));
    isOver = true;
    return describeOutcome(run, "completed");
  } catch (error) {
    const isPaused = Pause.is(error);
    const isInterrupted = (signal?.aborted || isPaused) && !failure?.aborted;
    const status = isInterrupted ? "interrupted" : "failed";
    stop(status, error);
    if (isInterrupted && !isPaused && error !== signal?.reason) {
      warn(`no checkpoint could be kept: ${describeError(error).message}`);
    }
    if (!hasBegun) throw error;
    return describeOutcome(run, status, error);
  } finally {
    failure?.removeEventListener("abort", fail);
  }
}

/**
 * Throws if something has stopped the run already.
 *
 * @param options What stops it.
 */
export function throwIfStopped(
  { signal, failure }: Pick<RunOptions, "signal" | "failure">,
): void {
  failure?.throwIfAborted();
  signal?.throwIfAborted();
}

/** How long an interrupted run may take to reach its next checkpoint. */
const GRACE_MS = 5000;

/**
 * Awaits the work, but no longer than until it fails from outside or is
 * interrupted. A run that keeps checkpoints has a few seconds to keep one more,
 * unless `forceSignal` is aborted too.
 */
async function workUntilStopped(
  run: Run,
  { signal, forceSignal, failure, work }: Session,
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => reject(signal?.reason);
  const done = new AbortController();
  const onAbort = (source: AbortSignal | undefined, react: () => void) =>
    source?.addEventListener("abort", react, { signal: done.signal });
  onAbort(signal, () => {
    if (run.hasCheckpoints) timer = setTimeout(giveUp, GRACE_MS);
    else giveUp();
  });
  onAbort(forceSignal, giveUp);
  onAbort(failure, () => reject(failure?.reason));
  try {
    await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}

/**
 * Describes a run that has ended.
 *
 * @param run The run.
 * @param status How it ended.
 * @param error What was thrown, unless it is completed.
 * @returns The outcome.
 */
export function describeOutcome(
  run: Run,
  status: RunStatus,
  error?: unknown,
): RunOutcome {
  const { id: runId, path: runPath, config, records, seconds } = run;
  const outcome = { runId, runPath, status, config, records, seconds };
  return status === "completed" ? outcome : { ...outcome, error };
}
