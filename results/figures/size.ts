/**
 * How large figures are: the sizes of common templates, and lengths.
 *
 * @module
 */

/** A size. */
export interface Size {
  /** The width of the whole figure in pixels, of which an inch has 96; by default what suits it. */
  readonly width?: number;
  /** The height of the whole; by default what suits the width. */
  readonly height?: number;
  /** How many times larger than in print letters and lines are. */
  readonly zoom: number;
}

const PIXELS_PER_INCH = 96;

/**
 * The widths with a name: a column as in ICML's template (3.25 in; 3.5 in in IEEE's),
 * the text as in those of NeurIPS and ICLR (5.5 in), and a slide of 16:9 as
 * presentation programs have it (13.333 in × 7.5 in), read from afar.
 */
export const SIZES: Readonly<Record<string, Size>> = {
  column: { width: 312, zoom: 1 },
  text: { width: 528, zoom: 1 },
  slide: { width: 1280, height: 720, zoom: 2 },
};

const UNITS: Readonly<Record<string, number>> = {
  in: PIXELS_PER_INCH,
  cm: PIXELS_PER_INCH / 2.54,
  mm: PIXELS_PER_INCH / 25.4,
  pt: PIXELS_PER_INCH / 72,
  px: 1,
};

const LENGTH = /^(\d+(?:\.\d+)?)(in|cm|mm|pt|px)$/;

/** What a length is, in words. */
export const LENGTH_RULE = "a length such as 84mm, 3.25in, 240pt or 400px";

const MAX_LENGTH = 5000;

/**
 * Parses a length.
 *
 * @param text The length with its unit: in, cm, mm, pt or px.
 * @returns It in pixels, of which an inch has 96; undefined if it is no length or
 * not from 1 to 5000 pixels.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseLength } from "./size.ts";
 *
 * assertEquals(parseLength("3.25in"), 312);
 * assertEquals(parseLength("wide"), undefined);
 * ```
 */
export function parseLength(text: string): number | undefined {
  const [, amount, unit = ""] = LENGTH.exec(text) ?? [];
  const length = Number(amount) * UNITS[unit]!;
  return length >= 1 && length <= MAX_LENGTH ? length : undefined;
}

/**
 * Parses a width, which may be one of {@linkcode SIZES}.
 *
 * @param text The width.
 * @returns The size; undefined if it is no width.
 */
export function parseSize(text: string): Size | undefined {
  if (Object.hasOwn(SIZES, text)) return SIZES[text];
  const width = parseLength(text);
  return width === undefined ? undefined : { width, zoom: 1 };
}

/**
 * Reads the size of an SVG of Vega's.
 *
 * @param svg The text of the SVG.
 * @returns The size in pixels.
 */
export function measureSvg(
  svg: string,
): { readonly width: number; readonly height: number } {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}

/**
 * Gives an SVG of Vega's its size on paper; what remains is left blank.
 *
 * @param svg The text of the SVG.
 * @param size The size.
 * @returns The text of the SVG of that size.
 */
export function resizeSvg(
  svg: string,
  { width, height, zoom }: Size = { zoom: 1 },
): string {
  const drawn = measureSvg(svg);
  const w = width ? width / zoom : drawn.width;
  const h = height ? height / zoom : drawn.height;
  return svg
    .replace(
      /width="[\d.]+" height="[\d.]+" viewBox="[^"]*"/,
      () =>
        `width="${round(w * zoom)}" height="${round(h * zoom)}" ` +
        `viewBox="0 0 ${round(w)} ${round(h)}"`,
    )
    // The background.
    .replace(
      `<rect width="${drawn.width}" height="${drawn.height}"`,
      `<rect width="${round(w)}" height="${round(h)}"`,
    );
}

function round(length: number): number {
  return Number(length.toFixed(3));
}
