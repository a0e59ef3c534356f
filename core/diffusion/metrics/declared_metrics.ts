/** What readers of records and histories need to know of a metric. */
export interface DeclaredMetric {
  /** Which way is better. */
  readonly better: "lower" | "higher";
  /**
   * Whether it is an unbiased estimate of something that is 0 for a perfect
   * model: it may be negative, and ratios of it mean nothing.
   */
  readonly centredOnZero?: boolean;
  /** The unit of its values; none for pure numbers. */
  readonly unit?: string;
}

/** The metrics of the diffusion experiment, by the names of their records. */
export const metrics: Readonly<Record<string, DeclaredMetric>> = {
  "loss/train": { better: "lower" },
  "loss/held-out": { better: "lower" },
  "loss/denoising": { better: "lower" },
  "sliced-wasserstein": { better: "lower", unit: "standard deviations" },
  "energy-distance": {
    better: "lower",
    centredOnZero: true,
    unit: "standard deviations",
  },
  "mmd2": { better: "lower", centredOnZero: true },
  "time/epoch": { better: "lower", unit: "s" },
  "time/sampling": { better: "lower", unit: "s" },
  // Only in the history:
  "loss": { better: "lower" },
  "loss/epoch": { better: "lower" },
  "loss/validation": { better: "lower" },
};
