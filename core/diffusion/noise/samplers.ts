/**
 * Sampling: from pure noise to data, with a predictor of the noise.
 *
 * @module
 */

import type { RandomStream } from "../../utils/random.ts";
import type { NoiseLevels, NoisePredictor } from "./noise_predictor.ts";
import { ddim } from "./samplers/ddim.ts";
import { ddpm } from "./samplers/ddpm.ts";
import { dpmSolver } from "./samplers/dpm_solver.ts";

/** What the steps of a sampler depend on. */
export interface StepOptions {
  /** Draws the noise that a step adds. */
  readonly random: RandomStream;
  /** For DDIM: 0 for no fresh noise, 1 for as much as DDPM adds. */
  readonly eta?: number;
}

/**
 * Takes one step.
 *
 * @param rows The rows, which are moved in place.
 * @param data The predicted data x̂₀, of the same shape.
 * @param levels ᾱ before the step, and after it: 1 for the last step.
 */
export type Step = (
  rows: Float64Array,
  data: Float64Array,
  levels: { readonly from: number; readonly to: number },
) => void;

/**
 * A sampler: what a file in `samplers/` exports.
 *
 * @param options What the steps depend on.
 * @returns A function that takes the steps in turn.
 */
export type Sampler = (options: StepOptions) => Step;

/** The samplers by name. A new one is a file in `samplers/` and a line here. */
export const SAMPLERS = {
  ddpm,
  ddim,
  "dpm-solver++": dpmSolver,
} satisfies Record<string, Sampler>;

/** The name of a sampler. */
export type SamplerName = keyof typeof SAMPLERS;

/**
 * How {@linkcode sample} samples. `random` draws the rows to begin with, then
 * the noise of each step.
 */
export interface SampleOptions extends StepOptions {
  /** The times where the sampler stops. */
  readonly at: NoiseLevels;
  /** The number of rows. */
  readonly nRows: number;
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** Called with the rows before each step, and awaited. */
  readonly onStep?: (rows: Float64Array, step: number) => unknown;
}

/**
 * Draws samples.
 *
 * @param sampler The sampler's name.
 * @param predictor What predicts the noise in noisy rows.
 * @param options The times, the randomness, and the number of rows.
 * @returns The samples in standard units, shape [nRows, nColumns].
 */
export async function sample(
  sampler: SamplerName,
  predictor: NoisePredictor,
  options: SampleOptions,
): Promise<Float64Array> {
  const { at: { times, alphaBars }, nRows, nColumns, random, onStep } = options;
  const takeStep = SAMPLERS[sampler](options);
  const rows = random.fillNormal(new Float64Array(nRows * nColumns));
  for (let step = 0; step < times.length; step++) {
    await onStep?.(rows, step);
    const from = alphaBars[step]!, to = alphaBars[step + 1] ?? 1;
    const noise = await predictor.predictNoise(rows, {
      times: new Float64Array(nRows).fill(times[step]!),
      alphaBars: new Float64Array(nRows).fill(from),
    });
    const kept = Math.sqrt(from), mixed = Math.sqrt(1 - from);
    const data = noise.map((noise, i) => (rows[i]! - mixed * noise) / kept);
    takeStep(rows, data, { from, to });
  }
  return rows;
}
