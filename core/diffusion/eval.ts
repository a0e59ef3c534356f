/**
 * Evaluation of diffusion models that have been trained.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EvalConfig } from "../config/eval_config.ts";
import { type ModelConfig, modelConfigSchema } from "../config/model_config.ts";
import { batches } from "../data/table.ts";
import { evaluationOf } from "../conduct.ts";
import type { Run } from "../run.ts";
import { Meter } from "../utils/meters.ts";
import type { ResultCollection } from "../utils/results.ts";
import { Timer } from "../utils/timer.ts";
import { hashData, loadData } from "./data.ts";
import { useEngine } from "./engine.ts";
import { squaredErrors } from "./loss.ts";
import { loadModel, predictNoise } from "./model.ts";
import { addNoise, alphaBars } from "./noise_schedule.ts";
import { SCALING_FILE } from "./train.ts";

/** How many rows go through the model at once; no result depends on it. */
const ROWS_AT_ONCE = 1000;

/**
 * How often each held-out row is measured, at times and with noise of its own.
 * A row's mean counts as one observation: its draws are not independent of
 * each other, the rows are.
 */
const DRAWS_PER_ROW = 8;

/**
 * Measures a trained diffusion model.
 *
 * The records are `loss/held-out`, the mean squared error of predicted noise
 * over the held-out rows, and for each number of steps `sampling`, the mean of
 * samples in standard units, with `time/sampling` in seconds. With the
 * identity model a sample is noise that has passed through it `nSteps` times,
 * so that the mean is 0 within its error.
 */
export class Evaluator {
  readonly #config: EvalConfig;
  readonly #run: Run;
  readonly #modelConfig: ModelConfig;

  /**
   * Opens a run for measuring.
   *
   * @param config What to measure.
   * @param runPath The directory of a completed run, or the run opened for
   * evaluation.
   * @throws {Deno.errors.NotFound} If the run has no configuration.
   */
  constructor(config: EvalConfig, runPath: string | Run) {
    const path = typeof runPath === "string" ? runPath : runPath.path;
    this.#config = config;
    this.#modelConfig = modelConfigSchema.load(path);
    this.#run = typeof runPath === "string"
      ? evaluationOf(runPath, this.#modelConfig)
      : runPath;
  }

  /**
   * Measures all that the configuration names.
   *
   * @returns The records, which are in the run directory by then.
   * @throws {Deno.errors.NotFound} If the run has no model.
   * @throws {RangeError} If the data are no longer those it was trained on.
   */
  async evaluate(): Promise<ResultCollection> {
    await useEngine(this.#run);
    const model = await loadModel(this.#run.path);
    try {
      await this.#measureHeldOut(model);
      for (const nSteps of this.#config.nSteps) {
        await this.#measureSampling(model, nSteps);
      }
    } finally {
      model.dispose();
    }
    return this.#run.records;
  }

  async #measureHeldOut(model: tf.LayersModel): Promise<void> {
    const data = loadData(this.#modelConfig);
    const { dataHash } = this.#run.readJson(SCALING_FILE);
    if (await hashData(data) !== dataHash) {
      throw new RangeError(
        `Cannot evaluate on ${this.#modelConfig.dataset} as it has changed ` +
          "since the run was trained on it",
      );
    }
    const schedule = alphaBars(this.#modelConfig);
    const rowMeans = new Float64Array(data.heldOut.nRows);
    for (let draw = 0; draw < DRAWS_PER_ROW; draw++) {
      // A stream a draw, read row by row: how many rows go at once is no matter.
      const random = this.#run.random(`eval/noise/${draw}`);
      let row = 0;
      for (const batch of batches(data.heldOut, { batchSize: ROWS_AT_ONCE })) {
        const noisy = addNoise(batch, { schedule, random });
        const errors = await squaredErrors(model, noisy);
        for (const error of errors) rowMeans[row++]! += error / DRAWS_PER_ROW;
        await this.#run.yield();
      }
    }
    const meter = new Meter();
    meter.update({ loss: rowMeans });
    this.#run.record({ name: "loss/held-out" }, meter.result("loss"));
  }

  async #measureSampling(model: tf.LayersModel, nSteps: number): Promise<void> {
    const { nSamples } = this.#config;
    const nColumns = model.outputShape[1] as number;
    const random = this.#run.random(`eval/sampling/${nSteps}`);
    const timer = new Timer();
    const span = timer.start();
    const meter = new Meter();
    for (let start = 0; start < nSamples; start += ROWS_AT_ONCE) {
      const nRows = Math.min(ROWS_AT_ONCE, nSamples - start);
      const noise = random.fillNormal(new Float32Array(nRows * nColumns));
      meter.update({ mean: await this.#sample(model, noise, nSteps) });
      this.#run.progress({ done: start + nRows, total: nSamples });
    }
    span.stop();
    const setting = { nSteps, nSamples };
    this.#run.record({ name: "sampling", ...setting }, meter.result("mean"));
    this.#run.record({ name: "time/sampling", ...setting }, timer.result());
  }

  /** Passes noise through the model; gives the mean of each row's columns. */
  async #sample(
    model: tf.LayersModel,
    noise: Float32Array,
    nSteps: number,
  ): Promise<Float32Array> {
    const nColumns = model.outputShape[1] as number;
    const nRows = noise.length / nColumns;
    let rows = tf.tensor2d(noise, [nRows, nColumns]);
    try {
      for (let step = nSteps; step > 0; step--) {
        const next = tf.tidy(() =>
          predictNoise(model, rows, tf.fill([nRows, 1], step / nSteps))
        );
        rows.dispose();
        rows = next;
        await this.#run.yield();
      }
      return tf.tidy(() => rows.mean(1).dataSync<"float32">());
    } finally {
      rows.dispose();
    }
  }
}
