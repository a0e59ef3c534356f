/**
 * What samplers and measures ask of a model: one small interface.
 *
 * @module
 */

import {
  expectedNoise,
  type GaussianMixture,
} from "../data/gaussian_mixture.ts";

/** When rows are: their times, and how much of the data is left there. */
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

/** Takes a noisy row for nothing but noise: the baseline. */
export const IDENTITY: NoisePredictor = {
  predictNoise: (noisy) => noisy.slice(),
};

/**
 * What a perfect model would predict, for data that are a Gaussian mixture.
 *
 * @param mixture The mixture in standard units.
 * @returns The predictor.
 */
export function exactScore(mixture: GaussianMixture): NoisePredictor {
  return {
    predictNoise: (noisy, { alphaBars }) =>
      expectedNoise(mixture, noisy, alphaBars),
  };
}
