/**
 * The default experiment: diffusion models. TensorFlow.js is loaded when
 * something is trained or evaluated, not before.
 *
 * @module
 */

import { evalConfigSchema } from "../config/eval_config.ts";
import { modelConfigSchema } from "../config/model_config.ts";
import { type Experiment, experiment } from "../experiment.ts";

/** The diffusion experiment. */
const diffusion: Experiment = experiment({
  name: "diffusion",
  config: modelConfigSchema.fields,
  evalConfig: evalConfigSchema.fields,
  async validate(config) {
    const { loadData } = await import("./data.ts");
    loadData(config);
    const { warnOfSignal } = await import("./noise_schedule.ts");
    const warning = warnOfSignal(config);
    return warning === undefined ? [] : [warning];
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
