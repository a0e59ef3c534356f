import { assertEquals, assertMatch } from "@std/assert";
import { writeObservations } from "../../../core/store/observations.ts";
import { writeRecordsFile } from "../../../core/store/records.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../../core/utils/results.ts";
import { compare } from "../../../results/compare/compare.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { computeMean } from "../../../results/statistics/estimate.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { firstCells } from "../../../testing/made.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

/** Two models on four seeds, which differ much less than twenty test rows do. */
async function compareObserved(
  options: CompareOptions = {},
  { nKept = 8, isDamaged = false } = {},
) {
  const random = new RandomStream(1, "observed");
  const rows = Array.from({ length: 20 }, () => 10 * random.normal());
  const info = {
    metrics: { loss: { observations: "shared", better: "lower" } },
  } as const;
  using folder = tempFolder();
  let kept = 0;
  for (const [gap, model] of ["gru", "mlp"].entries()) {
    for (const seed of [1, 2, 3, 4]) {
      const config = { model, seed };
      const path = makeRun(folder.path, { id: model + seed, config, info });
      const values = Float64Array.from(
        rows,
        (row) => row + gap + random.normal() / 5,
      );
      const name = kept++ < nKept ? writeObservations(path, values) : undefined;
      if (isDamaged) Deno.truncateSync(`${path}/results/values/${name}.f64`, 8);
      const record = new ResultRecord(
        ResultMetadata.of({ name: "loss" }),
        new ScalarResult(computeMean([...values])),
        name,
      );
      writeRecordsFile(path, "train", {
        records: new ResultCollection([record]),
      });
    }
  }
  return await compare(new RunDatabase(folder.path), options);
}

Deno.test("compare() counts the error of the test rows where runs kept each", async () => {
  const baseline = ["model=gru"];
  const comparison = await compareObserved({ baseline, variance: true });
  const [gru, mlp] = firstCells(comparison);
  assertEquals([gru!.result.error > 1.5, gru!.result.n], [true, 4]);
  const verdict = mlp!.comparison!;
  assertEquals("p" in verdict && [verdict.test, verdict.isResolved], [
    "crossed t",
    true,
  ]);
  assertEquals(comparison.warnings, []);
  const { sources } = comparison.variance![0]!;
  assertEquals("reason" in sources || sources.map(({ source }) => source), [
    "seed",
    "observation",
    "remainder",
  ]);
});

Deno.test("compare() warns of shared rows where a run has not kept them", async () => {
  const { rows, warnings } = await compareObserved({}, { nKept: 7 });
  assertEquals(warnings.length, 1);
  assertEquals([...rows[1]!.cells.values()][0]!.result.error < 0.2, true);
});

Deno.test("compare() names observations that it cannot read", async () => {
  const { rows, warnings } = await compareObserved({}, { isDamaged: true });
  // One of each row, and that test rows are shared.
  assertEquals(warnings.length, 3);
  assertMatch(
    warnings[1]!,
    /gru1\/results\/values\/[0-9a-f]{32}\.f64.*damaged/,
  );
  assertEquals([...rows[1]!.cells.values()][0]!.result.error < 0.2, true);
});
