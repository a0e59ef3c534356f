/**
 * Simulations of sweeps that decide what to run, on rows with known differences: the
 * rates of false verdicts, and the runs needed. Trainings are random numbers; all
 * decisions are made by the code of real sweeps.
 *
 * @module
 */

import {
  type Entry,
  promote,
  rankEntries,
} from "../../core/sweep/promotions.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { isTested, type Sample } from "../../results/statistics/contrast.ts";
import type {
  ColumnVerdicts,
  VerdictOptions,
} from "../../results/statistics/verdicts.ts";
import { computeMean } from "../../results/statistics/estimate.ts";
import { judgeValues } from "../../results/sweep/judge_values.ts";
import { addSeeds } from "../../results/sweep/until_resolved.ts";
import { drawRows, listDiffering, listSeeds, type World } from "./workflows.ts";

/** How seeds are added. */
export interface Adding {
  /** The rows, with as many seeds as there are at most; of them less is better. */
  readonly world: World;
  /** Whether row 0 is the baseline; otherwise the best row is looked for. */
  readonly hasBaseline: boolean;
  /** How verdicts are reached, at any time by default. */
  readonly options?: VerdictOptions;
}

/** How sweeps went that added seeds until verdicts were reached. */
export interface AddingTally {
  /** The share of sweeps that ended with a false verdict. */
  readonly errs: number;
  /** The share in which all was resolved. */
  readonly resolved: number;
  /** The share of the runs of rows × seeds that was run. */
  readonly cost: number;
}

/**
 * Adds seeds until each row is resolved, or the best is found.
 *
 * @param adding What is compared.
 * @param nRepeats How many repeats.
 * @returns How it went.
 */
export function addUntilResolved(
  { world, hasBaseline, options }: Adding,
  nRepeats: number,
): AddingTally {
  const random = new RandomStream(1, "until resolved");
  const { nRows, nSeeds: maxSeeds, mean = () => 0 } = world;
  const rows = listSeeds(0, nRows);
  let nFalse = 0, nResolved = 0, nRuns = 0;
  for (let i = 0; i < nRepeats; i++) {
    const samples = drawRows(world, random);
    const values = rows.map((row) => [...samples.get(row)!.values()]);
    const { verdicts, settled, nSeeds } = addSeeds(
      {
        groups: [rows],
        baseline: hasBaseline ? 0 : undefined,
        better: "lower",
        maxSeeds,
        ...(options && { options }),
      },
      (row, seed) => values[row]![seed],
    );
    const isFalse = hasBaseline
      ? rows.some((row) =>
        row > 0 && settled.has(row) && !isTrue(verdicts!, row, mean)
      )
      : isFalseBest(verdicts!, mean);
    if (isFalse) nFalse++;
    if (settled.size === nRows) nResolved++;
    for (const n of nSeeds.values()) nRuns += n;
  }
  return {
    errs: nFalse / nRepeats,
    resolved: nResolved / nRepeats,
    cost: nRuns / nRepeats / nRows / maxSeeds,
  };
}

/** Whether a row that was resolved does differ from row 0, in that direction. */
function isTrue(
  { comparisons }: ColumnVerdicts<number>,
  row: number,
  mean: (row: number) => number,
): boolean {
  const verdict = comparisons.get(row);
  const difference = isTested(verdict) ? verdict.difference : 0;
  return difference * (mean(row) - mean(0)) > 0;
}

/** Whether a row is called best that is not, or not alone. */
function isFalseBest(
  { places }: ColumnVerdicts<number>,
  mean: (row: number) => number,
): boolean {
  const rows = [...places.keys()];
  const least = Math.min(...rows.map(mean));
  const isAlone = rows.filter((row) => mean(row) === least).length === 1;
  return [...places].some(([row, place]) =>
    "standing" in place && place.standing === "best" &&
    !(isAlone && mean(row) === least)
  );
}

/** A search, and what is known of it beforehand. */
export interface SearchWorld {
  /** How many configurations are searched. */
  readonly nConfigs: number;
  /** How much their true means spread; the runs of one spread by 1. */
  readonly spread: number;
  /** The true mean of the default one, which may depend on those of the others. */
  readonly findDefault?: (means: readonly number[]) => number;
  /** How much the scores at each rung spread; one rung by default. */
  readonly rungs?: readonly number[];
  /** How a run differs from the mean of its configuration; normally by default. */
  readonly draw?: (random: RandomStream) => number;
  /** On how many seeds each configuration is searched. */
  readonly nSearchSeeds: number;
  /** How many of the best are confirmed. */
  readonly nConfirmed: number;
  /** On how many fresh seeds. */
  readonly nFresh: number;
}

