/**
 * The diffusion experiment, which says on stdout what it has been told is kept:
 * each line of the history, each checkpoint and each record. What it has said
 * must be there, however it was killed.
 *
 * @module
 */

import diffusion from "../../core/diffusion/experiment.ts";
import type { ModelConfig } from "../../core/diffusion/model_config.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { experiment } from "../../core/experiment.ts";
import { acknowledge } from "./_work.ts";

const encoder = new TextEncoder();

/** Past the process's own memory: what the pipe has outlives the process. */
function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

export default experiment({
  name: "acknowledging",
  config: modelConfigSchema.fields,
  async train(config, run) {
    await diffusion.train(config as ModelConfig, acknowledge(run, say));
  },
});
