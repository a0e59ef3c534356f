/**
 * TensorFlow.js, assembled from its parts: the package `@tensorflow/tfjs` also
 * contains WebGL, which needs a browser, `tf.data`, polyfills and a command
 * line, 55 packages and 190 MB. Everything else that it exports is here, and
 * tensors have the same methods.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";
// Registers the backend `cpu`.
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
// deno-lint-ignore no-explicit-any -- each has its own parameters
type Method = (x: any, ...args: any[]) => unknown;

const toList = (others: Tensor | Tensor[]) => [others].flat();
const reshape: Method = (x, ...shape) => tf.reshape(x, shape);

/** Methods that differ from an operation with the tensor as first argument. */
const METHODS: Readonly<Record<string, Method>> = {
  asScalar: reshape,
  asType: tf.cast,
  as1D: (x) => reshape(x, x.size),
  as2D: reshape,
  as3D: reshape,
  as4D: reshape,
  as5D: reshape,
  concat: (x, others, axis) => tf.concat([x, ...toList(others)], axis),
  flatten: (x) => reshape(x, x.size),
  reshapeAs: (x, other) => tf.reshape(x, other.shape),
  resizeBilinear: tf.image.resizeBilinear,
  resizeNearestNeighbor: tf.image.resizeNearestNeighbor,
  stack: (x, others, axis) => tf.stack([x, ...toList(others)], axis),
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
