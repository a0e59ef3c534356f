/**
 * Models that predict the noise in a noisy row, as TensorFlow.js layers models
 * that live in a run directory.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EvalConfig } from "./eval_config.ts";
import type { ModelConfig } from "./model_config.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import { checkFile } from "../store/read_text.ts";
import { MAX_BYTES } from "../store/limits.ts";
import { isJsonObject, preview } from "../utils/json.ts";
import { writeFileAtomic, type WriteOptions } from "../store/atomic_write.ts";
import { writeJsonFile } from "../store/json_file.ts";
import type { RandomStream } from "../utils/random.ts";
import { makeFolder } from "../store/run_directory.ts";
import { readRunFile } from "../store/run_file.ts";
import { isRandomLayer } from "./models/layers.ts";
import { identity } from "./models/identity.ts";
import { mlp } from "./models/mlp.ts";
import type { NoiseLevels, NoisePredictor } from "./noise/noise_predictor.ts";
import { type WeightShapes, weightsOf } from "./models/topology.ts";

/** What a model is built on. */
export interface ModelInputs {
  /** Noisy rows in standard units, [batch, nColumns]. */
  readonly noisy: tf.SymbolicTensor;
  /** Their times as a share of nTimesteps, [batch, 1], in (0, 1]. */
  readonly time: tf.SymbolicTensor;
}

/** Builds a model's outputs, [batch, nColumns], from its inputs. */
export type ModelBuilder = (
  config: ModelConfig,
  inputs: ModelInputs,
) => tf.SymbolicTensor;

/** The models by name: a new one is a file, and a line here. */
const MODELS: Readonly<Record<ModelConfig["model"], ModelBuilder>> = {
  identity,
  mlp,
};

/**
 * Builds the model of a configuration.
 *
 * @param config The configuration.
 * @param nColumns How many columns a row has.
 * @param random What draws the weights; without it they are 0.
 * @returns A model of noisy rows [batch, nColumns] and times [batch, 1] in
 * (0, 1] that gives what `config.prediction` says, [batch, nColumns].
 */
export function buildModel(
  config: ModelConfig,
  nColumns: number,
  random?: RandomStream,
): tf.LayersModel {
  const noisy = tf.input({ shape: [nColumns], name: "noisy" });
  const time = tf.input({ shape: [1], name: "time" });
  const model = tf.model({
    inputs: [noisy, time],
    outputs: MODELS[config.model](config, { noisy, time }),
    name: config.model,
  });
  if (random) {
    for (const layer of model.layers) {
      if (isRandomLayer(layer)) layer.initialise(random);
    }
  }
  return model;
}

/**
 * What a model of a configuration gives: v for `mlp` with `prediction` v, the
 * noise for all else.
 *
 * @param config The configuration.
 * @returns Its parametrisation.
 */
export function predictionOf(config: ModelConfig): ModelConfig["prediction"] {
  return config.model === "identity" ? "noise" : config.prediction;
}

/** How many rows go through a model at once; no result depends on it. */
const ROWS_AT_ONCE = 2048;

/** A layers model as a predictor of noise, whatever it predicts itself. */
export class NoiseModel implements NoisePredictor, Disposable {
  /** The layers model. */
  readonly model: tf.LayersModel;
  readonly #prediction: ModelConfig["prediction"];

  /**
   * Takes a layers model over, and disposes of it in the end.
   *
   * @param model The model.
   * @param prediction What it gives.
   */
  constructor(model: tf.LayersModel, prediction: ModelConfig["prediction"]) {
    this.model = model;
    this.#prediction = prediction;
  }

  /** How many columns a row has. */
  get nColumns(): number {
    return this.model.outputShape[1] as number;
  }

