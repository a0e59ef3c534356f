/**
 * Figures as SVG, by Vega.
 *
 * @module
 */

import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { printable } from "../../core/utils/terminal.ts";
import { formatSpec } from "./figure.ts";
import { measureText, type TextStyle } from "./font.ts";

/** What Vega's declared types leave out. */
interface TextMetrics {
  width(item: TextStyle & { limit?: number }, text?: unknown): number;
}

const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
// Without a browser Vega guesses, which leaves room beside all texts.
textMetrics.width = (item, text) =>
  Math.min(measureText(String(text ?? ""), item), item.limit || Infinity);

/**
 * Draws a figure as SVG.
 *
 * @param spec The figure, as Vega-Lite has it.
 * @returns The text of the SVG; the same for the same figure.
 * @throws {RangeError} If Vega cannot draw the values.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const readable: TopLevelSpec = JSON.parse(formatSpec(spec));
  // Vega logs an error and continues until another one is thrown.
  const errors: unknown[] = [];
  const view = new vega.View(vega.parse(compile(readable).spec), {
    renderer: "none",
    logger: vega.logger(vega.Error, "error", (_method, _level, logged) => {
      errors.push(...logged);
    }),
  });
  try {
    // Names may come from anyone's files, and XML allows no control characters.
    return printable(await view.toSVG());
  } catch (error) {
    const [cause = error] = errors;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot draw these values: ${reason}`, { cause });
  } finally {
    view.finalize();
  }
}
