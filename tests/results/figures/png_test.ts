import { assert, assertEquals } from "@std/assert";
import { crc32 } from "node:zlib";
import { renderPng } from "../../../results/figures/png.ts";

Deno.test("renderPng() draws letters, which need a font of its own", () => {
  const draw = (text: string) =>
    renderPng(
      '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48">' +
        `<text x="5" y="20" font-family="Inter">${text}</text></svg>`,
    );
  const png = draw("loss");
  assertEquals(String.fromCharCode(...png.slice(1, 4)), "PNG");
  // Big-endian in the header: 300 pixels for an inch, which has 96 in the SVG.
  const view = new DataView(png.buffer, png.byteOffset);
  assertEquals([view.getUint32(16), view.getUint32(20)], [300, 150]);
  // 300 pixels per inch are 11811 per metre, with which LaTeX finds the size.
  assertEquals(String.fromCharCode(...png.slice(37, 41)), "pHYs");
  assertEquals([view.getUint32(41), view.getUint32(45)], [11811, 11811]);
  assertEquals(view.getUint32(50), crc32(png.slice(37, 50)));
  const empty = draw("");
  assert(png.length > empty.length + 100, `${png.length} ${empty.length}`);
});
