/**
 * A multilayer perceptron in WebAssembly, from `kernels/`.
 *
 * @module
 */

import type { ModelConfig } from "../../model_config.ts";
import { computeTimeFrequencies } from "../../models/layers.ts";
import type { Numbers } from "../../noise/noise_predictor.ts";
import { ADAM, type AdamStep } from "../optimizer.ts";
import { FusedSampler } from "./sampler.ts";
import {
  type ArrayName,
  createInstance,
  createMemory,
  type Kernels,
  type Layout,
  TASKS,
} from "./instance.ts";
import kernels from "./kernels.wasm" with { type: "bytes" };
import { Team } from "./team.ts";

const MODULE = new WebAssembly.Module(kernels as Uint8Array<ArrayBuffer>);

/** The activations, numbered as in `kernels/functions.ts`. */
const ACTIVATIONS = { linear: 0, silu: 1, relu: 2, tanh: 3 };

/** The most layers of the kernels, the output layer included. */
const MAX_LAYERS = 64;
/** A weight takes about 50 bytes of the 4 GiB that WebAssembly can address. */
const MAX_WEIGHTS = 4e7;

/**
 * Checks whether the kernels support a configuration.
 *
 * @param config The configuration.
 * @returns Whether they do: every `mlp` of at most 63 hidden layers and about 40
 * million weights.
 */
export function isSupported(
  { model, hiddenLayerSizes: sizes, embeddingSize }: ModelConfig,
): boolean {
  const nWeights = sizes.reduce(
    (sum, size, i) => sum + size * (sizes[i - 1] ?? 2 * embeddingSize),
    0,
  );
  return model === "mlp" && sizes.length < MAX_LAYERS &&
    nWeights <= MAX_WEIGHTS;
}

/** How a {@linkcode FusedNetwork} is allocated. */
export interface NetworkOptions {
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** The shapes of all weights, in order. */
  readonly shapes: readonly (readonly number[])[];
  /** Their values. */
  readonly values: Float32Array;
  /** The most rows at once. */
  readonly maxRows: number;
  /** The number of threads. */
  readonly nThreads: number;
}

/**
 * A multilayer perceptron that predicts and trains in WebAssembly. The same
 * inputs give the same bits on every machine.
 */
export class FusedNetwork implements Disposable {
  readonly #kernels: Kernels;
  readonly #team: Team;
  readonly #nColumns: number;
  readonly #maxRows: number;
  /** If not, all times are 0. */
  readonly #hasTime: boolean;
  /** The last weights, in the order of their shapes. */
  readonly weights: Float32Array;
  /** Their exponential moving average. */
  readonly averaged: Float32Array;
  /** The moving average of the gradient. */
  readonly first: Float32Array;
  /** The moving average of its square. */
  readonly second: Float32Array;
  /** The gradient of the last {@linkcode FusedNetwork.differentiate}. */
  readonly gradient: Float32Array;
  /** Samples with the weights in use. */
  readonly sampler: FusedSampler;
  readonly #rows: Float32Array;
  readonly #times: Float32Array;
  readonly #targets: Float32Array;
  readonly #losses: Float32Array;

