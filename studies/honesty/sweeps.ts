/**
 * Sweeps that decide by themselves what to run, simulated on rows whose truth is
 * known: how often do their verdicts err, and what do they cost? Trainings are
 * numbers; all that is decided on them is decided by the code of the sweeps.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { isTested } from "../../results/statistics/contrast.ts";
import type {
  ColumnVerdicts,
  VerdictOptions,
} from "../../results/statistics/verdicts.ts";
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
    if (errs(verdicts!, mean)) nFalse++;
    if (settled.size === nRows) nResolved++;
    for (const n of nSeeds.values()) nRuns += n;
  }
  return {
    errs: nFalse / nRepeats,
    resolved: nResolved / nRepeats,
    cost: nRuns / nRepeats / nRows / maxSeeds,
  };
}

/** Whether any verdict is false: on a difference, its direction, or the best. */
function errs(
  verdicts: ColumnVerdicts<number>,
  mean: (row: number) => number,
): boolean {
  const { comparisons, places } = verdicts;
  const isFalse = (row: number) => {
    const verdict = comparisons.get(row);
    const difference = isTested(verdict) ? verdict.difference : 0;
    return !(difference * (mean(row) - mean(0)) > 0);
  };
  const least = Math.min(...places.keys().map(mean));
  const isNotAlone = [...places.keys()].filter((row) => mean(row) === least)
    .length > 1;
  return listDiffering(verdicts).some(isFalse) ||
    [...places].some(([row, place]) =>
      "standing" in place && place.standing === "best" &&
      (mean(row) > least || isNotAlone)
    );
}
