/**
 * What is known about the metrics of a comparison: from the experiments, from
 * the user, or from the words in their names.
 *
 * @module
 */

import { isMatch } from "matcher";
import type { MetricDeclaration } from "../../core/store/metric_declaration.ts";
import type { StoredRun } from "../database/run_database.ts";
import type { Direction } from "../statistics/verdicts.ts";

/** Which way is better, by globs on the names of metrics. */
export interface DirectionOptions {
  /** Metrics of which less is better. */
  readonly lowerIsBetter?: readonly string[];
  /** Metrics of which more is better. */
  readonly higherIsBetter?: readonly string[];
}

/** What experiments declare about metrics, by their names. */
export type Metrics = ReadonlyMap<string, MetricDeclaration>;

/**
 * Collects what runs say about their metrics.
 *
 * @param runs The runs, oldest first.
 * @returns The declarations; the newest run that declares a metric counts.
 */
export function collectMetrics(runs: Iterable<StoredRun>): Metrics {
  const metrics = new Map<string, MetricDeclaration>();
  for (const { info } of runs) {
    for (const [name, declared] of Object.entries(info.metrics ?? {})) {
      metrics.set(name, declared);
    }
  }
  return metrics;
}

/**
 * Collects the fields that count repetitions and so tell no records apart.
 *
 * @param metrics What experiments declare.
 * @returns The names of the fields.
 */
export function collectRepeats(metrics: Metrics): Set<string> {
  return new Set([...metrics.values()].flatMap(({ repeats }) => repeats ?? []));
}

/** Words in the names of metrics of which less is better. */
const LOWER = new Set(
  ("loss error errors err distance divergence mse rmse mae nll kl mmd fid " +
    "perplexity wasserstein time seconds latency regret cost brier bpd")
    .split(" "),
);

/** Words in the names of metrics of which more is better. */
const HIGHER = new Set(
  ("accuracy acc precision recall f1 auc auroc score reward return " +
    "likelihood psnr ssim bleu iou dice throughput r2 success").split(" "),
);

/**
 * Finds which way of a metric is better: as the user says, as the experiment
 * declares, or by the last word of its name that is known, with or without a
 * digit after it.
 *
 * @param name The name of the metric.
 * @param options What the user says.
 * @param declared What the experiment declares.
 * @returns The direction; undefined if nothing tells it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findDirection } from "./metrics.ts";
 *
 * assertEquals(findDirection("squared-error/held-out"), "lower");
 * assertEquals(findDirection("testAccuracy"), "higher");
 * assertEquals(findDirection("sampling"), undefined);
 * ```
 */
export function findDirection(
  name: string,
  { lowerIsBetter = [], higherIsBetter = [] }: DirectionOptions = {},
  declared: MetricDeclaration = {},
): Direction | undefined {
  const matches = (globs: readonly string[]) =>
    globs.some((glob) => isMatch(name, glob, { caseSensitive: true }));
  if (matches(lowerIsBetter)) return "lower";
  if (matches(higherIsBetter)) return "higher";
  if (declared.better) return declared.better;
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
    .split(/[^a-z0-9]+/).flatMap((word) => [word.replace(/\d$/, ""), word]);
  const word = words.findLast((word) => LOWER.has(word) || HIGHER.has(word));
  return word === undefined ? undefined : LOWER.has(word) ? "lower" : "higher";
}
