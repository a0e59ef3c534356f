/**
 * Training of diffusion models.
 *
 * @module
 */

import type { ModelConfig } from "./model_config.ts";
import { batches } from "../data/table.ts";
import type { Run } from "../run/run.ts";
import { Meter } from "../utils/meters.ts";
import { hashData, loadData } from "./data/data.ts";
import { type Backend, useBackend } from "./engines/backend.ts";
import {
  buildModel,
  type NoiseModel,
  saveModel,
  saveWeights,
} from "./model.ts";
import {
  computeDenoisingLosses,
  type Numbers,
} from "./noise/noise_predictor.ts";
import { addNoise, computeAlphaBars } from "./noise/noise_schedule.ts";
import { FusedEngine } from "./engines/fused/fused_engine.ts";
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
  const backend = await useBackend(run, config);
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
  const engine = await createEngine(model, run, { config, nSteps, backend });
  const heldOut = addNoise(data.heldOut, {
    schedule,
    random: run.random("held-out"),
  });
  const { isDurable } = run;
  const drawRows = config.freshData ? data.draw : null;
  const random = run.random(drawRows ? "data" : "order");
  const drawBatches = () =>
    drawRows
      ? batches(drawRows(random, data.train.nRows), { batchSize })
      : batches(data.train, { batchSize, order: random });
  // A resumed epoch is drawn again, and the batches already taken are skipped.
  const rows = { begunAt: random.state, taken: 0 };
  const losses = new Meter();
  const at = { epoch: 1, step: 0, seconds: 0, lowest: Infinity };
  const isResumed = run.resumable({ at, engine, noise, rows, losses });
  // So that the model of a run that stops early can be loaded.
  if (!isResumed) await saveModel(model, run.path, { isDurable });
  while (at.epoch <= nEpochs) {
    const span = run.timer.start(at.seconds);
    random.restore(rows.begunAt);
    if (rows.taken === 0) losses.clear();
    for (const batch of drawBatches().drop(rows.taken)) {
      const { losses: lossByRow, ...gradient } = await engine.step(
        addNoise(batch, { schedule, random: noise }),
      );
      const step = ++at.step;
      const loss = computeMean(lossByRow);
      rows.taken++;
      await run.log({ step, loss, ...gradient });
      if (run.globals.onNonfinite === "stop") {
        checkFinite("loss", loss, step);
        checkFinite("gradient", gradient.gradNorm ?? 0, step);
      }
      losses.update({ loss: lossByRow });
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
    engine.use("last");
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
    rows.begunAt = random.state;
    rows.taken = 0;
    await run.checkpoint("epoch");
  }
  engine.use("averaged");
  await saveModel(model, run.path, { isDurable });
  run.record({ name: "loss/train" }, losses.result("loss"));
  run.record({ name: "time/epoch" }, run.timer.result());
}

/** What {@linkcode createEngine} needs beside the model and the run. */
interface EngineOptions {
  readonly config: ModelConfig;
  readonly nSteps: number;
  readonly backend: Backend;
}

async function createEngine(
  model: NoiseModel,
  run: Run,
  { backend, ...options }: EngineOptions,
): Promise<TrainingEngine> {
  const { threads } = run.globals;
  if (backend !== "fused") {
    if (threads > 1) run.warn(`engine ${backend} trains on one thread`);
    return await TfjsEngine.create(model, options);
  }
  const network = await model.fuse(options.config, threads);
  if (threads > network.nThreads) {
    run.warn(
      "training on one thread: more need permission to read Whisker's code",
    );
  }
  return new FusedEngine(model, network, options);
}

function computeMean(values: Numbers): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function checkFinite(what: string, value: number, step: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(
    `non-finite ${what} at step ${step}: current value is ${value}; a lower ` +
      "--learning-rate may help, --on-nonfinite continue goes on",
  );
}
