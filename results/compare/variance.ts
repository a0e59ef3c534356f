/**
 * The sources of the variance between runs.
 *
 * @module
 */

import {
  chanceOfAgreement,
  crossedMean,
  splitVariance,
} from "../statistics/crossed.ts";
import { computeMean, LEVEL } from "../statistics/estimate.ts";
import { MAX_CHANCE } from "./shared_observations.ts";
import type { Cell, CellVariance, Comparison } from "./comparison.ts";
import { placeRuns } from "./grid.ts";

/**
 * Takes the variance between the runs of each cell apart.
 *
 * @param comparison The comparison.
 * @returns The same with the sources of the variance, where there are two runs.
 */
export function addVariance(comparison: Comparison): Comparison {
  const { rows, columns, options, nuisance, metrics } = comparison;
  const level = options.ci ? options.ci / 100 : LEVEL;
  const find = (cell: Cell): CellVariance["sources"] => {
    const { runs, metadata, observations } = cell;
    const results = Array.from(
      runs,
      ([key, { records }]) => [key, records.get(metadata)!] as const,
    );
    const sample = new Map(results.map(([key, { mean }]) => [key, mean]));
    const grid = observations ? cell.grid! : crossedMean(
      Array.from(placeRuns(runs, nuisance), ([key, at]) => ({
        at,
        value: sample.get(key)!,
      })),
    );
    if (!("error" in grid)) return grid;
    if (!(grid.error > 0)) return { reason: "the runs do not vary" };
    const { mean: within } = computeMean(
      results.map(([, { error }]) => error ** 2),
    );
    // Observations that runs share add no variance between them.
    const isDeclared = metrics.get(metadata.name)?.observations === "shared";
    const isApart = !isDeclared &&
      chanceOfAgreement(grid.squares.at(-1)!, within) >= MAX_CHANCE;
    return splitVariance(grid.squares, isApart ? within : 0, level);
  };
  return {
    ...comparison,
    variance: columns.flatMap((column) =>
      rows.flatMap((row) => {
        const cell = row.cells.get(column.metadata);
        return cell && cell.runs.size > 1
          ? [{ row, column, sources: find(cell) }]
          : [];
      })
    ),
  };
}
