/**
 * The WebAssembly backend of TensorFlow.js: once this is imported, it loads
 * without any permission, and its slowest kernel is replaced.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm" with {
  type: "bytes",
};

// A blob can be fetched without permission to use the network or files.
const url = URL.createObjectURL(new Blob([simd], { type: "application/wasm" }));
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

/** Matrix multiplication as it comes with the backend. */
export const STOCK_MATMUL: tf.KernelConfig = tf.getKernel(
  tf.BatchMatMul,
  "wasm",
);

/**
 * Matrix multiplication that transposes its operands first.
 *
 * The stock kernel multiplies plain matrices with XNNPACK's SIMD code, but
 * those with a transposed operand, as in gradients, one number at a time: 86 %
 * of a training step. Transposing first costs little in comparison. The kernel
 * is replaced, not the gradient of the operation, because the gradient of
 * `fused.matMul`, which dense layers use, calls the kernel directly.
 */
export const MATMUL: tf.KernelConfig = {
  ...STOCK_MATMUL,
  kernelFunc({ inputs, backend, attrs }) {
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const transpose = (x: tf.TensorInfo) => {
      const perm = [...x.shape.keys()];
      perm.push(perm.pop()!, perm.pop()!);
      return tf.getKernel(tf.Transpose, "wasm")
        .kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as typeof x;
    };
    const a = transposeA ? transpose(inputs.a!) : inputs.a!;
    const b = transposeB ? transpose(inputs.b!) : inputs.b!;
    const product = STOCK_MATMUL.kernelFunc({
      inputs: { a, b },
      backend,
      attrs: { transposeA: false, transposeB: false },
    });
    const memory = backend as tf.KernelBackend;
    if (transposeA) memory.disposeData(a.dataId);
    if (transposeB) memory.disposeData(b.dataId);
    return product;
  },
};

/**
 * Replaces a kernel of the backend.
 *
 * @param kernel The kernel to use from now on.
 */
export function useKernel(kernel: tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}

useKernel(MATMUL);
