/**
 * The engines that do the arithmetic of TensorFlow.js.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { GlobalConfig } from "../../config/global_config.ts";
import type { Run } from "../../run/run.ts";
import type { Numerics } from "../../store/run_info.ts";

/** An engine by its own name. */
export type Engine = Exclude<GlobalConfig["engine"], "auto">;

/**
 * What each engine needs before it can be set. They are loaded only when they
 * are asked for.
 */
const PREPARE: Readonly<Record<Engine, () => Promise<void>>> = {
  cpu: () => Promise.resolve(),
  async wasm() {
    const { prepareWasm } = await import("./wasm.ts");
    prepareWasm();
  },
  async webgpu() {
    await import("@tensorflow/tfjs-backend-webgpu");
  },
};

/**
 * Sets the engine of TensorFlow.js.
 *
 * @param wanted The engine; `auto` is WebAssembly with SIMD.
 * @returns The engine that does the arithmetic from now on.
 * @throws {RangeError} If this machine has no such engine.
 */
export async function setEngine(
  wanted: GlobalConfig["engine"],
): Promise<Engine> {
  const engine = wanted === "auto" ? "wasm" : wanted;
  if (tf.getBackend() === engine) return engine;
  // Before a backend is set, or else a banner is printed.
  tf.enableProdMode();
  await PREPARE[engine]();
  if (await tf.setBackend(engine)) return engine;
  throw new RangeError(
    `Cannot use --engine ${engine} as this machine does not have it: auto, ` +
      "cpu and wasm run everywhere",
  );
}

/**
 * Makes TensorFlow.js ready for a run, and tells the run what it rests on.
 *
 * @param run The run, whose `engine` says which one is wanted.
 * @returns The engine.
 * @throws {RangeError} If this machine has no such engine.
 */
export async function useEngine(run: Run): Promise<Engine> {
  const engine = await setEngine(run.globals.engine);
  const numerics = await numericsOf();
  run.describe({ engine, versions: { tfjs: tf.version.tfjs }, numerics });
  return engine;
}

/** What multiplies two vectors, in single precision or wider. */
export type DotProduct = (
  a: readonly number[],
  b: readonly number[],
) => Promise<number> | number;

/**
 * Finds out how an engine rounds, by products that tell. With a = 1 + 2⁻¹²,
 * a² = 1 + 2⁻¹¹ + 2⁻²⁴, of which single precision cannot hold the last part:
 * a² − (1 + 2⁻¹¹) is 0 where the product is rounded first, 2⁻²⁴ where it is not.
 * And 1 + 2⁻³⁰ − 1 is 0 in single precision alone.
 *
 * @param dot The engine's product of two vectors.
 * @returns Whether products and sums are fused, and what sums are held in.
 */
export async function numericsOf(
  dot: DotProduct = productByEngine,
): Promise<Numerics> {
  const a = 1 + 2 ** -12, b = 1 + 2 ** -11;
  const rest = await dot([1, a], [-b, a]);
  const sum = await dot([1, 1, 1], [1, 2 ** -30, -1]);
  const accumulation = sum === 0 ? "float32" : "float64";
  return { fma: rest !== 0 && accumulation === "float32", accumulation };
}

async function productByEngine(
  a: readonly number[],
  b: readonly number[],
): Promise<number> {
  const product = tf.tidy(() =>
    tf.matMul(
      tf.tensor2d([...a], [1, a.length]),
      tf.tensor2d([...b], [b.length, 1]),
    )
  );
  const [value] = await product.data<"float32">();
  product.dispose();
  return value!;
}
