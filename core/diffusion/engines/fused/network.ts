/**
 * A multilayer perceptron in WebAssembly, from `_kernels.ts`.
 *
 * @module
 */

import type { ModelConfig } from "../../model_config.ts";
import { computeTimeFrequencies } from "../../models/layers.ts";
import { ADAM, type AdamStep } from "../optimizer.ts";
import kernels from "./kernels.wasm" with { type: "bytes" };

/** What `_kernels.ts` exports. Pointers are places in its memory. */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  begin(
    nColumns: number,
    nFeatures: number,
    nTime: number,
    nUnits: number,
  ): void;
  addLayer(nInputs: number, nUnits: number, activation: number): void;
  finish(maxRows: number): void;
  use(isAveraged: boolean): void;
  predict(nRows: number, isTimeShared: boolean): void;
  differentiate(nRows: number): number;
  update(
    scale: number,
    penalty: number,
    decay: number,
    stride: number,
    spread: number,
    kept: number,
    beta1: number,
    beta2: number,
    epsilon: number,
  ): void;
  readonly weights: WebAssembly.Global;
  readonly averaged: WebAssembly.Global;
  readonly gradient: WebAssembly.Global;
  readonly first: WebAssembly.Global;
  readonly second: WebAssembly.Global;
  readonly decaying: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  readonly times: WebAssembly.Global;
  readonly targets: WebAssembly.Global;
  readonly losses: WebAssembly.Global;
  readonly frequencies: WebAssembly.Global;
  readonly timeFrequencies: WebAssembly.Global;
}

/** The numbers by which `_kernels.ts` knows the activations. */
const ACTIVATIONS = { linear: 0, silu: 1, relu: 2, tanh: 3 };

/** As many layers as `_kernels.ts` has room for, the outputs included. */
const MAX_LAYERS = 64;

/**
 * Tells whether the kernels cover a configuration.
 *
 * @param config The configuration.
 * @returns Whether they do: every `mlp` of at most 63 hidden layers.
 */
export function isCovered(config: ModelConfig): boolean {
  return config.model === "mlp" && config.hiddenLayerSizes.length < MAX_LAYERS;
}

/**
 * A multilayer perceptron that predicts and trains in WebAssembly. The same
 * inputs give the same bits on every machine.
 */
export class FusedNetwork {
  readonly #kernels: Kernels;
  readonly #nColumns: number;
  readonly #maxRows: number;
  /** The last weights, in the order of `weightShapes`. */
  readonly weights: Float32Array;
  /** Their exponential moving average. */
  readonly averaged: Float32Array;
  /** The moving average of the gradient. */
  readonly first: Float32Array;
  /** The moving average of its square. */
  readonly second: Float32Array;
  /** The gradient of the last {@linkcode FusedNetwork.differentiate}. */
  readonly gradient: Float32Array;
  readonly #rows: Float32Array;
  readonly #times: Float32Array;
  readonly #targets: Float32Array;
  readonly #losses: Float32Array;

