/**
 * A run under way: what an experiment is given to work with.
 *
 * @module
 */

import {
  type CheckpointPlace,
  Checkpoints,
  type ResumableParts,
} from "./resumable.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import type { Seeded } from "../config/fields.ts";
import type { History, HistoryLine } from "../store/history.ts";
import { isPlainObject, type JsonObject } from "../utils/json.ts";
import { SCHEMA_VERSION, writeJsonFile } from "../store/json_file.ts";
import { Meter } from "../utils/meters.ts";
import { RandomStream } from "../utils/random.ts";
import type { Recorder } from "./recorder.ts";
import {
  type MetadataFields,
  type ResultCollection,
  ResultMetadata,
  ResultRecord,
  type ScalarResult,
} from "../utils/results.ts";
import { makeFolder, runIdFromPath } from "../store/run_directory.ts";
import type { Numerics } from "../store/run_info.ts";
import { readRunFile } from "../store/run_file.ts";
import { writeObservations } from "../store/observations.ts";
import { Timer } from "../utils/timer.ts";
import type { Progress, RunOptions } from "./run_options.ts";

/** Paths that stay in the run directory; none of their parts begins with a dot. */
const OWN_FILE = /^\w[^/\\]*(\/\w[^/\\]*)*$/;
const KEPT_FILE =
  /^((config|run)\.json|metrics\.jsonl|checkpoint\.safetensors|(results|evaluations)\/.*)$/;

/** How long training may keep the event loop, and a signal, waiting. */
const TURN_MS = 100;

/** What a run is made of, by those who begin and end runs. */
export interface RunParts {
  /** The run's directory. */
  readonly path: string;
  /** The whole configuration as resolved. */
  readonly config: Seeded;
  /** The open history; null in an evaluation. */
  readonly history: History | null;
  /** The checkpoint from which a training is resumed. */
  readonly restored?: JsonObject | null | undefined;
  /** In an evaluation: what the training has recorded. */
  readonly trained?: ResultCollection;
  /** Keeps the records. */
  readonly recorder: Recorder;
  /** How it is carried out. */
  readonly options: RunOptions;
  /** Adds facts to the run's file. */
  readonly describe: (facts: RunFacts) => void;
}

/** What a run reports of its environment. */
export interface RunFacts {
  /** The engine that does the arithmetic. */
  readonly engine?: string;
  /** How that engine rounds. */
  readonly numerics?: Numerics;
  /** Versions of what it rests on, `{ tfjs: "4.22.0" }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** A hash of the data, where it has data. */
  readonly data?: string;
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
  /** The whole configuration as resolved. */
  readonly config: Seeded;
  /** Where things lie and how they run. */
  readonly globals: GlobalConfig;
  /** A meter for this run's measurements. */
  readonly meter: Meter = new Meter();
  /** A timer for this run. */
  readonly timer: Timer = new Timer();
  readonly #parts: RunParts;
  readonly #checkpoints: Checkpoints | null = null;
  readonly #startedAt = performance.now();
  #secondsBefore = 0;
  #lastTurn = performance.now();

