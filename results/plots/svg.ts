/**
 * Figures as SVG, by Vega.
 *
 * @module
 */

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/**
 * Draws a figure as SVG.
 *
 * @param spec The figure, as Vega-Lite has it.
 * @returns The text of the SVG; the same for the same figure.
 */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
