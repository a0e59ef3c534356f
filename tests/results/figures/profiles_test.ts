import { assertEquals, assertThrows } from "@std/assert";
import { drawProfiles } from "../../../results/figures/profiles.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

const across = "dataset";

Deno.test("drawProfiles() draws the share of runs that are better", async () => {
  const twice = makeDatasets().flatMap((run) => {
    const config = run.config as { seed: number };
    const other = { ...config, seed: config.seed + 5 };
    return [run, { ...run, id: `${run.id}b`, config: other }];
  });
  const comparison = await compareRuns(twice, { across });
  const { spec } = drawProfiles(comparison, comparison.columns[0]!);
  const { data } = spec as unknown as {
    data: { values: { row: string; share: number }[] };
  };
  const mlp = data.values.filter(({ row }) => row === "model=mlp");
  // Less is better: no run is below the lowest threshold, nearly all below the highest.
  assertEquals([mlp.length, mlp[0]!.share, mlp.at(-1)!.share], [61, 0, 1]);
  assertEquals((await renderSvg(spec)).includes("share of runs"), true);
});

Deno.test("drawProfiles() says why there is nothing to draw", async () => {
  const comparison = await compareRuns(makeDatasets(), { across });
  assertThrows(
    () => drawProfiles(comparison, comparison.columns[0]!),
    RangeError,
    "Cannot draw profiles of loss: fewer than 10 runs of a row on a dataset",
  );
});
