/**
 * Comparisons as text, in every format. What readers are shown is put into
 * words and rounded once; the formats differ in their signs alone.
 *
 * @module
 */

import { stringify } from "../../core/utils/json.ts";
import { printableJson } from "../../core/utils/terminal.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { Format } from "./formats.ts";
import {
  dim,
  escapeMarkdown,
  formatMarkdown,
  formatTerminal,
  type TerminalOptions,
} from "./table.ts";
import { type ComparisonText, type Note, textOf } from "./text.ts";

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
      const { jsonOf } = await import("./data.ts");
      return printableJson(stringify(jsonOf(comparison), 2));
    }
    case "csv": {
      const { formatCsv } = await import("./data.ts");
      return await formatCsv(comparison);
    }
    case "table":
      return forTerminal(textOf(comparison), options);
    case "md":
      return forMarkdown(textOf(comparison));
    case "latex":
      return await forLatex(textOf(comparison));
    case "html": {
      const { formatHtml } = await import("./html.ts");
      return formatHtml(textOf(comparison));
    }
  }
}

function forTerminal(
  { table, notes, verdicts }: ComparisonText,
  options: TerminalOptions,
): string {
  return [
    formatTerminal(table, options),
    dim(linesOf(notes).join("\n"), options),
    ...(verdicts
      ? [
        verdicts.title,
        formatTerminal(verdicts.table, options),
        dim(linesOf(verdicts.notes).join("\n"), options),
      ]
      : []),
  ].filter((part) => part !== "").join("\n\n");
}

function linesOf(notes: readonly Note[]): string[] {
  return notes.flatMap(({ text, items = [] }) => [
    text,
    ...items.map((item) => `  ${item}`),
  ]);
}

function forMarkdown({ table, notes, verdicts }: ComparisonText): string {
  return [
    formatMarkdown(table),
    listOf(notes),
    ...(verdicts
      ? [
        escapeMarkdown(verdicts.title),
        formatMarkdown(verdicts.table),
        listOf(verdicts.notes),
      ]
      : []),
  ].filter((part) => part !== "").join("\n\n");
}

function listOf(notes: readonly Note[]): string {
  return notes.flatMap(({ text, items = [] }) => [
    `- ${escapeMarkdown(text)}`,
    ...items.map((item) => `  - ${escapeMarkdown(item)}`),
  ]).join("\n");
}

async function forLatex(
  { table, notes, verdicts }: ComparisonText,
): Promise<string> {
  const { formatLatex, formatLatexNotes } = await import("./latex.ts");
  return [
    "% \\usepackage{booktabs}",
    formatLatex(table),
    formatLatexNotes(notes),
    ...(verdicts
      ? [
        "",
        formatLatexNotes([{ text: verdicts.title }]),
        formatLatex(verdicts.table),
        formatLatexNotes(verdicts.notes),
      ]
      : []),
  ].filter((part, index) => part !== "" || index > 2).join("\n");
}
