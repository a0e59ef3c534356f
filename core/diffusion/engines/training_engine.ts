import type { NoisyBatch } from "../noise/noise_schedule.ts";
import type { OptimizerState } from "./optimizer.ts";

/** The outcome of one step. */
export interface StepOutcome {
  /** The squared error of each row, in units of noise; shape [nRows]. */
  readonly losses: Float32Array;
  /** The norm of the gradient before clipping; none without weights. */
  readonly gradNorm?: number;
}

/** Which weights a model has: those of the last step, or their average. */
export type WeightsInUse = "last" | "averaged";

/** Trains a model step by step: the interface of every engine. */
export interface TrainingEngine {
  /**
   * Takes one step: forward pass, backward pass, update. If the loss or the
   * gradient is not finite, no weight changes.
   *
   * @param batch Rows with noise mixed in.
   * @returns The losses before the update, and the norm of the gradient.
   */
  step(batch: NoisyBatch): Promise<StepOutcome>;

  /**
   * Sets the weights with which the model is evaluated or saved. The next step
   * continues from the last ones in any case.
   *
   * @param which The last ones, or their average.
   */
  use(which: WeightsInUse): void;

  /** The state of the training: all that a bit-for-bit continuation needs. */
  readonly state: OptimizerState;

  /**
   * Continues from a state.
   *
   * @param state What {@linkcode TrainingEngine.state} gave, for such a model.
   */
  restore(state: OptimizerState): void;
}
