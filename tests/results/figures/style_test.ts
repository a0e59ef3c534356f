import { assertEquals } from "@std/assert";
import {
  COLORS,
  DASHES,
  makeConfig,
  PAGE,
  PRINT,
  SHAPES,
} from "../../../results/figures/style.ts";

Deno.test("no two series have the same colour and sign, however often colours repeat", () => {
  const n = 5 * COLORS.length;
  for (const signs of [SHAPES, DASHES]) {
    const looks = Array.from(
      { length: n },
      (_, i) => `${COLORS[i % COLORS.length]} ${signs[i % signs.length]}`,
    );
    assertEquals(new Set(looks).size, n);
  }
});

Deno.test("makeConfig() draws black series so that a dark page shows them", () => {
  assertEquals(makeConfig(PAGE).background, "transparent");
  const { category } = makeConfig(PAGE).range as { category: string[] };
  assertEquals(category.includes("#000000"), false);
  assertEquals(makeConfig(PRINT).background, "#ffffff");
});
