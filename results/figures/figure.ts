/**
 * What all figures share: their options, and their specification.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { isInherited } from "../../core/utils/json.ts";
import { singleLine } from "../compare/labels.ts";
import { type Ink, makeConfig, PRINT } from "./style.ts";

/** The options that all figures share. */
export interface FigureOptions {
  /** The title. */
  readonly title?: string;
  /** The width of the inner area in pixels. */
  readonly width?: number;
  /** The height of the inner area in pixels. */
  readonly height?: number;
  /** The colours of text, grid and background; those of print by default. */
  readonly ink?: Ink;
}

/** A figure, and what it leaves out. */
export interface Figure {
  /** The figure. */
  readonly spec: TopLevelSpec;
  /** What is not drawn, and why. */
  readonly omitted: readonly string[];
}

/**
 * Makes the specification of a figure.
 *
 * @param options The title and the colours.
 * @param subtitle The lines below the title.
 * @param parts All else of the specification.
 * @returns The specification.
 */
export function makeSpec(
  { title, ink = PRINT }: FigureOptions,
  subtitle: string[],
  parts: object,
): TopLevelSpec {
  const spec: object = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: title
      ? { text: title, subtitle }
      : { text: subtitle, fontSize: 11, fontWeight: "normal" },
    config: makeConfig(ink),
    ...parts,
  };
  return spec as TopLevelSpec;
}

/**
 * Refuses to draw.
 *
 * @param what What cannot be drawn.
 * @param reason Why not.
 * @throws {RangeError} Always.
 */
export function refuse(
  what: string,
  reason = "it is not known which way is better",
): never {
  throw new RangeError(`Cannot draw ${what}: ${reason}`);
}

/** A legend of lines, whose long labels are broken between keys. */
export const LINE_LEGEND: object = {
  symbolType: "stroke",
  symbolSize: 300,
  symbolStrokeWidth: 2,
  labelExpr:
    "split(replace(datum.label, regexp('(?=.{81})(.{1,80}), ', 'g'), '$1,\\n'), '\\n')",
};

/**
 * Names what a value is a mean over.
 *
 * @param across The key, as a dataset, each value of which gives one value.
 * @param aggregate What is used in place of the mean.
 * @returns The words.
 */
export function nameMean(
  across: string | undefined,
  aggregate = "mean",
): string {
  return across
    ? `${aggregate} over the values of ${singleLine(across)}`
    : `${aggregate} over runs`;
}

/**
 * Names between what an error is.
 *
 * @param across The key, as a dataset, each value of which gives one value.
 * @returns The word.
 */
export function nameError(across: string | undefined): string {
  return `between-${across ? singleLine(across) : "seed"}`;
}

/**
 * Vega's parser of expressions looks names up among its keywords, and finds
 * what every object inherits there: a series called `constructor` would be an
 * error. A space after it is not visible.
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
