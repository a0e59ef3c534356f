/**
 * What people do with comparisons, simulated on rows whose truth is known: how
 * often do verdicts err, and how often do they find what is there? The runs are
 * numbers, which go through all that decides a column.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { isTested, type Sample } from "../../results/statistics/contrast.ts";
import {
  type ColumnSamples,
  type ColumnVerdicts,
  judgeColumn,
  type VerdictOptions,
} from "../../results/statistics/verdicts.ts";

/** Rows of runs, of which less is better. */
export interface World {
  /** How many rows there are. */
  readonly nRows: number;
  /** How many seeds each has, if they are the same. */
  readonly nSeeds: number;
  /** Which seeds a row has: all of them by default. */
  readonly seeds?: (row: number) => readonly number[];
  /** How much the runs of a row spread; 1 by default. */
  readonly spread?: (row: number) => number;
  /** The true mean of a row; 0 by default. */
  readonly mean?: (row: number) => number;
  /** How much of a run comes with its seed, in all rows; 1 by default. */
  readonly shared?: number;
  /** How a run differs from the mean of its row; normally by default. */
  readonly draw?: (random: RandomStream) => number;
}

/** How much the runs of rows spread. */
export const SPREADS = {
  "all the same": () => 1,
  "half of the rows 5 times": (row: number, nRows: number) =>
    row < nRows / 2 ? 1 : 5,
  "the baseline 10 times": (row: number) => row === 0 ? 10 : 1,
  "one other row 10 times": (row: number, nRows: number) =>
    row === nRows - 1 ? 10 : 1,
} as const satisfies Record<string, (row: number, nRows: number) => number>;

/** The seeds from `first`, so many of them. */
export function listSeeds(first: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => first + i);
}

/**
 * Draws the runs of all rows.
 *
 * @param world The rows.
 * @param random Where the numbers come from.
 * @returns The runs of each row, by seed.
 */
export function drawRows(
  { nRows, nSeeds, shared = 1, ...world }: World,
  random: RandomStream,
): Map<number, Sample> {
  const effects = new Map<number, number>();
  const { draw = (random) => random.normal() } = world;
  return new Map(
    listSeeds(0, nRows).map((row) => {
      const seeds = world.seeds?.(row) ?? listSeeds(0, nSeeds);
      return [
        row,
        new Map(seeds.map((seed) => {
          if (!effects.has(seed)) effects.set(seed, shared * random.normal());
          const own = (world.spread?.(row) ?? 1) * draw(random);
          const value = (world.mean?.(row) ?? 0) + effects.get(seed)! + own;
          return [`seed=${seed}`, value] as const;
        })),
      ];
    }),
  );
}

/**
 * Judges rows of which less is better.
 *
 * @param rows The rows.
 * @param given How: against a baseline, ranked, or both.
 * @returns The verdicts.
 */
export function judge(
  rows: ReadonlyMap<number, Sample>,
  given: Partial<ColumnSamples<number>>,
): ColumnVerdicts<number> {
  return judgeColumn({
    groups: [rows],
    better: "lower",
    isRanked: false,
    ...given,
  });
}

/**
 * Lists the rows that are said to differ from the baseline.
 *
 * @param verdicts The verdicts.
 * @returns The rows.
 */
export function listDiffering(
  { comparisons }: ColumnVerdicts<number>,
): number[] {
  return [...comparisons].flatMap(([row, verdict]) =>
    isTested(verdict) && verdict.isResolved ? [row] : []
  );
}

/** The rows that have a standing. */
function listStanding(
  { places }: ColumnVerdicts<number>,
  standing: "best" | "worse",
): number[] {
  return [...places].flatMap(([row, place]) =>
    "standing" in place && place.standing === standing ? [row] : []
  );
}

/**
 * Counts in which share of repeats something happens.
 *
 * @param nRepeats How many repeats.
 * @param name The name of the stream of random numbers.
 * @param isSo Draws numbers, and says whether it happens.
 * @returns The share.
 */
export function countShare(
  nRepeats: number,
  name: string,
  isSo: (random: RandomStream) => boolean,
): number {
  const random = new RandomStream(1, name);
  let count = 0;
  for (let i = 0; i < nRepeats; i++) if (isSo(random)) count++;
  return count / nRepeats;
}

/**
 * Counts how often equal rows are said to differ from the baseline.
 *
 * @param world The rows.
 * @param nRepeats How many repeats.
 * @param options How they are judged.
 * @returns The share in which any row is.
 */
export function countDiffering(
  world: World,
  nRepeats: number,
  options: VerdictOptions = {},
): number {
  return countShare(nRepeats, "differing", (random) => {
    const judged = judge(drawRows(world, random), { baseline: 0, options });
    return listDiffering(judged).length > 0;
  });
}

