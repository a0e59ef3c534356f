import {
  choice,
  integer,
  integers,
  number,
  seedField,
  text,
} from "./fields.ts";
import { ConfigSchema } from "./schema.ts";

/** What the result of the diffusion experiment depends on. */
export interface ModelConfig {
  /** Fixes everything random but the data: weights, order, noise. */
  readonly seed: number;
  /** The optimiser's step size. */
  readonly learningRate: number;
  /** How many rows a training step sees. */
  readonly batchSize: number;
  /** How many times training goes through the data. */
  readonly nEpochs: number;
  /** The widths of the hidden layers; the identity model has none. */
  readonly hiddenLayerSizes: readonly number[];
  /** Which model predicts the noise. */
  readonly model: "identity";
  /** A dataset's name, or the path of a numeric CSV file. */
  readonly dataset: string;
  /** Fixes the data and which part of it is held out. */
  readonly dataSeed: number;
  /** How many rows are trained on; of finite data, at most so many. */
  readonly nTrain: number;
  /** How many steps the noise schedule has. */
  readonly nTimesteps: number;
  /** How the noise grows from step to step. */
  readonly betaSchedule: "linear" | "cosine";
}

/** The datasets that have a name. */
export const DATASET_NAMES = ["mixture", "faithful"] as const;

/** The schema of {@linkcode ModelConfig}: each key is written down here. */
export const modelConfigSchema: ConfigSchema<ModelConfig> = new ConfigSchema<
  ModelConfig
>({
  seed: seedField,
  learningRate: number({
    default: 0.001,
    above: 0,
    description: "the optimiser's step size",
  }),
  batchSize: integer({
    default: 32,
    min: 1,
    description: "how many rows a training step sees",
  }),
  nEpochs: integer({
    default: 10,
    min: 1,
    description: "how many times training goes through the data",
  }),
  hiddenLayerSizes: integers({
    default: [128, 64, 32],
    min: 1,
    description: "the widths of the hidden layers (identity has none)",
  }),
  model: choice({
    default: "identity",
    choices: ["identity"],
    description: "which model predicts the noise",
  }),
  dataset: text({
    default: "mixture",
    placeholder: `<${DATASET_NAMES.join("|")}|file.csv>`,
    rule: `${DATASET_NAMES.join(" or ")}, or the path of a .csv file`,
    allows: (name) =>
      /\.csv$/i.test(name) || DATASET_NAMES.some((known) => known === name),
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
    description: "how many rows are trained on (of finite data, at most)",
  }),
  nTimesteps: integer({
    default: 1000,
    min: 1,
    description: "how many steps the noise schedule has",
  }),
  betaSchedule: choice({
    default: "linear",
    choices: ["linear", "cosine"],
    description: "how the noise grows from step to step",
  }),
});
