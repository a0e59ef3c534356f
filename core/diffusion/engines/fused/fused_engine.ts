/**
 * Training steps by the kernels in WebAssembly.
 *
 * @module
 */

import type { NoiseModel } from "../../model.ts";
import { writeWeights } from "../../models/weights.ts";
import type { NoisyBatch } from "../../noise/noise_schedule.ts";
import {
  checkSameModel,
  type OptimizerOptions,
  type OptimizerState,
  planStep,
} from "../optimizer.ts";
import {
  computeTargets,
  type StepOutcome,
  type TrainingEngine,
  type WeightsInUse,
} from "../training_engine.ts";
import type { FusedNetwork } from "./network.ts";

/** Trains a {@linkcode FusedNetwork}: everything of a step is in its memory. */
export class FusedEngine implements TrainingEngine {
  readonly #model: NoiseModel;
  readonly #network: FusedNetwork;
  readonly #options: Omit<OptimizerOptions, "shapes">;
  #step = 0;
  #inUse: WeightsInUse = "last";

  /**
   * Prepares to train a model.
   *
   * @param model The model, whose weights change from now on.
   * @param network Its network.
   * @param options The configuration, and the number of steps.
   */
  constructor(
    model: NoiseModel,
    network: FusedNetwork,
    options: Omit<OptimizerOptions, "shapes">,
  ) {
    this.#model = model;
    this.#network = network;
    this.#options = options;
  }

  /**
   * Takes one step.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the norm of the gradient.
   */
  step(batch: NoisyBatch): Promise<StepOutcome> {
    const { prediction } = this.#model, network = this.#network;
    if (this.#inUse !== "last") this.use("last");
    const { losses, norm } = network.differentiate(
      batch.noisy,
      batch.times,
      computeTargets(batch, prediction),
    );
    if (prediction === "v") {
      // In units of noise, v − v̂ is ε − ε̂ over √ᾱ.
      for (let i = 0; i < losses.length; i++) losses[i]! *= batch.alphaBars[i]!;
    }
    if (Number.isFinite(norm)) {
      const { config, nSteps } = this.#options;
      network.update(planStep(config, { step: this.#step++, nSteps }, norm));
      network.use(false);
    }
    return Promise.resolve({ losses, gradNorm: norm });
  }

  /**
   * Sets the weights of the model.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void {
    const isAveraged = which === "averaged";
    const { averaged, weights } = this.#network;
    this.#network.use(isAveraged);
    writeWeights(
      this.#model.layers.trainableWeights,
      isAveraged ? averaged : weights,
    );
    this.#inUse = which;
  }

  /** The state of the training: all that a continuation needs. */
  get state(): OptimizerState {
    const { weights, averaged, first, second } = this.#network;
    return {
      step: this.#step,
      weights: weights.slice(),
      averaged: averaged.slice(),
      first: first.slice(),
      second: second.slice(),
    };
  }

  /**
   * Continues from a state.
   *
   * @param state What {@linkcode FusedEngine.state} gave, for such a model.
   * @throws {RangeError} If it has another number of weights.
   */
  restore(state: OptimizerState): void {
    const { weights, averaged, first, second } = this.#network;
    checkSameModel(state, weights.length);
    this.#step = state.step;
    weights.set(state.weights);
    averaged.set(state.averaged);
    first.set(state.first);
    second.set(state.second);
    this.use("last");
  }
}
