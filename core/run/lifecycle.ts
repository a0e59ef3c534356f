/**
 * How runs begin and end: training into a run directory, and evaluating what
 * has been trained.
 *
 * @module
 */

import {
  checkCompleted,
  checkExperiment,
  describeEnding,
  pickSettings,
  resumedInfo,
  withFacts,
  withRunFacts,
} from "./_run_info.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import { ConfigError } from "../config/schema.ts";
import type { Seeded } from "../config/fields.ts";
import type { Experiment } from "../experiment.ts";
import { Run, type RunFacts, type RunOptions } from "./run.ts";
import { changesThatMatter, readEnvironment } from "./environment.ts";
import { checkNoLinkLeadsOut } from "../store/safe_path.ts";
import { readCheckpoint, removeCheckpoint } from "../store/checkpoint.ts";
import { hashContents } from "../store/file_hashes.ts";
import { describeError } from "../utils/describe_error.ts";
import { History } from "../store/history.ts";
import { holdRun } from "../store/lock.ts";
import type { JsonObject } from "../utils/json.ts";
import type { WriteOptions } from "../store/atomic_write.ts";
import { ResultCollection } from "../utils/results.ts";
import { createRunDirectory, runIdFromPath } from "../store/run_directory.ts";
import { encodeConfig, writeConfigFile } from "../store/run_file.ts";
import {
  type EvaluationInfo,
  writeEvaluationInfo,
} from "../store/evaluations.ts";
import { readRecords, readTrainRecords } from "../store/records.ts";
import {
  type Environment,
  readRunInfo,
  type RunInfo,
  type RunStatus,
  type SourceInfo,
  writeRunInfo,
} from "../store/run_info.ts";

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

/** What {@linkcode conductRun} carries out. */
export interface ConductOptions extends RunOptions {
  /** The experiment's name. */
  readonly experiment: string;
  /** The whole configuration. */
  readonly config: Seeded;
  /** The source that runs, where it has been kept. */
  readonly source?: SourceInfo | null;
  /** What was in effect before there were its keys, as the run keeps it. */
  readonly before?: JsonObject;
  /** Whether it is to go on from its last checkpoint. */
  readonly isResumed?: boolean;
}

/**
 * Carries out a training in a run directory, from `running` to however it
 * ends: keeps the configuration and what ran, holds the history open, and
 * notes an error or interruption.
 *
 * @param runPath An empty run directory, or the one of a run that is resumed.
 * @param what The experiment's name, its configuration, and how to run it.
 * @param body The training itself.
 * @returns What the body returned.
 * @throws What the body throws; `run.json` says "failed" by then, or
 * "interrupted" if the signal was aborted.
 */
export async function conductRun<T>(
  runPath: string,
  what: ConductOptions,
  body: (run: Run) => T | Promise<T>,
): Promise<T> {
  const { config, isResumed = false, source = null } = what;
  const { warn = console.warn, globals = globalConfigSchema.defaults } = what;
  const isDurable = globals.fsync !== "never";
  throwIfStopped(what);
  const runId = runIdFromPath(runPath);
  const here = readEnvironment(globals.runs, source);
  if (!isResumed) writeConfigFile(runPath, config, { isDurable });
  // Locked before run.json says "running", or readers would take it for dead;
  // and before anything is read that another process might still write.
  using history = new History(runPath, runId, {
    isResumed,
    isRunning: isResumed && readRunInfo(runPath).status === "running",
    isDurable: globals.fsync === "always",
  });
  const before = isResumed ? checkNotCompleted(readRunInfo(runPath)) : null;
  const restored = isResumed ? await readCheckpoint(runPath) : null;
  if (isResumed) history.truncateTo(Number(restored?.historyLength ?? 0));
  let info = before ? resumedInfo(before, here) : newInfo(runId, what, here);
  // The header, before run.json says that there is a history.
  if (isDurable) history.sync();
  // Each write is as durable as the first: a rename whose content is not on
  // the disk yet would leave an empty run.json after a power cut.
  const update = (
    facts: Partial<RunInfo>,
    options: WriteOptions = { isDurable },
  ) => {
    const updated = { ...info, ...facts };
    writeRunInfo(runPath, updated, options);
    info = updated;
  };
  const run = new Run({
    path: runPath,
    stage: "train",
    config,
    history,
    restored,
    ...(isResumed ? { earlier: earlierRecords(runPath) } : {}),
    options: what,
    describe: (facts) => {
      if (before) warnOfChanges(before, withFacts(before, facts), warn);
      update(withRunFacts(info, facts));
    },
  });
  if (before) warnOfChanges(before, here, warn);
  const result = await runToEnd(run, what, update, async () => {
    const result = await untilStopped(what, () => body(run), run);
    if (run.isReplaying) {
      throw new RangeError(
        `Cannot resume run ${runId}: it has a checkpoint, but its code never ` +
          "called run.resumable",
      );
    }
    history.settle();
    run.settleRecords();
    if (isDurable) history.sync();
    // What changes in these files from now on was not the training.
    const contents = await hashContents(runPath);
    try {
      update(contents);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      warn(`no hashes of the run's files are kept: ${error.message}`);
    }
    return result;
  });
  dropCheckpoint(runPath, warn);
  return result;
}

