import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Font } from "fonteditor-core";
import PDFDocument from "pdfkit";
import {
  embedFont,
  FONT_FILES,
  isBold,
  measureText,
} from "../../../results/figures/font.ts";

Deno.test("measureText() agrees with another reader of the font", () => {
  const document = new PDFDocument({ font: undefined });
  for (const fontWeight of ["normal", "bold"] as const) {
    document.font(FONT_FILES[fontWeight] as Uint8Array<ArrayBuffer>);
    document.fontSize(100);
    for (const text of ["learning rate 0.001 − ± µ", "mmd²", "", "iiiWWW"]) {
      assertAlmostEquals(
        measureText(text, { fontSize: 100, fontWeight }),
        // Letter by letter there is no kerning.
        [...text].reduce((sum, c) => sum + document.widthOfString(c), 0),
        1e-6,
        text,
      );
    }
  }
  assertEquals(measureText("学", { fontSize: 10 }), 10);
});

Deno.test("isBold() knows names and numbers", () => {
  const weights = ["bold", 600, "700", "normal", 500, undefined];
  assertEquals(weights.map(isBold), [true, true, true, false, false, false]);
});

Deno.test("embedFont() embeds the letters in use, in the weights in use", async () => {
  const draw = (weight: string) =>
    embedFont(
      `<svg><text font-weight="${weight}">a &amp; b</text><path d="Z"/></svg>`,
    );
  const svg = await draw("bold");
  const faces = [
    ...svg.matchAll(
      /font-weight:(\w+);src:url\(data:font\/ttf;base64,(.*?)\)/g,
    ),
  ];
  assertEquals(faces.map(([, weight]) => weight), ["normal", "bold"]);
  for (const [, , data] of faces) {
    const bytes = Uint8Array.fromBase64(data!);
    const { cmap } = Font.create(bytes.buffer, { type: "ttf" }).get();
    const letters = Object.keys(cmap).map((code) =>
      String.fromCodePoint(Number(code))
    );
    assert(["a", "b", "&"].every((letter) => letters.includes(letter)));
    assertEquals(letters.includes("Z"), false);
  }
  assert(svg.length < 10_000, String(svg.length));
  assertEquals((await draw("normal")).match(/@font-face/g)?.length, 1);
});
