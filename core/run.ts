/**
 * A run under way: what an experiment is given to work with, and how a run
 * begins and ends.
 *
 * @module
 */

import {
  type GlobalConfig,
  globalConfigSchema,
} from "./config/global_config.ts";
import { ConfigError } from "./config/schema.ts";
import type { Experiment, Seeded } from "./experiment.ts";
import { History, type HistoryLine } from "./utils/history.ts";
import { type JsonObject, readJsonFile, writeJsonFile } from "./utils/json.ts";
import { Meter } from "./utils/meters.ts";
import { RandomStream } from "./utils/random.ts";
import { Recorder, type Stage } from "./utils/recorder.ts";
import {
  type MetadataFields,
  type ResultCollection,
  ResultMetadata,
  type ResultRecord,
  type ScalarResult,
} from "./utils/results.ts";
import { checkStaysInside } from "./utils/_inside.ts";
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

/** How far a run has come. */
export interface Progress {
  /** How much is done, in the unit of `total`. */
  readonly done: number;
  /** How much there is to do. */
  readonly total: number;
  /** What is worth seeing meanwhile: the loss, for example. */
  readonly values?: Readonly<Record<string, number>>;
}

/** How a run is to be carried out: nothing that its result depends on. */
export interface RunOptions {
  /** Where things lie and how they run; the defaults, if it is left out. */
  readonly globals?: GlobalConfig;
  /** The command, as `run.json` keeps it. */
  readonly command?: string;
  /** The command's arguments. */
  readonly args?: readonly string[];
  /** The user's tags. */
  readonly tags?: readonly string[];
  /** The user's note. */
  readonly note?: string;
  /** Prints a record; `console.log` by default. */
  readonly print?: (record: ResultRecord) => void;
  /** Is told when the run's directory is there. */
  readonly onStart?: (run: Run) => void;
  /** Is told how far the run has come. */
  readonly onProgress?: (progress: Progress) => void;
  /** Interrupts the run when it is aborted. */
  readonly signal?: AbortSignal;
}

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

/** Paths that stay in the run directory; none of their parts begins with a dot. */
const OWN_FILE = /^\w[^/\\]*(\/\w[^/\\]*)*$/;
const KEPT_FILE = /^((config|run)\.json|metrics\.jsonl|results\/.*)$/;

/** How long training may keep the event loop, and a signal, waiting. */
const TURN_MS = 100;
const MILLISECONDS_PER_SECOND = 1000;

interface RunParts {
  readonly path: string;
  readonly stage: Stage;
  readonly seed: number;
  readonly history: History | null;
  /** In an evaluation: what the training has recorded. */
  readonly trained?: ResultCollection;
  readonly options: RunOptions;
  readonly describe: (facts: RunFacts) => void;
}

/** What a run tells of itself once it knows. */
export interface RunFacts {
  /** The engine that does the arithmetic. */
  readonly engine: string;
  /** Versions of what it rests on, `{ tfjs: "4.22.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * A run under way: its directory, history, records, meter and random streams.
 * Experiments are given one.
 */
export class Run {
  /** The run's directory. */
  readonly path: string;
  /** The run's id. */
  readonly id: string;
  /** Where things lie and how they run. */
  readonly globals: GlobalConfig;
  /** A meter for whatever is measured in this run. */
  readonly meter: Meter = new Meter();
  /** A timer for whatever is timed in this run. */
  readonly timer: Timer = new Timer();
  readonly #parts: RunParts;
  readonly #recorder: Recorder;
  #lastTurn = performance.now();

