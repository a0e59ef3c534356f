import { assertEquals } from "@std/assert";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { makeCrossed } from "../../../testing/grids.ts";
import { compareRuns, firstCells, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const nuisance = ["split"];

Deno.test("compare() takes the variance apart by its sources", async () => {
  const options = { nuisance, variance: true };
  const { variance } = await compareRuns(makeCrossed(), options);
  assertEquals(variance!.length, 2);
  const { sources } = variance![0]!;
  assertEquals("reason" in sources || sources.map(({ source }) => source), [
    "split",
    "seed",
    "remainder",
    "evaluation",
  ]);
  const incomplete = await compareRuns(makeCrossed().slice(1), options);
  assertEquals(incomplete.variance![1]!.sources, {
    reason: "1 of 20 combinations of split and seed are missing",
  });
});

Deno.test("compare() knows no evaluation noise of runs on the same observations", async () => {
  const losses = [[{ rate: 1 }, [1, 1.001, 1.002]]] as const;
  const { variance } = await compareRuns(replicates(losses), {
    variance: true,
  });
  const { sources } = variance![0]!;
  assertEquals("reason" in sources || sources.map(({ source }) => source), [
    "seed",
  ]);
});

Deno.test("compare() has errors of crossed keys, and verdicts by the same", async () => {
  const baseline = ["model=mlp"];
  const comparison = await compareRuns(makeCrossed(), { nuisance, baseline });
  const [gru, mlp] = firstCells(comparison);
  // Plain errors over 20 runs are below 0.5, as each split counts five times.
  assertEquals(mlp!.result.error > 0.8, true);
  const verdict = gru!.comparison!;
  assertEquals("p" in verdict && [verdict.test, verdict.pairs], [
    "crossed t",
    20,
  ]);
  const anytime = await compareRuns(makeCrossed(), {
    nuisance,
    baseline,
    anytime: true,
  });
  const refused = firstCells(anytime)[0]!.comparison!;
  assertEquals(
    "reason" in refused && refused.reason.endsWith("in advance"),
    true,
  );
  const { rows } = await compareRuns(makeCrossed().slice(1), {
    nuisance,
    baseline,
  });
  assertEquals([...rows[0]!.cells.values()][0]!.comparison, {
    reason: "1 of 20 combinations of split and seed are missing",
  });
});