  /**
   * Use {@linkcode trainRun} or {@linkcode evaluateRun}, which also begin and end
   * a run.
   *
   * @param parts What the run is made of.
   */
  constructor(parts: RunParts) {
    const { path, config, options, history, restored = null } = parts;
    this.#parts = parts;
    this.path = path;
    this.config = config;
    this.id = runIdFromPath(path);
    this.globals = options.globals ?? globalConfigSchema.defaults;
    if (!history) return;
    const { meter, timer } = this;
    const own = { meter, timer, records: parts.recorder, clock: this.#clock };
    const { pauseAt } = options;
    this.#checkpoints = new Checkpoints({
      ...{ run: this, history, own, restored, pauseAt },
    });
  }

  /** Whether its files are forced to the disk, to survive a power cut. */
  get isDurable(): boolean {
    return this.globals.fsync !== "never";
  }

  /** How long it has run, in seconds, before it was resumed as well. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
  }

  get #clock() {
    const seconds = () => this.seconds;
    return {
      get state() {
        return seconds();
      },
      restore: (before: number) => void (this.#secondsBefore = before),
    };
  }

  /** The records made so far. */
  get records(): ResultCollection {
    return this.#parts.recorder.records;
  }

  /**
   * Opens a stream of random numbers that depends only on the run's seed and the
   * stream's name. All randomness comes from such streams.
   *
   * @param stream The stream's name: `init`, `order`, `noise`, `eval`, …
   * @returns The stream, at its beginning.
   */
  random(stream: string): RandomStream {
    return new RandomStream(this.config.seed, stream);
  }

  /**
   * Registers the state of the training: everything that changes from step to step
   * and cannot be made again from the configuration. In a resumed run it is restored
   * from the last checkpoint. Code before this call runs again, but logs and records
   * nothing twice.
   *
   * @param parts The state by name: random streams, meters, anything else that has
   * `state` and `restore`, and plain objects of numbers, texts, lists and typed
   * arrays.
   * @returns Whether the run was resumed from a checkpoint.
   * @throws {TypeError} If this is an evaluation, it was called before, or a part
   * cannot be saved.
   * @throws {RangeError} If the checkpoint is of other parts.
   *
   * @example
   * ```ts
   * import { experiment, integer } from "whisker";
   *
   * export default experiment({
   *   name: "walk",
   *   config: {
   *     nSteps: integer({ default: 100, min: 1, description: "how many" }),
   *   },
   *   async train({ nSteps }, run) {
   *     const noise = run.random("noise");
   *     const at = { step: 0, place: 0 };
   *     run.resumable({ noise, at });
   *     while (at.step < nSteps) {
   *       at.place += noise.normal();
   *       at.step++;
   *       await run.log({ ...at });
   *       await run.checkpoint();
   *     }
   *   },
   * });
   * ```
   */
  resumable(parts: ResumableParts): boolean {
    return this.#kept.register(parts);
  }

  /**
   * Keeps a checkpoint if one is due or the run is asked to stop. Await it where the
   * loop could start again from the state given to {@linkcode Run.resumable}.
   *
   * @param place What has just ended: a step, or a whole epoch.
   * @returns A promise to be awaited; it rejects once the run is interrupted or
   * pauses, after the checkpoint has been kept.
   * @throws {TypeError} If this is an evaluation, or {@linkcode Run.resumable}
   * has not been called.
   */
  async checkpoint(place: CheckpointPlace = "step"): Promise<void> {
    const { signal } = this.#parts.options;
    const checkpoints = this.#kept;
    const isDue = checkpoints.isDue(place);
    if (isDue || signal?.aborted) await checkpoints.save();
    signal?.throwIfAborted();
    checkpoints.throwIfPaused();
  }

  /** Whether a stop can wait until {@linkcode Run.checkpoint} is awaited. */
  get hasCheckpoints(): boolean {
    return this.#checkpoints?.isUsed ?? false;
  }

  get #kept(): Checkpoints {
    if (this.#checkpoints) return this.#checkpoints;
    throw new TypeError(
      "Cannot keep a checkpoint: only trainings have them",
    );
  }

  /** Whether a checkpoint was there that the experiment has not asked for. */
  get isReplaying(): boolean {
    return this.#checkpoints?.isReplaying ?? false;
  }

  /** Stops at once where no checkpoint will be kept first. */
  #throwIfStopped(): void {
    this.#parts.options.failure?.throwIfAborted();
    if (!this.hasCheckpoints) this.#parts.options.signal?.throwIfAborted();
  }

  /**
   * Records a result: prints it and saves it in the run directory.
   *
   * @param metadata What was measured.
   * @param result What came out.
   * @returns The record.
   * @throws {RangeError} If this is an evaluation, and the training has recorded
   * the same: one of the two would be hidden.
   */
  record(metadata: MetadataFields, result: ScalarResult): ResultRecord {
    return this.#record(metadata, result);
  }

  /**
   * Records the mean of observations, and keeps each of them in the run
   * directory. Where all runs observe the same things in the same order, say the
   * loss on each test row, a comparison can then tell the spread over rows from
   * the spread over seeds (declare the metric with `observations: "shared"`).
   *
   * @param metadata What was measured.
   * @param values The observations.
   * @returns The record, with the mean, its within-run error, and n.
   * @throws {RangeError} If there are none or too many, or as
   * {@linkcode Run.record} does.
   */
  recordEach(
    metadata: MetadataFields,
    values: Float64Array | Float32Array | readonly number[],
  ): ResultRecord {
    const observations = Float64Array.from(values);
    if (observations.length === 0) {
      throw new RangeError(
        `Cannot record ${
          ResultMetadata.of(metadata)
        }: there are no observations`,
      );
    }
    const meter = new Meter();
    meter.update({ each: observations });
    return this.#record(
      metadata,
      meter.result("each"),
      this.isReplaying
        ? undefined
        : writeObservations(this.path, observations, this),
    );
  }

  #record(
    metadata: MetadataFields,
    result: ScalarResult,
    values?: string,
  ): ResultRecord {
    this.#throwIfStopped();
    const measured = ResultMetadata.of(metadata);
    if (this.#parts.trained?.get(measured)) {
      throw new RangeError(
        `Cannot record ${measured} in an evaluation: the training has ` +
          "recorded it; use another name or more fields",
      );
    }
    // The checkpoint has it.
    if (this.isReplaying) return new ResultRecord(measured, result);
    return this.#parts.recorder.record(metadata, result, values);
  }

  /**
   * Appends a line to the history, and yields to the event loop now and then.
   *
   * @param values A step or epoch, and what was measured in it.
   * @returns A promise to be awaited.
   * @throws {TypeError} If this is an evaluation: the history is training's.
   */
  async log(values: HistoryLine): Promise<void> {
    const { history } = this.#parts;
    this.#throwIfStopped();
    if (!history) {
      throw new TypeError(
        "Cannot log in an evaluation: the history belongs to the training",
      );
    }
    // Lines before the checkpoint are already there.
    if (!this.isReplaying) history.append(values);
    await this.yield();
  }

  /**
   * Yields to the event loop if that is due, so that signals are handled. Await it in
   * every long loop.
   *
   * @returns A promise to be awaited; it rejects once the run is interrupted.
   */
  async yield(): Promise<void> {
    if (performance.now() - this.#lastTurn < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastTurn = performance.now();
    this.#throwIfStopped();
  }

  /**
   * Prints a warning.
   *
   * @param warning A sentence without a full stop.
   */
  warn(warning: string): void {
    (this.#parts.options.warn ?? console.warn)(warning);
  }

  /**
   * Reports progress.
   *
   * @param progress How much is done.
   */
  progress(progress: Progress): void {
    this.#parts.options.onProgress?.(progress);
  }

  /**
   * Writes a JSON file into the run directory, as a whole or not at all.
   *
   * @param name The file's name, `model/weights.json` for example.
   * @param fields The top level of the file.
   * @throws {RangeError} If the name leads out of the run directory, or is
   * that of one of Whisker's own files.
   */
  writeJson(name: string, fields: object): void {
    this.#throwIfStopped();
    const { schemaVersion = SCHEMA_VERSION } = fields as JsonObject ?? {};
    if (!isPlainObject(fields) || schemaVersion !== SCHEMA_VERSION) {
      throw new TypeError(
        `Cannot write ${name}: its top level must be a plain object such as ` +
          "{ weights: [1, 2] }, without a schemaVersion of its own",
      );
    }
    if (!OWN_FILE.test(name) || KEPT_FILE.test(name)) {
      throw new RangeError(
        `Cannot write ${name} into a run: it must be a relative path such as ` +
          "model/weights.json, and none of Whisker's own files",
      );
    }
    const { isDurable } = this;
    let folder = this.path;
    for (const part of name.split("/").slice(0, -1)) {
      makeFolder(folder += `/${part}`, { isDurable });
    }
    writeJsonFile(`${this.path}/${name}`, fields, { isDurable });
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
    return readRunFile(this.path, name);
  }

  /**
   * Adds facts about the environment to `run.json`.
   *
   * @param facts The engine, how it rounds, versions by name, a hash of the
   * data.
   */
  describe(facts: RunFacts): void {
    if (!isPlainObject(facts)) {
      throw new TypeError(
        "Cannot describe the run: the facts must be a plain object such as " +
          '{ engine: "wasm" }',
      );
    }
    this.#parts.describe(facts);
  }
}
