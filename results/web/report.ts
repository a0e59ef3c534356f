/**
 * A comparison as one page that needs nothing else: tables, figures, styles and
 * scripts are all in it.
 *
 * @module
 */

import { relative } from "@std/path";
import type { Element, ElementContent } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import sorting from "sortable-tablesort/dist/sortable.min.js" with {
  type: "text",
};
import type { Problem } from "../../core/store/run_file.ts";
import type { Comparison, ComparisonRow } from "../compare/comparison.ts";
import { historiesOf, historyFigure, measuresOf } from "../figures/history.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { type Figure, pointsFigure } from "../figures/points.ts";
import { PAGE } from "../figures/style.ts";
import { svgOf } from "../figures/svg.ts";
import {
  type CellExtras,
  notesElements,
  tableElement,
} from "../tables/html.ts";
import { textOf } from "../tables/text.ts";
import { clean, headingOf } from "../tables/words.ts";
import page from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** What a page shows. */
export interface ReportOptions {
  /** What stands above it. */
  readonly title: string;
  /** The command that writes the page. */
  readonly command?: string;
  /** The folder that the page will lie in: links to runs lead from there. */
  readonly folder: string;
}

/** A page is for people: the first so many figures of each kind are drawn. */
const MAX_FIGURES = 12;

/**
 * Writes a comparison as a page.
 *
 * @param comparison The comparison.
 * @param options What else the page shows.
 * @returns The HTML. A browser that opens it makes no request: it is told so by
 * the page's own Content-Security-Policy.
 */
export async function reportOf(
  comparison: Comparison,
  options: ReportOptions,
): Promise<string> {
  const { table, notes, verdicts } = textOf(comparison);
  const { rows } = comparison;
  const problems = [...comparison.problems];
  const extras = extrasFor(comparison, options.folder);
  const nRuns = new Set(rows.flatMap(({ runs }) => runs)).size;
  const body: ElementContent[] = [
    h("h1", clean(options.title)),
    h(
      "p.notes",
      `${nRuns} completed ${nRuns === 1 ? "run" : "runs"} in ${rows.length} ${
        rows.length === 1 ? "row" : "rows"
      }`,
    ),
    h("h2", "Results"),
    sortable(tableElement(table, extras)),
    h("div.notes", notesElements(notes)),
    ...(verdicts
      ? [
        h("h2", "Verdicts"),
        h("p", verdicts.title),
        sortable(tableElement(verdicts.table)),
        h("div.notes", notesElements(verdicts.notes)),
      ]
      : []),
    ...await pointsSection(comparison),
    ...await historySection(comparison, problems),
    ...(problems.length > 0
      ? [
        h("h2", "Could not be read"),
        h(
          "ul",
          problems.map(({ run, reason }) =>
            h("li", clean(`${run}: ${reason}`))
          ),
        ),
      ]
      : []),
    ...(options.command
      ? [h("p.notes", ["Written by ", h("code", clean(options.command))])]
      : []),
    h("div#tooltip", { hidden: true }),
  ];
  const script = `${sorting}\n${page}`;
  const document = h(null, [
    { type: "doctype" } as unknown as Element,
    h("html", { lang: "en" }, [
      h("head", [
        h("meta", { charset: "utf-8" }),
        h("meta", {
          httpEquiv: "Content-Security-Policy",
          content: "default-src 'none'; style-src 'unsafe-inline'; " +
            `script-src '${await hashOf(script)}'`,
        }),
        h("meta", {
          name: "viewport",
          content: "width=device-width, initial-scale=1",
        }),
        h("title", clean(options.title)),
        h("style", style),
      ]),
      h("body", [
        ...body,
        h("script", script),
      ]),
    ]),
  ]);
  return toHtml(document, { allowDangerousHtml: true });
}

/** What a Content-Security-Policy names an inline script by. */
async function hashOf(script: string): Promise<string> {
  const bytes = new TextEncoder().encode(script);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${new Uint8Array(hash).toBase64()}`;
}

function sortable(table: Element): Element {
  table.properties.className = ["sortable", "n-last", "asc"];
  return h("div.scroll", table);
}

/** Links to runs; full precision for sorting; what stands behind a value. */
function extrasFor(
  { keys, columns, rows }: Comparison,
  folder: string,
): (row: number, place: number) => CellExtras {
  return (index, place) => {
    const row = rows[index]!;
    if (place === 0) {
      return { links: linksTo(row, folder), sort: row.runs.length };
    }
    const key = keys[place - 1];
    if (key !== undefined) {
      const value = row.config[key];
      return typeof value === "number" ? { sort: value } : {};
    }
    const cell = row.cells.get(columns[place - 1 - keys.length]!);
    if (!cell) return { sort: "" };
    const { result, kind, runs } = cell;
    return {
      sort: result.mean,
      title: `${kind}, n = ${result.n}: ${[...runs.keys()].join(", ")}`,
    };
  };
}

function linksTo({ paths }: ComparisonRow, folder: string) {
  return paths.map((path) => ({
    text: path.split("/").at(-1)!,
    href: `${
      relative(folder, path).split("/").map(encodeURIComponent).join("/")
    }/`,
  }));
}

async function pointsSection(
  comparison: Comparison,
): Promise<ElementContent[]> {
  // What different rows measure has no axis in common.
  const columns = comparison.options.rows?.includes(METRIC_KEY)
    ? []
    : comparison.columns;
  const drawn = columns.slice(0, MAX_FIGURES).map((column) => {
    const title = headingOf(column, comparison);
    return figureElement(
      title,
      () => pointsFigure(comparison, column, { title, ink: PAGE }),
    );
  });
  return section("Figures", await Promise.all(drawn), columns.length);
}

async function historySection(
  { replicates, nuisance, options }: Comparison,
  problems: Problem[],
): Promise<ElementContent[]> {
  const histories = historiesOf(replicates, nuisance, problems);
  const measures = measuresOf(histories);
  const drawn = measures.slice(0, MAX_FIGURES).map((measure) => {
    const title = clean(measure);
    const ci = options.ci ?? 0;
    return figureElement(
      title,
      () => historyFigure(histories, { measure, title, ci, ink: PAGE }),
    );
  });
  return section("Training", await Promise.all(drawn), measures.length);
}

function section(
  title: string,
  figures: readonly Element[],
  total: number,
): ElementContent[] {
  if (figures.length === 0) return [];
  const more = total - figures.length;
  return [
    h("h2", title),
    h("div.figures", [...figures]),
    ...(more > 0
      ? [h("p.notes", `${more} more are not drawn: choose with --metric.`)]
      : []),
  ];
}

/** A figure; where it cannot be drawn, what is wrong, and the page goes on. */
async function figureElement(
  title: string,
  draw: () => Figure | Promise<Figure>,
): Promise<Element> {
  try {
    const { spec, left } = await draw();
    // Vega escapes what it writes: its SVG goes into the page as it is.
    const svg = { type: "raw", value: await svgOf(spec) };
    return h("figure", [
      svg as unknown as Element,
      ...left.map((what) => h("figcaption.notes", clean(`Not drawn: ${what}`))),
    ]);
  } catch (error) {
    return h("p.notes", clean(`${title}: ${(error as Error).message}`));
  }
}
