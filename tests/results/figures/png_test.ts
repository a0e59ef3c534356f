import { assert, assertEquals } from "@std/assert";
import { renderPng } from "../../../results/figures/png.ts";

Deno.test("renderPng() draws letters, which need a font of its own", () => {
  const draw = (text: string) =>
    renderPng(
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">' +
        `<text x="5" y="20" font-family="Inter">${text}</text></svg>`,
    );
  const png = draw("loss");
  assertEquals(String.fromCharCode(...png.slice(1, 4)), "PNG");
  // Big-endian in the header: three pixels for each of the SVG.
  const view = new DataView(png.buffer, png.byteOffset);
  assertEquals([view.getUint32(16), view.getUint32(20)], [270, 90]);
  const empty = draw("");
  assert(png.length > empty.length + 100, `${png.length} ${empty.length}`);
});
