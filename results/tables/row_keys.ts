/**
 * The keys that distinguish the rows of a comparison, as parts of tables.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { NO_VALUE } from "../statistics/format.ts";
import type { TextCell, TextColumn } from "./text_table.ts";

/** Whether rows are records of the same runs, which then need no column. */
export function isList({ rows, options }: Comparison): boolean {
  const runs = new Set(rows.map(({ runs }) => runs.join()));
  return options.rows?.[0] === METRIC_KEY && rows.length > 1 &&
    runs.size === 1;
}

/** Makes the columns of the keys that distinguish rows. */
export function makeKeyColumns({ keys, rows }: Comparison): TextColumn[] {
  return keys.map((key) => ({
    heading: singleLine(key),
    isNumeric: rows.every(({ config }) => typeof config[key] === "number"),
    isKey: true,
  }));
}

/** Makes the cells of the keys that distinguish a row. */
export function makeKeyCells(
  { keys }: Comparison,
  config: Readonly<Record<string, unknown>>,
): TextCell[] {
  return keys.map((key) => {
    const value = config[key];
    const text = value === undefined ? NO_VALUE : formatValue(value);
    return {
      text: singleLine(text),
      ...(typeof value === "number" ? { value } : {}),
    };
  });
}
