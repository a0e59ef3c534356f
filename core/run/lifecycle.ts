/**
 * How runs are trained, resumed and evaluated.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import { ConfigError } from "../config/schema.ts";
import type { Experiment } from "../experiment.ts";
import type { WriteOptions } from "../store/atomic_write.ts";
import { readCheckpoint, removeCheckpoint } from "../store/checkpoint.ts";
import {
  type EvaluationInfo,
  readEarlierRecords,
  writeEvaluation,
} from "../store/evaluations.ts";
import { hashContents } from "../store/file_hashes.ts";
import { History } from "../store/history.ts";
import { MAX_RECORDS } from "../store/limits.ts";
import { holdRun } from "../store/lock.ts";
import {
  readRecords,
  readTrainRecords,
  writeTrainRecords,
} from "../store/records.ts";
import { createRunDirectory, runIdFromPath } from "../store/run_directory.ts";
import { encodeConfig, writeConfigFile } from "../store/run_file.ts";
import {
  type Environment,
  readRunInfo,
  type RunInfo,
  type SourceInfo,
  writeRunInfo,
} from "../store/run_info.ts";
import { checkNoLinkLeadsOut } from "../store/safe_path.ts";
import { describeError } from "../utils/describe_error.ts";
import type { JsonObject } from "../utils/json.ts";
import { ResultCollection } from "../utils/results.ts";
import { checkCompleted, checkExperiment } from "./_run_info.ts";
import { changesThatMatter, readEnvironment } from "./environment.ts";
import { Recorder } from "./recorder.ts";
import { Run, type RunFacts, type RunOptions } from "./run.ts";
import {
  type RunOutcome,
  runToEnd,
  settle,
  throwIfStopped,
  untilStopped,
} from "./session.ts";

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
  /** What the experiment declares about its metrics. */
  readonly metrics?: RunInfo["metrics"];
  /** Whether to resume it from its last checkpoint. */
  readonly isResumed?: boolean;
}

/**
 * Carries out a training in a run directory, from `running` to whichever end it
 * comes to.
 *
 * @param runPath An empty run directory, or the one of a run that is resumed.
 * @param options The experiment's name, its configuration, and how to run it.
 * @param body The training itself.
 * @returns What the body returned.
 * @throws What the body throws; `run.json` says "failed" by then, or
 * "interrupted" if the signal was aborted.
 */
