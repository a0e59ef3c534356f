import type { TopLevelSpec } from "vega-lite";
import { isInherited } from "../../core/utils/json.ts";

/**
 * Vega's parser of expressions takes a text for a name if it equals a keyword,
 * and finds what every object inherits among its keywords: a series called
 * `constructor` would end the figure. A space after it is not seen.
 */
function isKeyword(text: string): boolean {
  return text === "if" || isInherited(text);
}

/**
 * Writes a figure's specification as JSON that Vega can read, whatever names
 * the data have.
 *
 * @param spec The specification.
 * @param indent Spaces per level; 0 puts all on one line.
 * @returns The JSON text.
 */
export function formatSpec(spec: TopLevelSpec, indent = 0): string {
  return JSON.stringify(
    spec,
    (_key, value) =>
      typeof value === "string" && isKeyword(value) ? `${value} ` : value,
    indent,
  );
}