  /**
   * Predicts the noise in noisy rows. A model that gives v is converted by
   * ε = √ᾱ v + √(1 − ᾱ) x (Salimans & Ho 2022, "Progressive distillation",
   * appendix D).
   *
   * @param noisy The rows in standard units, shape [nRows, nColumns].
   * @param at The noise level of each row, shape [nRows].
   * @returns The predicted noise, of the same shape as the rows.
   */
  async predictNoise(
    noisy: Float64Array,
    { times, alphaBars }: NoiseLevels,
  ): Promise<Float64Array> {
    const { nColumns } = this;
    const noise = new Float64Array(noisy.length);
    // Of a time that all rows share, one is enough.
    const isShared = times.every((time) => time === times[0]);
    for (let start = 0; start < times.length; start += ROWS_AT_ONCE) {
      const end = Math.min(start + ROWS_AT_ONCE, times.length);
      const rows = noisy.subarray(start * nColumns, end * nColumns);
      const own = times.subarray(start, isShared ? start + 1 : end);
      const outputs = tf.tidy(() =>
        this.model.apply([
          tf.tensor2d(new Float32Array(rows), [end - start, nColumns]),
          tf.tensor2d(new Float32Array(own), [own.length, 1]),
        ]) as tf.Tensor
      );
      try {
        noise.set(await outputs.data<"float32">(), start * nColumns);
      } finally {
        outputs.dispose();
      }
    }
    if (this.#prediction === "v") {
      for (let i = 0; i < noise.length; i++) {
        const kept = alphaBars[Math.floor(i / nColumns)]!;
        noise[i] = Math.sqrt(kept) * noise[i]! +
          Math.sqrt(1 - kept) * noisy[i]!;
      }
    }
    return noise;
  }

  /** Frees the model's memory. */
  [Symbol.dispose](): void {
    this.model.dispose();
  }
}

/** Which of a run's weights: averaged, those of the last step, or the best. */
export type WeightsName = EvalConfig["weights"];

/** The weights that a run keeps, and the file of each. */
const WEIGHTS_FILES: Readonly<Record<WeightsName, string>> = {
  ema: "weights.bin",
  last: "last.bin",
  best: "best.bin",
};

/**
 * Saves a model into `model/` of a run directory, in TensorFlow.js's own
 * format: `model.json` and `weights.bin`.
 *
 * @param model The model.
 * @param runPath The run's directory.
 * @param options How to write the files.
 */
export async function saveModel(
  model: tf.LayersModel,
  runPath: string,
  options: WriteOptions = {},
): Promise<void> {
  const folder = `${runPath}/model`;
  makeFolder(folder, options);
  await model.save(tf.io.withSaveHandler((artifacts) => {
    const { weightData, weightSpecs = [], ...rest } = artifacts;
    const data = tf.io.CompositeArrayBuffer.join(weightData);
    // The weights first: who sees model.json finds them there.
    const weights = new Uint8Array(data);
    writeFileAtomic(`${folder}/${WEIGHTS_FILES.ema}`, weights, options);
    writeJsonFile(`${folder}/model.json`, {
      ...rest,
      weightsManifest: [{ paths: [WEIGHTS_FILES.ema], weights: weightSpecs }],
    }, options);
    return Promise.resolve({
      modelArtifactsInfo: {
        dateSaved: new Date(),
        modelTopologyType: "JSON" as const,
      },
    });
  }));
}

/** How {@linkcode saveWeights} saves. */
export interface SaveWeightsOptions extends WriteOptions {
  /** Which weights they are. */
  readonly name: WeightsName;
}

/**
 * Saves other weights of the model that {@linkcode saveModel} has saved.
 *
 * @param model The model, which has those weights now.
 * @param runPath The run's directory.
 * @param options Which weights they are, and how to write them.
 */
