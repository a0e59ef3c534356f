/**
 * Choices that people make by comparing: whether a difference matters, which of many rows
 * to take, and how sure a proportion is.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import type { Sample } from "../../results/statistics/contrast.ts";
import type {
  Margin,
  MarginVerdict,
} from "../../results/statistics/equivalence.ts";
import {
  ALPHA,
  computeMean,
  LEVEL,
} from "../../results/statistics/estimate.ts";
import {
  tInterval,
  wilsonInterval,
} from "../../results/statistics/intervals.ts";
import { winnerInterval } from "../../results/statistics/winner.ts";
import {
  countShare,
  drawRows,
  judge,
  listDiffering,
  listSeeds,
  type World,
} from "./workflows.ts";

/**
 * Counts how often any row gets one of some verdicts with a margin, beside row 0.
 *
 * @param world The rows.
 * @param margin The margin.
 * @param verdicts The verdicts.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countByMargin(
  world: World,
  margin: Margin,
  { verdicts, nRepeats }: {
    readonly verdicts: readonly MarginVerdict[];
    readonly nRepeats: number;
  },
): number {
  return countShare(nRepeats, "margin", (random) => {
    // Verdicts with a margin have half of α, and the others the rest.
    const options = { margin, alpha: 2 * ALPHA };
    const { margins } = judge(drawRows(world, random), {
      baseline: 0,
      options,
    });
    return margins.values().some((verdict) =>
      verdicts.some((some) => some === verdict)
    );
  });
}

/** The row with the best mean, which is the smallest. */
function findLeader(rows: ReadonlyMap<number, Sample>) {
  const means = Array.from(rows, ([row, sample]) => ({
    row,
    ...computeMean([...sample.values()]),
  }));
  const leader = means.reduce((a, b) => b.mean < a.mean ? b : a);
  return { means, leader };
}

/**
 * Measures how well the best of many rows is known.
 *
 * @param world The rows.
 * @param nRepeats How many repeats.
 * @returns How often the corrected interval misses its true mean, how often Student's
 * does, and by how many standard deviations of a run it looks too good.
 */
export function missWinner(
  world: World,
  nRepeats: number,
): [corrected: number, student: number, bias: number] {
  const random = new RandomStream(1, "winner");
  let corrected = 0, student = 0, bias = 0;
  const misses = ([low, high]: readonly [number, number], truth: number) =>
    truth < low || truth > high;
  for (let i = 0; i < nRepeats; i++) {
    const { means, leader } = findLeader(drawRows(world, random));
    const truth = world.mean?.(leader.row) ?? 0;
    const df = leader.n - 1;
    const own = tInterval({ ...leader, df }, LEVEL)!;
    if (misses(winnerInterval(means, { better: "lower" })!, truth)) corrected++;
    if (misses(own, truth)) student++;
    bias += truth - leader.mean;
  }
  return [corrected / nRepeats, student / nRepeats, bias / nRepeats];
}

/** What is done with the best of many rows. */
export interface Search {
  /** The baseline and the rows that are searched, all equal. */
  readonly world: World;
  /** How many fresh seeds confirm it; without, the searched runs serve again. */
  readonly nFresh?: number;
}

/**
 * Picks the best of many rows, and compares it alone with the baseline.
 *
 * @param search What is searched.
 * @param nRepeats How many repeats.
 * @returns How often the two are said to differ, and how often Student's interval of the
 * one that was picked misses its true mean.
 */
export function confirmBest(
  { world, nFresh }: Search,
  nRepeats: number,
): [differs: number, misses: number] {
  let misses = 0;
  const differs = countShare(nRepeats, "confirm", (random) => {
    const rows = drawRows(world, random);
    const { leader } = findLeader(
      new Map([...rows].filter(([row]) => row > 0)),
    );
    const all = nFresh ? drawRows({ ...world, nSeeds: nFresh }, random) : rows;
    const two = new Map([0, leader.row].map((row) => [row, all.get(row)!]));
    const found = computeMean([...two.get(leader.row)!.values()]);
    const [low, high] = tInterval({ ...found, df: found.n - 1 }, LEVEL)!;
    if (low > 0 || high < 0) misses++;
    return listDiffering(judge(two, { baseline: 0 })).length > 0;
  });
  return [differs, misses / nRepeats];
}

/** An interval of a proportion. */
export type ProportionInterval = (
  proportion: number,
  n: number,
) => readonly [number, number];

/** Intervals of a proportion: what is shown, and the mean ± 1.96 standard errors. */
export const PROPORTIONS = {
  wilson: (proportion, n) => wilsonInterval(proportion, n, LEVEL)!,
  wald: (proportion, n) => {
    const reach = 1.96 * Math.sqrt(proportion * (1 - proportion) / (n - 1));
    return [proportion - reach, proportion + reach];
  },
} as const satisfies Record<string, ProportionInterval>;

/**
 * Counts how often the interval of a proportion holds the truth.
 *
 * @param truth The true proportion.
 * @param n How many observations there are.
 * @param nRepeats How many repeats.
 * @returns The share of each of {@linkcode PROPORTIONS}.
 */
export function coverProportion(
  truth: number,
  n: number,
  nRepeats: number,
): number[] {
  return Object.values(PROPORTIONS).map((find) =>
    countShare(nRepeats, "proportion", (random) => {
      const hits = listSeeds(0, n).filter(() => random.uniform() < truth);
      const [low, high] = find(hits.length / n, n);
      return low <= truth && truth <= high;
    })
  );
}

/**
 * Counts how often a table of many independent metrics errs somewhere.
 *
 * @param world Equal rows, in each column others.
 * @param nColumns How many metrics there are.
 * @param options Whether all share one chance to err, and how many repeats.
 * @returns The share of tables in which any row is said to differ from the baseline.
 */
export function countTableErrors(
  world: World,
  nColumns: number,
  { isFamily, nRepeats }: {
    readonly isFamily: boolean;
    readonly nRepeats: number;
  },
): number {
  const options = isFamily ? { nColumns } : {};
  return countShare(nRepeats, "table", (random) =>
    // Without stopping at the first: each repeat draws as many numbers.
    listSeeds(0, nColumns).filter(() => {
      const judged = judge(drawRows(world, random), { baseline: 0, options });
      return listDiffering(judged).length > 0;
    }).length > 0);
}
