/**
 * Training of diffusion models.
 *
 * @module
 */

import type { ModelConfig } from "./model_config.ts";
import { type Batch, batches } from "../data/table.ts";
import type { Run } from "../run/run.ts";
import { Meter } from "../utils/meters.ts";
import type { RandomState, RandomStream } from "../utils/random.ts";
import { type DiffusionData, hashData, loadData } from "./data/data.ts";
import { computeDenoisingLosses } from "./noise/denoising.ts";
import { useBackend } from "./engines/backend.ts";
import { buildModel, saveModel, saveWeights } from "./model.ts";
import {
  addNoise,
  computeAlphaBars,
  type NoisyBatch,
} from "./noise/noise_schedule.ts";
import { TfjsEngine } from "./engines/tfjs_engine.ts";
import type { TrainingEngine } from "./engines/training_engine.ts";

/** The file of a run that holds the scaling of its data, and their hash. */
export const SCALING_FILE = "model/scaling.json";

/**
 * Trains the diffusion model of a configuration. For each batch it draws times
 * and noise, mixes them with the data, predicts the noise, and takes a step
 * along the gradient of the squared error (Ho, Jain & Abbeel 2020, algorithm
 * 1). With generated data each epoch draws fresh rows. The identity model has
 * no weights to train: its loss is the baseline.
 *
 * The history has a line for each step, with `loss` and `gradNorm`, and one for
 * each epoch, with `loss/epoch` and `loss/validation`. The latter is the loss
 * of the averaged weights on the held-out rows, with the same times and noise
 * in each epoch; the lowest decides which weights are the best.
 *
 * The records are `loss/train`, the mean over the rows of the last epoch, and
 * `time/epoch` in seconds. The error of `loss/train` is the standard error over
 * rows, whose times and noise are independent. It says nothing about how the
 * loss changes from step to step.
 *
 * @param config The configuration.
 * @param run The run.
 * @throws {SyntaxError} If the dataset is a file that is no table of numbers.
 * @throws {RangeError} If the dataset has too few rows, or a column of one
 * value; or if the loss is not finite and training is to stop then.
 */
export async function trainDiffusionModel(
  config: ModelConfig,
  run: Run,
): Promise<void> {
  await useBackend(run);
  const data = loadData(config);
  const dataHash = await hashData(data);
  run.describe({ data: dataHash });
  run.writeJson(SCALING_FILE, { ...data.scaling, dataHash });
  using model = await buildModel(config, {
    nColumns: data.scaling.columns.length,
    random: run.random("init"),
  });
  const { nEpochs, batchSize } = config;
  const nSteps = nEpochs * Math.ceil(data.train.nRows / batchSize);
  const schedule = computeAlphaBars(config), noise = run.random("noise");
  const engine: TrainingEngine = await TfjsEngine.create(model, {
    config,
    nSteps,
  });
  const heldOut = addNoiseToHeldOut(data, { schedule, run });
  const { isDurable } = run;
  const rows = new EpochRows(data, { config, run });
  const losses = new Meter();
  const at = { epoch: 1, step: 0, seconds: 0, lowest: Infinity };
  const isResumed = run.resumable({ at, engine, noise, rows, losses });
  // So that the model of a run that stops early can be loaded.
  if (!isResumed) await saveModel(model, run.path, { isDurable });
  while (at.epoch <= nEpochs) {
    const span = run.timer.start(at.seconds);
    if (rows.isNew) losses.clear();
    for (const batch of rows.rest()) {
      const outcome = await engine.step(
        addNoise(batch, { schedule, random: noise }),
      );
      const step = ++at.step;
      const loss = computeMean(outcome.losses);
      const { gradNorm } = outcome;
      await run.log({ step, loss, ...(gradNorm === null ? {} : { gradNorm }) });
      if (run.globals.onNonfinite === "stop") {
        checkFinite("loss", loss, step);
        checkFinite("gradient", gradNorm ?? 0, step);
      }
      losses.update({ loss: outcome.losses });
      run.progress({
        done: step,
        total: nSteps,
        unit: "steps",
        values: { loss: losses.mean("loss") },
      });
      at.seconds = span.seconds;
      await run.checkpoint();
    }
    const seconds = span.stop();
    const { epoch, step } = at;
    await saveWeights(model, run.path, { name: "last", isDurable });
    engine.use("averaged");
    const validationLoss = computeMean(
      await computeDenoisingLosses(model, heldOut),
    );
    if (validationLoss < at.lowest || epoch === 1) {
      // Any number is better than NaN.
      at.lowest = Number.isNaN(validationLoss) ? Infinity : validationLoss;
      await saveWeights(model, run.path, { name: "best", isDurable });
    }
    await run.log({
      step,
      epoch,
      "loss/epoch": losses.mean("loss"),
      "loss/validation": validationLoss,
      "time/epoch": seconds,
    });
    at.epoch++;
    at.seconds = 0;
    rows.renew();
    await run.checkpoint("epoch");
  }
  engine.use("averaged");
  await saveModel(model, run.path, { isDurable });
  run.record({ name: "loss/train" }, losses.result("loss"));
  run.record({ name: "time/epoch" }, run.timer.result());
}

/**
 * The batches of one epoch after another: of fresh rows, or of the same rows in
 * another order. A resumed epoch is drawn again from the state of the stream at
 * its beginning, and the batches already taken are skipped.
 */
class EpochRows {
  readonly #random: RandomStream;
  readonly #draw: () => Iterable<Batch>;
  #begunAt: RandomState;
  #taken = 0;

  constructor(
    { train, draw }: DiffusionData,
    { config, run }: { readonly config: ModelConfig; readonly run: Run },
  ) {
    const { batchSize, freshData } = config;
    const isFresh = freshData && draw !== null;
    const random = run.random(isFresh ? "data" : "order");
    this.#random = random;
    this.#begunAt = random.state;
    this.#draw = isFresh
      ? () => batches(draw(random, train.nRows), { batchSize })
      : () => batches(train, { batchSize, order: random });
  }

  /** Whether no batch of the epoch has been taken. */
  get isNew(): boolean {
    return this.#taken === 0;
  }

  /** The batches of the epoch that have not been taken. */
  *rest(): Generator<Batch> {
    let place = 0;
    for (const batch of this.#draw()) {
      if (place++ < this.#taken) continue;
      this.#taken++;
      yield batch;
    }
  }

  /** Begins the next epoch. */
  renew(): void {
    this.#begunAt = this.#random.state;
    this.#taken = 0;
  }

  get state() {
    return { begunAt: this.#begunAt, taken: this.#taken };
  }

  restore({ begunAt, taken }: EpochRows["state"]): void {
    this.#random.restore(begunAt);
    this.#begunAt = begunAt;
    this.#taken = taken;
  }
}

/** The held-out rows, with the same times and noise in each epoch. */
function addNoiseToHeldOut(
  { heldOut }: DiffusionData,
  { schedule, run }: { readonly schedule: Float64Array; readonly run: Run },
): NoisyBatch {
  const [rows] = batches(heldOut, { batchSize: heldOut.nRows });
  return addNoise(rows!, { schedule, random: run.random("held-out") });
}

function computeMean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function checkFinite(what: string, value: number, step: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(
    `non-finite ${what} at step ${step}: current value is ${value}; a lower ` +
      "--learning-rate may help, --on-nonfinite continue goes on",
  );
}
