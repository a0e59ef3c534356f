/**
 * Models that predict the noise in a noisy row: TensorFlow.js layers models
 * that are built from a configuration and saved in a run directory.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { writeFileAtomic, type WriteOptions } from "../store/atomic_write.ts";
import { writeJsonFile } from "../store/json_file.ts";
import { MAX_BYTES } from "../store/limits.ts";
import { checkFile } from "../store/read_text.ts";
import { makeFolder } from "../store/run_directory.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import type { RandomStream } from "../utils/random.ts";
import type { EvalConfig } from "./eval_config.ts";
import type { ModelConfig } from "./model_config.ts";
import { FusedNetwork } from "./engines/fused/network.ts";
import { chooseThreads } from "./engines/fused/team.ts";
import { drawWeights } from "./models/layers.ts";
import { MODELS } from "./models/registry.ts";
import { readValues, writeWeights } from "./models/weights.ts";
import type {
  NoiseLevels,
  NoisePredictor,
  Numbers,
} from "./noise/noise_predictor.ts";
import type { TakeSteps } from "./noise/samplers.ts";

/** The most rows that go through a model at once; no result depends on it. */
export const MAX_ROWS = 2048;

/** A layers model that predicts the noise, whatever its own outputs are. */
export class NoiseModel implements NoisePredictor, Disposable {
  /** The layers model. */
  readonly layers: tf.LayersModel;
  /** What the layers model gives. */
  readonly prediction: ModelConfig["prediction"];
  #network: FusedNetwork | undefined;

  /**
   * Takes ownership of a layers model.
   *
   * @param layers The layers model.
   * @param prediction What it gives.
   */
  constructor(layers: tf.LayersModel, prediction: ModelConfig["prediction"]) {
    this.layers = layers;
    this.prediction = prediction;
  }

  /** The number of columns of a row. */
  get nColumns(): number {
    return this.layers.outputShape[1] as number;
  }

  /** Takes steps of a sampler in WebAssembly, once the model is fused. */
  get takeSteps(): TakeSteps | undefined {
    const sampler = this.#network?.sampler;
    return sampler && ((...args) => sampler.takeSteps(...args));
  }

  /**
   * Replaces TensorFlow.js with kernels in WebAssembly.
   *
   * @param config The configuration, which the kernels must support.
   * @param threads The number of threads; 0 to choose it by the batch size.
   * @returns The network, with the weights that the model has now.
   */
  async fuse(config: ModelConfig, threads = 1): Promise<FusedNetwork> {
    this.#network?.[Symbol.dispose]();
    const { batchSize } = config;
    const tensors = this.layers.weights.map((weight) => weight.read());
    const values = await readValues(tensors);
    const network = this.#network = new FusedNetwork(config, {
      nColumns: this.nColumns,
      shapes: tensors.map(({ shape }) => shape),
      values,
      maxRows: Math.max(MAX_ROWS, batchSize),
      nThreads: chooseThreads(threads, batchSize, values.length),
    });
    // A requested number is awaited; otherwise the first steps run on one thread.
    if (threads > 0) await network.ready;
    return network;
  }

  /**
   * Computes the outputs of the layers.
   *
   * @param noisy The rows in standard units, shape [nRows, nColumns].
   * @param times The time of each row, or one for all rows.
   * @returns The outputs, of the same shape as the rows.
   */
  apply(noisy: Numbers, times: Numbers): tf.Tensor {
    const { nColumns } = this, nRows = noisy.length / nColumns;
    return tf.tidy(() =>
      this.layers.apply([
        tf.tensor2d(new Float32Array(noisy), [nRows, nColumns]),
        tf.tensor2d(new Float32Array(times), [times.length, 1]),
      ]) as tf.Tensor
    );
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
    noisy: Numbers,
    { times, alphaBars }: NoiseLevels,
  ): Promise<Float64Array> {
    const { nColumns } = this;
    // A time that all rows share is passed once.
    const isShared = times.every((time) => time === times[0]);
    const own = isShared ? times.subarray(0, 1) : times;
    const noise = Float64Array.from(
      this.#network?.predict(noisy, own) ?? await this.#predict(noisy, own),
    );
    if (this.prediction === "v") {
      for (let i = 0; i < noise.length; i++) {
        const kept = alphaBars[Math.floor(i / nColumns)]!;
        noise[i] = Math.sqrt(kept) * noise[i]! +
          Math.sqrt(1 - kept) * noisy[i]!;
      }
    }
    return noise;
  }

  /** The outputs of the layers, computed for some rows at a time. */
  async #predict(noisy: Numbers, times: Numbers): Promise<Float32Array> {
    const { nColumns } = this, size = MAX_ROWS * nColumns;
    const all = new Float32Array(noisy.length);
    for (let start = 0; start < noisy.length; start += size) {
      const first = start / nColumns;
      const outputs = this.apply(
        noisy.subarray(start, start + size),
        times.length === 1 ? times : times.subarray(first, first + MAX_ROWS),
      );
      try {
        all.set(await outputs.data<"float32">(), start);
      } finally {
        outputs.dispose();
      }
    }
    return all;
  }

  /** Frees the model's memory, and stops its threads. */
  [Symbol.dispose](): void {
    this.#network?.[Symbol.dispose]();
    this.layers.dispose();
  }
}

/**
 * The largest sum of the inputs and outputs of all layers, for one row: the
 * outputs for the rows that go through at once must fit into memory.
 */
const MAX_WIDTH = 2 ** 18;
/** The largest number of weight tensors. */
const MAX_TENSORS = 2000;

