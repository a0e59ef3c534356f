/**
 * How wide text is in the font of figures: the same on every machine, as no
 * font of the system is asked.
 *
 * @module
 */

import { regular, semiBold } from "./fonts.ts";

/** The widths of a font's characters. */
interface Widths {
  /** Units per em. */
  readonly em: number;
  /** Finds the width of a character in units. */
  readonly widthOf: (codePoint: number) => number;
}

/** From this weight on, text is drawn in the bold font. */
const SEMI_BOLD = 600;

/** Text, as Vega describes it. */
export interface TextStyle {
  /** The size of the font in pixels. */
  readonly fontSize?: number;
  /** The weight of the font: a number, `bold` or `normal`. */
  readonly fontWeight?: number | string;
}

const ofFonts = new Map<Uint8Array, Widths>();

/**
 * Measures a line of text.
 *
 * @param text The text.
 * @param style Its size, 11 pixels by default, and weight.
 * @returns Its width in pixels, without kerning.
 */
export function measureText(
  text: string,
  { fontSize = 11, fontWeight = "normal" }: TextStyle = {},
): number {
  const isBold = fontWeight === "bold" || Number(fontWeight) >= SEMI_BOLD;
  const font = isBold ? semiBold : regular;
  const { em, widthOf } = ofFonts.getOrInsertComputed(font, readWidths);
  let width = 0;
  for (const character of text) width += widthOf(character.codePointAt(0)!);
  return width * fontSize / em;
}

/**
 * Reads the widths of a TrueType font (OpenType 1.9: head, hhea, hmtx, and cmap
 * of format 4).
 */
function readWidths(font: Uint8Array): Widths {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = new Map(
    Array.from({ length: view.getUint16(4) }, (_, i) => {
      const at = 12 + 16 * i;
      const tag = String.fromCharCode(...font.subarray(at, at + 4));
      return [tag, view.getUint32(at + 8)];
    }),
  );
  const [head, hhea, hmtx, cmap] = ["head", "hhea", "hmtx", "cmap"]
    .map((tag) => tables.get(tag)!) as [number, number, number, number];
  const nMetrics = view.getUint16(hhea + 34);
  const advance = (glyph: number) =>
    view.getUint16(hmtx + 4 * Math.min(glyph, nMetrics - 1));
  const map = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  ).find((at) => view.getUint16(at) === 4)!;
  const nSegments = view.getUint16(map + 6) / 2;
  // Four arrays, one after the other: ends, starts, deltas, offsets.
  const ends = map + 14, starts = ends + 2 * nSegments + 2;
  const deltas = starts + 2 * nSegments, offsets = deltas + 2 * nSegments;
  const findGlyph = (code: number): number => {
    for (let i = 0; i < nSegments; i++) {
      if (view.getUint16(ends + 2 * i) < code) continue;
      const start = view.getUint16(starts + 2 * i);
      if (start > code) return 0;
      const delta = view.getUint16(deltas + 2 * i);
      const offset = view.getUint16(offsets + 2 * i);
      if (offset === 0) return (code + delta) & 0xffff;
      return view.getUint16(offsets + 2 * i + offset + 2 * (code - start));
    }
    return 0;
  };
  const widths = new Map<number, number>();
  return {
    em: view.getUint16(head + 18),
    widthOf: (code) =>
      widths.getOrInsertComputed(code, () => advance(findGlyph(code))),
  };
}
