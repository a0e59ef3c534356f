import { assert, assertEquals, assertRejects } from "@std/assert";
import { choosePanelSize } from "../../../results/figures/facets.ts";
import { drawPoints } from "../../../results/figures/points.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
import type { MadeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test("choosePanelSize() fits panels side by side into a width", () => {
  const options = { single: { width: 400, height: 200 }, isShared: false };
  const choose = (nPanels: number, width?: number) =>
    choosePanelSize(width ? { width } : {}, nPanels, options);
  assertEquals([choose(1).width, choose(1).height], [400, 200]);
  assertEquals([2, 3, 4, 6].map((n) => choose(n).columns), [2, 3, 2, 3]);
  const { columns, width, spacing } = choose(6, 250);
  assertEquals(columns, 2);
  assert(2 * width + spacing.column <= 250);
  assertEquals(choose(6, 100).columns, 1);
});

async function drawPanels(runs: readonly MadeRun[], facet: string) {
  const comparison = await compareRuns(runs, {});
  const [first, ...others] = comparison.columns;
  const { spec } = drawPoints(comparison, [first!, ...others], { facet });
  // deno-lint-ignore no-explicit-any
  return (spec as any).concat as any[];
}

Deno.test("drawPoints() draws a panel for each value of a key, on one axis", async () => {
  const panels = await drawPanels(makeDatasets(), "dataset");
  assertEquals(
    panels.map(({ title }) => title.text),
    [0, 1, 2, 3, 4, 5].map((dataset) => `dataset=${dataset}`),
  );
  assertEquals(
    panels[4].data.values.map(({ x }: { x: string }) => x),
    ["model=gru", "model=mlp", "model=rnn"],
  );
  const [first, second] = panels.map(({ encoding }) => encoding.x.scale.domain);
  assertEquals(first, second);
  await assertRejects(
    () => drawPanels(makeDatasets(), "datasett"),
    RangeError,
    "did you mean dataset?",
  );
});

Deno.test("drawPoints() draws a panel for each metric, on axes with their units", async () => {
  const runs = makeDatasets().slice(0, 10).map((run): MadeRun => ({
    ...run,
    records: ["loss", "time/epoch"].map((name, i) => [
      { name },
      { mean: i === 0 ? 10 : 0.002, error: 0.1, n: 9 },
    ]),
  }));
  const comparison = await compareRuns(runs, { metric: ["*"] });
  const [first, ...others] = comparison.columns;
  const { spec } = drawPoints(comparison, [first!, ...others], {
    facet: "metric",
  });
  // deno-lint-ignore no-explicit-any
  const panels = (spec as any).concat as any[];
  assertEquals(
    panels.map(({ title }) => title.text),
    ["loss", "time/epoch [s]"],
  );
  const [low, high] = panels.map(({ encoding }) => encoding.x.scale.domain[1]);
  assert(low > 100 * high);
});
