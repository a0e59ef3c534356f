import { ddim } from "./ddim.ts";
import type { StepFactors, StepLevels } from "../samplers.ts";

/**
 * Ancestral sampling (Ho, Jain & Abbeel 2020, algorithm 2) with the variance β̃
 * of the posterior: the case η = 1 of DDIM. With fewer steps than timesteps it
 * uses the posterior between the times where it stops (Nichol & Dhariwal 2021,
 * section 4).
 *
 * @param levels The noise levels of a step.
 * @returns The factors of the step.
 */
export function ddpm(levels: StepLevels): StepFactors {
  return ddim(levels, 1);
}
