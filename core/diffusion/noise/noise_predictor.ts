/**
 * The interface of models for samplers and metrics.
 *
 * @module
 */

import {
  computeExpectedNoise,
  type GaussianMixture,
} from "../data/gaussian_mixture.ts";

/** The noise levels of rows. */
export interface NoiseLevels {
  /** The time of each row as a share of nTimesteps, in (0, 1]. */
  readonly times: Float64Array;
  /** ᾱ of each row. */
  readonly alphaBars: Float64Array;
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
    noisy: Float64Array,
    at: NoiseLevels,
  ): Float64Array | Promise<Float64Array>;
}

/** The baseline: assumes that a noisy row is pure noise. */
export const IDENTITY: NoisePredictor = {
  predictNoise: (noisy) => noisy.slice(),
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
