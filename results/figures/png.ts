/**
 * Figures as PNG, by resvg.
 *
 * @module
 */

import { initWasm, Resvg } from "@resvg/resvg-wasm";
import wasm from "@resvg/resvg-wasm/index_bg.wasm" with { type: "bytes" };
import { FONT, FONT_FILES } from "./font.ts";
import { PRINT } from "./style.ts";

/** Pixels of a PNG for one of the SVG: as fine as print. */
const ZOOM = 3;

// Once in a process: a second time would be an error.
await initWasm(wasm);

/**
 * Draws an SVG as PNG. WebAssembly sees no fonts of the system: it draws with
 * the font that comes with it.
 *
 * @param svg The text of the SVG.
 * @returns The bytes of the PNG, three pixels for each of the SVG.
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
      fitTo: { mode: "zoom", value: ZOOM },
      background: PRINT.paper,
    }),
    free,
  );
  return memory.adopt(image.render(), free).asPng();
}
