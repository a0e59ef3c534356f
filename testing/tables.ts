/**
 * Tables that several tests share.
 *
 * @module
 */

import { compareRuns, replicates } from "./made.ts";
import type { Comparison } from "../results/compare/comparison.ts";

export const MODELS = replicates([
  [{ model: "identity" }, [1, 1.2, 1.1, 1.3, 1.0]],
  [{ model: "mlp" }, [0.5, 0.7, 0.65, 0.8, 0.4]],
  [{ model: "copy" }, [1.05, 1.15, 1.15, 1.25, 1.02]],
  [{ model: "once" }, [3]],
]);

/** Two rows of one run each, with all that is odd in their names. */
export function single(): Promise<Comparison> {
  return compareRuns([
    {
      id: "a",
      config: { seed: 1, sizes: [128, 64], note: 'x|y, "z"' },
      records: [
        [{ name: "loss" }, { mean: 1 / 3, error: 0.0123, n: 100, df: 9 }],
        [{ name: "loss/final" }, { mean: 1 / 7, error: NaN, n: 1 }],
        [{ name: "sampling", nSteps: 5, nSamples: 9 }, {
          mean: NaN,
          error: NaN,
          n: 9,
        }],
      ],
    },
    {
      id: "b",
      config: { seed: 1, sizes: [128], note: "漢字" },
      records: [
        [{ name: "loss" }, { mean: 0.5, error: 0.2, n: 50 }],
        [{ name: "sampling", nSteps: 50, nSamples: 9 }, {
          mean: 2,
          error: 0,
          n: 9,
        }],
      ],
    },
  ]);
}
