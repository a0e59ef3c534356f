/**
 * Samples of rows, for tests and studies of verdicts.
 *
 * @module
 */

import { assert } from "@std/assert";
import type {
  Contrast,
  Sample,
  Untested,
} from "../results/statistics/contrast.ts";

/** A sample with seeds counted from `first`. */
export function makeSample(values: readonly number[], first = 1): Sample {
  return new Map(values.map((value, i) => [`seed=${first + i}`, value]));
}

/** A contrast or verdict that must have been tested. */
export function assertTested<T extends Contrast>(
  outcome: T | Untested | undefined,
): T {
  assert(outcome && "p" in outcome);
  return outcome;
}
