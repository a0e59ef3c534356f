/**
 * The diffusion experiment, which says on stdout what it has been told is kept:
 * each line of the history, each checkpoint and each record. What it has said
 * must be there, however it was killed.
 *
 * @module
 */

import diffusion from "../../core/diffusion/experiment.ts";
import type { ModelConfig } from "../../core/config/model_config.ts";
import { modelConfigSchema } from "../../core/config/model_config.ts";
import { experiment } from "../../core/experiment.ts";
import type { Run } from "../../core/run.ts";
import type { MetadataFields } from "../../core/utils/results.ts";

const encoder = new TextEncoder();

/** Past the process's own memory: what the pipe has outlives the process. */
function say(...words: (string | number)[]): void {
  Deno.stdout.writeSync(encoder.encode(`${words.join(" ")}\n`));
}

/** Speaks after each call that is to keep something. */
function outspoken(run: Run): Run {
  const { log, checkpoint, record } = run;
  const isKeptEachStep = run.globals.checkpointEvery === "1step";
  let step = 0;
  run.log = async (line) => {
    await log.call(run, line);
    step = Number(line.step);
    const { "time/epoch": _, ...kept } = line;
    say("line", JSON.stringify(kept));
  };
  run.checkpoint = async (place = "step") => {
    await checkpoint.call(run, place);
    if (isKeptEachStep && place === "step") say("checkpoint", step);
  };
  run.record = (metadata: MetadataFields, result) => {
    const made = record.call(run, metadata, result);
    say("record", metadata.name);
    return made;
  };
  return run;
}

export default experiment({
  name: "acknowledging",
  config: modelConfigSchema.fields,
  async train(config, run) {
    await diffusion.train(config as ModelConfig, outspoken(run));
  },
});
