/**
 * Runs by their nuisance keys, as statistics of crossed keys take them.
 *
 * @module
 */

import { formatKey } from "../database/select.ts";
import type { Grid } from "../statistics/crossed_contrast.ts";
import type { Cell, Comparison } from "./comparison.ts";

/**
 * Places runs at their values of the nuisance keys.
 *
 * @param runs The runs, by their names.
 * @param nuisance The nuisance keys.
 * @returns The values of the keys, by the same names.
 */
export function placeRuns(
  runs: Cell["runs"],
  nuisance: readonly string[],
): Grid {
  return new Map(Array.from(runs, ([name, run]) => [
    name,
    Object.fromEntries(
      nuisance.map((key) => [key, formatKey(run, key) ?? ""]),
    ),
  ]));
}

/**
 * Places the runs of a comparison, if some of a row share values of nuisance keys.
 *
 * @param comparison The comparison.
 * @returns The values of the keys, by the names of runs; undefined if none do.
 */
export function findGrid({ rows, nuisance }: Comparison): Grid | undefined {
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  return cells.some(({ grid, observations }) => grid && !observations)
    ? new Map(cells.flatMap(({ replicates: { missing, runs } }) => [
      ...placeRuns(new Map([...missing, ...runs]), nuisance),
    ]))
    : undefined;
}
