import type { ModelConfig } from "../model_config.ts";
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
   * Takes one step: forward pass, backward pass, update. If the
   * gradient is not finite, no weight changes. The model has the new weights
   * only after {@linkcode TrainingEngine.use}.
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

/**
 * Computes the targets of a model: the noise, or v = √ᾱ ε − √(1 − ᾱ) x₀.
 *
 * @param batch Rows with noise mixed in.
 * @param prediction What the model predicts.
 * @returns The targets, of the same shape as the rows.
 */
export function computeTargets(
  { clean, noise, alphaBars }: NoisyBatch,
  prediction: ModelConfig["prediction"],
): Float32Array {
  if (prediction === "noise") return noise;
  const nColumns = clean.length / alphaBars.length;
  return noise.map((noise, i) => {
    const kept = alphaBars[Math.floor(i / nColumns)]!;
    return Math.sqrt(kept) * noise - Math.sqrt(1 - kept) * clean[i]!;
  });
}

/**
 * Computes the loss of each row in units of noise: the mean over columns of
 * (ε̂ − ε)², in which v − v̂ is ε − ε̂ over √ᾱ.
 *
 * @param batch The rows.
 * @param differences What the model gave minus its targets.
 * @param prediction What the model predicts.
 * @returns The losses, shape [nRows].
 */
export function computeLosses(
  { nRows, alphaBars }: NoisyBatch,
  differences: Float32Array,
  prediction: ModelConfig["prediction"],
): Float32Array {
  const nColumns = differences.length / nRows;
  const losses = new Float32Array(nRows);
  for (let row = 0, i = 0; row < nRows; row++) {
    let sum = 0;
    for (const end = i + nColumns; i < end; i++) sum += differences[i]! ** 2;
    losses[row] = sum / nColumns * (prediction === "v" ? alphaBars[row]! : 1);
  }
  return losses;
}
