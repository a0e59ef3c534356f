/**
 * How runs begin and end: training into a run directory, and evaluating what
 * has been trained.
 *
 * @module
 */

import { globalConfigSchema } from "./config/global_config.ts";
import { ConfigError } from "./config/schema.ts";
import type { Experiment, Seeded } from "./experiment.ts";
import { Run, type RunOptions } from "./run.ts";
import { checkNoLinkLeadsOut } from "./utils/_inside.ts";
import { History } from "./utils/history.ts";
import type { JsonObject } from "./utils/json.ts";
import type { ResultCollection } from "./utils/results.ts";
import {
  createRunDirectory,
  readRunInfo,
  readTrainRecords,
  runIdOf,
  type RunInfo,
  type RunStatus,
  writeConfigFile,
  writeRunInfo,
} from "./utils/run_directory.ts";
import { Timer } from "./utils/timer.ts";
import { VERSION } from "./version.ts";

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

/**
 * Carries out a training in a run directory, from `running` to however it
 * ends: keeps the configuration and what ran, holds the history open, and
 * notes an error or interruption.
 *
 * @param runPath An empty run directory.
 * @param what The experiment's name, its configuration, what was in effect
 * before there were its keys, and how to run it.
 * @param body The training itself.
 * @returns What the body returned.
 * @throws What the body throws; `run.json` says "failed" by then, or
 * "interrupted" if the signal was aborted.
 */
export async function conductRun<T>(
  runPath: string,
  what: RunOptions & {
    readonly experiment: string;
    readonly config: Seeded;
    readonly before?: JsonObject;
  },
  body: (run: Run) => T | Promise<T>,
): Promise<T> {
  const { experiment, config, signal } = what;
  signal?.throwIfAborted();
  const span = new Timer().start();
  let info: RunInfo = {
    runId: runIdOf(runPath),
    experiment,
    status: "running",
    startedAt: new Date().toISOString(),
    finishedAt: null,
    seconds: null,
    command: what.command ?? "",
    args: what.args ?? [],
    versions: {
      whisker: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      tfjs: null,
    },
    engine: null,
    host: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      cpus: navigator.hardwareConcurrency,
    },
    pid: Deno.pid,
    tags: what.tags ?? [],
    note: what.note ?? "",
    ...(what.before ? { before: what.before } : {}),
  };
  const update = (facts: Partial<RunInfo>) => {
    const updated = { ...info, ...facts };
    writeRunInfo(runPath, updated);
    info = updated;
  };
  writeConfigFile(runPath, config);
  // Locked before it says that it is running, lest it pass for dead.
  using history = new History(runPath, info.runId);
  update({});

  const end = (status: RunStatus, error?: unknown) => {
    if (info.status !== "running") return;
    update({
      status,
      finishedAt: new Date().toISOString(),
      seconds: span.stop(),
      ...(error === undefined ? {} : { error: describeError(error) }),
    });
  };
  const run = new Run({
    path: runPath,
    stage: "train",
    seed: config.seed,
    history,
    options: what,
    describe: ({ engine, versions }) =>
      update({ engine, versions: { ...info.versions, ...versions } }),
  });
  try {
    what.onStart?.(run);
    const result = await untilAborted(signal, async () => await body(run));
    // A signal may have come while the body kept the event loop to itself.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    end("completed");
    return result;
  } catch (error) {
    if (signal?.aborted) end("interrupted");
    else end("failed", error);
    throw error;
  }
}

