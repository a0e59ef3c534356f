/**
 * Which way of a measure is better.
 *
 * @module
 */

import { isMatch } from "matcher";
import type { Direction } from "../statistics/verdicts.ts";

/** What a user says of measures, by globs on their names. */
export interface DirectionOptions {
  /** Measures of which less is better. */
  readonly lowerIsBetter?: readonly string[];
  /** Measures of which more is better. */
  readonly higherIsBetter?: readonly string[];
}

/** Words in the names of measures of which less is better. */
const LOWER = new Set([
  ...[
    "loss",
    "error",
    "errors",
    "err",
    "distance",
    "divergence",
    "mse",
    "rmse",
  ],
  ...[
    "mae",
    "nll",
    "kl",
    "mmd",
    "mmd2",
    "fid",
    "perplexity",
    "wasserstein",
    "time",
  ],
  ...["seconds", "latency", "regret", "cost", "brier", "bpd"],
]);

/** Words in the names of measures of which more is better. */
const HIGHER = new Set([
  ...["accuracy", "acc", "precision", "recall", "f1", "auc", "auroc", "score"],
  ...["reward", "return", "likelihood", "psnr", "ssim", "bleu", "iou", "dice"],
  ...["throughput", "r2", "success"],
]);

/** Measures without bias around a floor of 0, and so at times below it. */
const AROUND_ZERO = /(^|[^a-z0-9])(mmd2|energy-distance)$/;

/**
 * Says whether ratios of a measure mean anything. Of estimates without bias
 * around 0 they do not: the one below may be anything, negative too.
 *
 * @param name The name in the metadata.
 * @returns Whether they do.
 */
export function hasRatios(name: string): boolean {
  return !AROUND_ZERO.test(name);
}

/**
 * Says which way of a measure is better: as the user has it, or else by the
 * words of its name, the last of them that is known.
 *
 * @param name The name in the metadata.
 * @param options What the user says.
 * @returns The way; undefined where neither tells.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { directionOf } from "./direction.ts";
 *
 * assertEquals(directionOf("squared-error/held-out"), "lower");
 * assertEquals(directionOf("testAccuracy"), "higher");
 * assertEquals(directionOf("sampling"), undefined);
 * ```
 */
export function directionOf(
  name: string,
  { lowerIsBetter = [], higherIsBetter = [] }: DirectionOptions = {},
): Direction | undefined {
  const matches = (globs: readonly string[]) =>
    globs.some((glob) => isMatch(name, glob, { caseSensitive: true }));
  if (matches(lowerIsBetter)) return "lower";
  if (matches(higherIsBetter)) return "higher";
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
    .split(/[^a-z0-9]+/);
  const word = words.findLast((word) => LOWER.has(word) || HIGHER.has(word));
  return word === undefined ? undefined : LOWER.has(word) ? "lower" : "higher";
}