/** What the file of a training or evaluation says of how it stands. */
type Standing = Partial<
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
async function runToEnd<T>(
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
    const ending = { ...describeEnding(status, error), seconds: run.seconds };
    try {
      update(ending);
    } catch {
      // A disk that refuses to sync may still take the status.
      try {
        update(ending, { isDurable: false });
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
    update({ ...describeEnding("completed"), seconds: run.seconds });
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

function throwIfStopped({ signal, failure }: RunOptions): void {
  failure?.throwIfAborted();
  signal?.throwIfAborted();
}

/** The records of earlier sessions; what cannot be read is made again. */
function earlierRecords(runPath: string): ResultCollection {
  try {
    return readTrainRecords(runPath);
  } catch {
    return new ResultCollection();
  }
}

/** What is completed stays as it is. */
function checkNotCompleted(info: RunInfo): RunInfo {
  if (info.status !== "completed") return info;
  throw new RangeError(
    `Cannot resume run ${info.runId} as it is completed already`,
  );
}

/** A run that is completed needs none; where one stays, nothing is wrong. */
function dropCheckpoint(
  runPath: string,
  warn: (warning: string) => void,
): void {
  try {
    removeCheckpoint(runPath);
  } catch (error) {
    warn(`the checkpoint stays: ${describeError(error).message}`);
  }
}

function newInfo(
  runId: string,
  what: ConductOptions,
  here: Environment,
): RunInfo {
  const { experiment, command = "", args = [], tags = [], note = "" } = what;
  const { globals = globalConfigSchema.defaults, before } = what;
  return {
    runId,
    experiment,
    status: "running",
    startedAt: new Date().toISOString(),
    finishedAt: null,
    seconds: null,
    command,
    args,
    ...here,
    tags,
    note,
    settings: pickSettings(globals),
    ...(before ? { before } : {}),
  };
}

/** Says what a run no longer has in common with its own beginning. */
function warnOfChanges(
  before: RunInfo,
  now: Environment,
  warn: (warning: string) => void,
): void {
  for (const change of changesThatMatter(before, now)) {
    warn(
      `${change}: what comes out may differ from a run that was never stopped`,
    );
  }
}

/** How long a run that is asked to stop may take until its next checkpoint. */
const GRACE_MS = 5000;

/**
 * Awaits the work, and stops waiting when it fails from outside or is
 * interrupted: at once, or where a checkpoint will be kept, a little later,
 * unless it is told to forceSignal.
 */
async function untilStopped<T>(
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
  const { config, globals = globalConfigSchema.defaults } = options;
  const warnings = await validate(experiment, config);
  for (const warning of warnings) (options.warn ?? console.warn)(warning);
  throwIfStopped(options);
  encodeConfig(config); // What could not be read again makes no run.
  // Before the directory: without room for the source there is no run at all.
  const source = await options.keepSource?.() ?? null;
  const isDurable = globals.fsync !== "never";
  const runPath = createRunDirectory(globals.runs, { isDurable });
  const { name, configSchema: { before } } = experiment;
  return await settle({ ...options, globals }, (options) => {
    const what = { ...options, experiment: name, before, source, config };
    return conductRun(runPath, what, (run) => experiment.train(config, run));
  });
}

/** What {@linkcode resumeRun} is asked to do. */
export interface ResumeOptions extends Omit<RunOptions, "globals"> {
  /** The run's directory. */
  readonly runPath: string;
  /** How it is carried out; in what is left out, as it was before. */
  readonly globals?: Partial<GlobalConfig>;
}

/**
 * Goes on with a training that was interrupted, failed or died, from its last
 * checkpoint, or from the beginning if there is none. What comes out is what
 * would have come out without the stop, bit for bit, but for times.
 *
 * @param experiment The experiment that the run is of.
 * @param options The run's directory, and how to run it.
 * @returns How it went. An error of the experiment is in there; it is not
 * thrown.
 * @throws {RangeError} If the run is of another experiment, completed or
 * running, or its history is shorter than the checkpoint says.
 * @throws {SyntaxError} If its checkpoint is damaged.
 */
export async function resumeRun(
  experiment: Experiment,
  options: ResumeOptions,
): Promise<RunOutcome> {
  const { runPath } = options;
  const info = readRunInfo(runPath);
  checkExperiment(experiment, info, "resume");
  checkNotCompleted(info);
  checkNoLinkLeadsOut(runPath);
  const config = experiment.configSchema.load(runPath);
  await validate(experiment, config);
  const globals = { ...settingsBefore(info), ...options.globals };
  const source = await options.keepSource?.() ?? null;
  return await settle({ ...options, globals }, (options) => {
    const { name } = experiment;
    const own = { experiment: name, config, source, isResumed: true };
    return conductRun(
      runPath,
      { ...options, ...own },
      (run) => experiment.train(config, run),
    );
  });
}

/** How a run was carried out; the defaults, where it does not say. */
function settingsBefore({ settings, engine }: RunInfo): GlobalConfig {
  const { defaults } = globalConfigSchema;
  // The engine itself, and not what chose it then.
  const known: JsonObject = { ...settings, ...(engine ? { engine } : {}) };
  const checked = Object.keys(pickSettings(defaults)).flatMap((key) => {
    const value = globalConfigSchema.field(key).check(known[key]);
    return value === undefined ? [] : [[key, value]];
  });
  return { ...defaults, ...Object.fromEntries(checked) };
}

/**
 * Opens a run for an evaluation by hand: {@linkcode evaluateRun} does it for
 * any experiment.
 *
 * @param runPath The run's directory.
 * @param config The run's configuration.
 * @param options How to carry the evaluation out.
 * @param describe Keeps what the evaluation tells of itself.
 * @returns The run, whose records go into files of their own.
 * @throws {RangeError} If a link in the run leads out of it.
 */
export function evaluationOf(
  runPath: string,
  config: Seeded,
  options: RunOptions = {},
  describe: (facts: RunFacts) => void = () => {},
): Run {
  checkNoLinkLeadsOut(runPath);
  return new Run({
    path: runPath,
    stage: "eval",
    config,
    history: null,
    earlier: readRecords(runPath),
    trained: readTrainRecords(runPath),
    options,
    describe,
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
  const { runPath, evalConfig } = options;
  const { evaluate } = experiment;
  const info = readRunInfo(runPath);
  checkExperiment(experiment, info, "evaluate");
  checkCompleted(runPath, info, "evaluate");
  if (!evaluate) {
    throw new TypeError(
      `Cannot evaluate run ${info.runId} as experiment ${experiment.name} ` +
        "has no evaluate function",
    );
  }
  const config = experiment.configSchema.load(runPath);
  using _held = holdRun(runPath);
  return await settle(options, async (options) => {
    const { command = "", args = [], keepSource } = options;
    const { runs } = options.globals ?? globalConfigSchema.defaults;
    let info: EvaluationInfo = {
      runId: runIdFromPath(runPath),
      evalConfig: evalConfig as JsonObject,
      status: "running",
      startedAt: new Date().toISOString(),
      finishedAt: null,
      seconds: null,
      command,
      args,
      ...readEnvironment(runs, await keepSource?.() ?? null),
    };
    const update = (
      facts: Partial<EvaluationInfo>,
      options: WriteOptions = { isDurable: run.isDurable },
    ) => {
      info = { ...info, ...facts };
      writeEvaluationInfo(runPath, info, options);
    };
    const run = evaluationOf(
      runPath,
      config,
      options,
      (facts) => update(withFacts(info, facts)),
    );
    await runToEnd(
      run,
      options,
      update,
      () => untilStopped(options, () => evaluate(config, evalConfig, run)),
    );
  });
}

/** Waits for a run's end; an error of the experiment becomes its outcome. */
async function settle<T extends RunOptions>(
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
