import type { MetricDeclaration } from "../../store/metric_declaration.ts";

/** What all distances between samples and data have in common. */
const DISTANCE: MetricDeclaration = {
  better: "lower",
  series: "source",
  repeats: "nRepeats",
  notes: {
    "reference=held-out":
      "Distances to held-out rows use the same few rows in every repeat and " +
      "seed: their errors do not cover the choice of rows",
  },
};

/** The metrics of the diffusion experiment, by the names of their records. */
export const metrics: Readonly<Record<string, MetricDeclaration>> = {
  "loss/train": { better: "lower" },
  "loss/held-out": { better: "lower", observations: "shared" },
  "loss/denoising": { better: "lower", series: "source" },
  "sliced-wasserstein": { ...DISTANCE, unit: "standard deviations" },
  "energy-distance": {
    ...DISTANCE,
    centredOnZero: true,
    unit: "standard deviations",
  },
  "mmd2": { ...DISTANCE, centredOnZero: true },
  "time/epoch": { better: "lower", unit: "s" },
  "time/sampling": { better: "lower", unit: "s" },
  // Only in the history:
  "loss": { better: "lower" },
  "loss/epoch": { better: "lower" },
  "loss/validation": { better: "lower" },
};
