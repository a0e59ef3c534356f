/**
 * How wide tables in LaTeX may be, and how they are made to fit.
 *
 * @module
 */

import { formatCount } from "../../core/utils/format_number.ts";
import { type LatexColumn, makeColumn } from "./latex_columns.ts";
import type { TextTable } from "./text_table.ts";

const POINTS: Readonly<Record<string, number>> = {
  in: 72.27,
  cm: 72.27 / 2.54,
  mm: 72.27 / 25.4,
  pt: 1,
};

/**
 * Widths by name, in inches: the narrowest of common templates. A column of ICML
 * has 3.25, the text of NeurIPS and ICLR 5.5.
 */
export const WIDTHS: Readonly<Record<string, number>> = {
  column: 3.25,
  text: 5.5,
};

/**
 * Reads how wide a table may be.
 *
 * @param width A name of {@linkcode WIDTHS}, or a length.
 * @returns The width in points; undefined if it is neither.
 */
export function parseWidth(width: string): number | undefined {
  const named = Object.hasOwn(WIDTHS, width) ? WIDTHS[width] : undefined;
  if (named) return named * POINTS.in!;
  const [, size, unit] = /^(\d+(?:\.\d+)?) ?(in|cm|mm|pt)$/.exec(width) ?? [];
  return Number(size) > 0 ? Number(size) * POINTS[unit!]! : undefined;
}

/** Sizes of letters, and how wide they are compared with 10 pt. */
const SIZES = [["\\small", 0.93], ["\\footnotesize", 0.86]] as const;
/** Half the space between two columns, in points. */
const GAPS = [6, 4, 3];
/** Lines of text as wide as they are, or broken, in points at 10 pt. */
const MAX_TEXTS = [Infinity, 90, 45];

/** The share of the width that a table has at least. */
const MIN_SHARE = 0.7;

/** A table that was made to fit. */
export interface Fitted {
  /** Its columns. */
  readonly columns: readonly LatexColumn[];
  /** The command that sets the size of its letters. */
  readonly size: string;
  /** Half the space between two columns, in points. */
  readonly gap: number;
  /** How wide it is, in points. */
  readonly width: number;
  /** The headings of columns that were left out. */
  readonly omitted: readonly string[];
  /** How wide a narrow table is made, so that there is room for its notes. */
  readonly stretch?: number;
}

/** How wide a table may be, and how its numbers are set. */
export interface FitOptions {
  /** How wide it may be: {@linkcode WIDTHS}, or a length such as `12 cm`. */
  readonly width?: string;
  /** Whether siunitx aligns numbers by their points. */
  readonly siunitx?: boolean;
}

/**
 * Makes a table fit by its letters, gaps and lines, and by leaving columns out.
 *
 * @param table The table.
 * @param options How wide it may be.
 * @returns The largest table that fits, or the smallest there is.
 */
export function fitTable(
  { columns, rows }: TextTable,
  { width: wanted = "column", siunitx = false }: FitOptions,
): Fitted {
  const limit = parseWidth(wanted) ?? Infinity;
  const optional = columns.filter(({ isOptional }) => isOptional);
  let best: Fitted | undefined;
  for (let n = 0; n <= optional.length; n++) {
    const omitted = optional.slice(optional.length - n);
    for (const maxText of MAX_TEXTS) {
      const made = columns.flatMap((column, place) => {
        if (omitted.includes(column)) return [];
        const cells = rows.map((row) => row[place]!);
        return makeColumn(column, cells, { siunitx, maxText });
      });
      for (const [size, scale] of SIZES) {
        for (const gap of GAPS) {
          const width = measure(made, scale, gap);
          best = {
            ...{ columns: made, size, gap, width },
            omitted: omitted.map(({ heading }) => heading),
          };
          const stretch = MIN_SHARE * limit;
          if (width < stretch) return { ...best, stretch };
          if (width <= limit) return best;
        }
      }
    }
  }
  return best!;
}

function measure(
  columns: readonly LatexColumn[],
  scale: number,
  gap: number,
): number {
  return columns.reduce(
    (sum, { width, overhang }) => sum + scale * (width + overhang) + 2 * gap,
    -2 * gap,
  );
}

/**
 * Says that a table does not fit, and what to do.
 *
 * @param fitted The table.
 * @param options How wide it may be.
 * @returns One sentence without its full stop; undefined if the table fits.
 */
export function explainWidth(
  { columns, width }: Fitted,
  { width: wanted = "column" }: FitOptions,
): string | undefined {
  const limit = parseWidth(wanted) ?? Infinity;
  if (width <= limit) return undefined;
  const inches = (points: number) => `${(points / POINTS.in!).toFixed(1)} in`;
  const wider = wanted === "column" ? "give --width text, or " : "";
  return `it has ${formatCount(columns.length, "column")} ` +
    `and is about ${inches(width)} wide, of ${inches(limit)}: ${wider}` +
    "choose fewer columns with --metric, --cols or --where, or fewer keys with " +
    "--rows";
}
