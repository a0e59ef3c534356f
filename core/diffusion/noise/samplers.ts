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

/** ᾱ before a step and after it, and before the previous step. */
export interface StepLevels {
  /** ᾱ before the step. */
  readonly from: number;
  /** ᾱ after it: 1 for the last step. */
  readonly to: number;
  /** ᾱ before the step that was taken last; undefined for the first one. */
  readonly previous: number | undefined;
}

/**
 * What a step multiplies by: x becomes row · x + data · x̂₀ + before · x̂₀′ +
 * noise · ε, where x̂₀ is the data predicted from x, x̂₀′ that of the step before,
 * and ε fresh standard normal noise.
 */
export interface StepFactors {
  /** The factor of the row. */
  readonly row: number;
  /** The factor of the predicted data. */
  readonly data: number;
  /** The factor of the data predicted in the step before. */
  readonly before?: number;
  /** The factor of the noise. None is drawn if it is 0. */
  readonly noise?: number;
}

/**
 * A sampler: what a file in `samplers/` exports.
 *
 * @param levels The noise levels of a step.
 * @param eta For DDIM: 0 for no fresh noise, 1 for as much as DDPM adds.
 * @returns The factors of the step.
 */
export type Sampler = (levels: StepLevels, eta: number) => StepFactors;

/** The samplers by name. A new one is a file in `samplers/` and a line here. */
export const SAMPLERS = {
  ddpm,
  ddim,
  "dpm-solver++": dpmSolver,
} satisfies Record<string, Sampler>;

/** The name of a sampler. */
export type SamplerName = keyof typeof SAMPLERS;

/** A step: its noise level and its factors. */
export interface Step extends Required<StepFactors> {
  /** The time as a share of nTimesteps. */
  readonly time: number;
  /** ᾱ before the step. */
  readonly alphaBar: number;
}

/** The state that each step changes. */
export interface SamplingState {
  /** The rows in standard units, shape [nRows, nColumns]. */
  readonly rows: Float64Array;
  /** The data predicted in the step before, of the same shape; 0 at first. */
  readonly data: Float64Array;
  /** Draws the noise of each step, row by row. */
  readonly random: RandomStream;
}

/**
 * Takes steps.
 *
 * @param state The state, which is changed in place.
 * @param steps The steps to take, in order.
 * @param options How to sample.
 */
export type TakeSteps = (
  state: SamplingState,
  steps: readonly Step[],
  options: SampleOptions,
) => Promise<void>;

/** How {@linkcode sample} samples. */
export interface SampleOptions {
  /** The times where the sampler stops. */
  readonly at: NoiseLevels;
  /** The number of rows. */
  readonly nRows: number;
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** Draws the rows to begin with, then the noise of each step. */
  readonly random: RandomStream;
  /** For DDIM: 0 for no fresh noise, 1 for as much as DDPM adds. */
  readonly eta?: number;
  /** Gets the rows before some of the steps. */
  readonly observer?: {
    /** Before which steps, counted from 0. */
    readonly shownSteps: ReadonlySet<number>;
    /** Gets the rows, which it must not change, and the step. */
    keepStep(rows: Float64Array, step: number): void;
  } | undefined;
  /** Called several times a second, and awaited, so that signals are handled. */
  readonly pause?: () => Promise<void>;
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
  const { nRows, nColumns, random, observer } = options;
  const steps = planSteps(sampler, options);
  const rows = random.fillNormal(new Float64Array(nRows * nColumns));
  const state = { rows, data: new Float64Array(rows.length), random };
  const takeSteps = predictor.takeSteps ?? createTakeSteps(predictor);
  let start = 0;
  const advance = async (end: number) => {
    await takeSteps(state, steps.slice(start, end), options);
    start = end;
  };
  for (const step of [...observer?.shownSteps ?? []].sort((a, b) => a - b)) {
    await advance(step);
    observer!.keepStep(rows, step);
  }
  await advance(steps.length);
  return rows;
}

function planSteps(
  sampler: SamplerName,
  { at: { times, alphaBars }, eta = 0 }: SampleOptions,
): Step[] {
  return Array.from(times, (time, i) => {
    const from = alphaBars[i]!, to = alphaBars[i + 1] ?? 1;
    const levels = { from, to, previous: alphaBars[i - 1] };
    const factors = SAMPLERS[sampler](levels, eta);
    return { time, alphaBar: from, before: 0, noise: 0, ...factors };
  });
}

/** Creates the steps in JavaScript, for any predictor. */
function createTakeSteps(predictor: NoisePredictor): TakeSteps {
  return async ({ rows, data, random }, steps, { nColumns, pause }) => {
    const nRows = rows.length / nColumns;
    for (const { time, alphaBar, ...factors } of steps) {
      await pause?.();
      const predicted = await predictor.predictNoise(rows, {
        times: new Float64Array(nRows).fill(time),
        alphaBars: new Float64Array(nRows).fill(alphaBar),
      });
      const kept = Math.sqrt(alphaBar), mixed = Math.sqrt(1 - alphaBar);
      for (let i = 0; i < rows.length; i++) {
        const x = rows[i]!, before = data[i]!;
        data[i] = (x - mixed * predicted[i]!) / kept;
        rows[i] = factors.row * x + factors.data * data[i]! +
          factors.before * before;
        if (factors.noise > 0) rows[i]! += factors.noise * random.normal();
      }
    }
  };
}
