import { assertEquals, assertThrows } from "@std/assert";
import { drawRanks } from "../../../results/figures/ranks.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test("drawRanks() draws ranks with half the critical difference", async () => {
  const comparison = await compareRuns(makeDatasets(), { across: "dataset" });
  const [column] = comparison.columns;
  const { spec } = drawRanks(comparison, column!);
  const { data } = spec as unknown as {
    data: {
      values: { row: string; rank: number; low: number; high: number }[];
    };
  };
  const { criticalDifference } = column!.ranks as {
    criticalDifference: number;
  };
  assertEquals(data.values.map(({ row, rank }) => [row, rank]), [
    ["model=mlp", 1],
    ["model=gru", 2],
    ["model=rnn", 3],
  ]);
  const { low, high } = data.values[1]!;
  assertEquals((high - low).toFixed(6), criticalDifference.toFixed(6));
  assertEquals((await renderSvg(spec)).includes("average rank of loss"), true);
});

Deno.test("drawRanks() says why there is nothing to draw", async () => {
  const few = await compareRuns(makeDatasets(), {
    across: "dataset",
    where: ["model=mlp"],
  });
  assertThrows(
    () => drawRanks(few, few.columns[0]!),
    RangeError,
    "Cannot rank loss: fewer than 3 rows",
  );
});
