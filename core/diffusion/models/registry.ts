/**
 * The models by name. A new model is a file in this folder and a line here.
 * Each file is loaded when its model is built, and TensorFlow.js with it.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";

/** The inputs of a network. */
export interface ModelInputs {
  /** Noisy rows in standard units, [batch, nColumns]. */
  readonly noisy: tf.SymbolicTensor;
  /** Their times as a share of nTimesteps, [batch, 1], in (0, 1]. */
  readonly time: tf.SymbolicTensor;
}

/** A kind of model: what a file in this folder exports by default. */
export interface ModelDefinition {
  /** What its outputs are; by default, what the configuration says. */
  readonly prediction?: "noise";
  /**
   * Lists the shapes of its weights without allocating any.
   *
   * @param config The configuration.
   * @param nColumns The number of columns of a row.
   * @returns The shapes, in the order of `weights.bin`.
   */
  weightShapes(
    config: ModelConfig,
    nColumns: number,
  ): Iterable<readonly number[]>;
  /**
   * Connects its layers.
   *
   * @param config The configuration.
   * @param inputs Noisy rows and their times.
   * @returns The outputs, [batch, nColumns].
   */
  build(config: ModelConfig, inputs: ModelInputs): tf.SymbolicTensor;
}

/** The models by name, each with a function that loads its file. */
export const MODELS = {
  identity: () => import("./identity.ts"),
  mlp: () => import("./mlp.ts"),
};

/** The name of a model. */
export type ModelName = keyof typeof MODELS;
