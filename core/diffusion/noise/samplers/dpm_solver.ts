import type { StepFactors, StepLevels } from "../samplers.ts";

/**
 * The second-order multistep solver of Lu, Zhou, Bao, Chen, Li & Zhu (2022,
 * "DPM-Solver++", algorithm 2), which predicts data. Its first and last steps
 * are of first order.
 *
 * @param levels The noise levels of a step.
 * @returns The factors of the step.
 */
export function dpmSolver({ from, to, previous }: StepLevels): StepFactors {
  // e^(−h) for the step h in λ; 0 if it ends at the data.
  const ratio = (a: number, b: number) => Math.sqrt(a / b * (1 - b) / (1 - a));
  const shrink = ratio(from, to);
  const extra = to === 1 || previous === undefined
    ? 0
    : 1 / (2 * (Math.log(ratio(previous, from)) / Math.log(shrink)));
  const added = Math.sqrt(to) * (1 - shrink);
  return {
    row: Math.sqrt((1 - to) / (1 - from)),
    data: added * (1 + extra),
    before: -added * extra,
  };
}
