import { assertEquals } from "@std/assert";
import {
  COLORS,
  cycleSigns,
  makeConfig,
  PAGE,
  PRINT,
  SHAPES,
} from "../../../results/figures/style.ts";

Deno.test("cycleSigns() gives no two of the first series the same colour and sign", () => {
  const n = 3 * COLORS.length;
  const looks = cycleSigns(SHAPES, n)
    .map((shape, index) => `${COLORS[index % COLORS.length]} ${shape}`);
  assertEquals(new Set(looks).size, n);
  assertEquals(cycleSigns(SHAPES, 3), SHAPES.slice(0, 3));
});

Deno.test("makeConfig() draws black series so that a dark page shows them", () => {
  assertEquals(makeConfig(PAGE).background, "transparent");
  const { category } = makeConfig(PAGE).range as { category: string[] };
  assertEquals(category.includes("#000000"), false);
  assertEquals(makeConfig(PRINT).background, "#ffffff");
});
