import { assertEquals } from "@std/assert";
import type { RunInfo } from "../../../core/store/run_info.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const warningsOf = async (
  losses: readonly number[],
  info: Partial<RunInfo> = {},
) => {
  const runs = replicates([[{ rate: 1 }, losses]])
    .map((run) => ({ ...run, info: { ...run.info, ...info } }));
  return (await compareRuns(runs)).warnings;
};

Deno.test("compare() says which runs share their observations", async () => {
  const shared = [
    "All runs were tested on the same rows. ± does not include how results " +
    "would change with other rows, and verdicts hold for these rows: loss",
  ];
  // Each run has a within-run error of 0.5.
  assertEquals(await warningsOf([1, 1.01, 1.02]), shared);
  assertEquals(await warningsOf([1, 1.4, 0.7]), []);
  const declared = { metrics: { loss: { observations: "shared" } } } as const;
  assertEquals(await warningsOf([1, 1.4, 0.7], declared), shared);
});
