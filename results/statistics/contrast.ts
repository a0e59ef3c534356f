/**
 * How two rows of a comparison differ, by the test that suits their seeds.
 *
 * @module
 */

import { anytimeReach, anytimeT } from "./anytime.ts";
import {
  contrastCrossed,
  contrastObservations,
  type Grid,
} from "./crossed_contrast.ts";
import { tCritical } from "./distributions.ts";
import { computeMean, MIN_COUNT, type TESTS } from "./estimate.ts";
import {
  choose,
  MAX_LABELLINGS,
  MAX_PAIRS,
  permutations,
  signFlips,
} from "./exact.ts";
import type { Interval } from "./intervals.ts";
import type { Observations } from "./crossed.ts";
import type { Design } from "./power.ts";
import {
  type MeanTest,
  pairedT,
  partlyPairedT,
  unpairedT,
  type VariancePrior,
} from "./tests.ts";

/**
 * What a row's runs have measured, by their nuisance values, in the order in
 * which the runs were started.
 */
export type Sample = ReadonlyMap<string, number>;

/** How two rows are tested. */
export interface ContrastOptions {
  /** Which test; `t` by default. */
  readonly test?: typeof TESTS[number];
  /** Whether seeds may have been added until a verdict appeared. */
  readonly isAnytime?: boolean;
  /** The numbers of seeds at which verdicts are looked at; any by default. */
  readonly looks?: readonly number[];
  /** Where runs are that share values of several nuisance keys. */
  readonly grid?: Grid | undefined;
  /** What the runs of both have observed, if all have observed the same things. */
  readonly observations?: readonly [Observations, Observations] | undefined;
  /** What other rows with the same seeds say about the variance. */
  readonly prior?: VariancePrior | undefined;
}

/** How one row differs from another. */
export interface Contrast extends MeanTest {
  /** How many pairs there are; 0 where the samples are not paired. */
  readonly pairs: number;
  /** Nuisance values of runs that the test does not use. */
  readonly unused: readonly string[];
  /** What the power of the test depends on. */
  readonly design: Omit<Design, "alpha">;
}

/** Two rows that were not tested, and why. */
export interface Untested {
  /** Why there is no test, in a few words. */
  readonly reason: string;
}

/** Both samples as numbers, pairs first. */
interface Aligned {
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** How many of them are pairs. */
  readonly pairs: number;
  /** Whether all are. */
  readonly isPaired: boolean;
  readonly unused: readonly string[];
}

/**
 * Tests how two samples differ. Where they share at least 3 nuisance values,
 * those are pairs; else each must have at least 3 runs.
 *
 * @param first The one sample.
 * @param second The other.
 * @param options Which test.
 * @returns The first minus the second, or why there is no test.
 */
export function contrast(
  first: Sample,
  second: Sample,
  options: ContrastOptions = {},
): Contrast | Untested {
  if (![first, second].every(allFinite)) {
    return { reason: "a mean is not finite" };
  }
  const { grid, observations, looks } = options;
  if (observations || grid) {
    if (options.test === "sign-flip") {
      return { reason: "runs that share more than seeds need the t test" };
    }
    if (options.isAnytime) {
      return {
        reason:
          "runs that share more than seeds have no test that is valid at " +
          "any time: --planned if their number was fixed in advance",
      };
    }
    if (looks && !observations) {
      return { reason: "looks count seeds, and these runs share more" };
    }
    if (!observations) return contrastCrossed(first, second, grid!);
    const n = Math.min(first.size, second.size);
    return explainLooks(n, looks) ?? contrastObservations(...observations);
  }
  const aligned = align(first, second, options);
  const { pairs, isPaired, unused } = aligned;
  const sizes = [aligned.first.length, aligned.second.length] as const;
  const n = Math.min(...sizes);
  if (n < MIN_COUNT) {
    return { reason: `fewer than ${MIN_COUNT} runs on a side` };
  }
  const isOff = explainLooks(n, looks);
  if (isOff) return isOff;
  const { test = "t", isAnytime } = options;
  if (!isAnytime && test === "sign-flip" && !isCountable(isPaired, sizes)) {
    return { reason: "too many runs for an exact test: use the t test" };
  }
  const tested = runTest(aligned, options);
  return {
    ...tested,
    pairs,
    unused,
    design: describeDesign(aligned, tested),
  };
}

