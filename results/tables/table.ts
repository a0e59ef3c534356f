/**
 * Tables as lines of text: for terminals and Markdown.
 *
 * @module
 */

import fastStringWidth from "fast-string-width";
import { markdownTable } from "markdown-table";
import type { TextCell, TextTable } from "./text_table.ts";

/**
 * Writes a table in Markdown (GFM), the best values in bold.
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
 *   columns: [
 *     { heading: "model", isNumeric: false, isKey: true },
 *     { heading: "loss", isNumeric: true, isKey: false },
 *   ],
 *   rows: [[{ text: "identity" }, { text: "0.391 ± 0.010", marks: "†" }]],
 * };
 * assertEquals(
 *   formatMarkdown(table),
 *   "| model    |            loss |\n" +
 *     "| :------- | --------------: |\n" +
 *     "| identity | 0.391 ± 0.010 † |",
 * );
 * ```
 */
export function formatMarkdown(table: TextTable): string {
  return writeRows(table, ({ text, marks = "", isBest }) => {
    const value = escapeMarkdown(text);
    const signs = marks === "" ? "" : ` ${escapeMarkdown(marks)}`;
    return (isBest ? `**${value}**` : value) + signs;
  }, {});
}

/**
 * Escapes what Markdown would take for its own signs.
 *
 * @param text Any text.
 * @returns The text as Markdown that shows it.
 */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(
    /[\\|*`<>~$]|&(?=#|\w+;)|\](?=[([])|(?<!\w)_|_(?!\w)/g,
    "\\$&",
  );
}

/** How a terminal shows a table. */
export interface TerminalOptions {
  /** How many columns of characters there are; any number by default. */
  readonly width?: number;
  /** Whether it has colours. */
  readonly color?: boolean;
}

const BOLD = "\x1b[1m", DIM = "\x1b[2m", PLAIN = "\x1b[0m";

/** Stands for a bar within a cell while bars separate the columns. */
const BAR = "\uE000";

/**
 * Writes a table for a terminal. If it is too wide, it is split into several
 * tables, each with the columns that tell rows apart.
 *
 * @param table The table.
 * @param options How wide it may be, and whether it has colours.
 * @returns The text.
 */
export function formatTerminal(
  table: TextTable,
  options: TerminalOptions = {},
): string {
  return splitTable(table, options.width ?? Infinity)
    .map((block) => formatBlock(block, options.color ?? false))
    .join("\n\n");
}

/**
 * Dims a note.
 *
 * @param text The note.
 * @param options Whether there are colours.
 * @returns The text, dim if there are.
 */
export function dim(text: string, { color }: TerminalOptions): string {
  return color && text !== "" ? `${DIM}${text}${PLAIN}` : text;
}

function formatBlock(table: TextTable, color: boolean): string {
  // Signs stand to the right of the numbers, which stay in line.
  const widths = table.columns.map(({ isNumeric }, place) =>
    isNumeric
      ? findLargest(table.rows.map((row) => row[place]!.marks?.length ?? 0))
      : 0
  );
  const lines = writeRows(table, ({ text, marks = "", isBest }, place) => {
    const signs = widths[place] ? ` ${marks.padEnd(widths[place])}` : marks;
    const value = text.replaceAll("|", BAR);
    return (color && isBest ? `${BOLD}${value}${PLAIN}` : value) + signs;
  }, { delimiterStart: false, delimiterEnd: false }).split("\n");
  return lines
    .map((line) => line.replaceAll(/\|( |$)/g, " "))
    .map((line, index) => index === 1 ? line.replaceAll(/./g, "─") : line)
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll(BAR, "|");
}

/** The largest of more numbers than a call takes arguments. */
function findLargest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** Between two columns. */
const GAP = 2;

/** Splits the columns so that each block fits the terminal. */
function splitTable(table: TextTable, width: number): TextTable[] {
  if (width === Infinity) return [table];
  const widths = table.columns.map(({ heading }, place) =>
    GAP + findLargest([
      fastStringWidth(heading),
      ...table.rows.map((row) => {
        const { text, marks } = row[place]!;
        return fastStringWidth(text) + (marks ? 1 + marks.length : 0);
      }),
    ])
  );
  const places = [...table.columns.keys()];
  const keys = places.filter((place) => table.columns[place]!.isKey);
  const measure = (some: readonly number[]) =>
    some.reduce((total, place) => total + widths[place]!, -GAP);
  if (measure(places) <= width) return [table];
  const blocks: number[][] = [];
  for (const place of places) {
    if (table.columns[place]!.isKey) continue;
    const block = blocks.at(-1);
    if (block && measure([...keys, ...block, place]) <= width) {
      block.push(place);
    } else blocks.push([place]);
  }
  if (blocks.length === 0) return [table];
  return blocks.map((block) => {
    const shown = [...keys, ...block];
    return {
      columns: shown.map((place) => table.columns[place]!),
      rows: table.rows.map((row) => shown.map((place) => row[place]!)),
    };
  });
}

function writeRows(
  { columns, rows }: TextTable,
  write: (cell: TextCell, place: number) => string,
  options: Parameters<typeof markdownTable>[1],
): string {
  const headings = columns.map(({ heading }) => ({ text: heading }));
  const cells = [headings, ...rows].map((row) => row.map(write));
  return markdownTable(cells, {
    align: columns.map(({ isNumeric }) => isNumeric ? "right" : "left"),
    stringLength: fastStringWidth,
    ...options,
  });
}
