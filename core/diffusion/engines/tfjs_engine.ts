/**
 * Training steps by TensorFlow.js.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { NoiseModel } from "../model.ts";
import { readValues, writeWeights } from "../models/weights.ts";
import type { NoisyBatch } from "../noise/noise_schedule.ts";
import {
  Optimizer,
  type OptimizerOptions,
  type OptimizerState,
} from "./optimizer.ts";
import {
  computeLosses,
  computeTargets,
  type StepOutcome,
  type TrainingEngine,
  type WeightsInUse,
} from "./training_engine.ts";

/**
 * Trains by TensorFlow.js: its tape computes the gradients, {@linkcode
 * Optimizer} the update. In each step the host reads errors and gradients and
 * writes the weights, nothing else.
 */
export class TfjsEngine implements TrainingEngine {
  readonly #model: NoiseModel;
  readonly #optimizer: Optimizer;
  #inUse: WeightsInUse = "last";

  /**
   * Prepares to train a model.
   *
   * @param model The model, whose weights change from now on.
   * @param options The configuration, and the number of steps.
   * @returns The engine.
   */
  static async create(
    model: NoiseModel,
    options: Omit<OptimizerOptions, "shapes">,
  ): Promise<TfjsEngine> {
    const tensors = model.layers.trainableWeights.map((w) => w.read());
    const shapes = tensors.map(({ shape }) => shape);
    const weights = await readValues(tensors);
    const optimizer = new Optimizer(weights, { ...options, shapes });
    return new TfjsEngine(model, optimizer);
  }

  private constructor(model: NoiseModel, optimizer: Optimizer) {
    this.#model = model;
    this.#optimizer = optimizer;
  }

  /**
   * Takes one step.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the norm of the gradient.
   */
  async step(batch: NoisyBatch): Promise<StepOutcome> {
    this.use("last");
    const { differences, gradients } = this.#differentiate(batch);
    try {
      const losses = computeLosses(
        batch,
        await differences.data<"float32">(),
        this.#model.prediction,
      );
      if (gradients.length === 0) return { losses };
      const gradNorm = this.#optimizer.update(await readValues(gradients));
      this.#write(this.#optimizer.weights);
      return { losses, gradNorm };
    } finally {
      tf.dispose([differences, gradients]);
    }
  }

  /**
   * Sets the weights of the model.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void {
    if (which === this.#inUse) return;
    const { weights, averaged } = this.#optimizer;
    this.#write(which === "averaged" ? averaged : weights);
    this.#inUse = which;
  }

  /** The state of the training: all that a continuation needs. */
  get state(): OptimizerState {
    return this.#optimizer.state;
  }

  /**
   * Continues from a state.
   *
   * @param state What {@linkcode TfjsEngine.state} gave, for such a model.
   * @throws {RangeError} If it has another number of weights.
   */
  restore(state: OptimizerState): void {
    this.#optimizer.restore(state);
    this.#write(this.#optimizer.weights);
    this.#inUse = "last";
  }

  #differentiate(
    batch: NoisyBatch,
  ): { differences: tf.Tensor; gradients: tf.Tensor[] } {
    const { noisy, times } = batch;
    let differences: tf.Tensor | undefined;
    // The host sums up the loss itself: the tape only needs its gradient.
    const squaredError = tf.customGrad((x) => {
      const outputs = x as tf.Tensor;
      const targets = tf.tensor(
        computeTargets(batch, this.#model.prediction),
        outputs.shape,
      );
      const difference = differences = tf.keep(tf.sub(outputs, targets));
      const gradFunc = () => tf.mul(difference, 2 / noisy.length);
      return { value: tf.scalar(0), gradFunc };
    });
    const loss = () =>
      tf.tidy(() => squaredError(this.#model.apply(noisy, times)) as tf.Scalar);
    const variables = this.#model.layers.trainableWeights
      .map((weight) => weight.read() as tf.Variable);
    const { value, grads } = variables.length > 0
      ? tf.variableGrads(loss, variables)
      : { value: loss(), grads: {} as tf.NamedTensorMap };
    value.dispose();
    const gradients = variables.map(({ name }) => grads[name]!);
    return { differences: differences!, gradients };
  }

  #write(weights: Float32Array): void {
    writeWeights(this.#model.layers.trainableWeights, weights);
  }
}
