/**
 * The font of figures: how wide its texts are, and the part of it that a figure needs.
 *
 * @module
 */

import bold from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf" with {
  type: "bytes",
};
import regular from "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf" with {
  type: "bytes",
};
import { FONT } from "./style.ts";

/** The files of the font, as TrueType, by the weights that figures use. */
export const FONT_FILES: Readonly<Record<"normal" | "bold", Uint8Array>> = {
  normal: regular,
  bold,
};

/** How a text is set. */
export interface TextStyle {
  /** The size in pixels. */
  readonly fontSize?: number | undefined;
  /** The weight as SVG has it: `bold`, 600 and above are bold. */
  readonly fontWeight?: string | number | undefined;
}

/** The size of Vega's texts that have none of their own. */
const DEFAULT_SIZE = 11;

/**
 * Measures how wide a text is in the font of figures, without kerning. It is
 * the same on any machine, whatever fonts that has.
 *
 * @param text The text, on one line.
 * @param style How it is set.
 * @returns The width in pixels. A character that the font lacks is as wide as
 * the text is high.
 */
export function measureText(
  text: string,
  { fontSize = DEFAULT_SIZE, fontWeight }: TextStyle = {},
): number {
  const { widths, glyphs, unitsPerEm } = readMetrics(
    isBold(fontWeight) ? "bold" : "normal",
  );
  let width = 0;
  for (const character of text) {
    const glyph = glyphs.get(character.codePointAt(0)!);
    width += glyph === undefined ? unitsPerEm : widths[glyph]!;
  }
  return width * fontSize / unitsPerEm;
}

/**
 * Decides which of the two weights a text has.
 *
 * @param weight The weight as SVG has it.
 * @returns Whether it is bold.
 */
export function isBold(weight: string | number | undefined): boolean {
  return weight === "bold" || Number(weight) >= 600;
}

/**
 * Embeds in an SVG the letters of the font that it uses.
 *
 * @param svg The text of the SVG.
 * @returns The SVG with the font in it, some 10 kB longer.
 */
export async function embedFont(svg: string): Promise<string> {
  // Few commands need the package, which takes long to load.
  const { Font } = await import("fonteditor-core");
  const [content = ""] = /<svg[^]*/.exec(svg) ?? [];
  const codes = new Set(
    Array.from(content.replaceAll(/<[^>]*>/g, ""), (c) => c.codePointAt(0)!),
  );
  const isUsed = {
    normal: true,
    bold: /font-weight="(bold|[6-9]00)"/.test(svg),
  };
  const faces = Object.entries(FONT_FILES)
    .filter(([weight]) => isUsed[weight as keyof typeof isUsed])
    .map(([weight, file]) => {
      const bytes = Font.create(file.slice().buffer, {
        type: "ttf",
        subset: [...codes],
        hinting: false,
      }).write({ type: "ttf", hinting: false });
      const data = new Uint8Array(bytes as ArrayBuffer).toBase64();
      return `@font-face{font-family:${FONT};font-weight:${weight};` +
        `src:url(data:font/ttf;base64,${data})}`;
    });
  return svg.replace(
    /<svg[^>]*>/,
    (start) => `${start}<style>${faces.join("")}</style>`,
  );
}

/** What texts are measured with. */
interface Metrics {
  readonly unitsPerEm: number;
  /** The advance widths of glyphs. */
  readonly widths: readonly number[];
  /** The glyphs of characters. */
  readonly glyphs: ReadonlyMap<number, number>;
}

const known = new Map<string, Metrics>();

function readMetrics(weight: keyof typeof FONT_FILES): Metrics {
  return known.getOrInsertComputed(
    weight,
    () => parseMetrics(FONT_FILES[weight]),
  );
}

/** Reads the tables `head`, `hhea`, `hmtx` and `cmap` of a TrueType font (OpenType 1.9). */
function parseMetrics(file: Uint8Array): Metrics {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const u16 = (at: number) => view.getUint16(at);
  const tables = new Map(Array.from({ length: u16(4) }, (_, i) => {
    const at = 12 + 16 * i;
    const tag = String.fromCharCode(...file.subarray(at, at + 4));
    return [tag, view.getUint32(at + 8)];
  }));
  const [hmtx, cmap] = [tables.get("hmtx")!, tables.get("cmap")!];
  const widths = Array.from(
    { length: u16(tables.get("hhea")! + 34) },
    (_, i) => u16(hmtx + 4 * i),
  );
  const glyphs = new Map<number, number>();
  // The groups of format 12 cover all characters.
  const encodings = Array.from(
    { length: u16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const map = encodings.find((at) => u16(at) === 12)!;
  for (let i = 0; i < view.getUint32(map + 12); i++) {
    const [first, last, glyph] = [0, 4, 8].map((field) =>
      view.getUint32(map + 16 + 12 * i + field)
    ) as [number, number, number];
    for (let code = first; code <= last; code++) {
      glyphs.set(code, glyph + code - first);
    }
  }
  return { unitsPerEm: u16(tables.get("head")! + 18), widths, glyphs };
}
