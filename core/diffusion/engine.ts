/**
 * The engines that do the arithmetic of TensorFlow.js.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { GlobalConfig } from "../config/global_config.ts";
import type { Run } from "../run.ts";

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
  run.describe({ engine, versions: { tfjs: tf.version.tfjs } });
  return engine;
}
