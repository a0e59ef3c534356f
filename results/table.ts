/**
 * Tables of text: one set of cells, written in several formats.
 *
 * @module
 */

import fastStringWidth from "fast-string-width";
import { markdownTable } from "markdown-table";

/** A table of text. */
export interface TextTable {
  /** The columns' headings. */
  readonly header: readonly string[];
  /** The cells, row by row. */
  readonly rows: readonly (readonly string[])[];
  /** Which columns hold numbers, and so are aligned to the right. */
  readonly numeric: readonly boolean[];
}

/** What stands where there is no value. */
export const NO_VALUE = "–";

/**
 * Writes a table in Markdown (GFM).
 *
 * @param table The table.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatMarkdown } from "./table.ts";
 *
 * const table = {
 *   header: ["model", "loss"],
 *   rows: [["identity", "0.391 ± 0.010"]],
 *   numeric: [false, true],
 * };
 * assertEquals(
 *   formatMarkdown(table),
 *   "| model    |          loss |\n" +
 *     "| :------- | ------------: |\n" +
 *     "| identity | 0.391 ± 0.010 |",
 * );
 * ```
 */
export function formatMarkdown(table: TextTable): string {
  return layOut(table, (cell) => cell.replaceAll("|", "\\|"), {});
}

/** Stands for a bar within a cell while bars part the columns. */
const BAR = "\uE000";

/**
 * Writes a table for a terminal.
 *
 * @param table The table.
 * @returns The text.
 */
export function formatTerminal(table: TextTable): string {
  const lines = layOut(table, (cell) => cell.replaceAll("|", BAR), {
    delimiterStart: false,
    delimiterEnd: false,
  }).split("\n");
  return lines
    .map((line) => line.replaceAll(/\|( |$)/g, " "))
    .map((line, index) => index === 1 ? line.replaceAll(/./g, "─") : line)
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll(BAR, "|");
}

function layOut(
  { header, rows, numeric }: TextTable,
  escape: (cell: string) => string,
  options: Parameters<typeof markdownTable>[1],
): string {
  // A line break would end the row.
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => escape(cell.replaceAll(/\s/g, " ")))
  );
  return markdownTable(cells, {
    align: numeric.map((isNumeric) => isNumeric ? "right" : "left"),
    stringLength: fastStringWidth,
    ...options,
  });
}

/**
 * Writes rows as CSV, fields quoted where they must be.
 *
 * @param rows The rows, the headings first.
 * @returns The text, without a line end after the last row.
 */
export async function formatCsv(
  rows: readonly (readonly (string | number)[])[],
): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  return stringify(rows.map((row) => [...row])).trimEnd();
}
