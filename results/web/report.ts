/**
 * A comparison as one page that needs nothing else: tables, figures, styles and
 * scripts are all in it.
 *
 * @module
 */

import type { Element, ElementContent } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import sorting from "sortable-tablesort/dist/sortable.min.js" with {
  type: "text",
};
import { createHash } from "node:crypto";
import type { Problem } from "../../core/store/run_file.ts";
import { formatCount } from "../../core/utils/format_number.ts";
import type { Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import type { Figure, FigureOptions } from "../figures/figure.ts";
import { listMeasures, readHistories } from "../figures/histories.ts";
import { embedFont } from "../figures/font.ts";
import { drawHistory } from "../figures/history.ts";
import { drawPoints } from "../figures/points.ts";
import { drawRanks } from "../figures/ranks.ts";
import { PAGE } from "../figures/style.ts";
import { renderSvg } from "../figures/svg.ts";
import { makeNotes, makeTable } from "../tables/html.ts";
import { formatComparison } from "../tables/text.ts";
import page from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import theme from "./theme.css" with { type: "text" };

/** What a page shows. */
export interface ReportOptions {
  /** Its title. */
  readonly title: string;
  /** The command that writes the page. */
  readonly command?: string;
  /** The folder that the page will lie in: links to runs lead from there. */
  readonly folder: string;
}

/** The most figures of each kind on one page. */
export const MAX_FIGURES = 12;

/**
 * Writes a comparison as a page.
 *
 * @param comparison The comparison.
 * @param options What else the page shows.
 * @returns The HTML. A browser that opens it makes no request: the page's own
 * Content-Security-Policy forbids it.
 */
export async function renderReport(
  comparison: Comparison,
  options: ReportOptions,
): Promise<string> {
  const sections = formatComparison(comparison);
  const { rows } = comparison;
  const problems = [...comparison.problems];
  const nRuns = new Set(rows.flatMap(({ runs }) => runs)).size;
  const size = `${formatCount(nRuns, "completed run")} in ` +
    formatCount(rows.length, "row");
  const title = singleLine(options.title);
  const content: ElementContent[] = [
    h("h1", title),
    h("p.notes", size),
    ...sections.flatMap(({ heading, title, table, notes }, i) => [
      // Each column has ranks of its own.
      ...(heading === sections[i - 1]?.heading ? [] : [h("h2", heading)]),
      ...(title ? [h("p", title)] : []),
      makeSortable(makeTable(table, options.folder)),
      h("div.notes", makeNotes(notes)),
    ]),
    ...await makeSection("Figures", listDrawings(comparison)),
    ...await drawTraining(comparison, problems),
    ...listProblems(problems),
    ...(options.command
      ? [h("p.notes", ["Written by ", h("code", singleLine(options.command))])]
      : []),
    h("div#tooltip", { hidden: true }),
  ];
  const script = `${sorting}\n${page}`;
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = "default-src 'none'; style-src 'unsafe-inline'; " +
    `font-src data:; script-src 'sha256-${hash}'`;
  const viewport = "width=device-width, initial-scale=1";
  const head = h("head", [
    h("meta", { charset: "utf-8" }),
    h("meta", { httpEquiv: "Content-Security-Policy", content: policy }),
    h("meta", { name: "viewport", content: viewport }),
    h("title", title),
    h("style", `${theme}\n${style}`),
  ]);
  const body = await embedPageFont(
    [...content, h("script", script)]
      .map((element) => toHtml(element, { allowDangerousHtml: true })).join(""),
  );
  return `<!doctype html><html lang="en">${toHtml(head)}` +
    `<body>${body}</body></html>`;
}

/**
 * Embeds the font that figures are laid out with, as other letters would not fit;
 * with all letters of the page, which would else have two fonts.
 */
async function embedPageFont(body: string): Promise<string> {
  if (!body.includes("<svg")) return body;
  const start = "<svg>";
  return (await embedFont(start + body)).slice(start.length);
}

function makeSortable(table: Element): Element {
  table.properties.className = ["sortable", "n-last", "asc"];
  return h("div.scroll", table);
}

/** A figure to draw. */
export interface Drawing {
  /** Its title. */
  readonly title: string;
  /**
   * Draws it.
   *
   * @param options How it looks.
   * @returns The figure.
   */
  draw(options: FigureOptions): Figure | Promise<Figure>;
}

/**
 * Lists the figures of a comparison: each column, and its ranks.
 *
 * @param comparison The comparison.
 * @returns The figures, to be drawn.
 */
export function listDrawings(comparison: Comparison): Drawing[] {
  const { columns, options: { rows } } = comparison;
  // Rows that measure different things have no common axis.
  const drawn = rows?.includes(METRIC_KEY) ? [] : columns;
  const drawings = drawn.map((column): Drawing => ({
    title: column.heading,
    draw: (options) => drawPoints(comparison, [column], options),
  }));
  const ranked = columns.filter(({ ranks }) => ranks && !("reason" in ranks));
  const diagrams = ranked.map((column): Drawing => ({
    title: `${column.heading}: average ranks`,
    draw: (options) => drawRanks(comparison, column, options),
  }));
  return [...drawings, ...diagrams];
}

function drawTraining(
  { replicates, nuisance, metrics, options: { across, ci = 0 } }: Comparison,
  problems: Problem[],
): Promise<ElementContent[]> {
  const histories = readHistories(
    replicates,
    { nuisance, across },
    problems,
  );
  const drawings = listMeasures(histories).map((measure): Drawing => ({
    title: singleLine(measure),
    draw: (options) =>
      drawHistory(histories, { ...options, measure, across, ci, metrics }),
  }));
  return makeSection("Training", drawings);
}

function listProblems(problems: readonly Problem[]): ElementContent[] {
  if (problems.length === 0) return [];
  const items = problems.map(({ run, reason }) =>
    h("li", singleLine(`${run}: ${reason}`))
  );
  return [h("h2", "Could not be read"), h("ul", items)];
}

async function makeSection(
  title: string,
  drawings: readonly Drawing[],
): Promise<ElementContent[]> {
  if (drawings.length === 0) return [];
  const shown = drawings.slice(0, MAX_FIGURES);
  const more = drawings.length - shown.length;
  return [
    h("h2", title),
    h("div.figures", await Promise.all(shown.map(makeFigure))),
    ...(more > 0
      ? [h("p.notes", `${more} more are not drawn: choose with --metric.`)]
      : []),
  ];
}

/** Makes a figure, or the error if it cannot be drawn. */
async function makeFigure({ title, draw }: Drawing): Promise<Element> {
  try {
    const { spec, omitted } = await draw({ title, ink: PAGE });
    // Vega escapes what it writes: its SVG goes into the page as it is.
    const svg = { type: "raw", value: await renderSvg(spec) };
    return h("figure", [
      svg as unknown as Element,
      ...omitted.map((what) =>
        h("figcaption.notes", singleLine(`Not drawn: ${what}`))
      ),
    ]);
  } catch (error) {
    return h("p.notes", singleLine(`${title}: ${(error as Error).message}`));
  }
}
