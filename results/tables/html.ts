/**
 * Comparisons as elements of a page.
 *
 * @module
 */

import { relative } from "@std/path";
import type { Element } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import {
  foldNotes,
  type Note,
  type TextCell,
  type TextColumn,
  type TextSection,
  type TextTable,
  titleDetails,
} from "./text_table.ts";

/**
 * Writes a comparison as a piece of a page, without styles.
 *
 * @param sections The tables of the comparison.
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
 *   formatHtml([{ heading: "Results", table, notes: [] }]),
 *   "<table><thead><tr><th>a &#x3C; b</th></tr></thead>" +
 *     "<tbody><tr><td>yes</td></tr></tbody></table>",
 * );
 * ```
 */
export function formatHtml(sections: readonly TextSection[]): string {
  return sections.flatMap(({ title, table, notes }) => [
    ...(title ? [h("p", title)] : []),
    makeTable(table),
    ...makeNotes(notes),
  ]).map((element) => toHtml(element)).join("\n");
}

/**
 * Makes the element of a table.
 *
 * @param table The table.
 * @param folder The folder of the page, for one that links to runs, sorts its
 * rows and shows details.
 * @returns The element.
 */
export function makeTable(
  { columns, rows }: TextTable,
  folder?: string,
): Element {
  const heads = columns.map(({ heading, isNumeric }) =>
    h("th", { style: align(isNumeric) }, heading)
  );
  const lines = rows.map((cells) =>
    h("tr", cells.map((cell, i) => makeCell(cell, columns[i]!, folder)))
  );
  return h("table", [h("thead", h("tr", heads)), h("tbody", lines)]);
}

function makeCell(
  { text, marks, isBest, value, detail, paths }: TextCell,
  { isNumeric }: TextColumn,
  folder: string | undefined,
): Element {
  const isPage = folder !== undefined;
  return h(
    "td",
    {
      style: align(isNumeric),
      dataSort: isPage ? value?.toString() : undefined,
      title: isPage ? detail : undefined,
    },
    isPage && paths
      ? makeLinks(text, paths, folder)
      : isBest
      ? h("strong", text)
      : text,
    marks ? h("sup", marks) : null,
  );
}

/** One link is itself the text; several are shown on demand. */
function makeLinks(
  text: string,
  paths: readonly string[],
  folder: string,
): Element {
  const anchors = paths.map((path) => {
    const parts = relative(folder, path).split("/").map(encodeURIComponent);
    return h("a", { href: `${parts.join("/")}/` }, path.split("/").at(-1)!);
  });
  const isOneRun = paths.length === 1 && paths[0]!.endsWith(`/${text}`);
  return isOneRun ? anchors[0]! : h("details", [
    h("summary", text),
    ...anchors.map((anchor) => h("div", anchor)),
  ]);
}

function align(isNumeric: boolean): string | undefined {
  return isNumeric ? "text-align: right" : undefined;
}

/**
 * Makes the notes under a table: the legend, and details that open on demand.
 *
 * @param notes The notes.
 * @returns The elements.
 */
export function makeNotes(notes: readonly Note[]): Element[] {
  const { legend, details } = foldNotes(notes);
  const list = details.flatMap(({ text, items = [] }) => [
    h("p", text),
    ...(items.length > 0 ? [h("ul", items.map((item) => h("li", item)))] : []),
  ]);
  return [
    ...(legend ? [h("p", legend)] : []),
    ...(list.length > 0
      ? [h("details", [h("summary", titleDetails(details)), ...list])]
      : []),
  ];
}
