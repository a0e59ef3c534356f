import type { Step, StepOptions } from "../samplers.ts";

/**
 * Song, Meng & Ermon (2021, "Denoising diffusion implicit models", eq. 12 and
 * 16).
 *
 * @param options η, and what draws the noise.
 * @returns A function that takes the steps in turn.
 */
export function ddim({ random, eta = 0 }: StepOptions): Step {
  return (rows, data, { from, to }) => {
    // Eq. 16; it is 0 for the last step.
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
