import type * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import { IdentityNoise } from "./layers.ts";
import type { ModelInputs } from "../model.ts";

/**
 * The baseline: takes a noisy row for nothing but noise.
 *
 * @param _config The configuration, of which nothing is used.
 * @param inputs Noisy rows and times.
 * @returns The outputs: the noisy rows.
 */
export function identity(
  _config: ModelConfig,
  { noisy, time }: ModelInputs,
): tf.SymbolicTensor {
  const layer = new IdentityNoise({ name: "noise" });
  return layer.apply([noisy, time]) as tf.SymbolicTensor;
}
