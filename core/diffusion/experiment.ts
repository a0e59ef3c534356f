/**
 * The default experiment: diffusion models. TensorFlow.js is loaded when
 * something is trained or evaluated, not before.
 *
 * @module
 */

import { evalConfigSchema } from "./eval_config.ts";
import { type ModelConfig, modelConfigSchema } from "./model_config.ts";
import { type Experiment, experiment } from "../experiment.ts";

/** After fewer steps samples are hardly better than noise. */
const FEW_STEPS = 1000;

/** Small data need many epochs: each has but a few steps. */
function warnOfFewSteps(
  { model, nEpochs, batchSize }: ModelConfig,
  nRows: number,
): string | undefined {
  const perEpoch = Math.ceil(nRows / batchSize);
  const nSteps = nEpochs * perEpoch;
  if (model === "identity" || nSteps >= FEW_STEPS) return undefined;
  return `${nSteps} steps of training are few: samples may be no better than ` +
    `noise; --n-epochs ${Math.ceil(FEW_STEPS / perEpoch)} would be ` +
    `${FEW_STEPS} or more`;
}

/** The diffusion experiment. */
const diffusion: Experiment = experiment({
  name: "diffusion",
  config: modelConfigSchema.fields,
  evalConfig: evalConfigSchema.fields,
  async validate(config) {
    const { loadData } = await import("./data/data.ts");
    const { train } = loadData(config);
    const { warnOfSignal } = await import("./noise/noise_schedule.ts");
    return [warnOfSignal(config), warnOfFewSteps(config, train.nRows)]
      .filter((warning) => warning !== undefined);
  },
  async train(config, run) {
    const { trainDiffusionModel } = await import("./train.ts");
    const model = await trainDiffusionModel(config, run);
    model[Symbol.dispose]();
  },
  async evaluate(_config, evalConfig, run) {
    const { Evaluator } = await import("./eval.ts");
    await new Evaluator(evalConfig, run).evaluate();
  },
});

export default diffusion;
