/**
 * Adam and AdamW over one array of all weights, with clipping, decay, a
 * schedule of the step size, and averaged weights.
 *
 * @module
 */

import type { ModelConfig } from "../model_config.ts";

/** Kingma & Ba (2015), algorithm 1. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Computes the step size of a step. It rises linearly over `warmupSteps`, then
 * stays constant or falls to 0 along half a cosine (Loshchilov & Hutter 2017,
 * "SGDR", eq. 5).
 *
 * @param config The schedule.
 * @param step The number of steps taken before.
 * @param nSteps The number of steps in all.
 * @returns The step size.
 */
export function computeLearningRate(
  { learningRate, learningRateSchedule, warmupSteps }: ModelConfig,
  step: number,
  nSteps: number,
): number {
  if (step < warmupSteps) return learningRate * (step + 1) / warmupSteps;
  if (learningRateSchedule === "constant") return learningRate;
  const share = (step - warmupSteps) / Math.max(nSteps - warmupSteps, 1);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(share, 1)));
}

/**
 * Computes the decay of the averaged weights, min(d, (1 + s) / (10 + s)): it
 * is small at first, so that the random initial weights are soon forgotten.
 *
 * @param emaDecay d, in [0, 1).
 * @param step s, the number of steps taken before.
 * @returns The share of itself that the average keeps.
 */
export function computeEmaDecay(emaDecay: number, step: number): number {
  return Math.min(emaDecay, (1 + step) / (10 + step));
}

/** The numbers of one step of Adam; those of 32 bits are exact enough. */
export interface AdamStep {
  /** What the gradient is multiplied by, for clipping. */
  readonly scale: number;
  /** The penalty on weights that decay, added to the gradient. */
  readonly penalty: number;
  /** The share by which weights that decay shrink. */
  readonly decay: number;
  /** The step size, corrected for the bias of the moving mean. */
  readonly stride: number;
  /** The correction for the bias of the moving mean of squares. */
  readonly spread: number;
  /** The share of itself that the average of the weights keeps. */
  readonly kept: number;
}

/**
 * Computes the numbers of one step of Adam or AdamW, with both bias corrections
 * moved out of the loop over weights (Kingma & Ba 2015, section 2).
 *
 * @param config The configuration.
 * @param step The number of steps taken before, and that there will be.
 * @param norm The norm of the gradient.
 * @returns The numbers.
 */
export function planStep(
  config: ModelConfig,
  { step, nSteps }: { readonly step: number; readonly nSteps: number },
  norm: number,
): AdamStep {
  const { gradientClip: clip, weightDecay, optimizer, emaDecay } = config;
  const rate = computeLearningRate(config, step, nSteps);
  return {
    scale: clip > 0 && norm > clip ? clip / norm : 1,
    penalty: optimizer === "adam" ? weightDecay : 0,
    decay: optimizer === "adamw" ? rate * weightDecay : 0,
    stride: rate / (1 - ADAM.beta1 ** (step + 1)),
    spread: 1 / Math.sqrt(1 - ADAM.beta2 ** (step + 1)),
    kept: computeEmaDecay(emaDecay, step),
  };
}

/** The state of an optimizer. */
export interface OptimizerState {
  /** The number of steps taken. */
  step: number;
  /** The weights. */
  readonly weights: Float32Array;
  /** Their exponential moving average. */
  readonly averaged: Float32Array;
  /** The moving average of the gradient. */
  readonly first: Float32Array;
  /** The moving average of its square. */
  readonly second: Float32Array;
}

/** How {@linkcode Optimizer} updates. */
export interface OptimizerOptions {
  /** The configuration. */
  readonly config: ModelConfig;
  /** The number of steps in all. */
  readonly nSteps: number;
  /** The shapes of the weights, in order. Matrices decay, biases do not. */
  readonly shapes: readonly (readonly number[])[];
}

/**
 * Updates weights by their gradient: Adam (Kingma & Ba 2015), or AdamW, which
 * decays weights independently of the gradient (Loshchilov & Hutter 2019,
 * "Decoupled weight decay regularization"). The gradient is scaled down first
 * if its norm is above `gradientClip` (Pascanu, Mikolov & Bengio 2013).
 *
 * It works on plain arrays in one pass, without any backend.
 */
export class Optimizer {
  readonly #options: OptimizerOptions;
  #state: OptimizerState;

  /**
   * Starts from initial weights.
   *
   * @param weights The weights, which are copied.
   * @param options How to update them.
   */
  constructor(weights: Float32Array, options: OptimizerOptions) {
    this.#options = options;
    this.#state = {
      step: 0,
      weights: weights.slice(),
      averaged: weights.slice(),
      first: new Float32Array(weights.length),
      second: new Float32Array(weights.length),
    };
  }

  /** The weights, which {@linkcode Optimizer.update} changes. */
  get weights(): Float32Array {
    return this.#state.weights;
  }

  /** Their exponential moving average. */
  get averaged(): Float32Array {
    return this.#state.averaged;
  }

  /** A copy of the state, for {@linkcode Optimizer.restore}. */
  get state(): OptimizerState {
    return structuredClone(this.#state);
  }

  /**
   * Continues from a state.
   *
   * @param state What {@linkcode Optimizer.state} gave.
   * @throws {RangeError} If it has another number of weights.
   */
  restore(state: OptimizerState): void {
    checkSameModel(state, this.weights.length);
    this.#state = structuredClone(state);
  }

  /**
   * Takes one step.
   *
   * @param gradient The gradient of the loss with respect to the weights.
   * @returns The norm of the gradient before clipping. If it is not finite, no
   * weight changes.
   */
  update(gradient: Float32Array): number {
    const { config, nSteps, shapes } = this.#options;
    const norm = computeNorm(gradient);
    if (!Number.isFinite(norm)) return norm;
    const { step, weights, averaged, first, second } = this.#state;
    const { beta1, beta2, epsilon } = ADAM;
    const { scale, stride, spread, kept, ...plan } = planStep(
      config,
      { step, nSteps },
      norm,
    );
    this.#state.step++;
    let end = 0;
    for (const shape of shapes) {
      const start = end;
      end += shape.reduce((a, b) => a * b);
      const decays = shape.length > 1;
      const penalty = decays ? plan.penalty : 0;
      const shrink = decays ? 1 - plan.decay : 1;
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
    return norm;
  }
}

function computeNorm(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

/**
 * Checks that a state is that of such a model.
 *
 * @param state The state.
 * @param length The number of weights that the model has.
 * @throws {RangeError} If the state has another number.
 */
export function checkSameModel(state: OptimizerState, length: number): void {
  const other = state.weights.length;
  if (other === length) return;
  throw new RangeError(
    `Cannot restore the weights of another model: this one has ${length} ` +
      `weights, the other ${other}`,
  );
}
