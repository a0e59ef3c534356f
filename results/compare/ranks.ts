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
import { explainIncomplete } from "./failed_runs.ts";
import type { Cell, Column, Comparison } from "./comparison.ts";

/**
 * Ranks the rows of each column over the values of the key that is compared across.
 *
 * @param comparison A comparison across a key.
 * @returns The same with the ranks, in columns of which the better way is known.
 */
export function addRanks(comparison: Comparison): Comparison {
  const { rows, options } = comparison;
  const { alpha, across } = options;
  const rank = (column: Column): Column => {
    const { better, metadata, unranked } = column;
    if (!better || unranked === "a search") return column;
    const all = rows.map(({ cells }) => cells.get(metadata));
    const keys = new Set(all.flatMap((cell) => [...cell?.sample.keys() ?? []]));
    const values = [...keys];
    const reasons = all.map((cell) => {
      const lacking = values.find((value) => !cell?.sample.has(value));
      if (lacking) return `no result for ${lacking}`;
      return explainIncomplete(cell!, options);
    });
    const places = [...rows.keys()].filter((row) => !reasons[row]);
    const cells = places.map((row) => all[row]!);
    const scores = cells.map(({ sample }) =>
      values.map((key) => sample.get(key)!)
    );
    const outside = rows.flatMap(({ label }, row) => {
      const reason = reasons[row];
      return reason ? [{ label, reason }] : [];
    });
    const ranked = rankOverDatasets(scores, better, alpha);
    if ("reason" in ranked) return { ...column, ranks: { ...ranked, outside } };
    const best = ranked.ranks.indexOf(Math.min(...ranked.ranks));
    const runs = cells.map((cell) => groupRuns(cell, across!));
    const improvements = runs.map((some) =>
      estimateImprovement(runs[best]!, some, { better })
    );
    const nValues = values.length;
    const more = { rows: places, nValues, best, improvements, outside };
    return { ...column, ranks: { ...ranked, ...more } };
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
