/**
 * Predictors of noise, for samplers and metrics, and how wrong they are.
 *
 * @module
 */

import {
  computeExpectedNoise,
  type GaussianMixture,
} from "../data/gaussian_mixture.ts";
import type { NoisyBatch } from "./noise_schedule.ts";
import type { TakeSteps } from "./samplers.ts";

/** Numbers in single or double precision. */
export type Numbers = Float32Array | Float64Array;

/** Noise levels: those of rows, or those where a sampler stops. */
export interface NoiseLevels {
  /** Each time as a share of nTimesteps, in (0, 1]. */
  readonly times: Numbers;
  /** ᾱ at each of them. */
  readonly alphaBars: Numbers;
}

/** Predicts the noise in noisy rows. */
export interface NoisePredictor {
  /**
   * Predicts the noise in noisy rows.
   *
   * @param noisy The rows in standard units, shape [nRows, nColumns].
   * @param at The noise level of each row, shape [nRows].
   * @returns The predicted noise, of the same shape as the rows.
   */
  predictNoise(
    noisy: Numbers,
    at: NoiseLevels,
  ): Float64Array | Promise<Float64Array>;

  /** Takes steps of a sampler faster than by predictions, if the model can. */
  readonly takeSteps?: TakeSteps | undefined;
}

/** The baseline: assumes that a noisy row is pure noise. */
export const IDENTITY: NoisePredictor = {
  predictNoise: (noisy) => Float64Array.from(noisy),
};

/**
 * Creates the predictor of a perfect model, for data from a Gaussian mixture.
 *
 * @param mixture The mixture in standard units.
 * @returns The predictor.
 */
export function createExactScore(mixture: GaussianMixture): NoisePredictor {
  return {
    predictNoise: (noisy, { alphaBars }) =>
      computeExpectedNoise(mixture, noisy, alphaBars),
  };
}

/**
 * Computes the squared error of the predicted noise for each row: the simple
 * objective of Ho, Jain & Abbeel (2020, eq. 14) before averaging, in units of
 * noise whatever the model itself predicts.
 *
 * @param predictor The predictor of the noise.
 * @param batch Rows with noise mixed in.
 * @returns The mean over columns of (ε̂ − ε)², shape [nRows].
 */
export async function computeDenoisingLosses(
  predictor: NoisePredictor,
  batch: NoisyBatch,
): Promise<Float64Array> {
  const { nRows, noisy, noise } = batch;
  const predicted = await predictor.predictNoise(noisy, batch);
  const nColumns = noisy.length / nRows;
  const losses = new Float64Array(nRows);
  for (let i = 0; i < predicted.length; i++) {
    const difference = predicted[i]! - noise[i]!;
    losses[Math.floor(i / nColumns)]! += difference * difference / nColumns;
  }
  return losses;
}
