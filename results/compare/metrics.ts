/**
 * What is known about the metrics of a comparison: from the experiments, from
 * the user, or from the words in their names.
 *
 * @module
 */

import type { MetricDeclaration } from "../../core/store/metric_declaration.ts";
import type { StoredRun } from "../database/run_database.ts";
import { readInfo } from "../database/read_run.ts";
import { matchesGlob } from "../database/select.ts";
import type { Direction } from "../statistics/estimate.ts";

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
 * Collects what runs declare about their metrics.
 *
 * @param runs The runs, oldest first.
 * @returns The declarations; the newest run that declares a metric counts.
 */
export function collectMetrics(runs: Iterable<StoredRun>): Metrics {
  const metrics = new Map<string, MetricDeclaration>();
  let last: StoredRun["info"]["metrics"];
  for (const run of runs) {
    const declared = readInfo(run, "metrics");
    // Runs of an index share what they have in common.
    if (declared === last) continue;
    last = declared;
    for (const [name, declared] of Object.entries(last ?? {})) {
      metrics.set(name, declared);
    }
  }
  return metrics;
}

/**
 * Collects the fields that count repetitions.
 *
 * @param metrics What experiments declare.
 * @returns The names of the fields.
 */
export function collectRepeats(metrics: Metrics): Set<string> {
  return new Set([...metrics.values()].flatMap(({ repeats }) => repeats ?? []));
}

/**
 * Finds the unit of a metric or of what a history logs.
 *
 * @param name Its name.
 * @param metrics What experiments declare.
 * @returns The unit, if it has one; times are in seconds unless declared otherwise.
 */
export function findUnit(name: string, metrics: Metrics): string | undefined {
  return metrics.get(name)?.unit ??
    (name.startsWith("time/") ? "s" : undefined);
}

const splitList = (text: string): ReadonlySet<string> =>
  new Set(text.split(/\s+/));

/** Words in the names of metrics of which less is better. */
const LOWER = splitList(
  `loss error errors err distance divergence deviance crossentropy mse rmse mae
  mape smape nll kl mmd fid perplexity wasserstein time seconds latency regret
  cost brier crps bpd wer cer`,
);

/** Words in the names of metrics of which more is better. */
const HIGHER = splitList(
  `accuracy acc precision recall f1 fbeta auc auroc score reward return
  likelihood psnr ssim bleu rouge iou dice dcg ndcg mrr throughput r2 d2
  success`,
);

/** Words that turn the direction of those after them round. */
const NEGATIONS = splitList("neg negative minus");

/** Words of rates, spreads, changes and settings, which have no direction. */
const UNCLEAR = splitList(
  `to per over ratio drop gap gain change delta diff difference improvement
  reduction increase decrease std sd var variance stderr sem explained skill
  inverse non true false survival weight scale threshold coefficient`,
);

/**
 * Finds which way of a metric is better: as the user says, else as the
 * experiment declares, else as the words of its name say, if they leave no
 * doubt. A metric whose direction is not known is not ranked, which is better
 * than to be ranked the wrong way round.
 *
 * @param name The name of the metric.
 * @param options What the user says.
 * @param declared What the experiment declares.
 * @returns The direction; undefined if it is not known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findDirection } from "./metrics.ts";
 *
 * assertEquals(findDirection("squared-error/held-out"), "lower");
 * assertEquals(findDirection("testAccuracy"), "higher");
 * assertEquals(findDirection("neg_mean_squared_error"), "higher");
 * assertEquals(findDirection("signal_to_noise"), undefined);
 * ```
 */
export function findDirection(
  name: string,
  { lowerIsBetter = [], higherIsBetter = [] }: DirectionOptions = {},
  declared: MetricDeclaration = {},
): Direction | undefined {
  if (matchesGlob(name, lowerIsBetter)) return "lower";
  if (matchesGlob(name, higherIsBetter)) return "higher";
  return declared.better ?? guessDirection(splitWords(name));
}

/** `BLEUScore` → `bleu score`, `meanF1` → `mean f1`, `mmd2` → `mmd`. */
function splitWords(name: string): string[] {
  return name.replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3 $2")
    .toLowerCase().split(/[^a-z\d]+/).filter((word) => word !== "")
    .map((word) => isKnown(word) ? word : word.replace(/\d+$/, ""));
}

function isKnown(word: string): boolean {
  return LOWER.has(word) || HIGHER.has(word);
}

function guessDirection(words: readonly string[]): Direction | undefined {
  const counts = (word: string, place: number) =>
    // Half of all metrics are called a score: of some of them less is better.
    word === "score"
      ? words.length === 1
      // `short_time_intelligibility` is none.
      : word === "time"
      ? place === 0 || place === words.length - 1
      : isKnown(word);
  const first = words.findIndex(counts);
  const isUnclear = words.some((word, place) =>
    UNCLEAR.has(word) || NEGATIONS.has(word) && place > first
  );
  const directions = new Set(
    words.filter(counts).map((word) => LOWER.has(word)),
  );
  if (isUnclear || directions.size !== 1) return undefined;
  const nNegations = words.filter((word) => NEGATIONS.has(word)).length;
  return directions.has(nNegations % 2 === 0) ? "lower" : "higher";
}
