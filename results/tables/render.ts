/**
 * Comparisons as text, in every format. All formats for readers share the words
 * and rounded numbers, and differ only in markup.
 *
 * @module
 */

import { stringify } from "../../core/utils/json.ts";
import { printableJson } from "../../core/utils/terminal.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { LatexOptions } from "./latex.ts";
import {
  dim,
  escapeMarkdown,
  formatMarkdown,
  formatTerminal,
  type TerminalOptions,
} from "./table.ts";
import { formatComparison } from "./text.ts";
import {
  foldNotes,
  type Note,
  type TextSection,
  titleDetails,
} from "./text_table.ts";

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
 * @param options The terminal, for `table`; how LaTeX is set, for `latex`.
 * @returns The text.
 */
export async function render(
  comparison: Comparison,
  format: Format,
  options: TerminalOptions & { readonly latex?: LatexOptions } = {},
): Promise<string> {
  switch (format) {
    case "json": {
      const { toJson } = await import("./data.ts");
      return printableJson(stringify(toJson(comparison), 2));
    }
    case "csv": {
      const { formatCsv } = await import("./data.ts");
      return formatCsv(comparison);
    }
    case "table":
      return joinBlocks(comparison, ({ title = "", table, notes }) => [
        title,
        formatTerminal(table, options),
        dim(formatNotes(notes, ["", "  "]), options),
      ]);
    case "md":
      return joinBlocks(comparison, ({ title = "", table, notes }) => [
        escapeMarkdown(title),
        formatMarkdown(table),
        ...foldMarkdown(notes),
      ]);
    case "latex": {
      const { formatLatex } = await import("./latex.ts");
      return formatLatex(formatComparison(comparison), options.latex);
    }
    case "html": {
      const { formatHtml } = await import("./html.ts");
      return formatHtml(formatComparison(comparison));
    }
  }
}

/** Writes the tables one after the other, with empty lines between blocks. */
function joinBlocks(
  comparison: Comparison,
  format: (section: TextSection) => string[],
): string {
  return formatComparison(comparison).flatMap(format)
    .filter((block) => block !== "").join("\n\n");
}

/** The legend, and the details as GitHub folds them. */
function foldMarkdown(notes: readonly Note[]): string[] {
  const { legend, details } = foldNotes(notes);
  return [
    escapeMarkdown(legend),
    ...(details.length > 0
      ? [
        `<details>\n<summary>${titleDetails(details)}</summary>`,
        formatNotes(details, ["- ", "  - "], escapeMarkdown),
        "</details>",
      ]
      : []),
  ];
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
