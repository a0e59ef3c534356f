import {
  choice,
  type ConfigOf,
  integer,
  integers,
  number,
  seedField,
  text,
  toggle,
} from "../config/fields.ts";
import { ConfigSchema } from "../config/schema.ts";
import { GENERATED } from "./data/datasets.ts";
import { type ModelName, MODELS } from "./models/registry.ts";

/** The datasets that have a name. */
export const DATASET_NAMES: readonly string[] = [
  ...Object.keys(GENERATED),
  "faithful",
];

/** Limits for configurations from anyone: more would take too much memory. */
const MAX_ROWS = 1e7, MAX_TIMESTEPS = 1e6;

/** The keys that the result of the diffusion experiment depends on. */
export const modelConfigFields = {
  seed: seedField,
  learningRate: number({
    default: 0.001,
    above: 0,
    description: "the highest step size of the optimizer",
  }),
  batchSize: integer({
    default: 32,
    min: 1,
    description: "the number of rows in a training step",
  }),
  nEpochs: integer({
    default: 10,
    min: 1,
    description: "the number of passes over nTrain rows",
  }),
  hiddenLayerSizes: integers({
    default: [128, 64, 32],
    min: 1,
    description: "the widths of the hidden layers (identity has none)",
  }),
  activation: choice({
    default: "silu",
    choices: ["silu", "relu", "tanh"],
    description: "the activation function of the hidden layers",
  }),
  timeEmbedding: choice({
    default: "sinusoidal",
    choices: ["sinusoidal", "linear", "none"],
    description: "how the time enters the model (none: it does not)",
  }),
  inputEmbedding: choice({
    default: "none",
    choices: ["none", "fourier"],
    description: "how a row enters the model (fourier: random features)",
  }),
  embeddingSize: integer({
    default: 64,
    min: 2,
    multipleOf: 2,
    description: "the size of each embedding",
  }),
  model: choice({
    default: "identity",
    choices: Object.keys(MODELS) as ModelName[],
    description: "the model that predicts the noise",
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
    description: "determines the data and which rows are held out",
  }),
  nTrain: integer({
    default: 8000,
    min: 2,
    max: MAX_ROWS,
    description: "the number of rows in an epoch (of finite data, at most)",
  }),
  freshData: toggle({
    default: true,
    before: false,
    description: "draw fresh rows in each epoch, if data are generated",
  }),
  nTimesteps: integer({
    default: 1000,
    min: 1,
    max: MAX_TIMESTEPS,
    description: "the number of steps of the noise schedule",
  }),
  betaSchedule: choice({
    default: "linear",
    choices: ["linear", "quadratic", "cosine"],
    description: "the growth of the noise from step to step",
  }),
  prediction: choice({
    default: "noise",
    choices: ["noise", "v"],
    description: "what the model predicts",
  }),
  optimizer: choice({
    default: "adam",
    choices: ["adam", "adamw"],
    description: "the optimizer (adamw: decoupled weight decay)",
  }),
  weightDecay: number({
    default: 0,
    min: 0,
    description: "the strength of weight decay",
  }),
  gradientClip: number({
    default: 1,
    min: 0,
    description: "the largest norm of a gradient; 0 for no limit",
  }),
  emaDecay: number({
    default: 0.999,
    min: 0,
    max: 0.999999,
    description: "the decay of the averaged weights; 0 for no averaging",
  }),
  learningRateSchedule: choice({
    default: "cosine",
    choices: ["constant", "cosine"],
    description: "the decay of the step size",
  }),
  warmupSteps: integer({
    default: 0,
    min: 0,
    description: "the number of steps in which the step size rises",
  }),
};

/** What the result of the diffusion experiment depends on. */
export type ModelConfig = ConfigOf<typeof modelConfigFields>;

/** The schema of {@linkcode ModelConfig}. */
export const modelConfigSchema: ConfigSchema<ModelConfig> = new ConfigSchema(
  modelConfigFields,
);
