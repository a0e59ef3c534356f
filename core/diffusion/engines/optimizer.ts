/**
 * Adam and AdamW over one array of all weights, with clipping, decay, a
 * schedule of the step size, and averaged weights.
 *
 * @module
 */

import type { ModelConfig } from "../model_config.ts";

/** The keys of a configuration that an update depends on. */
export type OptimizerConfig = Pick<
  ModelConfig,
  | "optimizer"
  | "learningRate"
  | "learningRateSchedule"
  | "warmupSteps"
  | "weightDecay"
  | "gradientClip"
  | "emaDecay"
>;

/** Kingma & Ba (2015), algorithm 1. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * The step size of a step: it rises linearly over `warmupSteps`, and from there
 * stays or falls to 0 by half a cosine (Loshchilov & Hutter 2017, "SGDR", eq. 5).
 *
 * @param config The schedule.
 * @param step How many steps were taken before.
 * @param nSteps How many there will be in all.
 * @returns The step size.
 */
export function learningRateAt(
  { learningRate, learningRateSchedule, warmupSteps }: OptimizerConfig,
  step: number,
  nSteps: number,
): number {
  if (step < warmupSteps) return learningRate * (step + 1) / warmupSteps;
  if (learningRateSchedule === "constant") return learningRate;
  const share = (step - warmupSteps) / Math.max(nSteps - warmupSteps, 1);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(share, 1)));
}

/**
 * The decay of averaged weights, warmed up so that the first weights, which are
 * random, are soon forgotten: min(d, (1 + s) / (10 + s)).
 *
 * @param emaDecay d, in [0, 1).
 * @param step s, how many steps were taken before.
 * @returns The share that the average keeps of itself.
 */
export function emaDecayAt(emaDecay: number, step: number): number {
  return Math.min(emaDecay, (1 + step) / (10 + step));
}

/** Weights of one kind within the array of all. */
export interface WeightRange {
  /** Where they begin. */
  readonly start: number;
  /** Where they end; exclusive. */
  readonly end: number;
  /** Whether they decay: matrices do, biases do not. */
  readonly decays: boolean;
}

/** Where an optimiser stands. */
export interface OptimizerState {
  /** How many steps were taken. */
  readonly step: number;
  /** The weights. */
  readonly weights: Float32Array;
  /** Their exponential moving average. */
  readonly averaged: Float32Array;
  /** The moving average of the gradient. */
  readonly first: Float32Array;
  /** The moving average of its square. */
  readonly second: Float32Array;
}

/** What {@linkcode Optimizer} is made with. */
export interface OptimizerOptions {
  /** How weights are updated. */
  readonly config: OptimizerConfig;
  /** How many steps there will be. */
  readonly nSteps: number;
  /** What the array of all weights is made of, without gaps. */
  readonly ranges: readonly WeightRange[];
}

/**
 * Updates weights by their gradient: Adam (Kingma & Ba 2015) or AdamW, whose
 * decay stands apart from the gradient (Loshchilov & Hutter 2019, "Decoupled
 * weight decay regularization"). The gradient is scaled down first where its
 * norm is above `gradientClip` (Pascanu, Mikolov & Bengio 2013).
 *
 * It works on plain arrays, in one pass: no engine's kernels, no graph.
 */
export class Optimizer {
  /** The weights; the ones that {@linkcode Optimizer.update} changes. */
  readonly weights: Float32Array;
  /** Their exponential moving average. */
  readonly averaged: Float32Array;
  readonly #options: OptimizerOptions;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  #step = 0;

  /**
   * Begins at some weights.
   *
   * @param weights The weights, which are copied.
   * @param options How they are updated.
   */
  constructor(weights: Float32Array, options: OptimizerOptions) {
    this.weights = weights.slice();
    this.averaged = weights.slice();
    this.#options = options;
    this.#first = new Float32Array(weights.length);
    this.#second = new Float32Array(weights.length);
  }

  /** Where it stands: a copy, from which {@linkcode Optimizer.restore} goes on. */
  get state(): OptimizerState {
    return structuredClone({
      step: this.#step,
      weights: this.weights,
      averaged: this.averaged,
      first: this.#first,
      second: this.#second,
    });
  }

  /**
   * Goes on from where another one stood.
   *
   * @param state What {@linkcode Optimizer.state} gave.
   * @throws {RangeError} If it is of another number of weights.
   */
  restore(state: OptimizerState): void {
    const { step, weights, averaged, first, second } = state;
    if (weights.length !== this.weights.length) {
      throw new RangeError(
        `Cannot go on with the weights of another model: there must be ` +
          `${this.weights.length}, current count is ${weights.length}`,
      );
    }
    this.#step = step;
    this.weights.set(weights);
    this.averaged.set(averaged);
    this.#first.set(first);
    this.#second.set(second);
  }

  /**
   * Takes one step.
   *
   * @param gradient The gradient of the loss, as long as the weights.
   * @returns The gradient's norm before it was clipped. Where that is not
   * finite, no weight is changed.
   */
  update(gradient: Float32Array): number {
    const { config, nSteps, ranges } = this.#options;
    const norm = normOf(gradient);
    if (!Number.isFinite(norm)) return norm;
    const { gradientClip: clip, weightDecay, optimizer, emaDecay } = config;
    const step = this.#step++;
    const rate = learningRateAt(config, step, nSteps);
    const scale = clip > 0 && norm > clip ? clip / norm : 1;
    const kept = emaDecayAt(emaDecay, step);
    for (const { start, end, decays } of ranges) {
      const decay = decays ? weightDecay : 0;
      this.#updateRange(gradient, { start, end }, {
        rate,
        scale,
        kept,
        penalty: optimizer === "adam" ? decay : 0,
        shrink: optimizer === "adamw" ? 1 - rate * decay : 1,
      });
    }
    return norm;
  }

  #updateRange(
    gradient: Float32Array,
    { start, end }: { readonly start: number; readonly end: number },
    by: {
      readonly rate: number;
      readonly scale: number;
      readonly kept: number;
      readonly penalty: number;
      readonly shrink: number;
    },
  ): void {
    const { rate, scale, kept, penalty, shrink } = by;
    const { beta1, beta2, epsilon } = ADAM;
    const weights = this.weights, averaged = this.averaged;
    const first = this.#first, second = this.#second;
    // The corrections of both biases, outside the loop (section 2 there).
    const stride = rate / (1 - beta1 ** this.#step);
    const spread = 1 / Math.sqrt(1 - beta2 ** this.#step);
    for (let i = start; i < end; i++) {
      const weight = weights[i]!;
      const slope = scale * gradient[i]! + penalty * weight;
      const m = first[i] = beta1 * first[i]! + (1 - beta1) * slope;
      const v = second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
      const moved = shrink * weight -
        stride * m / (spread * Math.sqrt(v) + epsilon);
      weights[i] = moved;
      averaged[i] = kept * averaged[i]! + (1 - kept) * moved;
    }
  }
}

function normOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}
