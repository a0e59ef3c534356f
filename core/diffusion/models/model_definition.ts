import type * as tf from "@tensorflow/tfjs";
import type { NetworkConfig } from "./network_config.ts";

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
    config: NetworkConfig,
    nColumns: number,
  ): Iterable<readonly number[]>;
  /**
   * Connects its layers.
   *
   * @param config The configuration.
   * @param inputs Noisy rows and their times.
   * @returns The outputs, [batch, nColumns].
   */
  build(config: NetworkConfig, inputs: ModelInputs): tf.SymbolicTensor;
}
