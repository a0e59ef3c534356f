/**
 * How runs begin and end: training into a run directory, and evaluating what
 * has been trained.
 *
 * @module
 */

import { globalConfigSchema } from "./config/global_config.ts";
import { ConfigError } from "./config/schema.ts";
import type { Experiment, Seeded } from "./experiment.ts";
import { Run, type RunFacts, type RunOptions } from "./run.ts";
import { changesThatMatter, surroundings } from "./surroundings.ts";
import { checkNoLinkLeadsOut } from "./utils/_inside.ts";
import { readCheckpoint, removeCheckpoint } from "./utils/checkpoint.ts";
import { History } from "./utils/history.ts";
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
  /** The run as it stood, if it is to go on from its last checkpoint. */
  readonly resumed?: RunInfo;
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
  const { config, signal, resumed, source = null } = what;
  const { fsync, runs } = what.globals ?? globalConfigSchema.defaults;
  const isDurable = fsync !== "never";
  const { warn = console.warn } = what;
  signal?.throwIfAborted();
  const runId = runIdOf(runPath);
  const here = surroundings(runs, source);
  if (!resumed) writeConfigFile(runPath, config, { isDurable });
  // Locked before it says that it is running, lest it pass for dead; and
  // before the checkpoint is read, lest another writes one.
  using history = new History(runPath, runId, {
    isResumed: resumed !== undefined,
    isDurable: fsync === "always",
  });
  const restored = resumed ? await readCheckpoint(runPath) : null;
  if (resumed) history.cutBack(Number(restored?.historyLength ?? 0));
  let info = resumed ? againInfo(resumed, here) : newInfo(runId, what, here);
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
      // Of what is told now, not again of what has been compared.
      if (resumed) warnOfChanges(resumed, described(resumed, facts), warn);
      update(describedRun(info, facts));
    },
  });
  if (resumed) warnOfChanges(resumed, here, warn);
  const end = (status: RunStatus, error?: unknown) => {
    if (info.status !== "running") return;
    if (status === "completed") history.settle();
    if (isDurable) history.sync();
    const { seconds } = run;
    update({ ...endingOf(status, error), seconds }, isDurable);
  };
  try {
    what.onStart?.(run);
    const result = await untilAborted(signal, async () => await body(run), run);
    // A signal may have come while the body kept the event loop to itself.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    end("completed");
    removeCheckpoint(runPath);
    return result;
  } catch (error) {
    if (signal?.aborted) end("interrupted");
    else end("failed", error);
    throw error;
  }
}

function newInfo(
  runId: string,
  { experiment, command = "", args = [], tags = [], note = "", before }:
    ConductOptions,
  here: Surroundings,
): RunInfo {
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
    ...(before ? { before } : {}),
  };
}

/** A run that goes on keeps what it began with, and notes what it rests on now. */
function againInfo(
  { error: _, ...info }: RunInfo,
  here: Surroundings,
): RunInfo {
  const session = { at: new Date().toISOString(), ...here };
  return {
    ...info,
    status: "running",
    finishedAt: null,
    seconds: null,
    resumed: [...info.resumed ?? [], session],
  };
}

/** Surroundings, and what was told of them since. */
function described<T extends Surroundings>(session: T, facts: RunFacts): T {
  const versions = { ...session.versions, ...facts.versions };
  return { ...session, ...facts, versions };
}

/** What a run tells of itself belongs to the session that it is in. */
function describedRun(info: RunInfo, facts: RunFacts): RunInfo {
  const { resumed = [] } = info;
  const last = resumed.at(-1);
  if (!last) return described(info, facts);
  return {
    ...info,
    resumed: [...resumed.slice(0, -1), described(last, facts)],
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
 * will be kept, a little later.
 */
async function untilAborted<T>(
  signal: AbortSignal | undefined,
  body: () => Promise<T>,
  run?: Run,
): Promise<T> {
  if (!signal) return await body();
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const abort = () => {
    const giveUp = () => reject(signal.reason);
    if (run?.hasCheckpoints) timer = setTimeout(giveUp, GRACE_MS);
    else giveUp();
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([body(), promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** How and when something ended. */
function endingOf(status: RunStatus, error?: unknown) {
  const finishedAt = new Date().toISOString();
  const why = error === undefined ? {} : { error: describeError(error) };
  return { status, finishedAt, ...why };
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
export interface ResumeOptions extends RunOptions {
  /** The run's directory. */
  readonly runPath: string;
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
  const { globals = globalConfigSchema.defaults } = options;
  const info = readRunInfo(runPath);
  checkExperiment(experiment, info, "resume");
  checkNoLinkLeadsOut(runPath);
  if (info.status === "completed") {
    throw new RangeError(
      `Cannot resume run ${info.runId} as it is completed already`,
    );
  }
  const config = experiment.configSchema.load(runPath);
  await validate(experiment, config);
  const source = await options.keepSource?.() ?? null;
  const { name } = experiment;
  const what = { ...options, globals, experiment: name, config, source };
  return await outcomeOf(
    signal,
    runPath,
    config,
    (attend) =>
      conductRun(runPath, { ...what, resumed: info }, async (run) => {
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
      await untilAborted(signal, () => evaluate(config, evalConfig, run));
      end("completed");
    } catch (error) {
      if (signal?.aborted) end("interrupted");
      else end("failed", error);
      throw error;
    }
  });
}

/** A path that means the same in a shell. */
const PLAIN_PATH = /^[\w.][\w./-]{0,200}$/;

/** Refuses a run of another experiment, and says which one it is of. */
function checkExperiment(
  { name }: Experiment,
  { runId, experiment, args }: RunInfo,
  what: string,
): void {
  if (experiment === name) return;
  const { groups } = /(^|\0)--experiment[=\0](?<file>[^\0]+)/.exec(
    args.join("\0"),
  ) ?? {};
  // What a run says of itself is no part of a command that one copies.
  const file = PLAIN_PATH.test(groups?.file ?? "") ? groups!.file : "FILE";
  throw new RangeError(
    `Cannot ${what} run ${runId} as ${name}: it is of experiment ` +
      experiment +
      (experiment === "diffusion" ? "" : `, so add --experiment ${file}`),
  );
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
