import { formatCell } from "../../../results/compare/cells.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, firstCells, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() computes intervals by Student's t, with the degrees of freedom of each error",
  async () => {
    const runs = replicates([[{ rate: 1 }, [1, 2, 4]], [{ rate: 2 }, [7]]]);
    const within: NonNullable<MadeRun["records"]> = [
      [{ name: "loss" }, { mean: 7, error: 0.5, n: 100, df: 4 }],
    ];
    runs[3] = { ...runs[3]!, records: within };
    const [several, one] = firstCells(await compareRuns(runs, { ci: 95 }));
    // R: t.test(c(1, 2, 4))$conf.int
    assertAlmostEquals(several!.interval![0], -1.4612497002634259, 1e-9);
    assertAlmostEquals(several!.interval![1], 6.1279163669300933, 1e-9);
    // R: 7 + qt(0.975, 4) * 0.5
    assertAlmostEquals(one!.interval![1], 8.388222552598897, 1e-9);
    const [plain] = firstCells(await compareRuns(runs));
    assertEquals(plain!.interval, undefined);
  },
);

Deno.test("compare() has Wilson's interval of a proportion without spread", async () => {
  const metrics = { accuracy: { kind: "proportion" } } as const;
  const runsOf = (means: readonly number[]) =>
    means.map((mean, i): MadeRun => ({
      id: `run${i}`,
      config: { seed: i },
      info: { metrics },
      records: [[{ name: "accuracy" }, { mean, error: 0, n: 68 }]],
    }));
  const textOf = async (means: readonly number[], ci = 0) =>
    formatCell(firstCells(await compareRuns(runsOf(means), { ci }))[0]!);
  assertEquals(await textOf([1]), "1.000 [0.947, 1.000]");
  assertEquals(await textOf([1], 80), "1.000 [0.976, 1.000]");
  // Both have most likely seen the same 68 observations.
  assertEquals(await textOf([1, 1]), "1.000 [0.947, 1.000]");
  assertEquals(await textOf([1, 0.9]), "0.950 ± 0.050");
});
