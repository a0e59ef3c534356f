import {
  choice,
  choices,
  type ConfigOf,
  integer,
  integers,
  number,
} from "../config/fields.ts";
import { ConfigSchema } from "../config/schema.ts";
import { type SamplerName, SAMPLERS } from "./noise/samplers.ts";

/** Where the points come from that are compared with data. */
const SOURCES = ["model", "exact-score", "identity", "floor"] as const;

/** Where points come from that are compared with data. */
export type Source = EvalConfig["sources"][number];

/** The keys that an evaluation of the diffusion experiment depends on. */
export const evalConfigFields = {
  nSteps: integers({
    default: [20],
    min: 1,
    minLength: 1,
    description: "the number of sampling steps; several are measured in turn",
  }),
  nSamples: integer({
    default: 1000,
    min: 2,
    description: "the number of samples in each repeat",
  }),
  nRepeats: integer({
    default: 20,
    min: 2,
    description: "the number of repeats (5 times as many for the floor)",
  }),
  sampler: choice({
    default: "dpm-solver++",
    choices: Object.keys(SAMPLERS) as SamplerName[],
    description: "the sampler",
  }),
  eta: number({
    default: 0,
    min: 0,
    max: 1,
    description: "the amount of fresh noise that ddim adds (1: as ddpm)",
  }),
  spacing: choice({
    default: "auto",
    choices: ["auto", "time", "log-snr"],
    description: "the spacing of the steps (auto: log-snr for few steps)",
  }),
  weights: choice({
    default: "ema",
    choices: ["ema", "last", "best"],
    description: "the weights to sample with",
  }),
  sources: choices({
    default: SOURCES,
    choices: SOURCES,
    description: "what to compare with the data",
  }),
};

/** What an evaluation of the diffusion experiment depends on. */
export type EvalConfig = ConfigOf<typeof evalConfigFields>;

/** The schema of {@linkcode EvalConfig}. */
export const evalConfigSchema: ConfigSchema<EvalConfig> = new ConfigSchema(
  evalConfigFields,
);
