/**
 * The ranks of rows over datasets, or the values of another key.
 *
 * @module
 */

import { formatKey } from "../database/select.ts";
import {
  estimateImprovement,
  rankOverDatasets,
  type RunsByDataset,
} from "../statistics/datasets.ts";
import type { Cell, Column, Comparison } from "./comparison.ts";
import { isIncomplete } from "./verdicts.ts";

/**
 * Ranks the rows of each column over the values of the key that is compared across.
 *
 * @param comparison A comparison across a key.
 * @returns The same with the ranks, in columns of which the better way is known.
 */
export function addRanks(comparison: Comparison): Comparison {
  const { rows, options: { alpha, across, countFailedAs } } = comparison;
  const areCounted = countFailedAs !== undefined;
  const rank = (column: Column): Column => {
    const { better, metadata } = column;
    if (!better) return column;
    const cells = rows.flatMap(({ cells }) => cells.get(metadata) ?? []);
    const values = [...cells[0]?.sample.keys() ?? []];
    const isComplete = cells.length === rows.length &&
      cells.every(({ sample }) =>
        sample.size === values.length && values.every((key) => sample.has(key))
      );
    if (!isComplete) {
      return { ...column, ranks: { reason: "not every row has every value" } };
    }
    if (cells.some((cell) => isIncomplete(cell, areCounted))) {
      return { ...column, ranks: { reason: "a row has failed runs" } };
    }
    const scores = cells.map(({ sample }) =>
      values.map((key) => sample.get(key)!)
    );
    const ranked = rankOverDatasets(scores, better, alpha);
    if ("reason" in ranked) return { ...column, ranks: ranked };
    const best = ranked.ranks.indexOf(Math.min(...ranked.ranks));
    const runs = cells.map((cell) => groupRuns(cell, across!));
    const improvements = runs.map((some) =>
      estimateImprovement(runs[best]!, some, { better })
    );
    const nValues = values.length;
    return { ...column, ranks: { ...ranked, nValues, best, improvements } };
  };
  return { ...comparison, columns: comparison.columns.map(rank) };
}

/**
 * Groups the means of single runs by the values of a key, in their order.
 *
 * @param cell The cell of a comparison across the key.
 * @param key The key.
 * @returns The means.
 */
export function groupRuns(
  { runs, sample, metadata }: Cell,
  key: string,
): RunsByDataset {
  const groups = Map.groupBy(
    runs.values(),
    (run) => `${key}=${formatKey(run, key)}`,
  );
  return Array.from(
    sample.keys(),
    (value) =>
      groups.get(value)!.map(({ records }) => records.get(metadata)!.mean),
  );
}
