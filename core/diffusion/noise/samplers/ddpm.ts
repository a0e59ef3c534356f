import { ddim } from "./ddim.ts";
import type { Step, StepOptions } from "../samplers.ts";

/**
 * Ancestral sampling (Ho, Jain & Abbeel 2020, algorithm 2) with the variance β̃
 * of the posterior: the case η = 1 of DDIM. With fewer steps than timesteps it
 * uses the posterior between the times where it stops (Nichol & Dhariwal 2021,
 * section 4).
 *
 * @param options What draws the noise.
 * @returns A function that takes the steps in turn.
 */
export function ddpm(options: StepOptions): Step {
  return ddim({ ...options, eta: 1 });
}
