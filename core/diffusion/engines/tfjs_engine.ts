/**
 * What a training step needs, behind one interface: the seam where a faster
 * engine can be put in.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../model_config.ts";
import { predictionOf } from "../model.ts";
import type { NoisyBatch } from "../noise/noise_schedule.ts";
import {
  Optimizer,
  type OptimizerState,
  type WeightRange,
} from "./optimizer.ts";

/** What one step saw. */
export interface StepOutcome {
  /** The squared error of each row, in units of noise; shape [nRows]. */
  readonly losses: Float32Array;
  /** The norm of the gradient before it was clipped; null without weights. */
  readonly gradNorm: number | null;
}

/** Which weights a model is to have. */
export type WeightsInUse = "last" | "averaged";

/** Trains a model, step by step. */
export interface TrainingEngine {
  /**
   * Takes one step: forwards, backwards, update. Where loss or gradient are not
   * finite, no weight is changed.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the gradient's norm.
   */
  step(batch: NoisyBatch): Promise<StepOutcome>;

  /**
   * Gives the model weights to be evaluated or saved with. Steps go on from the
   * last ones all the same.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void;

  /** Where training stands: all that it needs to go on, bit for bit. */
  readonly state: OptimizerState;

  /**
   * Goes on from where training stood.
   *
   * @param state What {@linkcode TrainingEngine.state} gave, of such a model.
   */
  restore(state: OptimizerState): void;
}

/** What {@linkcode TfjsEngine} is made with. */
export interface TfjsEngineOptions {
  /** The configuration. */
  readonly config: ModelConfig;
  /** How many steps there will be. */
  readonly nSteps: number;
}

/**
 * Steps by TensorFlow.js: gradients by its tape, the update in one pass over
 * one array. Of each step the host reads the errors and the gradients, and
 * writes the weights; nothing else goes to and fro.
 */
export class TfjsEngine implements TrainingEngine {
  readonly #model: tf.LayersModel;
  readonly #isV: boolean;
  readonly #variables: readonly tf.Variable[];
  readonly #ranges: readonly WeightRange[];
  readonly #optimizer: Optimizer;
  readonly #gradient: Float32Array;
  #inUse: WeightsInUse = "last";

  /**
   * Takes a model to be trained.
   *
   * @param model The model, whose weights change from now on.
   * @param options The configuration.
   * @returns What trains it.
   */
  static async of(
    model: tf.LayersModel,
    options: TfjsEngineOptions,
  ): Promise<TfjsEngine> {
    const variables = model.trainableWeights.map((weight) =>
      weight.read() as tf.Variable
    );
    const values = await Promise.all(
      variables.map((variable) => variable.data<"float32">()),
    );
    return new TfjsEngine(model, { ...options, variables, values });
  }

