/**
 * What tests that show no difference could have shown, with these seeds and
 * with more.
 *
 * @module
 */

import type { Verdict } from "./decide.ts";
import { countMoreSeeds, findDetectable } from "./power.ts";

/** What t tests can detect, with these seeds and with more. */
export interface Outlook {
  /**
   * How many more seeds a difference as large as the one seen needs to be
   * detected with a probability of 80 %, in one significant digit.
   */
  readonly moreSeeds: number | ">100";
  /** The smallest difference that these seeds detect as likely. */
  readonly detectable: number;
}

/**
 * Finds by search what more seeds would detect.
 *
 * @param verdict The verdict.
 * @returns The outlook; undefined if there is no variance to go by.
 */
export function findOutlook(
  { difference, design, alpha }: Verdict,
): Outlook | undefined {
  if (!design.deviations.some((deviation) => deviation > 0)) return undefined;
  const level = { ...design, alpha };
  return {
    moreSeeds: countMoreSeeds(difference, level),
    detectable: findDetectable(level),
  };
}
