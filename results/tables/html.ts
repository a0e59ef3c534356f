/**
 * Comparisons as elements of a page.
 *
 * @module
 */

import type { Element } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import type {
  ComparisonText,
  Note,
  TextCell,
  TextColumn,
  TextTable,
} from "./text.ts";

/**
 * Writes a comparison as a piece of a page, without styles.
 *
 * @param text The comparison.
 * @returns The HTML, all texts escaped.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatHtml } from "./html.ts";
 *
 * const table = {
 *   columns: [{ heading: "a < b", isNumeric: false, isKey: true }],
 *   rows: [[{ text: "yes" }]],
 * };
 * assertEquals(
 *   formatHtml({ table, notes: [] }),
 *   "<table><thead><tr><th>a &#x3C; b</th></tr></thead>" +
 *     "<tbody><tr><td>yes</td></tr></tbody></table>",
 * );
 * ```
 */
export function formatHtml(text: ComparisonText): string {
  const { table, notes, verdicts } = text;
  return [
    tableElement(table),
    ...notesElements(notes),
    ...(verdicts
      ? [
        h("p", verdicts.title),
        tableElement(verdicts.table),
        ...notesElements(verdicts.notes),
      ]
      : []),
  ].map((element) => toHtml(element)).join("\n");
}

/** What a cell shows beyond its text. */
export interface CellExtras {
  /** What its text stands for, and where each of them leads. */
  readonly links?: readonly { readonly text: string; readonly href: string }[];
  /** What to sort by in place of its text. */
  readonly sort?: string | number;
  /** What is told of it where the pointer rests. */
  readonly title?: string;
}

/**
 * Makes a table.
 *
 * @param table The table.
 * @param extrasOf What the cell in a row and a column shows beyond its text.
 * @returns The element.
 */
export function tableElement(
  { columns, rows }: TextTable,
  extrasOf: (row: number, column: number) => CellExtras = () => ({}),
): Element {
  return h("table", [
    h("thead", h("tr", columns.map(headElement))),
    h(
      "tbody",
      rows.map((cells, row) =>
        h(
          "tr",
          cells.map((cell, column) =>
            cellElement(cell, columns[column]!, extrasOf(row, column))
          ),
        )
      ),
    ),
  ]);
}

function headElement({ heading, isNumeric }: TextColumn): Element {
  return h("th", alignment(isNumeric), heading);
}

function cellElement(
  { text, marks, isBest }: TextCell,
  { isNumeric }: TextColumn,
  { links, sort, title }: CellExtras,
): Element {
  const value = isBest ? h("strong", text) : text;
  return h(
    "td",
    {
      ...alignment(isNumeric),
      ...(sort === undefined ? {} : { dataSort: `${sort}` }),
      ...(title === undefined ? {} : { title }),
    },
    links === undefined ? value : linksElement(text, links),
    marks ? h("sup", marks) : null,
  );
}

/** One link is itself the text; several are shown on demand. */
function linksElement(
  text: string,
  links: NonNullable<CellExtras["links"]>,
): Element {
  const anchors = links.map(({ text, href }) => h("a", { href }, text));
  return links.length === 1 && links[0]!.text === text
    ? anchors[0]!
    : h("details", [
      h("summary", text),
      ...anchors.map((anchor) => h("div", anchor)),
    ]);
}

function alignment(isNumeric: boolean): { style?: string } {
  return isNumeric ? { style: "text-align: right" } : {};
}

/**
 * Makes the notes under a table.
 *
 * @param notes The notes.
 * @returns The elements.
 */
export function notesElements(notes: readonly Note[]): Element[] {
  return notes.flatMap(({ text, items = [] }) => [
    h("p", text),
    ...(items.length > 0 ? [h("ul", items.map((item) => h("li", item)))] : []),
  ]);
}
