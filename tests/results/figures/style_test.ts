import { assertEquals } from "@std/assert";
import {
  COLORS,
  configOf,
  PAGE,
  PRINT,
  SHAPES,
  signsFor,
} from "../../../results/figures/style.ts";

Deno.test("signsFor() gives no two of the first series the same colour and sign", () => {
  const n = 3 * COLORS.length;
  const looks = signsFor(SHAPES, n)
    .map((shape, index) => `${COLORS[index % COLORS.length]} ${shape}`);
  assertEquals(new Set(looks).size, n);
  assertEquals(signsFor(SHAPES, 3), SHAPES.slice(0, 3));
});

Deno.test("configOf() draws black series so that a dark page shows them", () => {
  assertEquals(configOf(PAGE).background, "transparent");
  const { category } = configOf(PAGE).range as { category: string[] };
  assertEquals(category.includes("#000000"), false);
  assertEquals(configOf(PRINT).background, "#ffffff");
});
