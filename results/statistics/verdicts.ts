/**
 * Verdicts on a column of a comparison: how its rows differ from a baseline,
 * and which of them is best.
 *
 * @module
 */

import {
  ALPHA,
  computeMean,
  LEVEL,
  MIN_COUNT,
  type TESTS,
} from "./estimate.ts";
import { type Interval, tInterval } from "./intervals.ts";
import { countMoreSeeds, type Design, findDetectable } from "./power.ts";
import {
  choose,
  holm,
  MAX_LABELLINGS,
  MAX_PAIRS,
  type MeanTest,
  pairedT,
  permutations,
  signFlips,
  welchT,
} from "./tests.ts";

/** What a row's runs have measured, by their nuisance values. */
export type Sample = ReadonlyMap<string, number>;

/** How verdicts are reached. */
export interface VerdictOptions {
  /** Which test; `t` by default. */
  readonly test?: typeof TESTS[number];
  /** The chance of a false verdict in a column; 0.05 by default. */
  readonly alpha?: number;
  /** The confidence level of intervals; 0.95 by default. */
  readonly level?: number;
}

/** How one row differs from another. */
export interface Contrast extends MeanTest {
  /** The interval of the difference, not adjusted for the others. */
  readonly interval?: Interval;
  /** How many pairs there are; 0 where the samples are not paired. */
  readonly pairs: number;
  /** Nuisance values that only one of both has, and which are not used. */
  readonly unused: readonly string[];
  /** What the power of the test depends on. */
  readonly design: Omit<Design, "alpha">;
}

/** Two rows that were not tested, and why. */
export interface Untested {
  /** Why there is no test, in a few words. */
  readonly reason: string;
}

/** A contrast in its family. */
export interface Verdict extends Contrast {
  /** The p-value adjusted by Holm over the family; NaN where p is. */
  readonly pAdjusted: number;
  /** Whether a difference is shown at the level α, adjusted. */
  readonly isResolved: boolean;
  /** The level of each test by Holm: α by the size of the family. */
  readonly alpha: number;
  /** How many runs a test needs, if no result of so few can be significant. */
  readonly needs?: number;
}

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

/**
 * Tests how two samples differ: paired over the nuisance values that they share where
 * those are at least 3, else by all their values where each has at least 3.
 *
 * @param first The one sample.
 * @param second The other.
 * @param options Which test, and the level of the interval.
 * @returns The first minus the second, or why there is no test.
 */
export function contrast(
  first: Sample,
  second: Sample,
  { test = "t", level = LEVEL }: VerdictOptions = {},
): Contrast | Untested {
  if (![first, second].every(allFinite)) {
    return { reason: "a mean is not finite" };
  }
  const shared = first.keys().filter((key) => second.has(key)).toArray();
  const isPaired = shared.length >= MIN_COUNT;
  if (!isPaired && Math.min(first.size, second.size) < MIN_COUNT) {
    return { reason: `fewer than ${MIN_COUNT} runs on a side` };
  }
  const [a, b] = [first, second].map((sample) =>
    isPaired ? shared.map((key) => sample.get(key)!) : [...sample.values()]
  ) as [number[], number[]];
  if (test === "sign-flip" && !isCountable(isPaired, a.length, b.length)) {
    return { reason: "too many runs for an exact test: use the t test" };
  }
  const tested = test === "t"
    ? (isPaired ? pairedT : welchT)(a, b)
    : (isPaired ? signFlips : permutations)(a, b);
  const { difference, error, df } = tested;
  const interval = tInterval({ mean: difference, error, df }, level);
  const everyKey = new Set([...first.keys(), ...second.keys()]);
  return {
    ...tested,
    ...(interval ? { interval } : {}),
    pairs: isPaired ? shared.length : 0,
    unused: isPaired
      ? [...everyKey].filter((key) => !(first.has(key) && second.has(key)))
      : [],
    design: isPaired
      ? { deviations: [error * Math.sqrt(a.length)], counts: [a.length] }
      : {
        deviations: [a, b].map((values) =>
          computeMean(values).error * Math.sqrt(values.length)
        ),
        counts: [a.length, b.length],
      },
  };
}

function allFinite(sample: Sample): boolean {
  return sample.values().every(Number.isFinite);
}

function isCountable(isPaired: boolean, a: number, b: number): boolean {
  return isPaired ? a <= MAX_PAIRS : choose(a + b, a) <= MAX_LABELLINGS;
}

/**
 * Says whether two rows were tested.
 *
 * @param outcome What {@linkcode contrast} or {@linkcode decideVerdicts} returned.
 * @returns Whether there is a test.
 */
export function isTested<T extends Contrast>(
  outcome: T | Untested | undefined,
): outcome is T {
  return outcome !== undefined && "p" in outcome;
}

