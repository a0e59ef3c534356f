/**
 * Noise schedules: how much of the data is left at each time.
 *
 * @module
 */

import type { ModelConfig } from "../model_config.ts";
import type { Batch, Table } from "../../data/table.ts";
import type { RandomStream } from "../../utils/random.ts";
import type { NoiseLevel } from "./sampling_times.ts";

/** The keys of a configuration that a schedule depends on. */
export type ScheduleConfig = Pick<ModelConfig, "betaSchedule" | "nTimesteps">;

/** β of the first and last step (Ho, Jain & Abbeel 2020, section 4). */
const LINEAR = { first: 1e-4, last: 0.02 };
/** Keeps β small near the data (Nichol & Dhariwal 2021, section 3.2). */
const COSINE_OFFSET = 0.008;
const LARGEST_BETA = 0.999;

/** With more signal at the end, sampling would begin with the wrong noise. */
const MAX_SIGNAL_LEFT = 0.01;

/**
 * Computes the βₜ of a schedule: the variance of the noise that each step adds.
 *
 * `linear` grows from 1e-4 to 0.02, as in DDPM (Ho, Jain & Abbeel 2020);
 * `quadratic` is linear in √β, with more steps near the data; `cosine` follows
 * from ᾱ(t) = cos²((t/T + s)/(1 + s) · π/2), as in Nichol &
 * Dhariwal (2021, eq. 17), each β at most 0.999.
 *
 * @param config Which schedule, and how many steps it has.
 * @returns βₜ for t = 1 … T, shape [nTimesteps].
 */
export function computeBetas(config: ScheduleConfig): Float64Array {
  const { betaSchedule, nTimesteps } = config;
  const { first, last } = LINEAR;
  const signal = (t: number) => {
    const angle = (t / nTimesteps + COSINE_OFFSET) / (1 + COSINE_OFFSET);
    return Math.cos(angle * Math.PI / 2) ** 2;
  };
  return Float64Array.from({ length: nTimesteps }, (_, step) => {
    if (betaSchedule === "cosine") {
      return Math.min(1 - signal(step + 1) / signal(step), LARGEST_BETA);
    }
    const share = step / Math.max(nTimesteps - 1, 1);
    if (betaSchedule === "quadratic") {
      const root = Math.sqrt(first);
      return (root + (Math.sqrt(last) - root) * share) ** 2;
    }
    return first + (last - first) * share;
  });
}

/**
 * Computes the ᾱₜ of a schedule: the share of the data's variance that is left
 * at each time, ∏ (1 − β) up to there.
 *
 * @param config Which schedule, and how many steps it has.
 * @returns ᾱₜ for t = 1 … T, shape [nTimesteps], falling from near 1.
 */
export function computeAlphaBars(config: ScheduleConfig): Float64Array {
  let product = 1;
  return computeBetas(config).map((beta) => product *= 1 - beta);
}

/**
 * Warns of a schedule that leaves signal at its end: sampling begins with pure
 * noise, which such a model has not seen in training.
 *
 * @param config Which schedule, and how many steps it has.
 * @returns The warning, with ᾱ of the last step; undefined if there is none.
 */
export function warnOfSignal(config: ScheduleConfig): string | undefined {
  const left = computeAlphaBars(config).at(-1)!;
  if (left <= MAX_SIGNAL_LEFT) return undefined;
  const { betaSchedule, nTimesteps } = config;
  return `betaSchedule ${betaSchedule} with nTimesteps ${nTimesteps} leaves ` +
    `signal at its end: ᾱ of the last step is ${left.toPrecision(2)}, not ` +
    `near 0, and samples begin with the wrong noise; more timesteps or ` +
    `betaSchedule cosine help`;
}

/** How {@linkcode addNoise} mixes. */
export interface NoiseOptions {
  /** ᾱₜ by time, what {@linkcode computeAlphaBars} gave. */
  readonly schedule: Float64Array;
  /** Draws the times and the noise. */
  readonly random: RandomStream;
  /** One level for all rows, instead of a random timestep for each. */
  readonly level?: NoiseLevel | undefined;
}

/** Rows of data with noise mixed in. */
export interface NoisyBatch {
  /** How many rows there are. */
  readonly nRows: number;
  /** The rows as they were, shape [nRows, number of columns]. */
  readonly clean: Float32Array;
  /** The mixture, of the same shape. */
  readonly noisy: Float32Array;
  /** The noise that is in it, standard normal, of the same shape. */
  readonly noise: Float32Array;
  /** The time of each row as a share of nTimesteps, in (0, 1]. */
  readonly times: Float32Array;
  /** ᾱ of each row. */
  readonly alphaBars: Float32Array;
}

/**
 * Mixes noise into data: xₜ = √ᾱₜ x + √(1 − ᾱₜ) ε, with a time for each row,
 * drawn uniformly (Ho, Jain & Abbeel 2020, eq. 4 and algorithm 1).
 *
 * @param batch The data in standard units.
 * @param options The schedule, and what draws times and noise.
 * @returns The mixture, its noise and its times.
 */
export function addNoise(
  { nRows, values }: Batch | Table,
  { schedule, random, level }: NoiseOptions,
): NoisyBatch {
  const clean = new Float32Array(values), noisy = clean.slice();
  const noise = new Float32Array(values.length);
  const nColumns = values.length / nRows;
  const times = new Float32Array(nRows), alphaBars = new Float32Array(nRows);
  for (let row = 0; row < nRows; row++) {
    const { time, alphaBar } = level ?? drawLevel(schedule, random);
    times[row] = time;
    alphaBars[row] = alphaBar;
    const kept = Math.sqrt(alphaBar), mixed = Math.sqrt(1 - alphaBar);
    for (let i = row * nColumns; i < (row + 1) * nColumns; i++) {
      noise[i] = random.normal();
      noisy[i] = kept * clean[i]! + mixed * noise[i]!;
    }
  }
  return { nRows, clean, noisy, noise, times, alphaBars };
}

function drawLevel(schedule: Float64Array, random: RandomStream): NoiseLevel {
  const t = random.integer(schedule.length);
  return { time: (t + 1) / schedule.length, alphaBar: schedule[t]! };
}
