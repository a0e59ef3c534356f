/**
 * Training of diffusion models.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../config/model_config.ts";
import { batches } from "../data/table.ts";
import { conductRun } from "../conduct.ts";
import type { Run } from "../run.ts";
import { Meter } from "../utils/meters.ts";
import { hashData, loadData } from "./data.ts";
import { useEngine } from "./engine.ts";
import { squaredErrors } from "./loss.ts";
import { buildModel, saveModel } from "./model.ts";
import { addNoise, alphaBars } from "./noise_schedule.ts";

/** Where a run keeps how its data were standardised, and their hash. */
export const SCALING_FILE = "model/scaling.json";

/**
 * Trains the diffusion model of a configuration: for each batch draws times and
 * noise, mixes them with the data, predicts the noise, and meters the squared
 * error of each row (Ho, Jain & Abbeel 2020, algorithm 1). The identity model
 * has no weights to adjust: what it yields is the baseline.
 *
 * Each epoch is a line of the history. The records are `loss/train`, the mean
 * over the rows of the last epoch, and `time/epoch` in seconds. The error of
 * `loss/train` is that of the rows' errors, whose times and noise are drawn
 * independently; it says nothing of how the loss falls from step to step.
 *
 * @param config The configuration.
 * @param runPath An empty run directory, or a run under way.
 * @returns The model, saved in the run; the caller disposes of it.
 * @throws {SyntaxError} If the dataset is a file that is no table of numbers.
 * @throws {RangeError} If it has too few rows, or a column of one value.
 */
export async function trainDiffusionModel(
  config: ModelConfig,
  runPath: string | Run,
): Promise<tf.LayersModel> {
  return typeof runPath === "string"
    ? await conductRun(
      runPath,
      { experiment: "diffusion", config },
      (run) => train(config, run),
    )
    : await train(config, runPath);
}

async function train(config: ModelConfig, run: Run): Promise<tf.LayersModel> {
  await useEngine(run);
  const data = loadData(config);
  const dataHash = await hashData(data);
  run.writeJson(SCALING_FILE, { ...data.scaling, dataHash });
  const schedule = alphaBars(config);
  const order = run.random("order"), random = run.random("noise");
  const model = buildModel(config, data.scaling.columns.length);
  const { batchSize, nEpochs } = config;
  const total = nEpochs * Math.ceil(data.train.nRows / batchSize);
  let step = 0;
  let epochLoss = new Meter();
  for (let epoch = 1; epoch <= nEpochs; epoch++) {
    const span = run.timer.start();
    epochLoss = new Meter();
    for (const batch of batches(data.train, { batchSize, order })) {
      const noisy = addNoise(batch, { schedule, random });
      epochLoss.update({ loss: await squaredErrors(model, noisy) });
      step++;
      run.progress({
        done: step,
        total,
        values: { loss: epochLoss.mean("loss") },
      });
      await run.yield();
    }
    const seconds = span.stop();
    const loss = epochLoss.mean("loss");
    await run.log({ step, epoch, loss, "time/epoch": seconds });
  }
  await saveModel(model, run.path);
  run.record({ name: "loss/train" }, epochLoss.result("loss"));
  run.record({ name: "time/epoch" }, run.timer.result());
  return model;
}