  /**
   * Allocates a network.
   *
   * @param config The configuration, which must be supported.
   * @param options Its size and weights.
   */
  constructor(
    config: ModelConfig,
    { nColumns, shapes, values, maxRows, nThreads }: NetworkOptions,
  ) {
    const { hiddenLayerSizes, activation, embeddingSize } = config;
    this.#nColumns = nColumns;
    this.#maxRows = maxRows;
    const hasFeatures = config.inputEmbedding === "fourier";
    const nFeatures = hasFeatures ? embeddingSize : 0;
    const nTime = config.timeEmbedding === "sinusoidal" ? embeddingSize : 1;
    const hasTime = config.timeEmbedding !== "none";
    this.#hasTime = hasTime;
    const units = [...hiddenLayerSizes, nColumns];
    const inputs = [nColumns + nFeatures + nTime, ...hiddenLayerSizes];
    const layout: Layout = {
      inputs: [nColumns, nFeatures, nTime, units[0]!],
      layers: units.map((nUnits, i) => [
        inputs[i]!,
        nUnits,
        ACTIVATIONS[i < hiddenLayerSizes.length ? activation : "linear"],
      ]),
      ...{ maxRows, nThreads },
    };
    const memory = createMemory();
    const own = this.#kernels = createInstance(MODULE, memory, layout, 0);
    this.#team = new Team(own, { module: MODULE, memory, layout });
    const view = (name: ArrayName, length: number) =>
      new Float32Array(memory.buffer, own[name].value, length);
    // The frequencies of features come last, and are not trained.
    const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b));
    const nFixed = hasFeatures ? sizes.at(-1)! : 0;
    const nWeights = values.length - nFixed;
    this.weights = view("weights", nWeights);
    this.averaged = view("averaged", nWeights);
    this.first = view("first", nWeights);
    this.second = view("second", nWeights);
    this.gradient = view("gradient", nWeights);
    this.#rows = view("rows", maxRows * nColumns);
    this.#times = view("times", maxRows);
    this.#targets = view("targets", maxRows * nColumns);
    this.#losses = view("losses", maxRows);
    this.weights.set(values.subarray(0, nWeights));
    this.averaged.set(this.weights);
    view("frequencies", nFixed).set(values.subarray(nWeights));
    const decaying = view("decaying", nWeights);
    let end = 0;
    sizes.forEach((size, i) =>
      decaying.fill(shapes[i]!.length > 1 ? 1 : 0, end, end += size)
    );
    const half = Math.floor(nTime / 2);
    view("timeFrequencies", half).set(computeTimeFrequencies(half));
    this.use(false);
    const { prediction } = config;
    this.sampler = new FusedSampler(own, {
      ...{ memory, team: this.#team, nColumns, maxRows, nWeights },
      ...{ hasTime, prediction },
    });
  }

  /**
   * Selects the weights for the next calls. Must be called again after the weights
   * have changed.
   *
   * @param isAveraged Whether to select the averaged weights, not the last ones.
   */
  use(isAveraged: boolean): void {
    this.#team.work(TASKS.use, Number(isAveraged));
  }

  /**
   * Predicts.
   *
   * @param noisy Noisy rows, shape [nRows, nColumns].
   * @param times The time of each row, or one for all rows.
   * @returns The outputs, of the same shape as the rows.
   */
  predict(noisy: Numbers, times: Numbers): Float32Array {
    const outputs = new Float32Array(noisy.length);
    const size = this.#maxRows, nColumns = this.#nColumns;
    const isShared = times.length === 1;
    for (let row = 0; row * nColumns < noisy.length; row += size) {
      const start = row * nColumns;
      const rows = noisy.subarray(start, start + size * nColumns);
      this.#rows.set(rows);
      this.#setTimes(isShared ? times : times.subarray(row, row + size));
      this.#kernels.predict(rows.length / nColumns, isShared);
      outputs.set(this.#targets.subarray(0, rows.length), start);
    }
    return outputs;
  }

  /**
   * Computes the mean squared error of rows, and its gradient.
   *
   * @param noisy Noisy rows, shape [nRows, nColumns].
   * @param times The time of each row.
   * @param targets The outputs wanted, of the same shape.
   * @returns The squared error of each row, and the norm of the gradient.
   */
  differentiate(
    noisy: Numbers,
    times: Numbers,
    targets: Numbers,
  ): { losses: Float32Array; norm: number } {
    this.#rows.set(noisy);
    this.#setTimes(times);
    this.#targets.set(targets);
    this.#team.work(TASKS.differentiate, times.length);
    this.#team.work(TASKS.sumUp);
    const norm = this.#kernels.computeNorm();
    return { losses: this.#losses.slice(0, times.length), norm };
  }

  /** Without time, the times stay 0, as memory begins. */
  #setTimes(times: Numbers): void {
    if (this.#hasTime) this.#times.set(times);
  }

  /**
   * Updates the weights by the last gradient.
   *
   * @param step The numbers of this step of Adam.
   */
  update(step: AdamStep): void {
    const { scale, penalty, decay, stride, spread, kept } = step;
    const { beta1, beta2, epsilon } = ADAM;
    const factors = [scale, penalty, decay, stride, spread, kept];
    this.#kernels.planUpdate(...factors, beta1, beta2, epsilon);
    this.#team.work(TASKS.update);
  }

  /** The number of threads, once they are ready. */
  get nThreads(): number {
    return this.#team.size;
  }

  /** Settles when all threads have started. */
  get ready(): Promise<void> {
    return this.#team.ready;
  }

  /** Stops the other threads. */
  [Symbol.dispose](): void {
    this.#team[Symbol.dispose]();
  }
}
