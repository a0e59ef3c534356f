/**
 * Figures as PNG, by resvg.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import wasm from "@resvg/resvg-wasm/index_bg.wasm" with { type: "bytes" };
import { FONT_FILES } from "./font.ts";
import { FONT, PRINT } from "./style.ts";

/** Pixels per inch of a PNG and of an SVG: as fine as print wants it. */
const DENSITY = 300, SVG_DENSITY = 96;

const INCHES_PER_METRE = 1000 / 25.4;

/** Of a PNG, in bytes. */
const HEADER_SIZE = 33;

// Once in a process: a second time would be an error.
await initWasm(wasm);

/**
 * Draws an SVG as PNG. WebAssembly sees no fonts of the system: it draws with
 * the font that comes with it.
 *
 * @param svg The text of the SVG.
 * @returns The bytes of the PNG, which has 300 pixels per inch, and says so.
 */
export function renderPng(svg: string): Uint8Array {
  using memory = new DisposableStack();
  const free = (held: { free(): void }) => held.free();
  const image = memory.adopt(
    new Resvg(svg, {
      font: {
        fontBuffers: Object.values(FONT_FILES),
        defaultFontFamily: FONT,
        sansSerifFamily: FONT,
      },
      fitTo: { mode: "zoom", value: DENSITY / SVG_DENSITY },
      background: PRINT.paper,
    }),
    free,
  );
  return addDensity(memory.adopt(image.render(), free).asPng());
}

/** Adds the chunk pHYs (PNG, third edition, 11.3.4.3), so that it is printed in its size. */
function addDensity(png: Uint8Array): Uint8Array {
  const chunk = new DataView(new ArrayBuffer(21));
  const perMetre = Math.round(DENSITY * INCHES_PER_METRE);
  const name = new TextEncoder().encode("pHYs");
  chunk.setUint32(0, 9);
  name.forEach((byte, i) => chunk.setUint8(4 + i, byte));
  chunk.setUint32(8, perMetre);
  chunk.setUint32(12, perMetre);
  chunk.setUint8(16, 1);
  const bytes = new Uint8Array(chunk.buffer);
  chunk.setUint32(17, crc32(bytes.subarray(4, 17)));
  const whole = new Uint8Array(png.length + bytes.length);
  // After the signature and the header, whose size is fixed.
  whole.set(png.subarray(0, HEADER_SIZE));
  whole.set(bytes, HEADER_SIZE);
  whole.set(png.subarray(HEADER_SIZE), HEADER_SIZE + bytes.length);
  return whole;
}
