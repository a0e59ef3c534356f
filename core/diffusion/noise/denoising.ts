import type { NoisePredictor } from "./noise_predictor.ts";
import type { NoisyBatch } from "./noise_schedule.ts";

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
  { nRows, noisy, noise, times, alphaBars }: NoisyBatch,
): Promise<Float64Array> {
  const predicted = await predictor.predictNoise(new Float64Array(noisy), {
    times: new Float64Array(times),
    alphaBars: new Float64Array(alphaBars),
  });
  const nColumns = noisy.length / nRows;
  const losses = new Float64Array(nRows);
  for (let i = 0; i < predicted.length; i++) {
    const difference = predicted[i]! - noise[i]!;
    losses[Math.floor(i / nColumns)]! += difference * difference / nColumns;
  }
  return losses;
}
