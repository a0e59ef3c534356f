import {
  choice,
  type ConfigOf,
  integer,
  number,
  seedField,
  text,
  toggle,
} from "../config/fields.ts";
import { ConfigSchema } from "../config/schema.ts";
import { GENERATED } from "./data/datasets.ts";
import { networkFields } from "./models/network_config.ts";
import { type ModelName, MODELS } from "./models/registry.ts";

/** The datasets that have a name. */
export const DATASET_NAMES: readonly string[] = [
  ...Object.keys(GENERATED),
  "faithful",
];

/** A configuration may be anyone's: more would take all memory, or for ever. */
const MAX_ROWS = 1e7, MAX_TIMESTEPS = 1e6;

/** The keys that the result of the diffusion experiment depends on. */
export const modelConfigFields = {
  seed: seedField,
  learningRate: number({
    default: 0.001,
    above: 0,
    description: "the optimiser's step size, at its highest",
  }),
  batchSize: integer({
    default: 32,
    min: 1,
    description: "how many rows a training step sees",
  }),
  nEpochs: integer({
    default: 10,
    min: 1,
    description: "how many times training goes through nTrain rows",
  }),
  ...networkFields,
  model: choice({
    default: "identity",
    choices: Object.keys(MODELS) as ModelName[],
    description: "which model predicts the noise",
  }),
  dataset: text({
    default: "mixture",
    placeholder: `<${DATASET_NAMES.join("|")}|file.csv>`,
    rule: `one of ${DATASET_NAMES.join(", ")}, or the path of a .csv file`,
    allows: (name) => /\.csv$/i.test(name) || DATASET_NAMES.includes(name),
    description: "a dataset's name, or the path of a numeric CSV file",
  }),
  dataSeed: integer({
    default: 0,
    min: 0,
    description: "fixes the data and which part of it is held out",
  }),
  nTrain: integer({
    default: 8000,
    min: 2,
    max: MAX_ROWS,
    description: "how many rows an epoch has (of finite data, at most)",
  }),
  freshData: toggle({
    default: true,
    before: false,
    description: "draw the rows of each epoch anew, where data are generated",
  }),
  nTimesteps: integer({
    default: 1000,
    min: 1,
    max: MAX_TIMESTEPS,
    description: "how many steps the noise schedule has",
  }),
  betaSchedule: choice({
    default: "linear",
    choices: ["linear", "quadratic", "cosine"],
    description: "how the noise grows from step to step",
  }),
  prediction: choice({
    default: "noise",
    choices: ["noise", "v"],
    description: "what the model gives",
  }),
  optimizer: choice({
    default: "adam",
    choices: ["adam", "adamw"],
    description: "how weights are updated (adamw: decay apart)",
  }),
  weightDecay: number({
    default: 0,
    min: 0,
    description: "how strongly weights are pulled to 0",
  }),
  gradientClip: number({
    default: 1,
    min: 0,
    description: "the largest norm of a gradient; 0 for any",
  }),
  emaDecay: number({
    default: 0.999,
    min: 0,
    max: 0.999999,
    description: "how slowly the averaged weights follow; 0 for at once",
  }),
  learningRateSchedule: choice({
    default: "cosine",
    choices: ["constant", "cosine"],
    description: "how the step size falls",
  }),
  warmupSteps: integer({
    default: 0,
    min: 0,
    description: "over how many steps the step size rises at first",
  }),
};

/** What the result of the diffusion experiment depends on. */
export type ModelConfig = ConfigOf<typeof modelConfigFields>;

/** The schema of {@linkcode ModelConfig}. */
export const modelConfigSchema: ConfigSchema<ModelConfig> = new ConfigSchema(
  modelConfigFields,
);
