import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import { DenseLayer, FourierFeatures, SinusoidalEmbedding } from "./layers.ts";
import type { ModelDefinition } from "./registry.ts";

/**
 * A multilayer perceptron of the row and the embedded time. The time's term of
 * the first layer is computed separately, and only once for rows that share
 * their time. A layer with as many inputs as units is residual. The weights of
 * the last layer start at 0, so the first prediction is no noise at all.
 */
const mlp: ModelDefinition = {
  *weightShapes(config, nColumns) {
    const { hiddenLayerSizes, embeddingSize } = config;
    const isFourier = config.inputEmbedding === "fourier";
    const widths = [...hiddenLayerSizes, nColumns];
    yield [config.timeEmbedding === "linear" ? 1 : embeddingSize, widths[0]!];
    yield [widths[0]!];
    let nInputs = nColumns + (isFourier ? embeddingSize : 0);
    for (const units of widths) {
      yield [nInputs, units];
      yield [units];
      nInputs = units;
    }
    if (isFourier) yield [nColumns, embeddingSize / 2];
  },

  build(config, { noisy, time }) {
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
  },
};

export default mlp;

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