/**
 * Computes the size of a model's weights without allocating any: a run's
 * configuration may be anyone's.
 *
 * @param config The configuration.
 * @param nColumns The number of columns of a row.
 * @returns The size in bytes, as single-precision numbers.
 * @throws {RangeError} If the configuration describes too large a model.
 */
export async function countWeightBytes(
  config: ModelConfig,
  nColumns: number,
): Promise<number> {
  const { default: definition } = await MODELS[config.model]();
  let nBytes = 0, nTensors = 0, width = 0;
  for (const shape of definition.weightShapes(config, nColumns)) {
    nBytes += shape.reduce((a, b) => a * b, Float32Array.BYTES_PER_ELEMENT);
    nTensors++;
    if (shape.length > 1) width += shape[0]! + shape[1]!;
    if (
      nBytes > MAX_BYTES.weights || nTensors > MAX_TENSORS || width > MAX_WIDTH
    ) {
      throw new RangeError(
        `Cannot build model ${config.model}: it must have at most ` +
          `${MAX_BYTES.weights} bytes of weights in ${MAX_TENSORS} tensors, ` +
          `and ${MAX_WIDTH} inputs and outputs of layers`,
      );
    }
  }
  return nBytes;
}

/** How {@linkcode buildModel} builds. */
export interface BuildOptions {
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** Draws the weights; without it they are 0. */
  readonly random?: RandomStream;
}

/**
 * Builds the model of a configuration.
 *
 * @param config The configuration.
 * @param options The number of columns, and what draws the weights.
 * @returns The model, which the caller disposes of.
 * @throws {RangeError} If the configuration describes too large a model.
 */
export async function buildModel(
  config: ModelConfig,
  { nColumns, random }: BuildOptions,
): Promise<NoiseModel> {
  await countWeightBytes(config, nColumns);
  const { default: definition } = await MODELS[config.model]();
  const noisy = tf.input({ shape: [nColumns], name: "noisy" });
  const time = tf.input({ shape: [1], name: "time" });
  const layers = tf.model({
    inputs: [noisy, time],
    outputs: definition.build(config, { noisy, time }),
    name: config.model,
  });
  if (random) layers.layers.forEach((layer) => drawWeights(layer, random));
  return new NoiseModel(layers, definition.prediction ?? config.prediction);
}

/** Which of a run's weights: averaged, those of the last step, or the best. */
export type WeightsName = EvalConfig["weights"];

/** The file of each of the weights that a run keeps. */
const WEIGHTS_FILES: Readonly<Record<WeightsName, string>> = {
  ema: "weights.bin",
  last: "last.bin",
  best: "best.bin",
};

/**
 * Saves the weights that a model has now into `model/` of a run directory.
 *
 * @param model The model.
 * @param runPath The run's directory.
 * @param options Which weights they are, and how to write them.
 */
export async function saveWeights(
  { layers }: NoiseModel,
  runPath: string,
  { name, ...options }: WriteOptions & { readonly name: WeightsName },
): Promise<void> {
  const { buffer } = await readValues(layers.getWeights());
  makeFolder(`${runPath}/model`, options);
  writeFileAtomic(
    `${runPath}/model/${WEIGHTS_FILES[name]}`,
    new Uint8Array(buffer),
    options,
  );
}

/**
 * Saves a model: its averaged weights, and a description of its layers in
 * TensorFlow.js's own format, `model.json`. Other tools read the latter;
 * Whisker itself builds the model from the configuration.
 *
 * @param model The model, which has its averaged weights now.
 * @param runPath The run's directory.
 * @param options How to write the files.
 */
export async function saveModel(
  model: NoiseModel,
  runPath: string,
  options: WriteOptions = {},
): Promise<void> {
  // The weights first: a reader of model.json finds them.
  await saveWeights(model, runPath, { ...options, name: "ema" });
  await model.layers.save(tf.io.withSaveHandler((artifacts) => {
    const { weightData: _, weightSpecs: weights = [], ...rest } = artifacts;
    writeJsonFile(`${runPath}/model/model.json`, {
      ...rest,
      weightsManifest: [{ paths: [WEIGHTS_FILES.ema], weights }],
    }, options);
    const modelArtifactsInfo = tf.io.getModelArtifactsInfoForJSON(artifacts);
    return Promise.resolve({ modelArtifactsInfo });
  }));
}

/** What {@linkcode loadModel} loads. */
export interface LoadOptions {
  /** The run's configuration. */
  readonly config: ModelConfig;
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** Which of its weights; the averaged ones by default. */
  readonly weights?: WeightsName;
}

/**
 * Loads the model of a run: builds it from the run's configuration, and reads
 * its weights. Nothing is allocated unless the file has exactly the size that
 * the configuration asks for.
 *
 * @param runPath The run's directory.
 * @param options The configuration, and which weights to load.
 * @returns The model, which the caller disposes of. Weights may be NaN.
 * @throws {Deno.errors.NotFound} If there is no file of weights.
 * @throws {RangeError} If the file has another size, or the configuration
 * describes too large a model.
 */
export async function loadModel(
  runPath: string,
  { config, nColumns, weights = "ema" }: LoadOptions,
): Promise<NoiseModel> {
  const path = `${runPath}/model/${WEIGHTS_FILES[weights]}`;
  checkStaysInside(path, runPath);
  const size = checkFile(path, MAX_BYTES.weights);
  const nBytes = await countWeightBytes(config, nColumns);
  if (size !== nBytes) {
    throw new RangeError(
      `Cannot load ${path}: the model of this configuration has ${nBytes} ` +
        `bytes of weights, the file ${size}`,
    );
  }
  const model = await buildModel(config, { nColumns });
  const values = new Float32Array(Deno.readFileSync(path).buffer);
  writeWeights(model.layers.weights, values);
  return model;
}
