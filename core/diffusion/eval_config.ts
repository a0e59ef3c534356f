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
    choices: Object.keys(SAMPLERS) as SamplerName[],
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
};

/** What an evaluation of the diffusion experiment depends on. */
export type EvalConfig = ConfigOf<typeof evalConfigFields>;

/** The schema of {@linkcode EvalConfig}. */
export const evalConfigSchema: ConfigSchema<EvalConfig> = new ConfigSchema(
  evalConfigFields,
);
