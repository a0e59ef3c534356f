/**
 * The process of a task of a sweep. It runs from the folder of the sweep's source
 * with the permissions of `train`.
 *
 *   deno run -P=train runs/.sweeps/NAME/source/scripts/_task.ts CLAIM
 *
 * @module
 */

import { globalConfigSchema } from "../core/config/global_config.ts";
import {
  type ClaimEnd,
  holdClaim,
  readClaim,
  refreshClaim,
  writeEnd,
  writeRunId,
} from "../core/sweep/claims.ts";
import { isCancelled, openSweep } from "../core/sweep/manifest.ts";
import { appendLog, SOURCE_FOLDER } from "../core/sweep/process.ts";
import { runTask } from "../core/sweep/run_task.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { EXIT } from "./_exit.ts";
import { toFileUrl } from "./_file_url.ts";
import { logProgress } from "./_progress.ts";
import { listenForFailures, listenForSignals } from "./_signals.ts";

const WATCH_MS = 1000;

async function main(claimPath: string): Promise<number> {
  using held = holdClaim(claimPath);
  if (!held) return EXIT.failed; // Another process has taken the task.
  const [, runs, name] = /^(.*)\/\.sweeps\/([^/]+)\/claims\/[^/]+$/
    .exec(claimPath)!;
  const sweep = openSweep(runs!, name!)!;
  const { task, runId } = readClaim(claimPath);
  const interruption = listenForSignals(
    Deno.build.os === "windows" ? [] : ["SIGINT", "SIGHUP"],
  );
  using failures = listenForFailures();
  const cancellation = new AbortController();
  const watch = setInterval(() => {
    refreshClaim(claimPath);
    if (isCancelled(sweep)) {
      cancellation.abort(new Error("The sweep was cancelled"));
    }
  }, WATCH_MS);
  const log = new Log((text, runId) =>
    appendLog(sweep, claimPath, runId, text)
  );
  for (const name of ["log", "info", "debug", "warn", "error"] as const) {
    console[name] = (...parts) => log.write(parts);
  }
  const { logEvery = globalConfigSchema.defaults.logEvery } =
    sweep.manifest.settings;
  using progress = logProgress(Number(logEvery), (line) => console.log(line));
  let known = runId;
  const finish = (end: ClaimEnd) => {
    if (end.error) console.error(`${end.status}: ${end.error}`);
    log.flush();
    writeEnd(claimPath, end);
  };
  const fail = (error: unknown): ClaimEnd => ({
    ...{ status: "failed", runId: known, seconds: null },
    error: describeError(error).message,
  });
  const { signal: failure } = failures;
  failure.addEventListener("abort", () => {
    // The process is exiting, so no promise settles any more.
    if (failures.isExiting) finish(fail(failure.reason));
  });
  try {
    const { entry } = sweep.manifest;
    const file = `${sweep.path}/${SOURCE_FOLDER}/${entry}`;
    const { default: experiment } = await import(await toFileUrl(file));
    const end = await runTask(experiment, sweep, task, {
      ...{ runId, failure, command: "sweep", args: [sweep.manifest.name] },
      signal: AbortSignal.any([interruption.signal, cancellation.signal]),
      forceSignal: interruption.forceSignal,
      warn: (warning) => console.log(`warning: ${warning}`),
      onRun(runId) {
        known = runId;
        writeRunId(claimPath, runId);
      },
      onStart(run) {
        log.begin(run.id);
        progress.follow(run.path);
      },
      onProgress: (state) => progress.show(state),
    });
    finish(end);
  } catch (error) {
    const isStopped = interruption.signal.aborted ||
      cancellation.signal.aborted;
    const end = fail(error);
    finish(isStopped ? { ...end, status: "interrupted" } : end);
  }
  clearInterval(watch);
  return EXIT.done;
}

/** The log of the task, buffered until it has a run. */
class Log {
  readonly #append: (text: string, runId: string | null) => void;
  #pending = "";
  #runId: string | null = null;

  constructor(append: (text: string, runId: string | null) => void) {
    this.#append = append;
  }

  begin(runId: string): void {
    this.#runId = runId;
    this.flush();
  }

  write(parts: readonly unknown[]): void {
    const texts = parts.map((part) =>
      typeof part === "string" ? part : Deno.inspect(part)
    );
    this.#pending += `${texts.join(" ")}\n`;
    if (this.#runId !== null) this.flush();
  }

  flush(): void {
    const text = this.#pending;
    this.#pending = "";
    try {
      if (text !== "") this.#append(text, this.#runId);
    } catch { /* A full disk must not stop the run for a line of its log. */ }
  }
}

// Not awaited: the training may wait for a promise that never settles.
if (import.meta.main) main(Deno.args[0]!).then(Deno.exit);
