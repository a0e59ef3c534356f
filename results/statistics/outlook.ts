/**
 * What tests that show no difference could have shown, with these seeds and
 * with more.
 *
 * @module
 */

import type { Verdict } from "./decide.ts";
import { countSeeds, forecast, type Reach } from "./power.ts";

/** What t tests can detect, with these seeds and with more. */
export interface Outlook {
  /** What as many seeds detect in a fresh comparison, twice and four times as many. */
  readonly reach: readonly Reach[];
  /** How many seeds detect the difference that was asked about. */
  readonly asked?: { readonly difference: number; readonly seeds: number };
}

/**
 * Finds by search what more seeds would detect.
 *
 * @param verdict The verdict.
 * @param difference The difference that is to be detected; 0 if none is asked about.
 * @returns The outlook; undefined if there is no variance to go by, or the number of
 * seeds is not fixed in advance.
 */
export function findOutlook(
  { design, alpha, test, df }: Verdict,
  difference: number,
): Outlook | undefined {
  const hasVariance = design.deviations.some((deviation) => deviation > 0);
  if (!hasVariance || test === "anytime t") return undefined;
  const isModerated = test === "moderated t";
  const priorDf = isModerated ? df - (design.counts[0]! - 1) : 0;
  const level = { ...design, alpha, priorDf };
  return {
    reach: forecast(level),
    ...(difference > 0 && {
      asked: { difference, seeds: countSeeds(difference, level) },
    }),
  };
}
