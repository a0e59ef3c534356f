/**
 * How runs are trained and resumed.
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
import { readCheckpoint, removeCheckpoint } from "../store/checkpoint.ts";
import { hashContents } from "../store/file_hashes.ts";
import { History } from "../store/history.ts";
import { encodeJsonFile } from "../store/json_file.ts";
import { MAX_BYTES, MAX_RECORDS } from "../store/limits.ts";
import {
  readEarlierRecords,
  TRAIN,
  writeRecordsFile,
} from "../store/records.ts";
import { createRunDirectory, runIdFromPath } from "../store/run_directory.ts";
import { writeConfigFile } from "../store/run_file.ts";
import {
  type Environment,
  readRunInfo,
  type RunInfo,
  writeRunInfo,
} from "../store/run_info.ts";
import { checkNoLinkLeadsOut } from "../store/safe_path.ts";
import { describeError } from "../utils/describe_error.ts";
import type { JsonObject } from "../utils/json.ts";
import { addFacts, checkExperiment } from "./_run_info.ts";
import {
  beginSession,
  changesThatMatter,
  readEnvironment,
} from "./environment.ts";
import { Pause } from "./pause.ts";
import { Recorder } from "./recorder.ts";
import { Run } from "./run.ts";
import type { RunOptions } from "./run_options.ts";
import {
  type RunOutcome,
  runSession,
  type Session,
  throwIfStopped,
} from "./session.ts";

// `reproduce --stored-code` finds both here, in a run's own source.
export { evaluateRun } from "./evaluation.ts";

/** What {@linkcode trainRun} is asked to do. */
export interface TrainOptions extends RunOptions {
  /** The whole configuration. */
  readonly config: Seeded;
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
  options: TrainOptions,
): Promise<RunOutcome> {
  const { config, globals = globalConfigSchema.defaults } = options;
  const { warn = console.warn } = options;
  for (const warning of await validate(experiment, config)) warn(warning);
  throwIfStopped(options);
  // Throws if it could not be read again.
  encodeJsonFile("config.json", config, MAX_BYTES.runFile);
  // Before the directory: without room for the source there is no run at all.
  const source = await options.keepSource?.() ?? null;
  throwIfStopped(options);
  const isDurable = globals.fsync !== "never";
  const runPath = createRunDirectory(globals.runs, { isDurable });
  options.onCreate?.(runPath);
  writeConfigFile(runPath, config, { isDurable });
  // Locked before run.json says "running", or readers would take it for dead.
  using history = new History(runPath, runIdFromPath(runPath), {
    isDurable: globals.fsync === "always",
  });
  const { name, metrics, configSchema: { before } } = experiment;
  const { experimentFile = null, tags = [], note = "" } = options;
  const info: RunInfo = {
    ...beginSession(runPath, options, source),
    ...{ experiment: name, experimentFile, tags, note, before },
    settings: pickSettings(globals),
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
    ...(options.sweep ? { sweep: options.sweep } : {}),
  };
  return await train(experiment, {
    ...options,
    globals,
    runPath,
    history,
    info,
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
 * a training that was never stopped, bit for bit, except for times.
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
  const found = readRunInfo(runPath);
  checkExperiment(experiment, found, "resume");
  checkNotCompleted(found);
  checkNoLinkLeadsOut(runPath);
  const config = experiment.configSchema.load(runPath);
  await validate(experiment, config);
  const globals = { ...restoreSettings(found), ...options.globals };
  const source = await options.keepSource?.() ?? null;
  throwIfStopped(options);
  using history = new History(runPath, found.runId, {
    isResumed: true,
    isRunning: found.status === "running",
    isDurable: globals.fsync === "always",
  });
  // Again, now that no other process can write it any more.
  const before = checkNotCompleted(readRunInfo(runPath));
  const restored = await readCheckpoint(runPath);
  history.truncateTo(Number(restored?.historyLength ?? 0));
  const { error: _, ...begun } = before;
  const here = readEnvironment(globals.runs, source);
  const session = { at: new Date().toISOString(), ...here };
  return await train(experiment, {
    ...options,
    ...{ globals, config, history, before, restored },
    info: {
      ...begun,
      ...{ status: "running", finishedAt: null, seconds: null },
      resumed: [...begun.resumed ?? [], session],
    },
  });
}

/** What {@linkcode train} is given. */
interface Training extends TrainOptions {
  readonly runPath: string;
  readonly globals: GlobalConfig;
  readonly history: History;
  /** What `run.json` says at first. */
  readonly info: RunInfo;
  /** What it said before, in a run that is resumed. */
  readonly before?: RunInfo;
  /** The checkpoint from which the run is resumed. */
  readonly restored?: JsonObject | null;
}

/** Trains in a run directory, from `running` to its end. */
async function train(
  experiment: Experiment,
  training: Training,
): Promise<RunOutcome> {
  const { runPath, config, globals, history, before, restored } = training;
  const { print, warn = console.warn } = training;
  const isDurable = globals.fsync !== "never";
  // The header, before run.json says that there is a history.
  if (isDurable) history.sync();
  let { info } = training;
  let hasPlan = false;
  // Each write is as durable as the first: a rename whose content is not on
  // the disk yet would leave an empty run.json after a power cut.
  const update: Session["update"] = (facts, durability = { isDurable }) => {
    const updated = { ...info, ...facts };
    writeRunInfo(runPath, updated, durability);
    info = updated;
  };
  const warnOfChanges = (now: Environment | undefined) => {
    if (!before || !now) return;
    for (const change of changesThatMatter(before, now)) {
      warn(
        `${change}: results may differ from those of a run that was never ` +
          "stopped",
      );
    }
  };
  const recorder = new Recorder({
    print,
    earlier: before && readEarlierRecords(runPath, TRAIN),
    save: (records) => {
      const content = { runId: info.runId, records };
      writeRecordsFile(runPath, TRAIN, content, { isDurable });
    },
    max: MAX_RECORDS,
  });
  const run = new Run({
    ...{ path: runPath, config, history, restored, recorder },
    options: {
      ...training,
      onProgress(progress) {
        const { unit, total } = progress;
        // So that others who watch the run know how long it is.
        if (unit && !hasPlan) {
          hasPlan = true;
          update({ planned: { unit, total } });
        }
        training.onProgress?.(progress);
      },
    },
    describe: (facts) => {
      if (!before) return update(addFacts(info, facts));
      warnOfChanges(addFacts(before, facts));
      const { resumed = [] } = info;
      update({ resumed: resumed.with(-1, addFacts(resumed.at(-1)!, facts)) });
    },
  });
  warnOfChanges(info.resumed?.at(-1));
  const outcome = await runSession(run, {
    ...training,
    update,
    async work() {
      try {
        await experiment.train(config, run);
      } catch (error) {
        if (Pause.is(error) && error.historyLength !== null) {
          const { at, historyLength } = error;
          update({ pauses: { ...info.pauses, [at]: historyLength } });
        }
        throw error;
      }
    },
    finish: async () => {
      if (run.isReplaying) {
        throw new RangeError(
          `Cannot resume run ${run.id}: it has a checkpoint, but its code ` +
            "never called run.resumable",
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
    },
  });
  if (outcome.status !== "completed") return outcome;
  try {
    removeCheckpoint(runPath);
  } catch (error) {
    // A completed run does not need it; if it stays, nothing is wrong.
    warn(`the checkpoint stays: ${describeError(error).message}`);
  }
  return outcome;
}

function checkNotCompleted(info: RunInfo): RunInfo {
  if (info.status !== "completed") return info;
  throw new RangeError(
    `Cannot resume run ${info.runId}: it is completed already`,
  );
}

/** Checks what the schema cannot; errors but refusals become ConfigErrors. */
async function validate(
  experiment: Experiment,
  config: Seeded,
): Promise<readonly string[]> {
  try {
    return await experiment.validate(config);
  } catch (error) {
    const { NotCapable } = Deno.errors;
    if (error instanceof NotCapable || error instanceof ConfigError) {
      throw error;
    }
    const { message } = describeError(error);
    throw new ConfigError([message], { cause: error });
  }
}

/** What a run keeps of its settings, to be resumed in the same way. */
const KEPT_SETTINGS = ["engine", "onNonfinite", "checkpointEvery", "fsync"];

function pickSettings(globals: GlobalConfig): JsonObject {
  const isKept = ([key]: [string, unknown]) => KEPT_SETTINGS.includes(key);
  return Object.fromEntries(Object.entries(globals).filter(isKept));
}

/** The settings that a run began with; defaults, where it does not say. */
function restoreSettings({ settings, engine }: RunInfo): GlobalConfig {
  // The engine itself, and not what chose it then.
  const known: JsonObject = { ...settings, ...(engine ? { engine } : {}) };
  const checked = KEPT_SETTINGS.flatMap((key) => {
    const value = globalConfigSchema.field(key).check(known[key]);
    return value === undefined ? [] : [[key, value]];
  });
  return { ...globalConfigSchema.defaults, ...Object.fromEntries(checked) };
}