export async function conductRun<T>(
  runPath: string,
  options: ConductOptions,
  body: (run: Run) => T | Promise<T>,
): Promise<T> {
  const { config, isResumed = false, source = null } = options;
  const { warn = console.warn, print } = options;
  const { globals = globalConfigSchema.defaults } = options;
  const isDurable = globals.fsync !== "never";
  throwIfStopped(options);
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
  // The header, before run.json says that there is a history.
  if (isDurable) history.sync();
  let info = before
    ? beginSession(before, here)
    : describeNewRun(runId, options, here);
  // Each write is as durable as the first: a rename whose content is not on
  // the disk yet would leave an empty run.json after a power cut.
  const update = (
    facts: Partial<RunInfo>,
    durability: WriteOptions = { isDurable },
  ) => {
    const updated = { ...info, ...facts };
    writeRunInfo(runPath, updated, durability);
    info = updated;
  };
  const recorder = new Recorder({
    ...(print ? { print } : {}),
    earlier: isResumed
      ? readRecordsOfSessions(runPath)
      : new ResultCollection(),
    save: (records) => writeTrainRecords(runPath, records, { isDurable }),
    max: MAX_RECORDS,
  });
  const run = new Run({
    ...{ path: runPath, config, history, restored, recorder, options },
    describe: (facts) => {
      if (before) warnOfChanges(before, addFacts(before, facts), warn);
      update(addFactsToSession(info, facts));
    },
  });
  if (before) warnOfChanges(before, here, warn);
  const result = await runToEnd(run, options, update, async () => {
    const result = await untilStopped(options, () => body(run), run);
    if (run.isReplaying) {
      throw new RangeError(
        `Cannot resume run ${runId}: it has a checkpoint, but its code never ` +
          "called run.resumable",
      );
    }
    history.settle();
    recorder.settle();
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
  try {
    removeCheckpoint(runPath);
  } catch (error) {
    // A completed run does not need it; if it stays, nothing is wrong.
    warn(`the checkpoint stays: ${describeError(error).message}`);
  }
  return result;
}

/** The records of earlier sessions; those of a damaged file are made again. */
function readRecordsOfSessions(runPath: string): ResultCollection {
  try {
    return readTrainRecords(runPath);
  } catch (error) {
    // The disk is another matter: what cannot be read cannot be written.
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return new ResultCollection();
    }
    throw error;
  }
}

function checkNotCompleted(info: RunInfo): RunInfo {
  if (info.status !== "completed") return info;
  throw new RangeError(
    `Cannot resume run ${info.runId}: it is completed already`,
  );
}

function describeNewRun(
  runId: string,
  options: ConductOptions,
  here: Environment,
): RunInfo {
  const { experiment, experimentFile = null, before, metrics = {} } = options;
  const { command = "", args = [], tags = [], note = "" } = options;
  const { globals = globalConfigSchema.defaults } = options;
  return {
    ...{ runId, experiment, experimentFile, status: "running" },
    startedAt: new Date().toISOString(),
    ...{ finishedAt: null, seconds: null, command, args },
    ...here,
    ...{ tags, note, settings: pickSettings(globals) },
    ...(before ? { before } : {}),
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
  };
}

/**
 * What `run.json` says of a run that is resumed: what it began with stays, and
 * what it rests on now is added.
 */
function beginSession(
  { error: _, ...info }: RunInfo,
  here: Environment,
): RunInfo {
  const session = { at: new Date().toISOString(), ...here };
  return {
    ...info,
    ...{ status: "running", finishedAt: null, seconds: null },
    resumed: [...info.resumed ?? [], session],
  };
}

/** What a run keeps of its settings, to be resumed in the same way. */
function pickSettings(
  { engine, onNonfinite, checkpointEvery, fsync }: GlobalConfig,
) {
  return { engine, onNonfinite, checkpointEvery, fsync };
}

/** Adds facts about the environment. */
function addFacts<T extends Environment>(session: T, facts: RunFacts): T {
  const versions = { ...session.versions, ...facts.versions };
  return { ...session, ...facts, versions };
}

/** The same, in the session that the run is in. */
function addFactsToSession(info: RunInfo, facts: RunFacts): RunInfo {
  const { resumed = [] } = info;
  const last = resumed.at(-1);
  if (!last) return addFacts(info, facts);
  return { ...info, resumed: resumed.with(-1, addFacts(last, facts)) };
}

/** Warns of what has changed since the run began. */
function warnOfChanges(
  before: RunInfo,
  now: Environment,
  warn: (warning: string) => void,
): void {
  for (const change of changesThatMatter(before, now)) {
    warn(
      `${change}: results may differ from those of a run that was never stopped`,
    );
  }
}

/** Checks what the schema cannot; errors but refusals become ConfigErrors. */
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
    throw new ConfigError([message], { cause: error });
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
 * @throws {RangeError} If the configuration is too large to be read again.
 */
export async function trainRun(
  experiment: Experiment,
  options: RunOptions & { readonly config: Seeded },
): Promise<RunOutcome> {
  const { config, globals = globalConfigSchema.defaults } = options;
  const warnings = await validate(experiment, config);
  for (const warning of warnings) (options.warn ?? console.warn)(warning);
  throwIfStopped(options);
  encodeConfig(config); // Throws if it could not be read again.
  // Before the directory: without room for the source there is no run at all.
  const source = await options.keepSource?.() ?? null;
  const isDurable = globals.fsync !== "never";
  const runPath = createRunDirectory(globals.runs, { isDurable });
  const { name, metrics, configSchema: { before } } = experiment;
  return await settle({ ...options, globals }, (options) => {
    const of = { experiment: name, before, metrics, source, config };
    const what = { ...options, ...of };
    return conductRun(runPath, what, (run) => experiment.train(config, run));
  });
}

/** What {@linkcode resumeRun} is asked to do. */
export interface ResumeOptions extends Omit<RunOptions, "globals"> {
  /** The run's directory. */
  readonly runPath: string;
  /** How it is carried out; what is left out is as it was before. */
  readonly globals?: Partial<GlobalConfig>;
}

/**
 * Resumes a training that was interrupted, failed or died, from its last
 * checkpoint, or from the beginning if there is none. The result equals that of
 * a training that was never stopped, bit for bit, but for times.
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
  const globals = { ...restoreSettings(info), ...options.globals };
  const source = await options.keepSource?.() ?? null;
  return await settle({ ...options, globals }, (options) => {
    const { name } = experiment;
    const what = { experiment: name, config, source, isResumed: true };
    return conductRun(
      runPath,
      { ...options, ...what },
      (run) => experiment.train(config, run),
    );
  });
}

/** The settings that a run began with; defaults, where it does not say. */
function restoreSettings({ settings, engine }: RunInfo): GlobalConfig {
  const { defaults } = globalConfigSchema;
  // The engine itself, and not what chose it then.
  const known: JsonObject = { ...settings, ...(engine ? { engine } : {}) };
  const checked = Object.keys(pickSettings(defaults)).flatMap((key) => {
    const value = globalConfigSchema.field(key).check(known[key]);
    return value === undefined ? [] : [[key, value]];
  });
  return { ...defaults, ...Object.fromEntries(checked) };
}

/** An evaluation under way. */
export interface Evaluation {
  /** The run that it measures. */
  readonly run: Run;
  /** Records of it. */
  readonly recorder: Recorder;
  /** Adds to its file what is known of it. */
  readonly update: (
    facts: Partial<EvaluationInfo>,
    durability?: WriteOptions,
  ) => void;
}

/**
 * Opens a run for an evaluation by hand: {@linkcode evaluateRun} does it for
 * any experiment.
 *
 * @param runPath The run's directory.
 * @param config The run's configuration.
 * @param evalConfig The settings of the evaluation.
 * @param options How to carry the evaluation out.
 * @returns The evaluation, whose records go into a file of their own.
 * @throws {RangeError} If a link in the run leads out of it.
 */
export function openEvaluation(
  runPath: string,
  config: Seeded,
  evalConfig: object,
  options: RunOptions & { readonly source?: SourceInfo | null },
): Evaluation {
  checkNoLinkLeadsOut(runPath);
  const { command = "", args = [], source = null, print } = options;
  const { globals = globalConfigSchema.defaults } = options;
  const isDurable = globals.fsync !== "never";
  const settings = evalConfig as JsonObject;
  const earlier = readEarlierRecords(runPath, settings);
  const nOthers = readRecords(runPath).size - earlier.size;
  let records = earlier;
  let info: EvaluationInfo = {
    ...{ runId: runIdFromPath(runPath), evalConfig: settings },
    status: "running",
    startedAt: new Date().toISOString(),
    ...{ finishedAt: null, seconds: null, command, args },
    ...readEnvironment(globals.runs, source),
  };
  const update: Evaluation["update"] = (facts, durability = { isDurable }) => {
    info = { ...info, ...facts };
    writeEvaluation(runPath, info, records, durability);
  };
  const recorder = new Recorder({
    ...(print ? { print } : {}),
    earlier,
    save: (all) => {
      writeEvaluation(runPath, info, all, { isDurable });
      records = all;
    },
    max: MAX_RECORDS - nOthers,
  });
  const run = new Run({
    ...{ path: runPath, config, history: null, recorder, options },
    trained: readTrainRecords(runPath),
    describe: (facts) => update(addFacts(info, facts)),
  });
  return { run, recorder, update };
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
      `Cannot evaluate run ${info.runId}: experiment ${experiment.name} has ` +
        "no evaluate function",
    );
  }
  const config = experiment.configSchema.load(runPath);
  using _held = holdRun(runPath);
  const source = await options.keepSource?.() ?? null;
  return await settle({ ...options, source }, async (options) => {
    const { run, recorder, update } = openEvaluation(
      ...[runPath, config, evalConfig] as const,
      options,
    );
    await runToEnd(run, options, update, async () => {
      await untilStopped(options, () => evaluate(config, evalConfig, run));
      recorder.settle();
    });
  });
}
