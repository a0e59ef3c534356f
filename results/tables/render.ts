/**
 * Comparisons as text, in every format. What readers see is put into words and
 * rounded once; the formats differ in their signs alone.
 *
 * @module
 */

import { stringify } from "../../core/utils/json.ts";
import { printableJson } from "../../core/utils/terminal.ts";
import type { Comparison } from "../compare/comparison.ts";
import {
  dim,
  escapeMarkdown,
  formatMarkdown,
  formatTerminal,
  type TerminalOptions,
} from "./table.ts";
import { formatComparison } from "./text.ts";
import type { Note, TextSection } from "./text_table.ts";

/** The formats that a comparison can be written in. */
export const FORMATS = ["table", "md", "csv", "latex", "json", "html"] as const;

/** One of {@linkcode FORMATS}. */
export type Format = typeof FORMATS[number];

/**
 * Writes a comparison.
 *
 * @param comparison The comparison.
 * @param format How to write it. `csv` and `json` keep full precision; all
 * others round each mean by its error and say below what the errors are.
 * @param options The terminal, for `table`.
 * @returns The text.
 */
export async function render(
  comparison: Comparison,
  format: Format,
  options: TerminalOptions = {},
): Promise<string> {
  switch (format) {
    case "json": {
      const { toJson } = await import("./data.ts");
      return printableJson(stringify(await toJson(comparison), 2));
    }
    case "csv": {
      const { formatCsv } = await import("./data.ts");
      return await formatCsv(comparison);
    }
    case "table":
      return await joinBlocks(comparison, ({ title = "", table, notes }) => [
        title,
        formatTerminal(table, options),
        dim(formatNotes(notes, ["", "  "]), options),
      ]);
    case "md":
      return await joinBlocks(comparison, ({ title = "", table, notes }) => [
        escapeMarkdown(title),
        formatMarkdown(table),
        formatNotes(notes, ["- ", "  - "], escapeMarkdown),
      ]);
    case "latex":
      return await formatLatexDocument(comparison);
    case "html": {
      const { formatHtml } = await import("./html.ts");
      return formatHtml(await formatComparison(comparison));
    }
  }
}

/** Writes the tables one after the other, with empty lines between blocks. */
async function joinBlocks(
  comparison: Comparison,
  format: (section: TextSection) => string[],
): Promise<string> {
  return (await formatComparison(comparison)).flatMap(format)
    .filter((block) => block !== "").join("\n\n");
}

/** Writes notes and their items, each on a line after its bullet. */
function formatNotes(
  notes: readonly Note[],
  [bullet, itemBullet]: readonly [string, string],
  escape = (text: string) => text,
): string {
  return notes.flatMap(({ text, items = [] }) => [
    bullet + escape(text),
    ...items.map((item) => itemBullet + escape(item)),
  ]).join("\n");
}

async function formatLatexDocument(comparison: Comparison): Promise<string> {
  const { formatLatex, formatLatexNotes } = await import("./latex.ts");
  const sections = (await formatComparison(comparison))
    .map(({ title, table, notes }) => [
      ...(title ? ["", formatLatexNotes([{ text: title }])] : []),
      formatLatex(table),
      ...(notes.length > 0 ? [formatLatexNotes(notes)] : []),
    ]);
  return ["% \\usepackage{booktabs}", ...sections.flat()].join("\n");
}
