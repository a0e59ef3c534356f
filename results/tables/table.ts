/**
 * Tables as lines of text: for terminals and Markdown.
 *
 * @module
 */

import fastStringWidth from "fast-string-width";
import { markdownTable } from "markdown-table";
import type { TextCell, TextColumn, TextTable } from "./text_table.ts";

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
export function formatMarkdown({ columns, rows }: TextTable): string {
  const write = ({ text, marks = "", isBest }: TextCell) => {
    const value = escapeMarkdown(text);
    const signs = marks === "" ? "" : ` ${escapeMarkdown(marks)}`;
    return (isBest ? `**${value}**` : value) + signs;
  };
  const headings = columns.map(({ heading }) => ({ text: heading }));
  return markdownTable([headings, ...rows].map((row) => row.map(write)), {
    align: columns.map(({ isNumeric }) => isNumeric ? "right" : "left"),
    stringLength: fastStringWidth,
  });
}

/**
 * Escapes the signs that have a meaning in Markdown.
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

/** Between two columns. */
const GAP = "  ";

/** A column of texts that are all equally wide. */
interface PaddedColumn {
  /** Whether it distinguishes rows. */
  readonly isKey: boolean;
  /** How wide the texts are. */
  readonly width: number;
  /** The heading, then a text for each row. */
  readonly texts: readonly string[];
}

/**
 * Writes a table for a terminal. If it is too wide, it is split into several
 * tables, each with the columns that distinguish rows.
 *
 * @param table The table.
 * @param options How wide it may be, and whether it has colours.
 * @returns The text.
 */
export function formatTerminal(
  { columns, rows }: TextTable,
  { width = Infinity, color = false }: TerminalOptions = {},
): string {
  const padded = columns.map((column, place) =>
    padColumn(column, rows.map((row) => row[place]!), color)
  );
  return splitColumns(padded, width).map(joinColumns).join("\n\n");
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

function padColumn(
  { heading, isNumeric, isKey }: TextColumn,
  cells: readonly TextCell[],
  color: boolean,
): PaddedColumn {
  const marksWidth = findLargest(cells.map(({ marks = "" }) => marks.length));
  const all: TextCell[] = [{ text: heading }, ...cells];
  const texts = all.map(({ text, marks = "", isBest }) => {
    const value = color && isBest ? `${BOLD}${text}${PLAIN}` : text;
    // Signs are to the right of the numbers, which stay aligned.
    return marksWidth > 0 ? `${value} ${marks.padEnd(marksWidth)}` : value;
  });
  const widths = texts.map((text) => fastStringWidth(text));
  const width = findLargest(widths);
  return {
    isKey,
    width,
    texts: texts.map((text, i) => {
      const space = " ".repeat(width - widths[i]!);
      return isNumeric ? space + text : text + space;
    }),
  };
}

/** The largest of more numbers than a call takes arguments. */
function findLargest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** Splits columns into blocks that fit the terminal, each with all keys. */
function splitColumns(
  columns: readonly PaddedColumn[],
  width: number,
): (readonly PaddedColumn[])[] {
  const keys = columns.filter(({ isKey }) => isKey);
  if (measure(columns) <= width || keys.length === columns.length) {
    return [columns];
  }
  const blocks: PaddedColumn[][] = [];
  for (const column of columns) {
    if (column.isKey) continue;
    const block = blocks.at(-1);
    if (block && measure([...block, column]) <= width) block.push(column);
    else blocks.push([...keys, column]);
  }
  return blocks;
}

function measure(columns: readonly PaddedColumn[]): number {
  const widths = columns.map(({ width }) => GAP.length + width);
  return Math.max(0, widths.reduce((sum, width) => sum + width, -GAP.length));
}

function joinColumns(columns: readonly PaddedColumn[]): string {
  const nLines = columns[0]?.texts.length ?? 0;
  const [heading = "", ...lines] = Array.from(
    { length: nLines },
    (_, line) => columns.map(({ texts }) => texts[line]!).join(GAP).trimEnd(),
  );
  return [heading, "─".repeat(measure(columns)), ...lines].join("\n");
}
