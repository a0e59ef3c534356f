/**
 * The backends of TensorFlow.js, which do its arithmetic: `--engine`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import { isSupported } from "./fused/network.ts";
import type { GlobalConfig } from "../../config/global_config.ts";
import type { Run } from "../../run/run.ts";
import type { Numerics } from "../../store/run_info.ts";

/** The name of a backend. */
export type Backend = Exclude<GlobalConfig["engine"], "auto">;

/** Loads each backend when it is used. */
const LOAD: Readonly<Record<Backend, () => Promise<unknown>>> = {
  // TensorFlow.js holds the weights alone: its simplest backend is enough.
  fused: () => Promise.resolve(),
  cpu: () => Promise.resolve(),
  wasm: () => import("./wasm.ts"),
  webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
};

/**
 * Sets the backend of TensorFlow.js.
 *
 * @param wanted The backend; `auto` is WebAssembly with SIMD.
 * @returns The backend in use from now on.
 * @throws {RangeError} If this machine does not have it.
 */
export async function setBackend(
  wanted: GlobalConfig["engine"],
): Promise<Backend> {
  const backend = wanted === "auto" ? "wasm" : wanted;
  const name = backend === "fused" ? "cpu" : backend;
  if (tf.getBackend() === name) return backend;
  // Otherwise a banner is printed when the backend is set.
  tf.enableProdMode();
  await LOAD[backend]();
  if (await tf.setBackend(name)) return backend;
  throw new RangeError(
    `Cannot use --engine ${backend}: this machine does not have it; auto, ` +
      "cpu and wasm run everywhere",
  );
}

/** How the kernels of `fused` round, by construction. */
const FUSED_NUMERICS: Numerics = { fma: false, accumulation: "float32" };

/**
 * Sets the backend that a run asks for, and records it in the run.
 *
 * @param run The run.
 * @param config Its configuration, which the fused engine may not support.
 * @returns The backend in use from now on.
 * @throws {RangeError} If this machine does not have the backend.
 */
export async function useBackend(
  run: Run,
  config: ModelConfig,
): Promise<Backend> {
  const { engine: wanted } = run.globals;
  const canFuse = isSupported(config);
  if (wanted === "fused" && !canFuse) {
    run.warn(
      `engine fused does not support model ${config.model}: wasm is used`,
    );
  }
  const mayFuse = wanted === "fused" || wanted === "auto";
  const engine = await setBackend(
    mayFuse ? (canFuse ? "fused" : "wasm") : wanted,
  );
  const numerics = engine === "fused" ? FUSED_NUMERICS : await detectNumerics();
  run.describe({ engine, versions: { tfjs: tf.version.tfjs }, numerics });
  return engine;
}

/** Multiplies two vectors in single or double precision. */
export type DotProduct = (
  a: readonly number[],
  b: readonly number[],
) => Promise<number> | number;

/**
 * Detects how a backend rounds. With a = 1 + 2⁻¹², a² = 1 + 2⁻¹¹ + 2⁻²⁴, whose
 * last term single precision cannot hold: a² − (1 + 2⁻¹¹) is 0 if the product is
 * rounded before the subtraction, and 2⁻²⁴ if not. And 1 + 2⁻³⁰ − 1 is 0 only in
 * single precision.
 *
 * @param dot The backend's product of two vectors.
 * @returns Whether multiplication and addition are fused, and the precision of
 * sums.
 */
export async function detectNumerics(
  dot: DotProduct = multiplyByBackend,
): Promise<Numerics> {
  const a = 1 + 2 ** -12, b = 1 + 2 ** -11;
  const rest = await dot([1, a], [-b, a]);
  const sum = await dot([1, 1, 1], [1, 2 ** -30, -1]);
  const accumulation = sum === 0 ? "float32" : "float64";
  return { fma: rest !== 0 && accumulation === "float32", accumulation };
}

async function multiplyByBackend(
  ...[a, b]: Parameters<DotProduct>
): Promise<number> {
  const product = tf.dot([...a], [...b]);
  const [value] = await product.data<"float32">();
  product.dispose();
  return value!;
}
