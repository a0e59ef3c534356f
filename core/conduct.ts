/**
 * How runs begin and end: training into a run directory, and evaluating what
 * has been trained.
 *
 * @module
 */

import {
  againInfo,
  checkCompleted,
  checkExperiment,
  described,
  describedRun,
  describeError,
  endingOf,
  settingsOf,
} from "./_run_info.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "./config/global_config.ts";
import { ConfigError } from "./config/schema.ts";
import type { Experiment, Seeded } from "./experiment.ts";
import { Run, type RunFacts, type RunOptions } from "./run.ts";
import { changesThatMatter, surroundings } from "./surroundings.ts";
import { checkNoLinkLeadsOut } from "./utils/_inside.ts";
import { readCheckpoint, removeCheckpoint } from "./utils/checkpoint.ts";
import { hashContents } from "./utils/contents.ts";
import { History, holdRun } from "./utils/history.ts";
import { type JsonObject, syncToDisk } from "./utils/json.ts";
import type { ResultCollection } from "./utils/results.ts";
import {
  createRunDirectory,
  type EvaluationInfo,
  readRunInfo,
  readTrainRecords,
  runIdOf,
  type RunInfo,
  type RunStatus,
  type SourceInfo,
  type Surroundings,
  writeConfigFile,
  writeEvaluationInfo,
  writeRunInfo,
} from "./utils/run_directory.ts";

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
  const { config, signal, isResumed = false, source = null } = what;
  const { warn = console.warn, globals = globalConfigSchema.defaults } = what;
  const isDurable = globals.fsync !== "never";
  signal?.throwIfAborted();
  const runId = runIdOf(runPath);
  const here = surroundings(globals.runs, source);
  if (!isResumed) writeConfigFile(runPath, config, { isDurable });
  // Locked before it says that it is running, lest it pass for dead; and
  // before anything is read that another process might still write.
  using history = new History(runPath, runId, {
    isResumed,
    isRunning: isResumed && readRunInfo(runPath).status === "running",
    isDurable: globals.fsync === "always",
  });
  const before = isResumed ? checkNotCompleted(readRunInfo(runPath)) : null;
  const restored = isResumed ? await readCheckpoint(runPath) : null;
  if (isResumed) history.cutBack(Number(restored?.historyLength ?? 0));
  let info = before ? againInfo(before, here) : newInfo(runId, what, here);
  const update = (facts: Partial<RunInfo>, isDurable = false) => {
    const updated = { ...info, ...facts };
    writeRunInfo(runPath, updated, { isDurable });
    info = updated;
  };
  update({}, isDurable);

  const run = new Run({
    path: runPath,
    stage: "train",
    seed: config.seed,
    history,
    restored,
    options: what,
    describe: (facts) => {
      if (before) warnOfChanges(before, described(before, facts), warn);
      update(describedRun(info, facts));
    },
  });
  if (before) warnOfChanges(before, here, warn);
  const end = (status: RunStatus, error?: unknown) => {
    if (info.status !== "running") return;
    if (isDurable) history.sync();
    const { seconds } = run;
    update({ ...endingOf(status, error), seconds }, isDurable);
  };
  try {
    what.onStart?.(run);
    const result = await untilAborted(what, async () => await body(run), run);
    if (run.isReplaying) {
      throw new RangeError(
        `Cannot go on with run ${runId} as its code no longer says with what: ` +
          "it has a checkpoint, and never called run.resumable",
      );
    }
    history.settle();
    // All that it leaves: what changes of it from now on was not the training.
    update(await hashContents(runPath));
    end("completed");
    dropCheckpoint(runPath, warn);
    return result;
  } catch (error) {
    if (signal?.aborted) {
      end("interrupted");
      if (error !== signal.reason) {
        warn(`no checkpoint could be kept: ${describeError(error).message}`);
      }
    } else end("failed", error);
    throw error;
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
  here: Surroundings,
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
    settings: settingsOf(globals),
    ...(before ? { before } : {}),
  };
}