/**
 * Counts how often equal rows are called worse or best.
 *
 * @param world The rows.
 * @param nRepeats How many repeats.
 * @returns The share in which the first or the last row, whichever is more
 * often, is called worse; and that in which any row is called best.
 */
export function countRanked(
  world: World,
  nRepeats: number,
): [worse: number, best: number] {
  const random = new RandomStream(1, "ranked");
  let first = 0, last = 0, best = 0;
  for (let i = 0; i < nRepeats; i++) {
    const judged = judge(drawRows(world, random), { isRanked: true });
    const worse = listStanding(judged, "worse");
    if (worse.includes(0)) first++;
    if (worse.includes(world.nRows - 1)) last++;
    if (listStanding(judged, "best").length > 0) best++;
  }
  return [Math.max(first, last) / nRepeats, best / nRepeats];
}

/**
 * Counts how often a column errs that shows baseline and best together.
 *
 * @param world Equal rows.
 * @param nRepeats How many repeats.
 * @returns The share in which any row differs from the baseline, or row 1 is
 * called worse.
 */
export function countTogether(world: World, nRepeats: number): number {
  return countShare(nRepeats, "together", (random) => {
    const rows = drawRows(world, random);
    const judged = judge(rows, { baseline: 0, isRanked: true });
    return listDiffering(judged).length > 0 ||
      listStanding(judged, "worse").includes(1);
  });
}

/**
 * Counts how often the best row is found: row 0, and no other.
 *
 * @param world The rows.
 * @param options How they are judged.
 * @param nRepeats How many repeats.
 * @returns The share.
 */
export function countFound(
  world: World,
  options: VerdictOptions,
  nRepeats: number,
): number {
  return countShare(nRepeats, "found", (random) => {
    const judged = judge(drawRows(world, random), { isRanked: true, options });
    return listStanding(judged, "best").includes(0);
  });
}

/**
 * Adds one seed to each row at a time until a row differs from the baseline.
 *
 * @param world The rows, with as many seeds as there are at most.
 * @param options How they are judged.
 * @param nRepeats How many repeats.
 * @returns With how many seeds each repeat ended; Infinity without a verdict.
 */
export function addSeeds(
  world: World,
  options: VerdictOptions,
  nRepeats: number,
): number[] {
  const random = new RandomStream(1, "added");
  return listSeeds(0, nRepeats).map(() => {
    const rows = [...drawRows(world, random)].map(([row, sample]) =>
      [row, [...sample]] as const
    );
    const counts = options.looks ?? listSeeds(3, world.nSeeds - 2);
    return counts.find((n) => {
      const some = new Map(
        rows.map(([row, sample]) => [row, new Map(sample.slice(0, n))]),
      );
      return listDiffering(judge(some, { baseline: 0, options })).length > 0;
    }) ?? Infinity;
  });
}

/**
 * Compares a first number of seeds as if it was fixed. If no row differs from the
 * baseline, adds one seed to each row at a time, with verdicts that hold at any time.
 *
 * @param world Equal rows, with as many seeds as there are at most.
 * @param nFirst The number of seeds that are compared first.
 * @param nRepeats How many repeats.
 * @returns The share in which any row ever differs.
 */
export function switchToAnytime(
  world: World,
  nFirst: number,
  nRepeats: number,
): number {
  const fixed = addSeeds(world, { looks: [nFirst] }, nRepeats);
  const looks = listSeeds(nFirst + 1, world.nSeeds - nFirst);
  // The same runs: both draw them from one stream.
  const later = addSeeds(world, { isAnytime: true, looks }, nRepeats);
  return listSeeds(0, nRepeats).filter((i) =>
    fixed[i]! < Infinity || later[i]! < Infinity
  ).length / nRepeats;
}

/**
 * Lets runs of row 1 fail where they turn out badly, and leaves them out.
 *
 * @param world Equal rows.
 * @param isTold Whether the verdicts know of the failed runs.
 * @param nRepeats How many repeats.
 * @returns The share in which row 1 is called better than the baseline or best.
 */
export function dropFailures(
  world: World,
  isTold: boolean,
  nRepeats: number,
): number {
  return countShare(nRepeats, "failures", (random) => {
    const rows = drawRows(world, random);
    // About a third of its runs diverges.
    const kept = [...rows.get(1)!].filter(([, value]) => value < 0.5);
    const isIncomplete = kept.length < world.nSeeds;
    const judged = judge(rows.set(1, new Map(kept)), {
      baseline: 0,
      isRanked: true,
      incomplete: new Map(
        isTold && isIncomplete ? [[1, { reason: "runs failed" }]] : [],
      ),
    });
    const verdict = judged.comparisons.get(1);
    return listStanding(judged, "best").includes(1) ||
      isTested(verdict) && verdict.isResolved && verdict.difference < 0;
  });
}
