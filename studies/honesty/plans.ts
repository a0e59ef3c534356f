/**
 * Plans: are the seeds that a pilot asks for enough, and what happens if its advice is
 * followed?
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { isTested, type Sample } from "../../results/statistics/contrast.ts";
import type { Verdict } from "../../results/statistics/decide.ts";
import { tCritical } from "../../results/statistics/distributions.ts";
import { findOutlook } from "../../results/statistics/outlook.ts";
import type { VerdictOptions } from "../../results/statistics/verdicts.ts";
import {
  countShare,
  drawRows,
  judge,
  listDiffering,
  listSeeds,
  type World,
} from "./workflows.ts";

/** The power that is promised. */
const POWER = 0.8;

/**
 * By how many repeats it is known what tests truly detect: so many times as many as there
 * are pilots, and at most so many.
 */
const TRUTHS_PER_PILOT = 10, MAX_TRUTHS = 4000;

/** No more seeds than this are looked at. */
const MAX_SEEDS = 60;

/** The level of the test of row 1 against the baseline: the strictest of its family. */
function findLevel({ nRows }: World): number {
  return 0.05 / (nRows - 1);
}

/** Tests row 1 against the baseline. */
function testOne(world: World, random: RandomStream): Verdict {
  const { comparisons } = judge(drawRows(world, random), { baseline: 0 });
  const verdict = comparisons.get(1);
  if (!isTested(verdict)) throw new RangeError(verdict!.reason);
  return { ...verdict, alpha: findLevel(world) };
}

/**
 * What so many seeds truly detect, by simulation: the smallest true difference that 80 %
 * of tests find.
 */
function findDetectable(world: World, nTruths: number): number {
  const random = new RandomStream(1, "power");
  const critical = new Map<number, number>();
  const tests = listSeeds(0, nTruths).map(() => {
    const { difference, error, df, alpha } = testOne(world, random);
    const t = critical.getOrInsertComputed(
      df,
      () => tCritical(1 - alpha, df),
    );
    return { difference, reach: t * error };
  });
  const hasPower = (gap: number) =>
    tests.filter(({ reach, difference }) => Math.abs(difference + gap) >= reach)
      .length >= POWER * nTruths;
  let low = 0, high = 1;
  while (!hasPower(high)) high *= 2;
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (hasPower(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest number of seeds that truly detects a difference. */
function findNeeded(
  { makeWorld, gap }: Question,
  nTruths: number,
): number {
  let low = 2, high = MAX_SEEDS;
  while (high - low > 1) {
    const nSeeds = (low + high) >> 1;
    const isEnough = findDetectable(makeWorld(nSeeds), nTruths) <= gap;
    if (isEnough) high = nSeeds;
    else low = nSeeds;
  }
  return high;
}

/** How good advice is. */
export interface Advice {
  /** How many seeds it truly takes. */
  readonly needed: number;
  /** How many seeds pilots ask for: the one in the middle. */
  readonly median: number;
  /** In which share of pilots that is enough. */
  readonly enough: number;
  /** The share of forecasts for n, 2n and 4n seeds that are no too good. */
  readonly reach: readonly number[];
}

/** What pilots are asked. */
export interface Question {
  /** The rows, by their number of seeds. */
  readonly makeWorld: (nSeeds: number) => World;
  /** How many seeds the pilots have. */
  readonly nPilot: number;
  /** The difference that is asked about. */
  readonly gap: number;
}

/**
 * Asks pilots how many seeds detect a difference, and what n, 2n and 4n seeds detect.
 *
 * @param question What they are asked.
 * @param nRepeats How many pilots.
 * @returns How good their advice is.
 */
export function askPilots(question: Question, nRepeats: number): Advice {
  const { makeWorld, nPilot, gap } = question;
  const nTruths = Math.min(MAX_TRUTHS, TRUTHS_PER_PILOT * nRepeats);
  const needed = findNeeded(question, nTruths);
  const truths = [1, 2, 4].map((times) =>
    findDetectable(makeWorld(times * nPilot), nTruths)
  );
  const world = makeWorld(nPilot);
  const random = new RandomStream(1, "pilots");
  const found = listSeeds(0, nRepeats).map(() =>
    findOutlook(testOne(world, random), gap)!
  );
  const seeds = found.map(({ asked }) => asked!.seeds).sort((a, b) => a - b);
  const countIf = (isSo: (outlook: typeof found[number]) => boolean) =>
    found.filter(isSo).length / nRepeats;
  return {
    needed,
    median: seeds[nRepeats >> 1]!,
    enough: countIf(({ asked }) => asked!.seeds >= needed),
    reach: truths.map((truth, i) =>
      countIf(({ reach }) => reach[i]!.detectable >= truth)
    ),
  };
}

/** What is done after a pilot without a verdict. */
export interface Plan {
  /** Whether the seeds of the pilot are kept beside the further ones. */
  readonly isKept: boolean;
  /** How the verdicts are reached. */
  readonly options?: VerdictOptions;
}

/** Pilots have so many seeds, and ask about a difference of one standard deviation. */
const N_PILOT = 5;

/**
 * Compares two equal rows with few seeds, and if no difference is shown, with as many as
 * `--detect` advises.
 *
 * @param plan What is done then.
 * @param nRepeats How many repeats.
 * @returns The share in which a difference is shown in the end.
 */
export function followAdvice(
  { isKept, options = {} }: Plan,
  nRepeats: number,
): number {
  const world = { nRows: 2, nSeeds: MAX_SEEDS, spread: () => Math.SQRT1_2 };
  return countShare(nRepeats, "advice", (random) => {
    const rows = drawRows(world, random);
    const fresh = drawRows(world, random);
    const take = (from: ReadonlyMap<number, Sample>, n: number) =>
      new Map(
        from.entries().map(([row, sample]) => [
          row,
          new Map([...sample].slice(0, n)),
        ]),
      );
    const pilot = take(rows, N_PILOT);
    const first = judge(pilot, { baseline: 0, options });
    // With fresh seeds the pilot's verdict is not used, whatever it is.
    if (isKept && listDiffering(first).length > 0) return true;
    const fixed = judge(pilot, { baseline: 0 }).comparisons.get(1);
    const asked = isTested(fixed) && findOutlook(fixed, 1)?.asked?.seeds;
    const n = Math.max(N_PILOT, Math.min(MAX_SEEDS, asked || 0));
    const later = take(isKept ? rows : fresh, n);
    return listDiffering(judge(later, { baseline: 0, options })).length > 0;
  });
}