  private constructor(
    model: tf.LayersModel,
    { config, nSteps, variables, values }: TfjsEngineOptions & {
      readonly variables: readonly tf.Variable[];
      readonly values: readonly Float32Array[];
    },
  ) {
    this.#model = model;
    this.#isV = predictionOf(config) === "v";
    this.#variables = variables;
    let end = 0;
    this.#ranges = this.#variables.map(({ size, rank }) => {
      const start = end;
      end += size;
      return { start, end, decays: rank > 1 };
    });
    const weights = new Float32Array(end);
    values.forEach((part, i) => weights.set(part, this.#ranges[i]!.start));
    this.#gradient = new Float32Array(end);
    const ranges = this.#ranges;
    this.#optimizer = new Optimizer(weights, { config, nSteps, ranges });
  }

  /**
   * Takes one step.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the gradient's norm.
   */
  async step(batch: NoisyBatch): Promise<StepOutcome> {
    this.use("last");
    const { differences, gradients } = this.#differentiate(batch);
    try {
      const losses = this.#lossesOf(
        batch,
        await differences.data<"float32">(),
      );
      if (gradients.length === 0) return { losses, gradNorm: null };
      await Promise.all(gradients.map(async (gradient, i) => {
        const values = await gradient.data<"float32">();
        this.#gradient.set(values, this.#ranges[i]!.start);
      }));
      const gradNorm = this.#optimizer.update(this.#gradient);
      this.#write(this.#optimizer.weights);
      return { losses, gradNorm };
    } finally {
      tf.dispose([differences, gradients]);
    }
  }

  /**
   * Gives the model weights.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void {
    if (which === this.#inUse) return;
    const { weights, averaged } = this.#optimizer;
    this.#write(which === "averaged" ? averaged : weights);
    this.#inUse = which;
  }

  /** Where training stands: all that it needs to go on, bit for bit. */
  get state(): OptimizerState {
    return this.#optimizer.state;
  }

  /**
   * Goes on from where training stood.
   *
   * @param state What {@linkcode TfjsEngine.state} gave, of such a model.
   * @throws {RangeError} If it is of another number of weights.
   */
  restore(state: OptimizerState): void {
    this.#optimizer.restore(state);
    this.#write(this.#optimizer.weights);
    this.#inUse = "last";
  }

  #differentiate(
    batch: NoisyBatch,
  ): { differences: tf.Tensor; gradients: tf.Tensor[] } {
    const { nRows, noisy, times } = batch;
    const shape: [number, number] = [nRows, noisy.length / nRows];
    let differences: tf.Tensor | undefined;
    const squaredError = tf.customGrad((outputs, targets) => {
      const difference = tf.sub(outputs as tf.Tensor, targets as tf.Tensor);
      differences = tf.keep(difference);
      // The host sums up the loss itself: the tape needs its gradient alone.
      return {
        value: tf.scalar(0),
        gradFunc: () => [
          tf.mul(difference, 2 / noisy.length),
          tf.zerosLike(difference),
        ],
      };
    });
    const loss = () =>
      tf.tidy(() => {
        const outputs = this.#model.apply([
          tf.tensor2d(noisy, shape),
          tf.tensor2d(times, [nRows, 1]),
        ]) as tf.Tensor;
        return squaredError(
          outputs,
          tf.tensor2d(this.#targetsOf(batch), shape),
        ) as tf.Scalar;
      });
    if (this.#variables.length === 0) {
      loss().dispose();
      return { differences: differences!, gradients: [] };
    }
    const { value, grads } = tf.variableGrads(loss, [...this.#variables]);
    value.dispose();
    const gradients = this.#variables.map(({ name }) => grads[name]!);
    return { differences: differences!, gradients };
  }

  /** What the model should give: the noise, or v = √ᾱ ε − √(1 − ᾱ) x₀. */
  #targetsOf({ clean, noise, alphaBars }: NoisyBatch): Float32Array {
    if (!this.#isV) return noise;
    const nColumns = clean.length / alphaBars.length;
    return noise.map((noise, i) => {
      const kept = alphaBars[Math.floor(i / nColumns)]!;
      return Math.sqrt(kept) * noise - Math.sqrt(1 - kept) * clean[i]!;
    });
  }

  /** The mean over columns of (ε̂ − ε)², in which v − v̂ is ε − ε̂ over √ᾱ. */
  #lossesOf(
    { nRows, alphaBars }: NoisyBatch,
    differences: Float32Array,
  ): Float32Array {
    const nColumns = differences.length / nRows;
    const losses = new Float32Array(nRows);
    for (let row = 0, i = 0; row < nRows; row++) {
      let sum = 0;
      for (const end = i + nColumns; i < end; i++) sum += differences[i]! ** 2;
      losses[row] = sum / nColumns * (this.#isV ? alphaBars[row]! : 1);
    }
    return losses;
  }

  #write(weights: Float32Array): void {
    this.#variables.forEach((variable, i) => {
      const { start, end } = this.#ranges[i]!;
      // A copy: some engines keep the array that they are given.
      const tensor = tf.tensor(weights.slice(start, end), variable.shape);
      variable.assign(tensor);
      tensor.dispose();
    });
  }
}
