/**
 * Runs that share more than a seed: seeds × splits, and test rows that all runs are
 * measured on. How often do intervals of a mean, and differences of equal rows, err?
 *
 * @module
 */

import type { RandomStream } from "../../core/utils/random.ts";
import type { Sample } from "../../results/statistics/contrast.ts";
import {
  chanceOfAgreement,
  type CrossedMean,
  crossedMean,
  crossedObservations,
  type GridPoint,
  type Observations,
  splitVariance,
  type Unbalanced,
} from "../../results/statistics/crossed.ts";
import { computeMean, LEVEL } from "../../results/statistics/estimate.ts";
import { tInterval } from "../../results/statistics/intervals.ts";
import { countShare, judge, listDiffering, listSeeds } from "./workflows.ts";

/** Numbers with the mean 0 at each place of a grid, of which the remainder spreads by 1. */
export interface GridWorld {
  /** How many values both keys have, as 5 seeds on 3 splits. */
  readonly size: readonly [number, number];
  /** How much they vary from one value of each key to the next. */
  readonly deviations: readonly [number, number];
}

/** The standard deviations of seeds and splits that are tried; the remainder's is 1. */
export const DEVIATIONS: readonly GridWorld["deviations"][] = [
  [0, 0],
  [0.5, 0.5],
  [1, 1],
  [0, 3],
  [3, 0],
  [3, 3],
];

/** What a wrong interval is called: as if all values were independent. */
export type Method = "crossed" | "naive";

/** Draws a number for each place of the grid, the values of the second key together. */
function drawGrid(
  { size: [n, m], deviations: [a, b] }: GridWorld,
  random: RandomStream,
): Float64Array[] {
  const second = Float64Array.from({ length: m }, () => b * random.normal());
  return Array.from({ length: n }, () => {
    const first = a * random.normal();
    return second.map((effect) => first + effect + random.normal());
  });
}

/** Whether an interval of the mean misses 0. */
function misses(found: CrossedMean | Unbalanced): boolean {
  if ("reason" in found) throw new RangeError(found.reason);
  const [low, high] = tInterval(found, LEVEL)!;
  return low > 0 || high < 0;
}

function* listPlaces(values: readonly Float64Array[], from = 0) {
  for (const [seed, row] of values.entries()) {
    for (const [split, value] of row.entries()) {
      const at = { seed: `${from + seed}`, split: `${from + split}` };
      yield { at, value };
    }
  }
}

/** A mean as if all values were independent. */
function averageNaively(values: readonly number[]): CrossedMean {
  const df = values.length - 1;
  return { ...computeMean(values), df, squares: [] };
}

/**
 * Counts how often the interval of a mean over seeds × splits misses.
 *
 * @param world The grid.
 * @param method Whether the grid counts.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function missMean(
  world: GridWorld,
  method: Method,
  nRepeats: number,
): number {
  return countShare(nRepeats, "crossed mean", (random) => {
    const points = [...listPlaces(drawGrid(world, random))];
    return misses(
      method === "crossed"
        ? crossedMean(points)
        : averageNaively(points.map(({ value }) => value)),
    );
  });
}

/**
 * Counts how often two equal rows over seeds × splits are said to differ.
 *
 * @param world The grid of each row.
 * @param areShared Whether both have the same seeds and splits.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countCrossedErrors(
  world: GridWorld,
  areShared: boolean,
  nRepeats: number,
): number {
  return countShare(nRepeats, "crossed difference", (random) => {
    const grid = new Map<string, GridPoint["at"]>();
    const sample = (from: number): Sample =>
      new Map(
        Array.from(
          listPlaces(drawGrid(world, random), from),
          ({ at, value }) => {
            const key = `${at.seed} ${at.split}`;
            grid.set(key, at);
            return [key, value];
          },
        ),
      );
    const rows = new Map([[0, sample(0)], [1, sample(areShared ? 0 : 100)]]);
    const judged = judge(rows, { baseline: 0, options: { grid } });
    return listDiffering(judged).length > 0;
  });
}

/** Names the values of each run after its seed. */
function nameSeeds(values: readonly Float64Array[]): Observations {
  return new Map(values.map((row, seed) => [`seed=${seed}`, row]));
}

/**
 * Counts how often the interval of a mean over seeds × test rows misses.
 *
 * @param world The grid.
 * @param method Whether the test rows count, or only the means of the runs.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function missObserved(
  world: GridWorld,
  method: Method,
  nRepeats: number,
): number {
  return countShare(nRepeats, "observed mean", (random) => {
    const values = drawGrid(world, random);
    return misses(
      method === "crossed"
        ? crossedObservations(nameSeeds(values))
        : averageNaively(values.map((row) => computeMean([...row]).mean)),
    );
  });
}

/**
 * Counts how often two equal rows that share seeds and test rows are said to differ.
 *
 * @param world The grid of each row.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countObservedErrors(
  world: GridWorld,
  nRepeats: number,
): number {
  return countShare(nRepeats, "observed difference", (random) => {
    const observations = new Map(
      [0, 1].map((row) => [row, nameSeeds(drawGrid(world, random))]),
    );
    const rows = new Map(
      observations.entries().map(([row, runs]) => [
        row,
        new Map(
          runs.entries().map(([seed, values]) => [
            seed,
            computeMean(Array.from(values)).mean,
          ]),
        ),
      ]),
    );
    const judged = judge(rows, { baseline: 0, observations });
    return listDiffering(judged).length > 0;
  });
}

/**
 * Counts how often the intervals of the shares of the variance miss.
 *
 * @param world The grid, the variance of which is known.
 * @param nRepeats How many repeats.
 * @returns The shares in which they do, of each key and of the remainder.
 */
export function missShares(world: GridWorld, nRepeats: number): number[] {
  const variances = [...world.deviations.map((s) => s ** 2), 1];
  const total = variances.reduce((sum, variance) => sum + variance);
  const counts = variances.map(() => 0);
  countShare(nRepeats, "variance", (random) => {
    const found = crossedMean([...listPlaces(drawGrid(world, random))]);
    if ("reason" in found) throw new RangeError(found.reason);
    const shares = splitVariance(found.squares, 0, LEVEL);
    shares.forEach(({ interval: [low, high] }, i) => {
      const truth = variances[i]! / total;
      if (truth < low || truth > high) counts[i]!++;
    });
    return true;
  });
  return counts.map((count) => count / nRepeats);
}

/** Test rows that each run is measured on. */
const N_TEST_ROWS = 50;

/**
 * Counts how often runs are said to share their test rows.
 *
 * @param nSeeds How many runs there are.
 * @param areShared Whether they do: then runs differ by their noise alone.
 * @param maxChance What is said if they agree as well in fewer cases by chance.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countAlarms(
  nSeeds: number,
  { areShared, maxChance }: {
    readonly areShared: boolean;
    readonly maxChance: number;
  },
  nRepeats: number,
): number {
  return countShare(nRepeats, "agreement", (random) => {
    const draw = () =>
      Float64Array.from({ length: N_TEST_ROWS }, () => random.normal());
    const shared = draw();
    const runs = listSeeds(0, nSeeds).map(() => {
      const noise = random.normal() / 100;
      const values = areShared ? shared : draw();
      return computeMean(Array.from(values, (value) => value + noise));
    });
    const { error } = computeMean(runs.map(({ mean }) => mean));
    const { mean: within } = computeMean(runs.map(({ error }) => error ** 2));
    const square = nSeeds * error ** 2;
    return chanceOfAgreement({ square, df: nSeeds - 1 }, within) < maxChance;
  });
}
