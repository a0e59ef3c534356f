import { GENERATED } from "./data/datasets.ts";
import {
  choice,
  integer,
  integers,
  number,
  seedField,
  text,
  toggle,
} from "../config/fields.ts";
import { ConfigSchema } from "../config/schema.ts";

/** What the result of the diffusion experiment depends on. */
export interface ModelConfig {
  /** Fixes everything random but the data: weights, order, noise. */
  readonly seed: number;
  /** The optimiser's step size, at its highest. */
  readonly learningRate: number;
  /** How many rows a training step sees. */
  readonly batchSize: number;
  /** How many times training goes through `nTrain` rows. */
  readonly nEpochs: number;
  /** The widths of the hidden layers; the identity model has none. */
  readonly hiddenLayerSizes: readonly number[];
  /** Which model predicts the noise. */
  readonly model: "identity" | "mlp";
  /** A dataset's name, or the path of a numeric CSV file. */
  readonly dataset: string;
  /** Fixes the data and which part of it is held out. */
  readonly dataSeed: number;
  /** How many rows an epoch has; of finite data, at most so many. */
  readonly nTrain: number;
  /** Whether each epoch sees fresh rows, where the data are generated. */
  readonly freshData: boolean;
  /** How many steps the noise schedule has. */
  readonly nTimesteps: number;
  /** How the noise grows from step to step. */
  readonly betaSchedule: "linear" | "quadratic" | "cosine";
  /** What hidden units do with their sum. */
  readonly activation: "silu" | "relu" | "tanh";
  /** How the time enters the model. */
  readonly timeEmbedding: "sinusoidal" | "linear";
  /** How a row enters the model. */
  readonly inputEmbedding: "none" | "fourier";
  /** How many numbers an embedding makes of a time or row; an even number. */
  readonly embeddingSize: number;
  /** What the model gives: the noise ε, or v = √ᾱ ε − √(1 − ᾱ) x. */
  readonly prediction: "noise" | "v";
  /** Adam, or Adam with weight decay apart from the gradient. */
  readonly optimizer: "adam" | "adamw";
  /** How strongly weights are pulled to 0. */
  readonly weightDecay: number;
  /** The largest norm of a gradient; 0 for any. */
  readonly gradientClip: number;
  /** How slowly the averaged weights follow; 0 for at once. */
  readonly emaDecay: number;
  /** How the step size falls. */
  readonly learningRateSchedule: "constant" | "cosine";
  /** Over how many steps the step size rises at first. */
  readonly warmupSteps: number;
}

/** The datasets that have a name. */
export const DATASET_NAMES: readonly string[] = [
  ...Object.keys(GENERATED),
  "faithful",
];

/** A configuration may be anyone's: more would take all memory, or for ever. */
const MAX_ROWS = 1e7, MAX_TIMESTEPS = 1e6;

/** The schema of {@linkcode ModelConfig}: each key is written down here. */
export const modelConfigSchema: ConfigSchema<ModelConfig> = new ConfigSchema<
  ModelConfig
>({
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
  hiddenLayerSizes: integers({
    default: [128, 64, 32],
    min: 1,
    description: "the widths of the hidden layers (identity has none)",
  }),
  model: choice({
    default: "identity",
    choices: ["identity", "mlp"],
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
  activation: choice({
    default: "silu",
    choices: ["silu", "relu", "tanh"],
    description: "what hidden units do with their sum",
  }),
  timeEmbedding: choice({
    default: "sinusoidal",
    choices: ["sinusoidal", "linear"],
    description: "how the time enters the model",
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
    description: "how many numbers an embedding makes",
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
});
