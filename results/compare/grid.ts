/**
 * Runs by their nuisance keys, as statistics of crossed keys take them.
 *
 * @module
 */

import { formatKey } from "../database/select.ts";
import type { GridPoint } from "../statistics/crossed.ts";
import type { Sample } from "../statistics/verdicts.ts";
import type { Cell } from "./comparison.ts";

/**
 * Places values at the nuisance values of their runs.
 *
 * @param sample The values, by the names of the runs.
 * @param runs The runs.
 * @param nuisance The nuisance keys.
 * @returns The values with the values of the keys.
 */
export function placeOnGrid(
  sample: Sample,
  runs: Cell["runs"],
  nuisance: readonly string[],
): GridPoint[] {
  return Array.from(sample, ([name, value]) => ({
    at: Object.fromEntries(
      nuisance.map((key) => [key, formatKey(runs.get(name)!, key) ?? ""]),
    ),
    value,
  }));
}
