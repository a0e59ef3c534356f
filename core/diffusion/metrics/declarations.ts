import type { MetricDeclaration } from "../../store/metric_declaration.ts";

/** Of a distance between samples and data. */
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

/** What the diffusion model declares about its metrics. */
export const diffusionMetrics: Readonly<Record<string, MetricDeclaration>> = {
  "loss/train": { better: "lower" },
  "loss/held-out": { better: "lower" },
  "loss/denoising": { better: "lower", series: "source" },
  "sliced-wasserstein": DISTANCE,
  "energy-distance": { ...DISTANCE, centredOnZero: true },
  "mmd2": { ...DISTANCE, centredOnZero: true },
};
