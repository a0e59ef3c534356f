import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import { DenseLayer, FourierFeatures, SinusoidalEmbedding } from "./layers.ts";
import type { ModelInputs } from "../model.ts";

/**
 * A multilayer perceptron of the row and the embedded time, as one vector. What
 * the time adds to the first layer is worked out apart, so that it is done once
 * where all rows share it. Layers as wide as what they are given are residual.
 * The last layer begins at 0: the first prediction is no noise at all.
 *
 * @param config The widths, the activation and the embeddings.
 * @param inputs Noisy rows and times.
 * @returns The outputs, [batch, nColumns].
 */
export function mlp(
  config: ModelConfig,
  { noisy, time }: ModelInputs,
): tf.SymbolicTensor {
  const { activation, hiddenLayerSizes } = config;
  const widths = [...hiddenLayerSizes, noisy.shape[1]!];
  const embedded = new DenseLayer({
    name: "time_term",
    units: widths[0]!,
    activation: "linear",
    gain: hiddenLayerSizes.length > 0 ? 1 : 0,
    isFirst: true,
  }).apply(embedTime(config, time)) as tf.SymbolicTensor;
  return widths.reduce((rows, units, i) => {
    const isLast = i === hiddenLayerSizes.length, isFirst = i === 0;
    return new DenseLayer({
      name: isLast ? "outputs" : `hidden_${i + 1}`,
      units,
      activation: isLast ? "linear" : activation,
      gain: isLast ? 0 : 1,
      isFirst,
    }).apply(isFirst ? [rows, embedded] : rows) as tf.SymbolicTensor;
  }, embedRow(config, noisy));
}

function embedRow(
  { inputEmbedding, embeddingSize }: ModelConfig,
  noisy: tf.SymbolicTensor,
): tf.SymbolicTensor {
  if (inputEmbedding === "none") return noisy;
  const name = "row_embedding";
  const features = new FourierFeatures({ name, size: embeddingSize })
    .apply(noisy) as tf.SymbolicTensor;
  return tf.layers.concatenate({ name: "row" })
    .apply([noisy, features]) as tf.SymbolicTensor;
}

function embedTime(
  { timeEmbedding, embeddingSize }: ModelConfig,
  time: tf.SymbolicTensor,
): tf.SymbolicTensor {
  if (timeEmbedding === "linear") return time;
  const name = "time_embedding";
  return new SinusoidalEmbedding({ name, size: embeddingSize })
    .apply(time) as tf.SymbolicTensor;
}
