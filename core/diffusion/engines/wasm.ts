/**
 * The WebAssembly backend of TensorFlow.js: loaded without any permission, and
 * with its slowest kernel replaced.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm" with {
  type: "bytes",
};

/** Prepares the backend. */
export function prepareWasm(): void {
  // A blob can be fetched without permission to use the network or files.
  const url = URL.createObjectURL(
    new Blob([simd], { type: "application/wasm" }),
  );
  const usePlatformFetch = true;
  setWasmPaths(
    {
      "tfjs-backend-wasm-simd.wasm": url,
      // The other variants are not used, but must be named.
      "tfjs-backend-wasm.wasm": "",
      "tfjs-backend-wasm-threaded-simd.wasm": "",
    },
    usePlatformFetch,
  );
  replaceMatMul();
}

interface MatMulArgs {
  readonly inputs: { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
  readonly backend: { disposeData(id: object): void };
  readonly attrs: {
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  };
}

let stock: tf.KernelConfig | undefined;

/**
 * Replaces matrix multiplication by one that transposes its operands first.
 *
 * The stock kernel multiplies plain matrices with XNNPACK's SIMD code, but
 * those with a transposed operand, as in gradients, one number at a time: 86 %
 * of a training step. Transposing first costs little in comparison. The kernel
 * is replaced, not the gradient of the operation, because the gradient of
 * `fused.matMul`, which dense layers use, calls the kernel directly.
 */
export function replaceMatMul(): void {
  if (stock) return;
  const multiply = tf.getKernel(tf.BatchMatMul, "wasm");
  const transpose = tf.getKernel(tf.Transpose, "wasm");
  stock = multiply;
  const transposed = (x: tf.TensorInfo, backend: MatMulArgs["backend"]) => {
    const perm = x.shape.map((_, axis) => axis);
    perm.push(perm.pop()!, perm.pop()!);
    return transpose.kernelFunc(
      { inputs: { x }, backend, attrs: { perm } } as never,
    ) as tf.TensorInfo;
  };
  replace({
    ...multiply,
    kernelFunc(args) {
      const { inputs: { a, b }, backend, attrs } = args as never as MatMulArgs;
      if (!attrs.transposeA && !attrs.transposeB) {
        return multiply.kernelFunc(args);
      }
      const left = attrs.transposeA ? transposed(a, backend) : a;
      const right = attrs.transposeB ? transposed(b, backend) : b;
      const product = multiply.kernelFunc(
        {
          inputs: { a: left, b: right },
          backend,
          attrs: { transposeA: false, transposeB: false },
        } as never,
      );
      if (left !== a) backend.disposeData(left.dataId);
      if (right !== b) backend.disposeData(right.dataId);
      return product;
    },
  });
}

/** Restores the stock kernel, for benchmarks and tests. */
export function restoreMatMul(): void {
  if (!stock) return;
  replace(stock);
  stock = undefined;
}

function replace(kernel: tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}
