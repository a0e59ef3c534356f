/**
 * TensorFlow.js, made of its parts: the package `@tensorflow/tfjs` would also
 * bring WebGL, which needs a browser, `tf.data`, polyfills and a command line,
 * 55 packages and 190 MB. All else that it exports is here, and tensors have the
 * same methods.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";
// Registers the engine `cpu`.
import "@tensorflow/tfjs-backend-cpu";
// Registers the gradients.
import "@tensorflow/tfjs-layers";
// The types of the methods below.
import type {} from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.d.ts";

export * from "@tensorflow/tfjs-backend-cpu";
export * from "@tensorflow/tfjs-converter";
export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";

/** The version of TensorFlow.js. */
export const version: { readonly tfjs: string } = { tfjs: tf.version_core };

type Tensor = tf.Tensor;
// deno-lint-ignore no-explicit-any -- each has parameters of its own
type Method = (x: any, ...args: any[]) => unknown;

const listOf = (others: Tensor | Tensor[]) => [others].flat();
const reshape: Method = (x, ...shape) => tf.reshape(x, shape);

/** Methods that are more than an operation with the tensor put first. */
const METHODS: Readonly<Record<string, Method>> = {
  asScalar: reshape,
  asType: tf.cast,
  as1D: (x) => reshape(x, x.size),
  as2D: reshape,
  as3D: reshape,
  as4D: reshape,
  as5D: reshape,
  concat: (x, others, axis) => tf.concat([x, ...listOf(others)], axis),
  flatten: (x) => reshape(x, x.size),
  reshapeAs: (x, other) => tf.reshape(x, other.shape),
  resizeBilinear: tf.image.resizeBilinear,
  resizeNearestNeighbor: tf.image.resizeNearestNeighbor,
  stack: (x, others, axis) => tf.stack([x, ...listOf(others)], axis),
  toBool: (x) => tf.cast(x, "bool"),
  toFloat: (x) => tf.cast(x, "float32"),
  toInt: (x) => tf.cast(x, "int32"),
  where: (x, condition, other) => tf.where(condition, x, other),
};

const methods = new Map(Object.entries(METHODS));
for (const [name, value] of Object.entries(tf)) {
  const isOperation = typeof value === "function" &&
    value.name === name + tf.OP_SCOPE_SUFFIX;
  if (!isOperation || methods.has(name) || name in tf.Tensor.prototype) {
    continue;
  }
  methods.set(name, value as Method);
}
for (const [name, method] of methods) {
  Object.defineProperty(tf.Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...args: unknown[]) {
      tf.util.assert(!this.isDisposed, () => "Tensor is disposed.");
      return method(this, ...args);
    },
  });
}
