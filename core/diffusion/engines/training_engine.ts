import type { NoisyBatch } from "../noise/noise_schedule.ts";
import type { OptimizerState } from "./optimizer.ts";

/** What one step saw. */
export interface StepOutcome {
  /** The squared error of each row, in units of noise; shape [nRows]. */
  readonly losses: Float32Array;
  /** The norm of the gradient before it was clipped; null without weights. */
  readonly gradNorm: number | null;
}

/** Which weights a model is to have. */
export type WeightsInUse = "last" | "averaged";

/** Trains a model, step by step. */
export interface TrainingEngine {
  /**
   * Takes one step: forwards, backwards, update. Where loss or gradient are not
   * finite, no weight is changed.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the gradient's norm.
   */
  step(batch: NoisyBatch): Promise<StepOutcome>;

  /**
   * Gives the model weights to be evaluated or saved with. Steps go on from the
   * last ones all the same.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void;

  /** Where training stands: all that it needs to go on, bit for bit. */
  readonly state: OptimizerState;

  /**
   * Goes on from where training stood.
   *
   * @param state What {@linkcode TrainingEngine.state} gave, of such a model.
   */
  restore(state: OptimizerState): void;
}
