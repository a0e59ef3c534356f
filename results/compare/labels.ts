/**
 * How rows are named, and how lists of names are kept short.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { truncate } from "../../core/utils/terminal.ts";
import type { Aggregate } from "../statistics/estimate.ts";
import type { CompareOptions } from "./comparison.ts";

/** The name of a row that nothing distinguishes. */
export const ALL_RUNS = "all runs";

const MAX_NAME_LENGTH = 1000;

/**
 * Makes a name from a file fit one line of a table.
 *
 * @param text The name.
 * @returns Its first thousand characters, line ends replaced by spaces.
 */
export function singleLine(text: string): string {
  return truncate(text, MAX_NAME_LENGTH).replaceAll(/[\n\u2028\u2029]/g, " ");
}

/**
 * Names a row by the keys and values that distinguish it.
 *
 * @param config The row's values.
 * @returns `key=value, …` on one line.
 */
export function formatLabel(config: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(config).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${formatValue(value)}`
  );
  return parts.length > 0 ? singleLine(parts.join(", ")) : ALL_RUNS;
}

/**
 * Names what the values of a comparison are.
 *
 * @param options The options of the comparison.
 * @returns A ratio, or how several runs are summarised.
 */
export function nameValue(
  { relativeTo = [], aggregate = "mean" }: CompareOptions,
): Aggregate | "ratio" {
  return relativeTo.length > 0 ? "ratio" : aggregate;
}

const MAX_LISTED = 5;

/**
 * Lists the first of many texts.
 *
 * @param texts All of them.
 * @returns The first five, and how many more there are.
 */
export function summarizeList(texts: readonly string[]): string {
  const more = texts.length - MAX_LISTED;
  return texts.slice(0, MAX_LISTED).join("; ") +
    (more > 0 ? `; and ${more} more` : "");
}
