import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import {
  DenseLayer,
  FourierFeatures,
  SinusoidalEmbedding,
  ZeroTime,
} from "./layers.ts";
import type { ModelDefinition } from "./registry.ts";

/**
 * A multilayer perceptron of the row and the embedded time. The time's term of
 * the first layer is computed separately, and only once for rows that share
 * their time. A layer with as many inputs as units is residual. The weights of
 * the last layer start at 0, so the first prediction is no noise at all.
 */
const mlp: ModelDefinition = {
  weightShapes(config, nColumns) {
    const { hiddenLayerSizes, embeddingSize: size } = config;
    const isFourier = config.inputEmbedding === "fourier";
    const widths = [...hiddenLayerSizes, nColumns];
    const nInputs = [nColumns + (isFourier ? size : 0), ...hiddenLayerSizes];
    return [
      [config.timeEmbedding === "sinusoidal" ? size : 1, widths[0]!],
      [widths[0]!],
      ...widths.flatMap((units, i) => [[nInputs[i]!, units], [units]]),
      ...(isFourier ? [[nColumns, size / 2]] : []),
    ];
  },

  build(config, { noisy, time }) {
    const { activation, hiddenLayerSizes, embeddingSize: size } = config;
    const widths = [...hiddenLayerSizes, noisy.shape[1]!];
    const embeddedTime = embedTime(config, time);
    const timeTerm = connect(
      new DenseLayer({
        name: "time_term",
        units: widths[0]!,
        activation: "linear",
        gain: hiddenLayerSizes.length > 0 ? 1 : 0,
        isFirst: true,
      }),
      embeddedTime,
    );
    let rows = noisy;
    if (config.inputEmbedding === "fourier") {
      const features = new FourierFeatures({ name: "row_embedding", size });
      const parts = [noisy, connect(features, noisy)];
      rows = connect(tf.layers.concatenate({ name: "row" }), parts);
    }
    for (const [i, units] of widths.entries()) {
      const isLast = i === hiddenLayerSizes.length, isFirst = i === 0;
      const layer = new DenseLayer({
        name: isLast ? "outputs" : `hidden_${i + 1}`,
        units,
        activation: isLast ? "linear" : activation,
        gain: isLast ? 0 : 1,
        isFirst,
      });
      rows = connect(layer, isFirst ? [rows, timeTerm] : rows);
    }
    return rows;
  },
};

export default mlp;

function embedTime(
  { timeEmbedding, embeddingSize: size }: ModelConfig,
  time: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const name = "time_embedding";
  switch (timeEmbedding) {
    case "sinusoidal":
      return connect(new SinusoidalEmbedding({ name, size }), time);
    case "linear":
      return time;
    case "none":
      return connect(new ZeroTime({ name }), time);
  }
}

function connect(
  layer: tf.layers.Layer,
  inputs: tf.SymbolicTensor | tf.SymbolicTensor[],
): tf.SymbolicTensor {
  return layer.apply(inputs) as tf.SymbolicTensor;
}
