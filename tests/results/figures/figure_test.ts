import { assertEquals, assertStringIncludes } from "@std/assert";
import { drawPoints } from "../../../results/figures/points.ts";
import { formatSpec } from "../../../results/figures/figure.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

/** Texts that a parser of expressions may take for something else. */
const NAMES = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...["if", "null", "true", "undefined", "NaN", "datum", "item", "width"],
  ...["\\", "'", '"', "${x}", "a.b", "a[0]", "\u2028", "0"],
];

Deno.test("figures accept any name for axes, series and titles", async () => {
  for (const name of NAMES) {
    const comparison = await compareRuns(replicates([
      [{ model: name, rate: 1 }, [1, 2]],
      [{ model: "other", rate: 2 }, [3, 4]],
    ]));
    const [column] = comparison.columns;
    const options = { x: "rate", series: "model", title: name };
    const { spec } = drawPoints(comparison, [column!], options);
    assertStringIncludes(await renderSvg(spec), ">other<", name);
  }
});

Deno.test("formatSpec() changes only texts that Vega takes for keywords", () => {
  const spec = { title: "constructor", data: { values: [{ x: "a if b" }] } };
  // deno-lint-ignore no-explicit-any -- not a whole specification
  assertEquals(JSON.parse(formatSpec(spec as any)), {
    ...spec,
    title: "constructor ",
  });
});