/** How searches went; gains are in standard deviations of a run. */
export interface SearchTally {
  /** By how much the score of the best in the search is too good. */
  readonly searchBias: number;
  /** By how much its gain on fresh seeds is too good. */
  readonly freshBias: number;
  /** The Monte Carlo standard error of that. */
  readonly freshError: number;
  /** The share in which the best of the search is called better and is not. */
  readonly falseFirst: number;
  /** The share in which any that was confirmed is. */
  readonly falseAny: number;
  /** The share in which the best would be by the runs of the search. */
  readonly falseReused: number;
}

/**
 * Searches, and confirms the best on fresh seeds.
 *
 * @param world What is searched; less is better.
 * @param nRepeats How many repeats.
 * @returns How it went.
 */
export function searchAndConfirm(
  world: SearchWorld,
  nRepeats: number,
): SearchTally {
  // A stream of its own for each world: their tallies are independent.
  const random = new RandomStream(1, `search ${JSON.stringify(world)}`);
  const { nConfigs, nConfirmed, nFresh, nSearchSeeds, rungs = [1] } = world;
  const { findDefault = () => 0, draw = (random) => random.normal() } = world;
  let searchBias = 0, first = 0, any = 0, reused = 0;
  const freshBiases: number[] = [];
  for (let i = 0; i < nRepeats; i++) {
    const means = listSeeds(0, nConfigs)
      .map(() => world.spread * random.normal());
    // The last one is the default.
    means.push(findDefault(means));
    const drawAll = (rows: readonly number[], nSeeds: number) =>
      drawRows({
        ...{ nRows: rows.length, nSeeds, draw },
        mean: (row) => means[rows[row]!]!,
      }, random);
    const all = listSeeds(0, nConfigs + 1);
    const runs = drawAll(all, nSearchSeeds);
    const scores = rungs.map((noise, rung) =>
      all.map((row) => {
        const { mean } = computeMean([...runs.get(row)!.values()]);
        return rung === rungs.length - 1
          ? mean
          : means[row]! + noise * random.normal();
      })
    );
    const readLoss = ({ config, rung }: Entry) => scores[rung]![config]!;
    const promoted = promote(
      {
        ...{ nConfigs, nRungs: rungs.length, reduction: 3 },
        minPromoted: nConfirmed,
      },
      readLoss,
    );
    const best = rankEntries(promoted.rungs, readLoss).slice(0, nConfirmed)
      .map(({ config }) => config);
    const chosen = [nConfigs, ...best];
    const [winner] = best;
    const trueGain = means[nConfigs]! - means[winner!]!;
    const readGain = (rows: ReadonlyMap<number, Sample>, row: number) => {
      const [a, b] = [0, row].map((one) => [...rows.get(one)!.values()]);
      return computeMean(a!).mean - computeMean(b!).mean;
    };
    const reusedRows = new Map(
      [nConfigs, winner!].map((row, place) => [place, runs.get(row)!]),
    );
    searchBias += readGain(reusedRows, 1) - trueGain;
    const fresh = drawAll(chosen, nFresh);
    freshBiases.push(readGain(fresh, 1) - trueGain);
    const wrong = listBetter(fresh).filter((place) =>
      means[chosen[place]!]! >= means[nConfigs]!
    );
    if (wrong.includes(1)) first++;
    if (wrong.length > 0) any++;
    if (listBetter(reusedRows).includes(1) && !(trueGain > 0)) reused++;
  }
  const { mean, error } = computeMean(freshBiases);
  return {
    searchBias: searchBias / nRepeats,
    ...{ freshBias: mean, freshError: error },
    falseFirst: first / nRepeats,
    falseAny: any / nRepeats,
    falseReused: reused / nRepeats,
  };
}

/** The rows that are called better than row 0, as the report of a search does. */
function listBetter(rows: ReadonlyMap<number, Sample>): number[] {
  const values = new Map(
    Array.from(rows, ([row, sample]) => [row, [...sample.values()]]),
  );
  const verdicts = judgeValues({
    groups: [[...rows.keys()]],
    baseline: 0,
    better: "lower",
  }, values);
  return listDiffering(verdicts).filter((row) => {
    const verdict = verdicts.comparisons.get(row);
    return isTested(verdict) && verdict.difference < 0;
  });
}
