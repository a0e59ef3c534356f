import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
} from "@std/assert";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import {
  compareRuns,
  firstCells,
  replicates,
  startOf,
} from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() makes replicates of runs that differ only in the seed",
  async () => {
    const comparison = await compareRuns(
      replicates([[{ rate: 1 }, [1, 2, 4]], [{ rate: 2 }, [7]]]),
    );
    assertEquals(comparison.keys, ["rate"]);
    assertEquals(comparison.rows.map(({ runs }) => runs), [
      ["a1", "a2", "a3"],
      ["b1"],
    ]);
    const [several, one] = firstCells(comparison);
    // R: x <- c(1, 2, 4); mean(x); sd(x) / sqrt(3)
    assertAlmostEquals(several!.result.mean, 2.3333333333333335, 1e-12);
    assertAlmostEquals(several!.result.error, 0.88191710368819686, 1e-12);
    assertEquals([several!.result.n, several!.kind], [3, "between-seed"]);
    // A row of one run has that run's own error, and says so.
    assertEquals([one!.result.error, one!.result.n], [0.5, 100]);
    assertEquals(one!.kind, "within-run");
    assertEquals([...several!.sample], [
      ["seed=1", 1],
      ["seed=2", 2],
      ["seed=3", 4],
    ]);
  },
);

Deno.test(
  "compare() lets replicates differ in nuisance keys too",
  async () => {
    const runs = replicates([
      [{ dataSeed: 1 }, [1, 2]],
      [{ dataSeed: 2 }, [3, 4]],
    ]);
    const apart = await compareRuns(runs);
    assertEquals(apart.rows.length, 2);
    const together = await compareRuns(runs, { nuisance: ["dataSeed"] });
    assertEquals(together.rows.length, 1);
    assertEquals([...firstCells(together)[0]!.sample.keys()], [
      "dataSeed=1, seed=1",
      "dataSeed=1, seed=2",
      "dataSeed=2, seed=1",
      "dataSeed=2, seed=2",
    ]);
    await assertRejects(
      () => compareRuns(runs, { nuisance: ["dataSed"] }),
      OptionError,
      "did you mean dataSeed?",
    );
  },
);

Deno.test(
  "compare() shows each seed in its own row with `rows` seed",
  async () => {
    const { rows } = await compareRuns(replicates([[{}, [5, 6]]]), {
      rows: ["seed"],
    });
    assertEquals(rows.map(({ config }) => config.seed), [1, 2]);
  },
);

Deno.test(
  "compare() takes the newest completed run of each seed, and names the others",
  async () => {
    const [first, second] = replicates([[{}, [1, 9]]]) as [MadeRun, MadeRun];
    const loss = (mean: number): NonNullable<MadeRun["records"]> => [
      [{ name: "loss" }, { mean, error: 1, n: 2 }],
    ];
    const newer = { startedAt: startOf(5) };
    const newest = { startedAt: startOf(6) };
    const { rows, columns, superseded, omitted } = await compareRuns([
      first,
      second,
      { ...first, id: "again", info: newer, records: loss(3) },
      // A newer one that failed takes nothing from what is completed.
      { ...first, id: "bad", info: { ...newest, status: "failed" } },
    ]);
    assertEquals(rows[0]!.runs, ["again", "a2"]);
    assertEquals(rows[0]!.cells.get(columns[0]!.metadata)!.result.mean, 6);
    assertEquals(superseded, ["a1"]);
    // It is named, and keeps the row from being best.
    assertEquals(omitted, ["bad failed"]);
  },
);

