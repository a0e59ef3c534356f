/**
 * What may be asked of statistics, and what they go by where nothing is.
 *
 * @module
 */

/** The chance of a false verdict in a column. */
export const ALPHA = 0.05;

/** The confidence level of intervals. */
export const LEVEL = 0.95;

/** Fewer pairs, or runs on a side, are no ground for a verdict. */
export const MIN_COUNT = 3;

/** Which tests there are: Student's and Welch's t, or exact permutations. */
export const TESTS = ["t", "sign-flip"] as const;

/** The ways to say one number for several. */
export const AGGREGATES = ["mean", "median", "iqm"] as const;

/** One of {@linkcode AGGREGATES}. */
export type Aggregate = typeof AGGREGATES[number];