  /**
   * Use {@linkcode conductRun}, {@linkcode trainRun} or
   * {@linkcode evaluateRun}, which begin and end a run as well.
   *
   * @param parts What the run is made of.
   */
  constructor(parts: RunParts) {
    const { path, stage, options } = parts;
    this.#parts = parts;
    this.path = path;
    this.id = runIdOf(path);
    this.globals = options.globals ?? globalConfigSchema.defaults;
    this.#recorder = new Recorder({
      save: { runPath: path, stage },
      ...(options.print ? { print: options.print } : {}),
    });
  }

  /** The records made so far. */
  get records(): ResultCollection {
    return this.#recorder.records;
  }

  /**
   * A stream of random numbers that depends on the run's seed and its name
   * alone. All randomness comes from such streams.
   *
   * @param stream The stream's name: `init`, `order`, `noise`, `eval`, …
   * @returns The stream, at its beginning.
   */
  random(stream: string): RandomStream {
    return new RandomStream(this.#parts.seed, stream);
  }

  /**
   * Makes a record: prints it and saves it in the run directory.
   *
   * @param metadata What was measured.
   * @param result What came out.
   * @returns The record.
   * @throws {RangeError} If this is an evaluation, and the training has recorded
   * the same: one of the two would be hidden.
   */
  record(metadata: MetadataFields, result: ScalarResult): ResultRecord {
    this.#parts.options.signal?.throwIfAborted();
    if (this.#parts.trained?.get(ResultMetadata.of(metadata))) {
      throw new RangeError(
        `Cannot record ${
          ResultMetadata.of(metadata)
        } in an evaluation as the ` +
          "training has: another name or further fields tell them apart",
      );
    }
    return this.#recorder.record(metadata, result);
  }

  /**
   * Appends a line to the history, and now and then lets the event loop turn.
   *
   * @param values A step or epoch and what was seen in it.
   * @returns A promise to be awaited.
   * @throws {TypeError} If this is an evaluation: the history is training's.
   */
  async log(values: HistoryLine): Promise<void> {
    const { history, options } = this.#parts;
    options.signal?.throwIfAborted();
    if (!history) {
      throw new TypeError(
        "Cannot log in an evaluation as the history is that of the training",
      );
    }
    history.append(values);
    await this.yield();
  }

  /**
   * Lets the event loop turn if it has not for a while, so that a signal is
   * seen at once. To be awaited in every long loop.
   *
   * @returns A promise to be awaited; it rejects once the run is interrupted.
   */
  async yield(): Promise<void> {
    if (performance.now() - this.#lastTurn < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastTurn = performance.now();
    this.#parts.options.signal?.throwIfAborted();
  }

  /**
   * Says how far the run has come.
   *
   * @param progress What is done, of how much.
   */
  progress(progress: Progress): void {
    this.#parts.options.onProgress?.(progress);
  }

  /**
   * Writes a JSON file into the run directory, as a whole or not at all.
   *
   * @param name The file's name, `model/weights.json` for example.
   * @param fields The top level of the file.
   * @throws {RangeError} If the name leads out of the run directory, or is that
   * of a file which Whisker keeps there.
   */
  writeJson(name: string, fields: object): void {
    this.#parts.options.signal?.throwIfAborted();
    if (!OWN_FILE.test(name) || KEPT_FILE.test(name)) {
      throw new RangeError(
        `Cannot write ${name} into a run as it must be a relative path such ` +
          "as model/weights.json, and none of Whisker's own files",
      );
    }
    const slash = name.lastIndexOf("/");
    if (slash > 0) {
      Deno.mkdirSync(`${this.path}/${name.slice(0, slash)}`, {
        recursive: true,
      });
    }
    writeJsonFile(`${this.path}/${name}`, fields);
  }

  /**
   * Reads a JSON file that {@linkcode Run.writeJson} wrote.
   *
   * @param name The file's name.
   * @returns The top level of the file, `schemaVersion` included.
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {SyntaxError} If it is no JSON.
   */
  readJson(name: string): JsonObject {
    return readJsonFile(`${this.path}/${name}`);
  }

  /**
   * Tells `run.json` on what engine and versions the run rests.
   *
   * @param facts The engine, and versions by name.
   */
  describe(facts: RunFacts): void {
    this.#parts.describe(facts);
  }
}

/**
 * Carries out a training in a run directory, from `running` to however it
 * ends: keeps the configuration and what ran, holds the history open, and
 * notes an error or interruption.
 *
 * @param runPath An empty run directory.
 * @param what The experiment's name, its configuration, and how to run it.
 * @param body The training itself.
 * @returns What the body returned.
 * @throws What the body throws; `run.json` says "failed" by then, or
 * "interrupted" if the signal was aborted.
 */
export async function conductRun<T>(
  runPath: string,
  what: RunOptions & { readonly experiment: string; readonly config: Seeded },
  body: (run: Run) => T | Promise<T>,
): Promise<T> {
  const { experiment, config, signal } = what;
  signal?.throwIfAborted();
  const startedAt = performance.now();
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
      seconds: (performance.now() - startedAt) / MILLISECONDS_PER_SECOND,
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
async function validate(experiment: Experiment, config: Seeded): Promise<void> {
  try {
    await experiment.validate(config);
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
  await validate(experiment, config);
  signal?.throwIfAborted();
  const runPath = createRunDirectory(globals.runs);
  const what = { ...options, globals, experiment: experiment.name };
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
  for (const folder of ["results", "model"]) {
    checkStaysInside(`${runPath}/${folder}`, runPath);
  }
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
    const file = groups?.file ?? "FILE";
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

async function outcomeOf(
  signal: AbortSignal | undefined,
  runPath: string,
  config: object,
  body: (attend: (run: Run) => void) => Promise<void>,
): Promise<RunOutcome> {
  const startedAt = performance.now();
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
    seconds: (performance.now() - startedAt) / MILLISECONDS_PER_SECOND,
    ...(ending.error === undefined ? {} : { error: ending.error }),
  };
}