export async function saveWeights(
  model: tf.LayersModel,
  runPath: string,
  { name, ...options }: SaveWeightsOptions,
): Promise<void> {
  const parts = await Promise.all(
    model.getWeights().map((weight) => weight.data<"float32">()),
  );
  const data = new Float32Array(parts.reduce((n, { length }) => n + length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  makeFolder(`${runPath}/model`, options);
  writeFileAtomic(
    `${runPath}/model/${WEIGHTS_FILES[name]}`,
    new Uint8Array(data.buffer),
    options,
  );
}

/**
 * Loads the model of a run directory. Nothing is made of it before its files
 * agree: layers, manifest and weights file have the same weights, so that a
 * model takes no more memory than its file.
 *
 * @param runPath The run's directory.
 * @param name Which of its weights.
 * @returns The model, which the caller disposes of. Weights may be NaN.
 * @throws {Deno.errors.NotFound} If a file is missing.
 * @throws {SyntaxError} If `model.json` is no JSON.
 * @throws {RangeError} If the files do not agree, or the model is none that
 * this code makes; the message names the file.
 */
export async function loadModel(
  runPath: string,
  name: WeightsName = "ema",
): Promise<tf.LayersModel> {
  const folder = `${runPath}/model`;
  const { modelTopology, weightsManifest } = readRunFile(
    runPath,
    "model/model.json",
  );
  const refused = (reason: string) =>
    new RangeError(`Cannot load ${folder}/model.json as ${reason}`);
  let specs: tf.io.WeightsManifestEntry[];
  try {
    specs = specsOf(weightsManifest);
    checkAgreement(specs, weightsOf(modelTopology));
  } catch (error) {
    throw refused((error as Error).message);
  }
  const path = `${folder}/${WEIGHTS_FILES[name]}`;
  checkStaysInside(path, runPath);
  const nBytes = specs.reduce((sum, { shape }) => sum + bytesOf(shape), 0);
  const size = checkFile(path, MAX_BYTES.weights);
  if (size !== nBytes) {
    throw new RangeError(
      `Cannot load ${path} as it must have the ${nBytes} bytes that ` +
        `model.json says: current size is ${size}`,
    );
  }
  const weightData = Deno.readFileSync(path).buffer;
  try {
    return await tf.loadLayersModel(tf.io.fromMemory({
      modelTopology: modelTopology as object,
      weightSpecs: specs,
      weightData,
    }));
  } catch (error) {
    throw refused(`it is no model: ${(error as Error).message}`);
  }
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

function bytesOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, FLOAT_BYTES);
}

/** The weights of a manifest: names, shapes, and numbers of one kind. */
function specsOf(manifest: unknown): tf.io.WeightsManifestEntry[] {
  const [group, another] = Array.isArray(manifest) ? manifest : [];
  const weights = isJsonObject(group) ? group.weights : undefined;
  if (!Array.isArray(weights) || another !== undefined) {
    throw new RangeError("weightsManifest must be a list of one group");
  }
  return weights.map((weight) => {
    const { name, shape, dtype } = isJsonObject(weight) ? weight : {};
    const isSane = typeof name === "string" && dtype === "float32" &&
      isJsonObject(weight) && Object.keys(weight).length === 3 &&
      Array.isArray(shape) && shape.every(Number.isSafeInteger);
    if (isSane) return { name, shape: shape as number[], dtype };
    throw new RangeError(
      "each weight of weightsManifest must have a name, a shape of whole " +
        `numbers and dtype float32: current value is ${preview(weight)}`,
    );
  });
}

/** Checks that a manifest lists the weights that the layers have, no others. */
function checkAgreement(
  specs: readonly tf.io.WeightsManifestEntry[],
  weights: WeightShapes,
): void {
  for (const { name, shape } of specs) {
    const wanted = weights.get(name);
    if (wanted?.join() === shape.join()) continue;
    throw new RangeError(
      `weightsManifest must list the weights that its layers have: ` +
        `current value of ${preview(name)} is ${preview(shape)}, and of the ` +
        `layers' ${wanted ? preview(wanted) : "none"}`,
    );
  }
  const names = new Set(specs.map(({ name }) => name));
  if (names.size === specs.length && names.size === weights.size) return;
  throw new RangeError(
    "weightsManifest must list each weight of its layers once: current count " +
      `is ${specs.length} of ${weights.size}`,
  );
}
