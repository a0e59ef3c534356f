/**
 * Chooses which rows of a large comparison are shown.
 *
 * @module
 */

import { orderBy } from "../database/select.ts";
import type { Comparison } from "./comparison.ts";

/** A comparison before its rows are chosen. */
type Choice = Pick<Comparison, "rows" | "columns" | "baseline" | "options">;

/**
 * Chooses the rows to show: the first ones if they are sorted, else the best of the
 * first column whose better direction is known, else the first ones. The baseline is
 * always shown.
 *
 * @param comparison The comparison, with the most rows to show in its options.
 * @returns The indices of those rows, or undefined for all rows.
 */
export function chooseRows(
  { rows, columns, baseline, options }: Choice,
): readonly number[] | undefined {
  const { maxRows = Infinity, sort = "" } = options;
  if (rows.length <= maxRows) return undefined;
  const ranked = findRanked({ columns });
  const places = rows.map((_, place) => place);
  if (sort === "" && ranked) {
    const { metadata, better } = ranked;
    const means = rows.map(({ cells }) => cells.get(metadata)?.result.mean);
    const readMean = (place: number) => means[place];
    places.sort(orderBy([readMean], better === "lower" ? 1 : -1));
  }
  const shown = places.slice(0, maxRows);
  return baseline && !shown.includes(baseline.row)
    ? [baseline.row, ...shown.slice(0, -1)]
    : shown;
}

/**
 * Finds the column by which the best rows are chosen.
 *
 * @param comparison Its columns.
 * @returns The first column whose better direction is known.
 */
export function findRanked(
  { columns }: Pick<Comparison, "columns">,
): Comparison["columns"][number] | undefined {
  return columns.find(({ better }) => better);
}

/**
 * Leaves out the rows that are not shown.
 *
 * @param comparison The comparison.
 * @returns The comparison with only the shown rows.
 */
export function keepShownRows(comparison: Comparison): Comparison {
  const { rows, shown, baseline } = comparison;
  if (!shown) return comparison;
  return {
    ...comparison,
    rows: shown.map((place) => rows[place]!),
    baseline: baseline && { ...baseline, row: shown.indexOf(baseline.row) },
  };
}