Deno.test(
  "compare() counts runs that are not completed, and never calls a row with a failed run best",
  async () => {
    const runs = replicates([
      [{ rate: 1 }, [1, 1.1, 1.2, 1.1]],
      [{ rate: 2 }, [5, 5.2, 5.15, 5.3]],
      [{ rate: 3 }, [9, 9.25, 9, 9.1]],
    ]);
    const best = await compareRuns(runs);
    assertEquals(
      firstCells(best).map((cell) => cell!.standing),
      ["best", "worse", "worse"],
    );
    const error = { name: "RangeError", message: "non-finite loss at step 8" };
    const failed: MadeRun = {
      id: "failed",
      config: { seed: 5, rate: 1 },
      info: { startedAt: startOf(4), status: "failed", error },
    };
    const { rows, omitted, ...rest } = await compareRuns([...runs, failed]);
    assertEquals([rows[0]!.runs.length, rows[0]!.total], [4, 5]);
    assertEquals(omitted, ["failed failed: non-finite loss at step 8"]);
    const standings = firstCells({ rows, omitted, ...rest })
      .map((cell) => cell!.standing);
    // Nor is another best beside it, whose mean is worse.
    assertEquals(standings, [undefined, undefined, "worse"]);
    const ofOther = { ...failed, config: { seed: 5, rate: 2 } };
    assertEquals(
      firstCells(await compareRuns([...runs, ofOther]))
        .map((cell) => [cell!.standing, cell!.outside]),
      [
        ["best", undefined],
        [undefined, "runs failed or were interrupted"],
        ["worse", undefined],
      ],
    );
    // So does a failure that is newer than the completed run of its seed.
    const newer = { startedAt: startOf(9), status: "failed" as const };
    const again = { ...runs[0]!, id: "again", info: newer };
    assertEquals(
      firstCells(await compareRuns([...runs, again]))[0]!.outside,
      "runs failed or were interrupted",
    );
    const stopped = { ...failed, info: { status: "interrupted" as const } };
    assertEquals(
      firstCells(await compareRuns([...runs, stopped]))[0]!.standing,
      undefined,
    );
  },
);

Deno.test(
  "compare() aggregates by median and interquartile mean, without verdicts",
  async () => {
    const runs = replicates([
      [{ rate: 1 }, [1, 2, 4, 8, 16, 32]],
      [{ rate: 2 }, [100, 101, 102]],
    ]);
    const at = async (options: CompareOptions) =>
      firstCells(await compareRuns(runs, { ci: 95, ...options }));
    const [median, few] = await at({ aggregate: "median" });
    assertEquals(median!.result.mean, 6);
    assertEquals(median!.result.error, NaN);
    assertEquals(median!.interval, [1, 32]);
    assertEquals([few!.result.mean, few!.interval], [101, undefined]);
    assertEquals(median!.standing, undefined);
    const [iqm, refused] = await at({ aggregate: "iqm" });
    assertEquals(iqm!.result.mean, 7.5);
    assertEquals([iqm!.interval, refused], [undefined, undefined]);
    const { warnings } = await compareRuns(runs, { aggregate: "iqm" });
    assertEquals(
      warnings.at(-1),
      "rate=2 has fewer than 4 runs, too few for an interquartile mean",
    );
    await assertRejects(
      () => at({ aggregate: "iqm", baseline: ["rate=1"] }),
      OptionError,
      "Cannot use `baseline` with `aggregate` iqm",
    );
  },
);

Deno.test(
  "compare() keeps values that are not finite in means, and never calls them best",
  async () => {
    const { rows, columns, warnings, ...rest } = await compareRuns(replicates([
      [{ rate: 1 }, [1, NaN, 1]],
      [{ rate: 2 }, [-Infinity, -Infinity, -Infinity]],
      [{ rate: 3 }, [5, 5.2, 5.1]],
      [{ rate: 4 }, [8, 8.1, 8.2]],
    ]));
    const cells = firstCells({ rows, columns, warnings, ...rest });
    assertEquals(cells.map((cell) => cell!.result.mean).slice(0, 2), [
      NaN,
      -Infinity,
    ]);
    assertEquals(cells.map((cell) => cell!.standing), [
      undefined,
      undefined,
      "best",
      "worse",
    ]);
    assertEquals(warnings[0], "loss of rate=1 is NaN in a2");
    assertMatch(warnings[1]!, /is -Infinity in b1, -Infinity in b2/);
  },
);

Deno.test("compare() leaves out the runs of a search, and says so", async () => {
  const runs = replicates([[{ rate: 1 }, [1, 2, 3]], [{ rate: 2 }, [4, 5]]]);
  const searched = (run: MadeRun) => ({
    ...run,
    info: {
      ...run.info,
      sweep: { name: "s", identity: "", role: "search" } as const,
    },
  });
  const beside = await compareRuns(
    runs.map((run, i) => i === 2 || i > 3 ? searched(run) : run),
  );
  assertEquals(beside.rows.map(({ runs }) => runs), [["a1", "a2"], ["b1"]]);
  assertEquals(beside.searched.map(({ id }) => id), ["a3", "b2"]);
  assertMatch(
    beside.warnings.join(),
    /2 runs of the search s are left out: .*--where sweep=s\/search/,
  );
  const alone = await compareRuns(runs.map(searched));
  assertEquals(alone.rows.map(({ runs }) => runs.length), [3, 2]);
  assertEquals(alone.searched, []);
});
