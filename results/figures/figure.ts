/**
 * What all figures share: their options, and their specification.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { isInherited } from "../../core/utils/json.ts";
import { singleLine } from "../compare/labels.ts";
import { type Ink, makeConfig, PRINT } from "./style.ts";
import { measureText } from "./font.ts";

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
 * @param own The width that the inner area has where none is asked for; lines
 * are broken to it.
 * @returns The specification.
 */
export function makeSpec(
  { title, width, ink = PRINT }: FigureOptions,
  subtitle: readonly string[],
  parts: object,
  own = Infinity,
): TopLevelSpec {
  // In a figure of a given size, lines are broken when all of it is known.
  const room = width === undefined ? own + SIDE_WIDTH : Infinity;
  const lines = subtitle.flatMap((line) => wrap(line, room));
  const spec: object = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: title
      ? { text: title, subtitle: lines }
      : { text: lines, fontSize: 11, fontWeight: "normal" },
    config: makeConfig(ink),
    ...parts,
  };
  return spec as TopLevelSpec;
}

/** What axes take beside the inner area, about. */
const SIDE_WIDTH = 50;

/** Breaks a line between words where it is wider than the figure. */
function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && measureText(longer) <= width) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
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

/** What a legend shows. */
export interface LegendOptions {
  /** Its labels. */
  readonly labels: readonly string[];
  /** How wide it may be, in pixels. */
  readonly width: number;
  /** Its title. */
  readonly title?: string | undefined;
  /** Whether it shows lines. */
  readonly isOfLines?: boolean;
}

/** Where legends stand. */
export const BELOW: object = { orient: "bottom", offset: 8 };

/** The widths of a legend's symbols, and between its columns. */
const SYMBOL_WIDTH = 28, LEGEND_GAP = 16;

/**
 * Makes a legend below the figure, in as many columns as fit. Labels that are
 * wider than the figure are broken between keys.
 *
 * @param options What it shows.
 * @returns What Vega-Lite takes as `legend`.
 */
export function makeLegend(
  { labels, width, title, isOfLines = false }: LegendOptions,
): object {
  const room = width - SYMBOL_WIDTH;
  const widest = labels.map((label) => measureText(label))
    .reduce((a, b) => Math.max(a, b), 0);
  const titleWidth = title ? measureText(title) + LEGEND_GAP : 0;
  const columns = Math.floor(
    (width - titleWidth + LEGEND_GAP) / (widest + SYMBOL_WIDTH + LEGEND_GAP),
  );
  const length = labels.reduce((a, { length }) => Math.max(a, length), 1);
  const fitting = Math.max(8, Math.floor(length * room / widest));
  const isLong = widest > room;
  return {
    ...BELOW,
    values: labels,
    columns: Math.max(1, Math.min(columns, labels.length)),
    columnPadding: LEGEND_GAP,
    ...(title && { titleOrient: "left", titleAnchor: "middle" }),
    ...(isOfLines &&
      { symbolType: "stroke", symbolSize: 300, symbolStrokeWidth: 2 }),
    ...(isLong && {
      labelExpr: "split(replace(datum.label, regexp('(?=.{" +
        `${fitting + 1}})(.{1,${fitting}}), ', 'g'), '$1,\\n'), '\\n')`,
    }),
  };
}

/**
 * Names what is on an axis.
 *
 * @param name Its name.
 * @param unit Its unit, if it has one.
 * @returns The name, on one line, with the unit.
 */
export function nameAxis(name: string, unit?: string | undefined): string {
  return singleLine(unit ? `${name} [${unit}]` : name);
}

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
