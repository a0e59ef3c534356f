/**
 * The diffusion experiment, whose training fails on its way, but not when it is
 * resumed.
 *
 * @module
 */

import type { ModelConfig } from "../../core/diffusion/model_config.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import diffusion from "../../core/diffusion/experiment.ts";
import { experiment } from "../../core/experiment.ts";

const FAILS_AT = 100;

export default experiment({
  name: "failing once",
  config: modelConfigSchema.fields,
  async train(config, run) {
    const { log, resumable } = run;
    let isResumed = false;
    run.resumable = (parts) => isResumed = resumable.call(run, parts);
    run.log = async (line) => {
      await log.call(run, line);
      if (line.step === FAILS_AT && !isResumed) throw new Error("once");
    };
    await diffusion.train(config as ModelConfig, run);
  },
});
