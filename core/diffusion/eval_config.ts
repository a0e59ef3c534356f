import {
  choice,
  choices,
  integer,
  integers,
  number,
} from "../config/fields.ts";
import { ConfigSchema } from "../config/schema.ts";

/** What an evaluation of the diffusion experiment depends on. */
export interface EvalConfig {
  /** Over how many steps to sample; each number is a setting of its own. */
  readonly nSteps: readonly number[];
  /** How many samples to draw for each repeat. */
  readonly nSamples: number;
  /** How often to draw samples and data anew. */
  readonly nRepeats: number;
  /** What goes from noise to data. */
  readonly sampler: "ddpm" | "ddim" | "dpm-solver++";
  /** How much fresh noise DDIM adds: 0 for none, 1 for as much as DDPM. */
  readonly eta: number;
  /** In what the steps are equal. */
  readonly spacing: "auto" | "time" | "log-snr";
  /** Which weights of the run to sample with. */
  readonly weights: "ema" | "last" | "best";
  /** What to compare with the data. */
  readonly sources: readonly Source[];
}

/** Where points come from that are compared with data. */
export type Source = "model" | "exact-score" | "identity" | "floor";

const SOURCES: readonly Source[] = [
  "model",
  "exact-score",
  "identity",
  "floor",
];

/** The schema of {@linkcode EvalConfig}: each key is written down here. */
export const evalConfigSchema: ConfigSchema<EvalConfig> = new ConfigSchema<
  EvalConfig
>({
  nSteps: integers({
    default: [20],
    min: 1,
    minLength: 1,
    description: "over how many steps to sample; several are measured in turn",
  }),
  nSamples: integer({
    default: 1000,
    min: 2,
    description: "how many samples to draw for each repeat",
  }),
  nRepeats: integer({
    default: 20,
    min: 2,
    description: "how often to draw samples and data (the floor 5 times that)",
  }),
  sampler: choice({
    default: "dpm-solver++",
    choices: ["ddpm", "ddim", "dpm-solver++"],
    description: "what goes from noise to data",
  }),
  eta: number({
    default: 0,
    min: 0,
    max: 1,
    description: "how much fresh noise ddim adds (1: as much as ddpm)",
  }),
  spacing: choice({
    default: "auto",
    choices: ["auto", "time", "log-snr"],
    description: "in what the steps are equal (auto: log-snr if they are few)",
  }),
  weights: choice({
    default: "ema",
    choices: ["ema", "last", "best"],
    description: "which weights of the run to sample with",
  }),
  sources: choices({
    default: SOURCES,
    choices: SOURCES,
    description: "what to compare with the data",
  }),
});
