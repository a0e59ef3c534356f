/**
 * The times where a sampler stops, evenly spaced in time or in log-SNR.
 *
 * @module
 */

import type { NoiseLevels } from "./noise_predictor.ts";

/** How the times of a sampler are spaced. */
export type Spacing = "time" | "log-snr";

/**
 * Computes half the logarithm of the signal-to-noise ratio, the λ of Lu et al.
 * (2022): λ = ½ log(ᾱ / (1 − ᾱ)).
 *
 * @param alphaBar ᾱ, in (0, 1).
 * @returns λ; it rises with ᾱ.
 */
export function computeLogSnr(alphaBar: number): number {
  return 0.5 * (Math.log(alphaBar) - Math.log1p(-alphaBar));
}

/** A point of a schedule, which may be between two timesteps. */
export interface NoiseLevel {
  /** The time as a share of nTimesteps. */
  readonly time: number;
  /** ᾱ there. */
  readonly alphaBar: number;
}

/**
 * Finds the point of a schedule with a certain share of noise √(1 − ᾱ), by the
 * interpolation of {@linkcode computeSamplingTimes}.
 *
 * @param schedule ᾱₜ for t = 1 … T.
 * @param noise The share, in (0, 1).
 * @returns The level; undefined if the schedule does not reach it.
 */
export function findLevel(
  schedule: Float64Array,
  noise: number,
): NoiseLevel | undefined {
  const alphaBar = 1 - noise ** 2;
  if (alphaBar > schedule[0]! || alphaBar < schedule.at(-1)!) return undefined;
  const place = findPlace(schedule.map(computeLogSnr), computeLogSnr(alphaBar));
  return { time: (place + 1) / schedule.length, alphaBar };
}

/**
 * Spaces the steps of a sampler between the last timestep and the first.
 *
 * With `log-snr` each step removes the same share of the noise, with `time` the
 * steps are equal in t. Between two timesteps λ is interpolated linearly in t.
 * With `time` and as many steps as timesteps, the times are the timesteps.
 *
 * @param schedule ᾱₜ for t = 1 … T, from `computeAlphaBars`.
 * @param options The number of steps, and their spacing.
 * @returns The times, falling from 1, and their ᾱ; shape [nSteps].
 * @throws {RangeError} If there are more steps than timesteps.
 */
export function computeSamplingTimes(
  schedule: Float64Array,
  { nSteps, spacing }: { readonly nSteps: number; readonly spacing: Spacing },
): NoiseLevels {
  const nTimesteps = schedule.length;
  if (nSteps > nTimesteps) {
    throw new RangeError(
      `Cannot sample in ${nSteps} steps: the noise schedule has only ` +
        `${nTimesteps}; use --n-steps ${nTimesteps} or fewer`,
    );
  }
  const lambdas = schedule.map(computeLogSnr);
  const last = Math.max(nSteps - 1, 1);
  const times = new Float64Array(nSteps), alphaBars = new Float64Array(nSteps);
  for (let step = 0; step < nSteps; step++) {
    // The index in the schedule, divided last so that integers stay exact.
    const place = spacing === "time"
      ? (nTimesteps - 1) * (last - step) / last
      : step === last
      ? 0
      : findPlace(
        lambdas,
        interpolate(lambdas.at(-1)!, lambdas[0]!, step / last),
      );
    times[step] = (place + 1) / nTimesteps;
    const before = Math.floor(place), part = place - before;
    alphaBars[step] = part === 0 ? schedule[before]! : 1 / (1 + Math.exp(
      -2 * interpolate(lambdas[before]!, lambdas[before + 1]!, part),
    ));
  }
  return { times, alphaBars };
}

function interpolate(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** Finds the index of a value in falling λs, by linear interpolation. */
function findPlace(lambdas: Float64Array, value: number): number {
  let low = 0, high = lambdas.length - 1;
  if (value >= lambdas[low]!) return low;
  if (value <= lambdas[high]!) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lambdas[middle]! >= value) low = middle;
    else high = middle;
  }
  return low + (lambdas[low]! - value) / (lambdas[low]! - lambdas[high]!);
}