/** Gives up waiting at once when the signal is aborted. */
async function untilAborted<T>(
  signal: AbortSignal | undefined,
  body: () => Promise<T>,
): Promise<T> {
  if (!signal) return await body();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([body(), promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function describeError(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}

/** What validation finds is wrong with the configuration, but for rights. */
async function validate(
  experiment: Experiment,
  config: Seeded,
): Promise<readonly string[]> {
  try {
    return await experiment.validate(config);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof ConfigError) throw error;
    const { message } = describeError(error);
    throw new ConfigError([{ where: experiment.name, message }], {
      cause: error,
    });
  }
}

/**
 * Trains one configuration of an experiment in a run directory of its own.
 *
 * @param experiment The experiment.
 * @param options The configuration, and how to run it.
 * @returns How it went. An error of the experiment is in there, as it is in
 * `run.json`; it is not thrown.
 * @throws {ConfigError} If validation finds something wrong.
 * @throws What else stands in the way of there being a run at all.
 */
export async function trainRun(
  experiment: Experiment,
  options: RunOptions & { readonly config: Seeded },
): Promise<RunOutcome> {
  const { config, globals = globalConfigSchema.defaults, signal } = options;
  const warnings = await validate(experiment, config);
  for (const warning of warnings) (options.warn ?? console.warn)(warning);
  signal?.throwIfAborted();
  const runPath = createRunDirectory(globals.runs);
  const { name, configSchema: { before } } = experiment;
  const what = { ...options, globals, experiment: name, before };
  return await outcomeOf(
    signal,
    runPath,
    config,
    (attend) =>
      conductRun(runPath, what, async (run) => {
        attend(run);
        await experiment.train(config, run);
      }),
  );
}

/**
 * Opens a run for an evaluation by hand: {@linkcode evaluateRun} does it for
 * any experiment.
 *
 * @param runPath The run's directory.
 * @param config The run's configuration.
 * @param options How to carry the evaluation out.
 * @returns The run, whose records go into files of their own.
 * @throws {RangeError} If a link in the run leads out of it.
 */
export function evaluationOf(
  runPath: string,
  config: Seeded,
  options: RunOptions = {},
): Run {
  checkNoLinkLeadsOut(runPath);
  return new Run({
    path: runPath,
    stage: "eval",
    seed: config.seed,
    history: null,
    trained: readTrainRecords(runPath),
    options,
    describe: () => {}, // run.json tells of the training.
  });
}

/**
 * Evaluates an already trained run.
 *
 * @param experiment The experiment that the run is of.
 * @param options The run's directory, the evaluation's configuration, and how
 * to carry it out.
 * @returns How it went. An error of the experiment is in there; it is not
 * thrown.
 * @throws {RangeError} If the run is of another experiment, or not completed.
 * @throws {TypeError} If the experiment has nothing to evaluate.
 */
export async function evaluateRun(
  experiment: Experiment,
  options: RunOptions & {
    readonly runPath: string;
    readonly evalConfig: object;
  },
): Promise<RunOutcome> {
  const { runPath, evalConfig, signal } = options;
  const { evaluate } = experiment;
  const info = readRunInfo(runPath);
  if (info.experiment !== experiment.name) {
    const { groups } = /(^|\0)--experiment[=\0](?<file>[^\0]+)/.exec(
      info.args.join("\0"),
    ) ?? {};
    // What a run says of itself is no part of a command that one copies.
    const file = PLAIN_PATH.test(groups?.file ?? "") ? groups!.file : "FILE";
    throw new RangeError(
      `Cannot evaluate run ${info.runId} as ${experiment.name}: it is of ` +
        `experiment ${info.experiment}` +
        (info.experiment === "diffusion"
          ? ""
          : `, so add --experiment ${file}`),
    );
  }
  if (info.status !== "completed") {
    throw new RangeError(
      `Cannot evaluate run ${info.runId} as it must be completed: ` +
        `current status is ${info.status}`,
    );
  }
  if (!evaluate) {
    throw new TypeError(
      `Cannot evaluate run ${info.runId} as experiment ${experiment.name} ` +
        "has no evaluate function",
    );
  }
  const config = experiment.configSchema.load(runPath);
  return await outcomeOf(signal, runPath, config, async (attend) => {
    const run = evaluationOf(runPath, config, options);
    attend(run);
    options.onStart?.(run);
    await untilAborted(signal, () => evaluate(config, evalConfig, run));
  });
}

const PLAIN_PATH = /^[\w.][\w./-]{0,200}$/;

async function outcomeOf(
  signal: AbortSignal | undefined,
  runPath: string,
  config: object,
  body: (attend: (run: Run) => void) => Promise<void>,
): Promise<RunOutcome> {
  const span = new Timer().start();
  let run: Run | undefined;
  let ending: Pick<RunOutcome, "status" | "error"> = { status: "completed" };
  try {
    await body((started) => run = started);
  } catch (error) {
    if (!run) throw error;
    ending = { status: signal?.aborted ? "interrupted" : "failed", error };
  }
  return {
    runId: runIdOf(runPath),
    runPath,
    status: ending.status,
    config,
    records: run!.records,
    seconds: span.stop(),
    ...(ending.error === undefined ? {} : { error: ending.error }),
  };
}
