/**
 * The best mean of many rows, corrected for the choice of it.
 *
 * @module
 */

import { LEVEL } from "../statistics/estimate.ts";
import { winnerInterval } from "../statistics/winner.ts";
import type { Column, Comparison } from "./comparison.ts";

/**
 * Adds the interval of the best mean to the columns that rank five rows or more.
 *
 * @param comparison The comparison with its ranks.
 * @returns The same with the intervals.
 */
export function addWinners(comparison: Comparison): Comparison {
  const { rows, fieldKeys, options: { ci } } = comparison;
  // Rows with other fields of records do not compete.
  if (fieldKeys.length > 0) return comparison;
  const level = ci ? ci / 100 : LEVEL;
  const add = (column: Column): Column => {
    const { better, metadata, method } = column;
    const ranked = rows.flatMap(({ label, cells }) => {
      const { standing, result, grid } = cells.get(metadata) ?? {};
      return standing && !grid ? [{ label, ...result! }] : [];
    });
    const interval = better && method?.kind === "fixed" &&
      winnerInterval(ranked, { better, level });
    if (!interval) return column;
    const sign = better === "higher" ? 1 : -1;
    const { label, mean } = ranked.reduce((a, b) =>
      sign * b.mean > sign * a.mean ? b : a
    );
    return {
      ...column,
      winner: { label, mean, interval, nRows: ranked.length },
    };
  };
  return { ...comparison, columns: comparison.columns.map(add) };
}