/** Says what a run no longer has in common with its own beginning. */
function warnOfChanges(
  before: RunInfo,
  now: Surroundings,
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
 * Gives up waiting when the signal is aborted: at once, or where a checkpoint
 * will be kept, a little later, unless there is a hurry.
 */
async function untilAborted<T>(
  { signal, hurry }: Pick<RunOptions, "signal" | "hurry">,
  body: () => Promise<T>,
  run?: Run,
): Promise<T> {
  if (!signal) return await body();
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => reject(signal.reason);
  const abort = () => {
    if (run?.hasCheckpoints) timer = setTimeout(giveUp, GRACE_MS);
    else giveUp();
  };
  signal.addEventListener("abort", abort, { once: true });
  hurry?.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([body(), promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    hurry?.removeEventListener("abort", giveUp);
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
  const { config, globals = globalConfigSchema.defaults, signal } = options;
  const warnings = await validate(experiment, config);
  for (const warning of warnings) (options.warn ?? console.warn)(warning);
  signal?.throwIfAborted();
  // Where there is no room for it, there is to be no half of a run either.
  const source = await options.keepSource?.() ?? null;
  const runPath = createRunDirectory(globals.runs);
  // A directory whose name is not on the disk takes all in it along.
  if (globals.fsync !== "never") syncToDisk(globals.runs);
  const { name, configSchema: { before } } = experiment;
  const what = { ...options, globals, experiment: name, before, source };
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
  const { runPath, signal } = options;
  const info = readRunInfo(runPath);
  checkExperiment(experiment, info, "resume");
  checkNotCompleted(info);
  checkNoLinkLeadsOut(runPath);
  const config = experiment.configSchema.load(runPath);
  await validate(experiment, config);
  const globals = { ...settingsBefore(info), ...options.globals };
  const source = await options.keepSource?.() ?? null;
  const { name } = experiment;
  const own = { experiment: name, config, source, globals };
  return await outcomeOf(
    signal,
    runPath,
    config,
    (attend) =>
      conductRun(runPath, { ...options, ...own, isResumed: true }, async (
        run,
      ) => {
        attend(run);
        await experiment.train(config, run);
      }),
  );
}

/** How a run was carried out; the defaults, where it does not say. */
function settingsBefore({ settings, engine }: RunInfo): GlobalConfig {
  const { defaults } = globalConfigSchema;
  // The engine itself, and not what chose it then.
  const known: JsonObject = { ...settings, ...(engine ? { engine } : {}) };
  const checked = Object.keys(settingsOf(defaults)).flatMap((key) => {
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
    seed: config.seed,
    history: null,
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
  const { runPath, evalConfig, signal } = options;
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
  return await outcomeOf(signal, runPath, config, async (attend) => {
    const { command = "", args = [], keepSource } = options;
    const { runs } = options.globals ?? globalConfigSchema.defaults;
    let about: EvaluationInfo = {
      runId: runIdOf(runPath),
      evalConfig: evalConfig as JsonObject,
      status: "running",
      startedAt: new Date().toISOString(),
      finishedAt: null,
      seconds: null,
      command,
      args,
      ...surroundings(runs, await keepSource?.() ?? null),
    };
    const update = (facts: Partial<EvaluationInfo>) => {
      about = { ...about, ...facts };
      writeEvaluationInfo(runPath, about, { isDurable: run.isDurable });
    };
    const run = evaluationOf(
      runPath,
      config,
      options,
      (facts) => update(described(about, facts)),
    );
    attend(run);
    options.onStart?.(run);
    update({});
    const end = (status: RunStatus, error?: unknown) =>
      update({
        ...endingOf(status, error),
        seconds: run.seconds,
      });
    try {
      await untilAborted(options, () => evaluate(config, evalConfig, run));
      end("completed");
    } catch (error) {
      if (signal?.aborted) end("interrupted");
      else end("failed", error);
      throw error;
    }
  });
}

async function outcomeOf(
  signal: AbortSignal | undefined,
  runPath: string,
  config: object,
  body: (attend: (run: Run) => void) => Promise<void>,
): Promise<RunOutcome> {
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
    seconds: run!.seconds,
    ...(ending.error === undefined ? {} : { error: ending.error }),
  };
}
