import type { Step } from "../samplers.ts";

/**
 * The second-order multistep solver of Lu, Zhou, Bao, Chen, Li & Zhu (2022,
 * "DPM-Solver++", algorithm 2), which predicts data. Its first and last steps
 * are of first order.
 *
 * @returns A function that takes the steps in turn.
 */
export function dpmSolver(): Step {
  let before: { data: Float64Array; alphaBar: number } | undefined;
  return (rows, data, { from, to }) => {
    // e^(−h) for the step h in λ; 0 if it ends at the data.
    const ratio = (a: number, b: number) =>
      Math.sqrt(a / b * (1 - b) / (1 - a));
    const shrink = ratio(from, to);
    const last = to === 1 ? undefined : before;
    const extra = last
      ? 1 / (2 * (Math.log(ratio(last.alphaBar, from)) / Math.log(shrink)))
      : 0;
    const noiseKept = Math.sqrt((1 - to) / (1 - from));
    const dataAdded = Math.sqrt(to) * (1 - shrink);
    for (let i = 0; i < rows.length; i++) {
      const target = last
        ? (1 + extra) * data[i]! - extra * last.data[i]!
        : data[i]!;
      rows[i] = noiseKept * rows[i]! + dataAdded * target;
    }
    before = { data, alphaBar: from };
  };
}