/**
 * Adjusts the contrasts of a family by Holm, and decides which are significant.
 *
 * @param contrasts The contrasts; what is untested, or has no p, is not of the
 * family.
 * @param alpha The chance of a single false verdict in the family.
 * @returns The verdicts, in the same order.
 */
export function decideVerdicts(
  contrasts: readonly (Contrast | Untested)[],
  alpha: number = ALPHA,
): (Verdict | Untested)[] {
  const ps = contrasts.map((item) => isTested(item) ? item.p : NaN);
  const adjusted = holm(ps);
  const family = ps.filter((p) => !Number.isNaN(p)).length;
  return contrasts.map((item, index) => {
    if (!isTested(item)) return item;
    const pAdjusted = adjusted[index]!;
    const { smallestP = 0, pairs } = item;
    const canShow = smallestP * family <= alpha;
    return {
      ...item,
      pAdjusted,
      alpha: alpha / family,
      isResolved: canShow && pAdjusted <= alpha,
      ...(canShow ? {} : { needs: countNeeded(pairs > 0, alpha / family) }),
    };
  });
}

/** Counts the pairs, or runs on each side, that an exact test needs. */
function countNeeded(isPaired: boolean, alpha: number): number {
  let n = MIN_COUNT;
  while (2 / (isPaired ? 2 ** n : choose(2 * n, n)) > alpha) n++;
  return n;
}

/** How a row stands in its column. */
export type Standing = "best" | "tied" | "worse";

/** The place of a row in its column. */
export interface Place<Row> {
  /** How it stands. */
  readonly standing: Standing;
  /** How it differs from the best mean; undefined for the best mean itself. */
  readonly versusBest?: {
    /** The row with the best mean. */
    readonly best: Row;
    /** The difference from it, or why it is not known. */
    readonly verdict: Verdict | Untested;
  };
}

/** Which way of a metric is better. */
export type Direction = "lower" | "higher";

/**
 * Ranks the rows of a column: all pairs within each group are tested, and all
 * of them adjusted by Holm together. (Tests against the best mean alone would
 * take its choice for given, and call equals worse too often.) The row with the
 * best mean is best if it differs from every other of its group; else all that
 * it does not differ from are tied.
 *
 * @param groups The samples of the rows that can be compared with each other.
 * @param better Which way is better.
 * @param options How verdicts are reached.
 * @returns The places; a row that is not finite, or of whose group no two could
 * be tested, has none.
 */
export function rank<Row>(
  groups: readonly ReadonlyMap<Row, Sample>[],
  better: Direction,
  options: VerdictOptions = {},
): Map<Row, Place<Row>> {
  const finite = groups.map((group) =>
    [...group].filter(([, sample]) => sample.size > 0 && allFinite(sample))
      .map(([row, sample]) => ({
        row,
        sample,
        mean: computeMean([...sample.values()]).mean,
      }))
  );
  const pairs = finite.flatMap((group) =>
    group.flatMap((a, index) => group.slice(index + 1).map((b) => ({ a, b })))
  );
  const verdicts = decideVerdicts(
    pairs.map(({ a, b }) => contrast(a.sample, b.sample, options)),
    options.alpha,
  );
  const tested = pairs.map((pair, i) => ({ ...pair, verdict: verdicts[i]! }));
  const sign = better === "lower" ? 1 : -1;
  // Paired over the seeds that two share, it may be the other way round.
  const isWorse = (verdict: Verdict | Untested) =>
    isTested(verdict) && verdict.isResolved && verdict.difference * sign > 0;
  const places = new Map<Row, Place<Row>>();
  for (const group of finite) {
    const own = tested.filter(({ a }) => group.includes(a));
    if (!own.some(({ verdict }) => isTested(verdict))) continue;
    const leader = group.reduce((best, item) =>
      item.mean * sign < best.mean * sign ? item : best
    );
    const others = own.flatMap(({ a, b, verdict }) =>
      a === leader
        ? [{ row: b.row, verdict: reverse(verdict) }]
        : b === leader
        ? [{ row: a.row, verdict }]
        : []
    );
    const isAlone = others.every(({ verdict }) => isWorse(verdict));
    places.set(leader.row, { standing: isAlone ? "best" : "tied" });
    for (const { row, verdict } of others) {
      places.set(row, {
        standing: isWorse(verdict) ? "worse" : "tied",
        versusBest: { best: leader.row, verdict },
      });
    }
  }
  return places;
}

/** The same verdict on the second minus the first. */
function reverse(verdict: Verdict | Untested): Verdict | Untested {
  if (!isTested(verdict)) return verdict;
  const { difference, interval } = verdict;
  return {
    ...verdict,
    difference: 0 - difference,
    ...(interval ? { interval: [-interval[1], -interval[0]] } : {}),
  };
}
