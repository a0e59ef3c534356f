import type { RandomStream } from "../../../utils/random.ts";

/** What the steps of a sampler depend on. */
export interface StepOptions {
  /** Draws the noise that a step adds. */
  readonly random: RandomStream;
  /** For DDIM: 0 for no fresh noise, 1 for as much as DDPM adds. */
  readonly eta?: number;
}

/** The noise levels between which a step moves. */
export interface StepLevels {
  /** ᾱ before the step. */
  readonly from: number;
  /** ᾱ after it; 1 for the last step. */
  readonly to: number;
}

/**
 * Takes one step.
 *
 * @param rows The rows, which are moved in place.
 * @param data The predicted data x̂₀, of the same shape.
 * @param levels The noise levels before and after.
 */
export type Step = (
  rows: Float64Array,
  data: Float64Array,
  levels: StepLevels,
) => void;

/**
 * A sampler: what a file in this folder exports.
 *
 * @param options What the steps depend on.
 * @returns A function that takes the steps in turn.
 */
export type Sampler = (options: StepOptions) => Step;
