/**
 * Verdicts on a column of a comparison: how its rows differ from a baseline,
 * and which of them is best.
 *
 * @module
 */

import { meanOf } from "./estimate.ts";
import { ALPHA, LEVEL, MIN_COUNT, type TESTS } from "./levels.ts";
import { type Interval, tInterval } from "./intervals.ts";
import { type Design, detectable, moreSeeds } from "./power.ts";
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

/** How verdicts are come to. */
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
  /** The samples as the power of the test needs to know them. */
  readonly design: Omit<Design, "alpha">;
}

/** Two rows that cannot be told apart or told the same, and why not. */
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
  /**
   * Where no test of so few runs can show anything: how many it would take.
   */
  readonly needs?: number;
  /**
   * What more seeds would show in t tests at the level α by the size of the
   * family; undefined where there is no variance to go by.
   */
  readonly outlook: () => Outlook | undefined;
}

/** What more seeds would show, and what these could have. */
export interface Outlook {
  /**
   * How many more, in one significant digit, would show a difference as large
   * as the one seen with a probability of 80 %.
   */
  readonly moreSeeds: number | ">100";
  /** The smallest difference that these would have shown as likely. */
  readonly detectable: number;
}

/**
 * How two samples differ: paired over the nuisance values that they share where
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
    return { reason: "too many runs for an exact test: take --test t" };
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
          meanOf(values).error * Math.sqrt(values.length)
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
 * @param outcome What {@linkcode contrast} or {@linkcode verdictsOf} returned.
 * @returns Whether there is a test.
 */
export function isTested<T extends Contrast>(
  outcome: T | Untested | undefined,
): outcome is T {
  return outcome !== undefined && "p" in outcome;
}

/**
 * Adjusts the contrasts of a family by Holm, and says which of them are shown.
 *
 * @param contrasts The contrasts; what is untested, or has no p, is not of the
 * family.
 * @param alpha The chance of a single false verdict in the family.
 * @returns The verdicts, in the same order.
 */
export function verdictsOf(
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
      // Found by search, and so only where it is asked for.
      outlook: () => {
        if (!item.design.deviations.some((deviation) => deviation > 0)) {
          return undefined;
        }
        const design = { ...item.design, alpha: alpha / family };
        return {
          moreSeeds: moreSeeds(item.difference, design),
          detectable: detectable(design),
        };
      },
      isResolved: canShow && pAdjusted <= alpha,
      ...(canShow ? {} : { needs: fewestFor(pairs > 0, alpha / family) }),
    };
  });
}

/** How many pairs, or runs on each side, an exact test of this level needs. */
function fewestFor(isPaired: boolean, alpha: number): number {
  let n = MIN_COUNT;
  while (2 / (isPaired ? 2 ** n : choose(2 * n, n)) > alpha) n++;
  return n;
}

/** How a row stands in its column. */
export type Standing = "best" | "tied" | "worse";

/** How the rows of a column stand. */
export interface Ranking {
  /** Which sample has the best mean. */
  readonly leader: number;
  /** How each sample stands; undefined for one that takes no part. */
  readonly standings: readonly (Standing | undefined)[];
  /** How each sample differs from the leader; undefined for the leader. */
  readonly verdicts: readonly (Verdict | Untested | undefined)[];
}

/** Which way of a measure is better. */
export type Direction = "lower" | "higher";

/**
 * Which sample of a column is best: all pairs are tested, and adjusted by Holm
 * together. (Tests against the leader alone would take the choice of the leader
 * for given, and call equals worse too often.) The leader is best where it
 * differs from every other; else all that it does not differ from are tied.
 *
 * @param samples The samples of a column; undefined for one that takes no part.
 * @param better Which way is better.
 * @param options How verdicts are come to.
 * @returns How they stand; undefined where no two of them could be tested.
 */
export function rank(
  samples: readonly (Sample | undefined)[],
  better: Direction,
  options: VerdictOptions = {},
): Ranking | undefined {
  const means = samples.map((sample) =>
    sample && sample.size > 0 && allFinite(sample)
      ? meanOf([...sample.values()]).mean * (better === "lower" ? 1 : -1)
      : NaN
  );
  const taking = samples.keys().filter((index) => !Number.isNaN(means[index]))
    .toArray();
  if (taking.length < 2) return undefined;
  const pairs = taking.flatMap((i, place) =>
    taking.slice(place + 1).map((j) => [i, j] as const)
  );
  const verdicts = verdictsOf(
    pairs.map(([i, j]) => contrast(samples[i]!, samples[j]!, options)),
    options.alpha,
  );
  if (!verdicts.some(isTested)) return undefined;
  const leader = taking.reduce((best, i) =>
    means[i]! < means[best]! ? i : best
  );
  const againstLeader = samples.map((): Verdict | Untested | undefined =>
    undefined
  );
  pairs.forEach(([i, j], place) => {
    const verdict = verdicts[place]!;
    if (j === leader) againstLeader[i] = verdict;
    else if (i === leader) againstLeader[j] = turned(verdict);
  });
  // Paired over the seeds that two share, it may be the other way round.
  const isWorse = (verdict: Verdict | Untested | undefined) =>
    isTested(verdict) && verdict.isResolved &&
    (verdict.difference > 0) === (better === "lower");
  const isAlone = taking.every((i) =>
    i === leader || isWorse(againstLeader[i])
  );
  const standings = samples.map((_, i): Standing | undefined => {
    if (Number.isNaN(means[i])) return undefined;
    if (i === leader) return isAlone ? "best" : "tied";
    return isWorse(againstLeader[i]) ? "worse" : "tied";
  });
  return { leader, standings, verdicts: againstLeader };
}

/** The same verdict on the second minus the first. */
function turned(verdict: Verdict | Untested): Verdict | Untested {
  if (!isTested(verdict)) return verdict;
  const { difference, interval } = verdict;
  return {
    ...verdict,
    difference: 0 - difference,
    ...(interval ? { interval: [-interval[1], -interval[0]] } : {}),
  };
}
