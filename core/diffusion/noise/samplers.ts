/**
 * Samplers: from pure noise to data, by a predictor of the noise.
 *
 * @module
 */

import type { RandomStream } from "../../utils/random.ts";
import type { NoisePredictor } from "./noise_predictor.ts";
import type { SamplingTimes } from "./sampling_times.ts";

/** What a sampler is given. */
export interface SamplerOptions {
  /** Where it stops on its way. */
  readonly at: SamplingTimes;
  /** How many columns a row has. */
  readonly nColumns: number;
  /**
   * Draws the noise: first all that the rows begin with, then what is added,
   * step by step.
   */
  readonly random: RandomStream;
  /** DDIM alone: 0 for no fresh noise, 1 for as much as DDPM adds. */
  readonly eta?: number;
  /** Is shown the rows before each step, and may wait. */
  readonly onStep?: (rows: Float64Array, step: number) => void | Promise<void>;
}

/** The names of the samplers. */
export type SamplerName = "ddpm" | "ddim" | "dpm-solver++";

/**
 * One step from ᾱ to the next, ᾱ = 1 at the end.
 *
 * @param rows The rows, which are moved in place.
 * @param data What the rows are predicted to have been, x̂₀.
 */
type Move = (rows: Float64Array, data: Float64Array, step: number) => void;

/** How each sampler moves. */
const SAMPLERS: Readonly<Record<SamplerName, (o: SamplerOptions) => Move>> = {
  ddpm: (options) => ddim({ ...options, eta: 1 }),
  ddim,
  "dpm-solver++": dpmSolver,
};

/**
 * Draws samples.
 *
 * `ddpm` is ancestral sampling (Ho, Jain & Abbeel 2020, algorithm 2) with the
 * variance β̃ of the posterior; over fewer steps than timesteps it takes the
 * posterior between the times where it stops (Nichol & Dhariwal 2021, section
 * 4). `ddim` is Song, Meng & Ermon (2021, eq. 12, 16), of which the former is
 * the case η = 1. `dpm-solver++` is the second-order multistep solver of Lu,
 * Zhou, Bao, Chen, Li & Zhu (2022, "DPM-Solver++", algorithm 2), which predicts
 * data; its first and last steps are of first order.
 *
 * @param sampler Which sampler.
 * @param predictor What predicts the noise in noisy rows.
 * @param options Where it stops, its randomness, and the number of rows.
 * @returns The samples, in standard units, shape [nRows, nColumns].
 */
export async function sample(
  sampler: SamplerName,
  predictor: NoisePredictor,
  options: SamplerOptions & { readonly nRows: number },
): Promise<Float64Array> {
  const { at, nRows, nColumns, random, onStep } = options;
  const move = SAMPLERS[sampler](options);
  const rows = random.fillNormal(new Float64Array(nRows * nColumns));
  for (let step = 0; step < at.times.length; step++) {
    await onStep?.(rows, step);
    const alphaBar = at.alphaBars[step]!;
    const noise = await predictor.predictNoise(rows, {
      times: new Float64Array(nRows).fill(at.times[step]!),
      alphaBars: new Float64Array(nRows).fill(alphaBar),
    });
    const kept = Math.sqrt(alphaBar), mixed = Math.sqrt(1 - alphaBar);
    const data = noise.map((noise, i) => (rows[i]! - mixed * noise) / kept);
    move(rows, data, step);
  }
  return rows;
}

/** ᾱ of the step after: that of the data themselves after the last. */
function next(alphaBars: Float64Array, step: number): number {
  return alphaBars[step + 1] ?? 1;
}

function ddim({ at, random, eta = 0 }: SamplerOptions): Move {
  const { alphaBars } = at;
  return (rows, data, step) => {
    const from = alphaBars[step]!, to = next(alphaBars, step);
    // Eq. 16; after the last step nothing is left to be added.
    const deviation = eta *
      Math.sqrt((1 - to) / (1 - from) * (1 - from / to));
    const mixed = Math.sqrt(1 - from), kept = Math.sqrt(from);
    const direction = Math.sqrt(Math.max(0, 1 - to - deviation ** 2));
    for (let i = 0; i < rows.length; i++) {
      const noise = (rows[i]! - kept * data[i]!) / mixed;
      rows[i] = Math.sqrt(to) * data[i]! + direction * noise;
      if (deviation > 0) rows[i]! += deviation * random.normal();
    }
  };
}

function dpmSolver({ at }: SamplerOptions): Move {
  const { alphaBars } = at;
  let before: Float64Array | undefined;
  return (rows, data, step) => {
    const from = alphaBars[step]!, to = next(alphaBars, step);
    // e^(−h) for the step h in λ: 0 where it ends at the data.
    const ratio = (a: number, b: number) =>
      Math.sqrt(a / b * (1 - b) / (1 - a));
    const shrink = ratio(from, to);
    const isFirstOrder = before === undefined || to === 1;
    const r = isFirstOrder
      ? 1
      : Math.log(ratio(alphaBars[step - 1]!, from)) / Math.log(shrink);
    const extra = isFirstOrder ? 0 : 1 / (2 * r);
    const noiseKept = Math.sqrt((1 - to) / (1 - from));
    const dataAdded = Math.sqrt(to) * (1 - shrink);
    for (let i = 0; i < rows.length; i++) {
      const target = extra === 0
        ? data[i]!
        : (1 + extra) * data[i]! - extra * before![i]!;
      rows[i] = noiseKept * rows[i]! + dataAdded * target;
    }
    before = data;
  };
}
