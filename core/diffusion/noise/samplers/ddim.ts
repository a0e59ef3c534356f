import type { StepFactors, StepLevels } from "../samplers.ts";

/**
 * Song, Meng & Ermon (2021, "Denoising diffusion implicit models", eq. 12 and
 * 16): √ᾱ′ x̂₀ + √(1 − ᾱ′ − σ²) (x − √ᾱ x̂₀) / √(1 − ᾱ) + σ ε.
 *
 * @param levels The noise levels of a step.
 * @param eta η, the share of σ.
 * @returns The factors of the step.
 */
export function ddim({ from, to }: StepLevels, eta: number): StepFactors {
  // Eq. 16; it is 0 for the last step.
  const noise = eta * Math.sqrt((1 - to) / (1 - from) * (1 - from / to));
  const row = Math.sqrt(Math.max(0, 1 - to - noise ** 2) / (1 - from));
  return { row, data: Math.sqrt(to) - row * Math.sqrt(from), noise };
}
