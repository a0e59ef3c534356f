import { assertAlmostEquals, assertEquals } from "@std/assert";
import { parseLength, parseSize } from "../../../results/figures/size.ts";

Deno.test("parseLength() converts all units to pixels, 96 to an inch", () => {
  const lengths = ["1in", "2.54cm", "25.4mm", "72pt", "96px"];
  for (const text of lengths) assertAlmostEquals(parseLength(text)!, 96, 1e-9);
  for (const text of ["", "5", "0mm", "1e3in", "-1in", "1 in", "9999in"]) {
    assertEquals(parseLength(text), undefined, text);
  }
});

Deno.test("parseSize() knows the sizes of templates", () => {
  const widths = ["column", "text", "slide", "84mm"].map((text) =>
    parseSize(text)!.width! / 96
  );
  const inches = widths.map((width) => width.toFixed(3));
  assertEquals(inches, ["3.250", "5.500", "13.333", "3.307"]);
  assertEquals(parseSize("constructor"), undefined);
});
