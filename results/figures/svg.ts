/**
 * Figures as SVG, by Vega.
 *
 * @module
 */

import { Error as ERROR_LEVEL, logger, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { printable } from "../../core/utils/terminal.ts";
import { formatSpec } from "./figure.ts";

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
  const view = new View(parse(compile(readable).spec), {
    renderer: "none",
    logger: logger(ERROR_LEVEL, "error", (_method, _level, logged) => {
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
