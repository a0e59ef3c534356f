/**
 * Models that predict the noise in a noisy row, as TensorFlow.js layers models
 * that live in a run directory.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../config/model_config.ts";
import { writeFileAtomic, writeJsonFile } from "../utils/json.ts";
import { readRunFile } from "../utils/run_directory.ts";

/**
 * Predicts that a noisy row is nothing but noise: gives it back as it is. It
 * has no weights; what it reaches is the baseline that a model must beat.
 */
class IdentityNoise extends tf.layers.Layer {
  static readonly className = "IdentityNoise";

  override computeOutputShape(inputShape: tf.Shape[]): tf.Shape {
    return inputShape[0]!;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [noisy] = Array.isArray(inputs) ? inputs : [inputs];
    return noisy!.clone();
  }
}
tf.serialization.registerClass(IdentityNoise);

/** The layer that makes the prediction, by the name of the model. */
const MODELS: Readonly<Record<ModelConfig["model"], () => tf.layers.Layer>> = {
  identity: () => new IdentityNoise({ name: "noise" }),
};

/**
 * Builds the model of a configuration.
 *
 * @param config The configuration.
 * @param nColumns How many columns a row has.
 * @returns A model of noisy rows [batch, nColumns] and times [batch, 1] in
 * (0, 1] that predicts noise [batch, nColumns].
 */
export function buildModel(
  config: ModelConfig,
  nColumns: number,
): tf.LayersModel {
  const noisy = tf.input({ shape: [nColumns], name: "noisy" });
  const time = tf.input({ shape: [1], name: "time" });
  const outputs = MODELS[config.model]().apply([noisy, time]);
  return tf.model({
    inputs: [noisy, time],
    outputs: outputs as tf.SymbolicTensor,
    name: config.model,
  });
}

/**
 * Predicts the noise in noisy rows.
 *
 * @param model The model.
 * @param noisy The rows, shape [batch, nColumns].
 * @param times Their times as a share of nTimesteps, shape [batch, 1].
 * @returns The predicted noise, shape [batch, nColumns]; the caller disposes
 * of it.
 */
export function predictNoise(
  model: tf.LayersModel,
  noisy: tf.Tensor2D,
  times: tf.Tensor2D,
): tf.Tensor2D {
  return model.apply([noisy, times]) as tf.Tensor2D;
}

const WEIGHTS_FILE = "weights.bin";

/**
 * Saves a model into `model/` of a run directory, in TensorFlow.js's own
 * format: `model.json` and `weights.bin`.
 *
 * @param model The model.
 * @param runPath The run's directory.
 */
export async function saveModel(
  model: tf.LayersModel,
  runPath: string,
): Promise<void> {
  const folder = `${runPath}/model`;
  Deno.mkdirSync(folder, { recursive: true });
  await model.save(tf.io.withSaveHandler((artifacts) => {
    const { weightData, weightSpecs = [], ...rest } = artifacts;
    const data = tf.io.CompositeArrayBuffer.join(weightData);
    // The weights first: who sees model.json finds them there.
    writeFileAtomic(`${folder}/${WEIGHTS_FILE}`, new Uint8Array(data));
    writeJsonFile(`${folder}/model.json`, {
      ...rest,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
    });
    return Promise.resolve({
      modelArtifactsInfo: {
        dateSaved: new Date(),
        modelTopologyType: "JSON" as const,
      },
    });
  }));
}

/**
 * Loads the model of a run directory.
 *
 * @param runPath The run's directory.
 * @returns The model, which the caller disposes of.
 * @throws {Deno.errors.NotFound} If a file is missing.
 * @throws {SyntaxError} If `model.json` is no JSON.
 */
export async function loadModel(runPath: string): Promise<tf.LayersModel> {
  const folder = `${runPath}/model`;
  const model = readRunFile(runPath, "model/model.json");
  const weights = Deno.readFileSync(`${folder}/${WEIGHTS_FILE}`);
  const [manifest] = model.weightsManifest as tf.io.WeightsManifestConfig;
  return await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology: model.modelTopology as object,
    weightSpecs: manifest!.weights,
    weightData: weights.buffer,
  }));
}
