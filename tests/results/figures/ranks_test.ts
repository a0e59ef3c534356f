import { assert, assertEquals, assertThrows } from "@std/assert";
import { drawRanks } from "../../../results/figures/ranks.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
import type { MadeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

/** Draws runs; the lines in ranks, from left to right, and the texts. */
async function draw(runs: readonly MadeRun[]) {
  const comparison = await compareRuns(runs, { across: "dataset" });
  const { spec } = drawRanks(comparison, comparison.columns[0]!);
  // deno-lint-ignore no-explicit-any
  const { data, layer } = spec as any;
  const [lines, bars] = layer;
  return {
    svg: await renderSvg(spec),
    rows: data.values as { row: string; rank: number; isLeft: boolean }[],
    difference: lines.data.values[0].x2 - lines.data.values[0].x as number,
    bars: bars.data.values as { x: number; x2: number; y: number }[],
  };
}

Deno.test("drawRanks() lists rows from the best, half on each side", async () => {
  const { rows, difference, bars, svg } = await draw(makeDatasets());
  assertEquals(rows.map(({ row, rank, isLeft }) => [row, rank, isLeft]), [
    ["model=mlp", 1, true],
    ["model=gru", 2, true],
    ["model=rnn", 3, false],
  ]);
  // R: qtukey(0.95, 3, Inf) / sqrt(2) * sqrt(3 * 4 / (6 * 6))
  assertEquals(difference.toFixed(3), "1.353");
  // The first differs from the third alone.
  assertEquals(bars.map(({ x, x2 }) => [Math.round(x), Math.round(x2)]), [
    [1, 2],
    [2, 3],
  ]);
  assert(bars[0]!.y < bars[1]!.y);
  const texts = ["1", "2", "3", "model=rnn: 3.00", "critical difference 1.35"];
  for (const text of texts) assert(svg.includes(`>${text}</text>`), text);
});

Deno.test("drawRanks() draws Demšar's example as one group", async () => {
  // AUC of C4.5, with -m, with -cf and with both on 14 datasets: table 6.
  const values = [
    [763, 599, 954, 628, 882, 936, 661, 583, 775, 1000, 940, 619, 972, 957],
    [768, 591, 971, 661, 888, 931, 668, 583, 838, 1000, 962, 666, 981, 978],
    [771, 590, 968, 654, 886, 916, 609, 563, 866, 1000, 965, 614, 975.1, 946],
    [798, 569, 967, 657, 898, 931, 685, 625, 875, 1000, 962, 669, 975, 970],
  ];
  const { rows, bars } = await draw(
    values.flatMap((row, model) =>
      row.map((mean, dataset): MadeRun => ({
        id: `m${model}d${dataset}`,
        config: { model, dataset, seed: 1 },
        records: [[{ name: "loss" }, { mean: 1000 - mean, error: 1, n: 9 }]],
      }))
    ),
  );
  assertEquals(rows.map(({ rank }) => rank.toFixed(3)), [
    "1.964",
    "2.000",
    "2.893",
    "3.143",
  ]);
  // The groups inside it have no bars of their own.
  assertEquals(bars.map(({ x, x2 }) => [x.toFixed(1), x2.toFixed(1)]), [
    ["1.9", "3.2"],
  ]);
});

Deno.test("drawRanks() says why there is nothing to draw", async () => {
  const few = await compareRuns(makeDatasets(), {
    across: "dataset",
    where: ["model=mlp"],
  });
  assertThrows(
    () => drawRanks(few, few.columns[0]!),
    RangeError,
    "Cannot draw ranks of loss: fewer than 3 rows",
  );
});