  /**
   * Allocates a network.
   *
   * @param config The configuration, which must be covered.
   * @param options The number of columns, the shapes of all its weights, their
   * values, and the most rows at once.
   */
  constructor(
    {
      hiddenLayerSizes,
      activation,
      timeEmbedding,
      inputEmbedding,
      embeddingSize,
    }: ModelConfig,
    { nColumns, shapes, values, maxRows }: {
      readonly nColumns: number;
      readonly shapes: readonly (readonly number[])[];
      readonly values: Float32Array;
      readonly maxRows: number;
    },
  ) {
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(kernels as Uint8Array<ArrayBuffer>),
    );
    const own = this.#kernels = instance.exports as unknown as Kernels;
    this.#nColumns = nColumns;
    this.#maxRows = maxRows;
    const nFeatures = inputEmbedding === "fourier" ? embeddingSize : 0;
    const nTime = timeEmbedding === "linear" ? 1 : embeddingSize;
    const widths = [...hiddenLayerSizes, nColumns];
    own.begin(nColumns, nFeatures, nTime, widths[0]!);
    let nInputs = nColumns + nFeatures + nTime;
    widths.forEach((units, i) => {
      const isLast = i === hiddenLayerSizes.length;
      own.addLayer(nInputs, units, ACTIVATIONS[isLast ? "linear" : activation]);
      nInputs = units;
    });
    own.finish(maxRows);
    const view = (start: number, length: number) =>
      new Float32Array(own.memory.buffer, start, length);
    const trained = nFeatures > 0 ? shapes.slice(0, -1) : shapes;
    const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
    const nWeights = trained.reduce((sum, shape) => sum + count(shape), 0);
    this.weights = view(own.weights.value, nWeights);
    this.averaged = view(own.averaged.value, nWeights);
    this.first = view(own.first.value, nWeights);
    this.second = view(own.second.value, nWeights);
    this.gradient = view(own.gradient.value, nWeights);
    this.#rows = view(own.rows.value, maxRows * nColumns);
    this.#times = view(own.times.value, maxRows);
    this.#targets = view(own.targets.value, maxRows * nColumns);
    this.#losses = view(own.losses.value, maxRows);
    const decaying = view(own.decaying.value, nWeights);
    let end = 0;
    for (const shape of trained) {
      decaying.fill(shape.length > 1 ? 1 : 0, end, end += count(shape));
    }
    this.weights.set(values.subarray(0, nWeights));
    this.averaged.set(this.weights);
    const frequencies = values.subarray(nWeights);
    view(own.frequencies.value, frequencies.length).set(frequencies);
    if (timeEmbedding === "sinusoidal") {
      const half = embeddingSize / 2;
      view(own.timeFrequencies.value, half).set(computeTimeFrequencies(half));
    }
    own.use(false);
  }

  /**
   * Takes the weights for what follows; also after they were changed.
   *
   * @param isAveraged Whether to take their average, not the last ones.
   */
  use(isAveraged: boolean): void {
    this.#kernels.use(isAveraged);
  }

  /**
   * Predicts.
   *
   * @param noisy Noisy rows, shape [nRows, nColumns].
   * @param times The time of each row, or one for all rows.
   * @returns The outputs, of the same shape as the rows.
   */
  predict(noisy: ArrayLike<number>, times: ArrayLike<number>): Float32Array {
    const outputs = new Float32Array(noisy.length);
    const nColumns = this.#nColumns, nRows = noisy.length / nColumns;
    const isShared = times.length === 1;
    const all = Float32Array.from(noisy), at = Float32Array.from(times);
    for (let start = 0; start < nRows; start += this.#maxRows) {
      const n = Math.min(this.#maxRows, nRows - start);
      this.#rows.set(all.subarray(start * nColumns, (start + n) * nColumns));
      this.#times.set(isShared ? at : at.subarray(start, start + n));
      this.#kernels.predict(n, isShared);
      outputs.set(this.#targets.subarray(0, n * nColumns), start * nColumns);
    }
    return outputs;
  }

  /**
   * Computes the mean squared error of rows, and its gradient.
   *
   * @param noisy Noisy rows, shape [nRows, nColumns].
   * @param times The time of each row.
   * @param targets What the network should give, of the same shape.
   * @returns The squared error of each row, and the norm of the gradient.
   */
  differentiate(
    noisy: ArrayLike<number>,
    times: ArrayLike<number>,
    targets: ArrayLike<number>,
  ): { losses: Float32Array; norm: number } {
    this.#rows.set(noisy);
    this.#times.set(times);
    this.#targets.set(targets);
    const norm = this.#kernels.differentiate(times.length);
    return { losses: this.#losses.slice(0, times.length), norm };
  }

  /**
   * Moves the weights along the last gradient.
   *
   * @param step How.
   */
  update(step: AdamStep): void {
    const { scale, penalty, decay, stride, spread, kept } = step;
    const { beta1, beta2, epsilon } = ADAM;
    const of = [scale, penalty, decay, stride, spread, kept] as const;
    this.#kernels.update(...of, beta1, beta2, epsilon);
  }
}
