/**
 * The keys of a configuration that describe a network.
 *
 * @module
 */

import {
  choice,
  type ConfigOf,
  integer,
  integers,
} from "../../config/fields.ts";

/** The keys that describe a network. */
export const networkFields = {
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
    description: "the size of each embedding",
  }),
};

/** What a network is built from. */
export type NetworkConfig = ConfigOf<typeof networkFields>;
