import { integer, integers } from "./fields.ts";
import { ConfigSchema } from "./schema.ts";

/** What an evaluation of the diffusion experiment depends on. */
export interface EvalConfig {
  /** Over how many steps to sample; each number is a setting of its own. */
  readonly nSteps: readonly number[];
  /** How many samples to draw. */
  readonly nSamples: number;
}

/** The schema of {@linkcode EvalConfig}: each key is written down here. */
export const evalConfigSchema: ConfigSchema<EvalConfig> = new ConfigSchema<
  EvalConfig
>({
  nSteps: integers({
    default: [50],
    min: 1,
    minLength: 1,
    description: "over how many steps to sample; several are measured in turn",
  }),
  nSamples: integer({
    default: 2000,
    min: 2,
    description: "how many samples to draw",
  }),
});
