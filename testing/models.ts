/**
 * Models for tests. TensorFlow.js reads the environment when it is loaded,
 * which plain `deno test` does not let it; so it is loaded where the rights are
 * there.
 *
 * @module
 */

import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import diffusion from "../core/diffusion/experiment.ts";
import type { WeightsName } from "../core/diffusion/model.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../core/diffusion/model_config.ts";
import { evalConfigSchema } from "../core/diffusion/eval_config.ts";
import { openEvaluation } from "../core/run/evaluation.ts";
import { trainRun } from "../core/run/lifecycle.ts";
import { readRunFile } from "../core/store/run_file.ts";
import { RandomStream } from "../core/utils/random.ts";

/** TensorFlow.js on its plainest engine, and all that makes models. */
export async function loadOnCpu() {
  const tf = await import("@tensorflow/tfjs");
  const { setBackend } = await import("../core/diffusion/engines/backend.ts");
  await setBackend("cpu");
  return { tf, ...await import("../core/diffusion/model.ts") };
}

/** A model whose weights are all something other than 0. */
export async function randomModel(
  config: ModelConfig,
  nColumns = 2,
  deviation = 1 / 3,
) {
  const { buildModel } = await loadOnCpu();
  const { writeWeights } = await import("../core/diffusion/models/weights.ts");
  const random = new RandomStream(1, "init");
  const model = await buildModel(config, { nColumns, random });
  const values = random.fillNormal(
    new Float32Array(model.layers.countParams()),
  );
  writeWeights(model.layers.weights, values.map((x) => x * deviation));
  return model;
}

/** The weights of a run's model. */
export async function readWeights(runPath: string, weights?: WeightsName) {
  const { loadModel } = await loadOnCpu();
  const { columns } = readRunFile(runPath, "model/scaling.json");
  using model = await loadModel(runPath, {
    config: modelConfigSchema.load(runPath),
    nColumns: (columns as string[]).length,
    ...(weights ? { weights } : {}),
  });
  return model.layers.getWeights().map((weight) => weight.arraySync());
}

/** Rows at times of their own, or all at one. */
export function createRows(nRows: number, nColumns: number, time?: number) {
  const random = new RandomStream(3, "rows");
  const rows = random.fillNormal(new Float64Array(nRows * nColumns));
  const times = new Float64Array(nRows)
    .map((_, i) => time ?? (i + 1) / nRows);
  return { rows, at: { times, alphaBars: times.map((time) => 1 - time / 2) } };
}

/** Trains a model, without the checks that come before, and returns the outcome. */
export function tryTraining(
  config: ModelConfig,
  globals: Partial<GlobalConfig>,
) {
  return trainRun({ ...diffusion, validate: () => Promise.resolve([]) }, {
    config,
    globals: { ...globalConfigSchema.defaults, ...globals },
    print: () => {},
  });
}

/** Trains a model in a new run directory, and returns its path. */
export async function trainModel(config: ModelConfig, runs: string) {
  const { runPath, error } = await tryTraining(config, { runs });
  if (error) throw error;
  return runPath;
}

/** Evaluates a run, and returns the records of the evaluation. */
export async function evaluateModel(
  values: object,
  runPath: string,
  warn?: (warning: string) => void,
) {
  const { evaluateDiffusionModel } = await import(
    "../core/diffusion/eval.ts"
  );
  const config = modelConfigSchema.load(runPath);
  const options = { print: () => {}, ...(warn ? { warn } : {}) };
  const { run } = openEvaluation(runPath, config, {}, options);
  await evaluateDiffusionModel(evalConfigSchema.parse(values), { config, run });
  return run.records;
}
