import * as tf from "@tensorflow/tfjs";

/**
 * Reads tensors into one array, one after the other.
 *
 * @param tensors The tensors: weights, or their gradients.
 * @returns Their values.
 */
export async function readValues(
  tensors: readonly tf.Tensor[],
): Promise<Float32Array<ArrayBuffer>> {
  const parts = await Promise.all(
    tensors.map((tensor) => tensor.data<"float32">()),
  );
  const values = new Float32Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let start = 0;
  for (const part of parts) {
    values.set(part, start);
    start += part.length;
  }
  return values;
}

/**
 * Sets weights.
 *
 * @param weights The weights.
 * @param values Their values, one weight after the other.
 */
export function writeWeights(
  weights: readonly tf.LayerVariable[],
  values: Float32Array,
): void {
  let start = 0;
  for (const weight of weights) {
    const { shape, size } = weight.read();
    // A copy: some backends keep the array that they are given.
    const tensor = tf.tensor(values.slice(start, start += size), shape);
    weight.write(tensor);
    tensor.dispose();
  }
}
