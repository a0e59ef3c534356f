import type { TopLevelSpec } from "vega-lite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { renderSvg } from "../../../results/figures/svg.ts";
import { drawColumn, SWEEP } from "../../../testing/figures.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("renderSvg() draws all labels, and the same each time", async () => {
  const { spec } = await drawColumn(SWEEP, {
    x: "rate",
    series: "model",
    title: "Rates & <models>",
  });
  const svg = await renderSvg(spec);
  for (const label of ["rate", "loss", "model", "0.001", "0.1"]) {
    assert(svg.includes(`>${label}</text>`), label);
  }
  assert(svg.includes("Rates &amp; &lt;models&gt;"));
  assert(svg.includes('aria-label="rate=0.001, model=a'));
  assertEquals(await renderSvg(spec), svg);
});

Deno.test(
  "renderSvg() throws if values cannot be drawn, and logs nothing",
  async () => {
    const spec: TopLevelSpec = {
      data: { values: [{ x: 5e-324 }, { x: 1e-323 }] },
      mark: "point",
      encoding: {
        x: { field: "x", type: "quantitative", scale: { zero: false } },
      },
    };
    const { error: log } = console;
    const logged: unknown[] = [];
    console.error = (...args) => logged.push(args);
    try {
      await assertRejects(
        () => renderSvg(spec),
        RangeError,
        "Cannot draw these values",
      );
    } finally {
      console.error = log;
    }
    assertEquals(logged, []);
  },
);

Deno.test("renderSvg() draws each series with a shape of its own", async () => {
  const { spec } = await drawColumn(SWEEP.slice(0, 12), {
    x: "rate",
    series: "model",
  });
  const svg = await renderSvg(spec);
  const points = [...svg.matchAll(/aria-label="rate=[^>]*? d="([^"]*)"/gs)];
  assertEquals(points.length, 4);
  assertEquals(new Set(points.map(([, shape]) => shape)).size, 2);
});
