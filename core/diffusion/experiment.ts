/**
 * The default experiment: diffusion models. TensorFlow.js is loaded only when
 * something is trained or evaluated.
 *
 * @module
 */

import { evalConfigFields } from "./eval_config.ts";
import { metrics } from "./metrics/declared_metrics.ts";
import { type ModelConfig, modelConfigFields } from "./model_config.ts";
import { warnOfSignal } from "./noise/noise_schedule.ts";
import { type Experiment, experiment } from "../experiment.ts";

/** With fewer steps, samples are hardly better than noise. */
const MIN_STEPS = 1000;

/** Warns of a training that has few steps, as on small data. */
function warnOfFewSteps(
  { model, nEpochs, batchSize }: ModelConfig,
  nRows: number,
): string | undefined {
  const perEpoch = Math.ceil(nRows / batchSize);
  const nSteps = nEpochs * perEpoch;
  if (model === "identity" || nSteps >= MIN_STEPS) return undefined;
  return `${nSteps} steps of training are few: samples may be no better than ` +
    `noise; --n-epochs ${Math.ceil(MIN_STEPS / perEpoch)} would be ` +
    `${MIN_STEPS} or more`;
}

/** The diffusion experiment. */
const diffusion: Experiment = experiment({
  name: "diffusion",
  config: modelConfigFields,
  evalConfig: evalConfigFields,
  metrics,
  async validate(config) {
    const { loadData } = await import("./data/data.ts");
    const { train } = loadData(config);
    return [warnOfSignal(config), warnOfFewSteps(config, train.nRows)]
      .filter((warning) => warning !== undefined);
  },
  async train(config, run) {
    const { trainDiffusionModel } = await import("./train.ts");
    await trainDiffusionModel(config, run);
  },
  async evaluate(config, evalConfig, run) {
    const { evaluateDiffusionModel } = await import("./eval.ts");
    await evaluateDiffusionModel(evalConfig, { config, run });
  },
});

export default diffusion;
