/**
 * Gaussian mixtures. With noise their density and score have a closed form:
 * what a perfect model would predict.
 *
 * @module
 */

import type { Scaling } from "../../data/table.ts";
import type { RandomStream } from "../../utils/random.ts";

/** One component of a mixture: a normal distribution, independent columns. */
export interface GaussianComponent {
  /** The probability that a row comes from this component. */
  readonly weight: number;
  /** The mean of each column. */
  readonly means: readonly number[];
  /** The standard deviation of each column. */
  readonly deviations: readonly number[];
}

/** A mixture of normal distributions. */
export type GaussianMixture = readonly GaussianComponent[];

/**
 * Draws one row of a mixture.
 *
 * @param mixture The mixture.
 * @param random What draws.
 * @returns The row, one number a column.
 */
export function drawRow(
  mixture: GaussianMixture,
  random: RandomStream,
): number[] {
  const { means, deviations } = pick(mixture, random.uniform());
  return means.map((mean, i) => mean + deviations[i]! * random.normal());
}

function pick(mixture: GaussianMixture, uniform: number): GaussianComponent {
  let below = 0;
  for (const component of mixture) {
    below += component.weight;
    if (uniform < below) return component;
  }
  return mixture.at(-1)!;
}

/**
 * Transforms a mixture to the distribution of standardised rows.
 *
 * @param mixture The mixture, in the units of the data.
 * @param scaling How the rows are standardised.
 * @returns The mixture in standard units.
 */
export function standardiseMixture(
  mixture: GaussianMixture,
  { means: centres, deviations: widths }: Scaling,
): GaussianMixture {
  return mixture.map(({ weight, means, deviations }) => ({
    weight,
    means: means.map((mean, i) => (mean - centres[i]!) / widths[i]!),
    deviations: deviations.map((width, i) => width / widths[i]!),
  }));
}

/**
 * Computes the density of a mixture.
 *
 * @param mixture The mixture.
 * @param row A point, one number a column.
 * @returns The density there.
 */
export function computeDensity(
  mixture: GaussianMixture,
  row: ArrayLike<number>,
): number {
  return mixture.reduce((sum, { weight, means, deviations }) => {
    let density = weight;
    for (let i = 0; i < means.length; i++) {
      const deviation = deviations[i]!;
      const z = (row[i]! - means[i]!) / deviation;
      density *= Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI));
    }
    return sum + density;
  }, 0);
}

/**
 * Computes the expected noise in noisy rows of a mixture,
 * E[ε | xₜ] = −√(1 − ᾱₜ) ∇ log p(xₜ).
 *
 * With noise each component is again a normal distribution, with mean √ᾱ μ and
 * variance ᾱσ² + 1 − ᾱ, and the score is the mean of their scores, weighted by
 * responsibility. The identity of score and noise is from Vincent (2011, "A connection between
 * score matching and denoising autoencoders") and Song & Ermon (2019).
 *
 * @param mixture The mixture, in standard units.
 * @param noisy The rows, shape [nRows, nColumns].
 * @param alphaBars ᾱ of each row, shape [nRows].
 * @returns The expected noise, of the same shape as the rows.
 */
export function computeExpectedNoise(
  mixture: GaussianMixture,
  noisy: ArrayLike<number>,
  alphaBars: ArrayLike<number>,
): Float64Array {
  const nRows = alphaBars.length;
  const nColumns = noisy.length / nRows;
  const nParts = mixture.length;
  const noise = new Float64Array(noisy.length);
  const logs = new Float64Array(nParts);
  for (let row = 0; row < nRows; row++) {
    const kept = alphaBars[row]!, mixed = 1 - kept;
    const root = Math.sqrt(kept);
    let largest = -Infinity;
    for (let part = 0; part < nParts; part++) {
      const { weight, means, deviations } = mixture[part]!;
      let log = Math.log(weight);
      for (let i = 0; i < nColumns; i++) {
        const variance = kept * deviations[i]! ** 2 + mixed;
        const away = noisy[row * nColumns + i]! - root * means[i]!;
        log -= 0.5 * (away * away / variance + Math.log(variance));
      }
      logs[part] = log;
      if (log > largest) largest = log;
    }
    let total = 0;
    for (let part = 0; part < nParts; part++) {
      total += logs[part] = Math.exp(logs[part]! - largest);
    }
    for (let part = 0; part < nParts; part++) {
      const share = logs[part]! / total;
      const { means, deviations } = mixture[part]!;
      for (let i = 0; i < nColumns; i++) {
        const place = row * nColumns + i;
        const variance = kept * deviations[i]! ** 2 + mixed;
        noise[place]! += Math.sqrt(mixed) * share *
          (noisy[place]! - root * means[i]!) / variance;
      }
    }
  }
  return noise;
}
