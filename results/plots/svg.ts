/**
 * Figures as SVG, by Vega.
 *
 * @module
 */

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { printable } from "../../core/utils/printable.ts";

/**
 * Draws a figure as SVG.
 *
 * @param spec The figure, as Vega-Lite has it.
 * @returns The text of the SVG; the same for the same figure.
 */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    // Names come from files of anyone; XML has no control characters at all.
    return printable(await view.toSVG());
  } finally {
    view.finalize();
  }
}
