/**
 * Equal rows on several datasets: how often is one said to differ?
 *
 * @module
 */

import type { RandomStream } from "../../core/utils/random.ts";
import {
  type DatasetRanks,
  estimateImprovement,
  estimateProfile,
  rankOverDatasets,
  type RunsByDataset,
} from "../../results/statistics/datasets.ts";
import { ALPHA, computeMean } from "../../results/statistics/estimate.ts";
import { countShare, judge, listDiffering, listSeeds } from "./workflows.ts";

/** Rows on datasets. */
export interface DatasetWorld {
  /** How many rows there are. */
  readonly nRows: number;
  /** How many datasets. */
  readonly nDatasets: number;
}

/** Seeds of each row on each dataset, and how much they vary; a row on datasets by 1. */
const N_SEEDS = 3, SEED_DEVIATION = 0.5;

/** Draws the runs of each row on each dataset; all rows are equally good on average. */
function drawRuns(
  { nRows, nDatasets }: DatasetWorld,
  random: RandomStream,
): number[][][] {
  const easy = listSeeds(0, nDatasets).map(() => 3 * random.normal());
  return listSeeds(0, nRows).map(() =>
    easy.map((effect) => {
      const mean = effect + random.normal();
      return listSeeds(0, N_SEEDS)
        .map(() => mean + SEED_DEVIATION * random.normal());
    })
  );
}

/**
 * Counts how often any row is said to differ from the first.
 *
 * @param world The rows.
 * @param isPooled Whether all runs count as independent, which is not done.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countAcrossErrors(
  world: DatasetWorld,
  isPooled: boolean,
  nRepeats: number,
): number {
  return countShare(nRepeats, "across", (random) =>
    isAnyDifferent(
      drawRuns(world, random).map((datasets) =>
        isPooled ? datasets.flat() : datasets.map(average)
      ),
    ));
}

function average(values: readonly number[]): number {
  return computeMean(values).mean;
}

/** Whether a t test says that any row differs from the first. */
function isAnyDifferent(rows: readonly (readonly number[])[]): boolean {
  const samples = new Map(rows.map((values, row) => [
    row,
    new Map(values.map((value, i) => [`${i}`, value])),
  ]));
  return listDiffering(judge(samples, { baseline: 0 })).length > 0;
}

/** How often tests of ranks err, and either the last of these or a t test. */
export type RankErrors = readonly [
  friedman: number,
  holm: number,
  nemenyi: number,
  together: number,
];

/**
 * Counts how often ranks of equal rows are said to differ.
 *
 * @param world The rows.
 * @param nRepeats How many repeats.
 * @returns The share in which each of the tests says so of any rows.
 */
export function countRankErrors(
  world: DatasetWorld,
  nRepeats: number,
): RankErrors {
  const isNemenyi = ({ ranks, criticalDifference }: DatasetRanks) =>
    Math.max(...ranks) - Math.min(...ranks) > criticalDifference;
  const says: ((found: DatasetRanks, scores: number[][]) => boolean)[] = [
    ({ friedman }) => friedman.p <= ALPHA,
    ({ pairs }) => pairs.some(({ pAdjusted }) => pAdjusted <= ALPHA),
    isNemenyi,
    (found, scores) => isNemenyi(found) || isAnyDifferent(scores),
  ];
  const counts = says.map(() => 0);
  countShare(nRepeats, "ranks", (random) => {
    const scores = drawRuns(world, random).map((datasets) =>
      datasets.map(average)
    );
    const found = rankOverDatasets(scores, "lower");
    if ("reason" in found) throw new RangeError(found.reason);
    says.forEach((say, i) => counts[i]! += Number(say(found, scores)));
    return true;
  });
  return counts.map((count) => count / nRepeats) as unknown as RankErrors;
}

/** Normal runs on so many datasets, of which the first row is better by `gap`. */
export interface BootstrapWorld {
  readonly nDatasets: number;
  readonly nRuns: number;
  readonly gap: number;
}

function drawDatasets(
  { nDatasets, nRuns }: BootstrapWorld,
  mean: number,
  random: RandomStream,
): RunsByDataset {
  return listSeeds(0, nDatasets).map(() =>
    listSeeds(0, nRuns).map(() => mean + random.normal())
  );
}

/**
 * Counts how often the interval of the probability of improvement misses.
 *
 * @param world The runs.
 * @param truth The probability.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function missImprovement(
  world: BootstrapWorld,
  truth: number,
  nRepeats: number,
): number {
  return countShare(nRepeats, "improvement", (random) => {
    const first = drawDatasets(world, world.gap, random);
    const second = drawDatasets(world, 0, random);
    const found = estimateImprovement(first, second, { better: "higher" });
    if ("reason" in found) throw new RangeError(found.reason);
    const [low, high] = found.interval;
    return truth < low || truth > high;
  });
}

/**
 * Counts how often the interval of a point of a performance profile misses.
 *
 * @param world The runs.
 * @param truth The share of runs above 0.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function missProfile(
  world: BootstrapWorld,
  truth: number,
  nRepeats: number,
): number {
  return countShare(nRepeats, "profile", (random) => {
    const runs = drawDatasets(world, world.gap, random);
    const found = estimateProfile(runs, [0], { better: "higher" });
    if ("reason" in found) throw new RangeError(found.reason);
    const [low, high] = found[0]!.interval;
    return truth < low || truth > high;
  });
}
