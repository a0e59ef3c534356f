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
import type { Problem } from "../../core/store/run_file.ts";
import type { Comparison } from "../compare/comparison.ts";
import { singleLine } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import type { Figure } from "../figures/figure.ts";
import { listMeasures, readHistories } from "../figures/histories.ts";
import { drawHistory } from "../figures/history.ts";
import { drawPoints } from "../figures/points.ts";
import { PAGE } from "../figures/style.ts";
import { renderSvg } from "../figures/svg.ts";
import { makeNotes, makeTable } from "../tables/html.ts";
import { formatComparison } from "../tables/text.ts";
import page from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };

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
const MAX_FIGURES = 12;

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
  const body: ElementContent[] = [
    h("h1", singleLine(options.title)),
    h(
      "p.notes",
      `${nRuns} completed ${nRuns === 1 ? "run" : "runs"} in ${rows.length} ${
        rows.length === 1 ? "row" : "rows"
      }`,
    ),
    ...sections.flatMap(({ title, table, notes }) => [
      h("h2", title ? "Verdicts" : "Results"),
      ...(title ? [h("p", title)] : []),
      makeSortable(makeTable(table, options.folder)),
      h("div.notes", makeNotes(notes)),
    ]),
    ...await drawResults(comparison),
    ...await drawTraining(comparison, problems),
    ...(problems.length > 0
      ? [
        h("h2", "Could not be read"),
        h(
          "ul",
          problems.map(({ run, reason }) =>
            h("li", singleLine(`${run}: ${reason}`))
          ),
        ),
      ]
      : []),
    ...(options.command
      ? [h("p.notes", ["Written by ", h("code", singleLine(options.command))])]
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
            `script-src '${await hash(script)}'`,
        }),
        h("meta", {
          name: "viewport",
          content: "width=device-width, initial-scale=1",
        }),
        h("title", singleLine(options.title)),
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

/** Makes the name of an inline script in a Content-Security-Policy. */
async function hash(script: string): Promise<string> {
  const bytes = new TextEncoder().encode(script);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}

function makeSortable(table: Element): Element {
  table.properties.className = ["sortable", "n-last", "asc"];
  return h("div.scroll", table);
}

async function drawResults(comparison: Comparison): Promise<ElementContent[]> {
  // Rows that measure different things have no common axis.
  const columns = comparison.options.rows?.includes(METRIC_KEY)
    ? []
    : comparison.columns;
  const drawn = columns.slice(0, MAX_FIGURES).map((column) => {
    const title = column.heading;
    const draw = () => drawPoints(comparison, [column], { title, ink: PAGE });
    return makeFigure(title, draw);
  });
  return makeSection("Figures", await Promise.all(drawn), columns.length);
}

async function drawTraining(
  { replicates, nuisance, options: { ci = 0 } }: Comparison,
  problems: Problem[],
): Promise<ElementContent[]> {
  const histories = readHistories(replicates, nuisance, problems);
  const measures = listMeasures(histories);
  const drawn = measures.slice(0, MAX_FIGURES).map((measure) => {
    const title = singleLine(measure);
    const options = { measure, title, ci, ink: PAGE };
    return makeFigure(title, () => drawHistory(histories, options));
  });
  return makeSection("Training", await Promise.all(drawn), measures.length);
}

function makeSection(
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

/** Makes a figure, or the error if it cannot be drawn. */
async function makeFigure(
  title: string,
  draw: () => Figure | Promise<Figure>,
): Promise<Element> {
  try {
    const { spec, omitted } = await draw();
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