/**
 * Finds the interval of a difference, not adjusted for others. It takes longer
 * than the test.
 *
 * @param contrast How two rows differ.
 * @param level The confidence level, in (0, 1).
 * @returns The interval; undefined where there is no variance, or so few runs
 * show no bound.
 */
export function findInterval(
  { test, difference, error, df, design: { counts } }: Contrast,
  level: number,
): Interval | undefined {
  const reach = error *
    (test === "anytime t"
      ? anytimeReach(level, Math.min(...counts))
      : tCritical(level, df));
  return error > 0 && reach < Infinity
    ? [difference - reach, difference + reach]
    : undefined;
}

/** Why so many seeds have no verdict, if so. */
function explainLooks(
  n: number,
  looks: ContrastOptions["looks"],
): Untested | undefined {
  return !looks || looks.includes(n)
    ? undefined
    : { reason: `n = ${n} is none of the looks ${looks.join(", ")}` };
}

function allFinite(sample: Sample): boolean {
  return sample.values().every(Number.isFinite);
}

function isCountable(isPaired: boolean, [a, b]: readonly [number, number]) {
  return isPaired ? a <= MAX_PAIRS : choose(a + b, a) <= MAX_LABELLINGS;
}

function align(
  first: Sample,
  second: Sample,
  { test = "t", isAnytime = false }: ContrastOptions,
): Aligned {
  const shared = [...first.keys()].filter((key) => second.has(key));
  const pairs = shared.length >= MIN_COUNT ? shared.length : 0;
  const alone = [first, second].map((sample) =>
    [...sample.keys()].filter((key) =>
      pairs === 0 || !(first.has(key) && second.has(key))
    )
  );
  const read = (sample: Sample, keys: readonly string[]) =>
    keys.map((key) => sample.get(key)!);
  const [a, b] = alone as [string[], string[]];
  // These two pair runs or use none.
  const isStrict = isAnytime || test === "sign-flip";
  if (pairs > 0 && (isStrict || a.length + b.length === 0)) {
    const [x, y] = [read(first, shared), read(second, shared)];
    return { first: x, second: y, pairs, isPaired: true, unused: alone.flat() };
  }
  const n = isAnytime ? Math.min(a.length, b.length) : Infinity;
  return {
    first: read(first, [...(pairs ? shared : []), ...a.slice(0, n)]),
    second: read(second, [...(pairs ? shared : []), ...b.slice(0, n)]),
    pairs,
    isPaired: isAnytime,
    unused: [...a.slice(n), ...b.slice(n)],
  };
}

function runTest(
  { first, second, pairs, isPaired }: Aligned,
  { test = "t", isAnytime, prior }: ContrastOptions,
): MeanTest {
  if (isAnytime) return anytimeT(first, second);
  if (test === "sign-flip") {
    return (isPaired ? signFlips : permutations)(first, second);
  }
  if (isPaired) return pairedT(first, second, prior);
  return pairs > 0
    ? partlyPairedT(first, second, pairs)
    : unpairedT(first, second);
}

/** The deviations, scaled so that they give the error of the test. */
function describeDesign(
  { first, second, isPaired }: Aligned,
  { error }: MeanTest,
): Contrast["design"] {
  const n = first.length;
  if (isPaired) return { deviations: [error * Math.sqrt(n)], counts: [n] };
  const sides = [first, second].map(computeMean);
  const scale = error / Math.hypot(...sides.map((side) => side.error));
  return {
    deviations: sides.map((side) =>
      scale * side.error * Math.sqrt(side.n) || 0
    ),
    counts: sides.map((side) => side.n),
  };
}

/**
 * Says whether two rows were tested.
 *
 * @param outcome A contrast or verdict, or why there is none.
 * @returns Whether there is a test.
 */
export function isTested<T extends Contrast>(
  outcome: T | Untested | undefined,
): outcome is T {
  return outcome !== undefined && "p" in outcome;
}
