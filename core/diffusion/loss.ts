import * as tf from "@tensorflow/tfjs";
import { predictNoise } from "./model.ts";
import type { NoisyBatch } from "./noise_schedule.ts";

/**
 * The squared errors of predicted noise, row by row: the simple objective of
 * Ho, Jain & Abbeel (2020, eq. 14) before its mean is taken.
 *
 * @param model The model.
 * @param batch Rows with noise mixed in.
 * @returns The mean over columns of (ε̂ − ε)², shape [nRows].
 */
export async function squaredErrors(
  model: tf.LayersModel,
  batch: NoisyBatch,
): Promise<Float32Array> {
  const { nRows, noisy, noise, times } = batch;
  const shape: [number, number] = [nRows, noisy.length / nRows];
  const errors = tf.tidy(() => {
    const predicted = predictNoise(
      model,
      tf.tensor2d(noisy, shape),
      tf.tensor2d(times, [nRows, 1]),
    );
    return predicted.sub(tf.tensor2d(noise, shape)).square().mean(1);
  });
  try {
    return await errors.data<"float32">();
  } finally {
    errors.dispose();
  }
}
