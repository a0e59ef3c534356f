import * as tf from "@tensorflow/tfjs";
import type { Run } from "../run.ts";

/**
 * Makes TensorFlow.js ready for a run, and tells the run what it rests on.
 *
 * @param run The run, whose `engine` says which backend is wanted.
 * @returns The backend's name.
 */
export async function useEngine(run: Run): Promise<string> {
  // Before the backend is set, or else a banner is printed.
  tf.enableProdMode();
  const engine = run.globals.engine === "auto" ? "cpu" : run.globals.engine;
  await tf.setBackend(engine);
  run.describe({ engine, versions: { tfjs: tf.version.tfjs } });
  return engine;
}
