/**
 * The comparison as the dashboard shows it.
 *
 * @module
 */

import type { Comparison } from "../../compare/comparison.ts";
import { singleLine } from "../../compare/labels.ts";
import { PAGE } from "../../figures/style.ts";
import { renderSvg } from "../../figures/svg.ts";
import { render } from "../../tables/render.ts";
import { type Drawing, listDrawings, MAX_FIGURES } from "../report.ts";
import type { ComparisonPage } from "./protocol.ts";

/**
 * Makes the page of a comparison.
 *
 * @param comparison The comparison.
 * @param command The command that prints the same table.
 * @returns The page.
 */
export async function makeComparisonPage(
  comparison: Comparison,
  command: string,
): Promise<ComparisonPage> {
  const [html, markdown, latex, csv] = await Promise.all(
    (["html", "md", "latex", "csv"] as const).map((format) =>
      render(comparison, format, { latex: { width: "text" } })
    ),
  );
  const drawings = listDrawings(comparison).slice(0, MAX_FIGURES);
  const figures = await Promise.all(drawings.map(draw));
  return {
    html: html!,
    figures: figures.filter((figure) => figure !== null),
    formats: { markdown: markdown!, latex: latex!, csv: csv! },
    command,
  };
}

/** Draws a figure; null where there is nothing to draw. */
async function draw({ title, draw }: Drawing) {
  try {
    const { spec } = await draw({ title, ink: PAGE });
    return { title: singleLine(title), svg: await renderSvg(spec) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
