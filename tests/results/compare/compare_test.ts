import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
} from "@std/assert";
import {
  type MetadataFields,
  ResultMetadata,
  type ScalarFields,
} from "../../../core/utils/results.ts";
import type { RunInfo } from "../../../core/store/run_info.ts";
import { compare } from "../../../results/compare/compare.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { estimateRatio } from "../../../results/statistics/ratio.ts";
import { tempFolder, testWith } from "../../../testing/helpers.ts";
import { INFO, type MadeRun, makeRun } from "../../../testing/runs.ts";
import {
  compareRuns,
  firstCells,
  replicates,
  startOf,
} from "../../../testing/made.ts";

const result = (mean: number) => ({ mean, error: 0.1, n: 9 });

const THREE: MadeRun[] = [
  {
    id: "a",
    config: { seed: 1, rate: 0.1, kind: "x" },
    records: [
      [{ name: "loss" }, result(3)],
      [{ name: "sampling", nSteps: 50 }, result(1)],
      [{ name: "sampling", nSteps: 5 }, result(2)],
      [{ name: "time/epoch" }, result(1)],
    ],
  },
  {
    id: "b",
    config: { seed: 1, rate: 0.2, kind: "x" },
    info: { startedAt: "2026-11-22T13:00:00.000Z" },
    records: [[{ name: "loss" }, result(1)]],
  },
  {
    id: "c",
    config: { seed: 1, rate: 10, kind: "x" },
    info: { startedAt: "2026-11-22T11:00:00.000Z" },
    records: [[{ name: "loss" }, { mean: NaN, error: NaN, n: 4 }]],
  },
];

testWith(
  "files",
  "compare() has a column a record, and only the keys that differ",
  async () => {
    const { keys, columns, rows, omitted } = await compareRuns(THREE);
    assertEquals(keys, ["rate"]);
    assertEquals(columns.map(({ metadata }) => `${metadata}`), [
      "loss",
      "sampling (nSteps=5)",
      "sampling (nSteps=50)",
    ]);
    assertEquals(rows.map(({ runs }) => runs), [["c"], ["a"], ["b"]]);
    assertEquals(rows.map(({ config }) => config.rate), [10, 0.1, 0.2]);
    assertEquals(rows[1]!.cells.size, 3);
    assertEquals(rows[2]!.cells.get(columns[0]!.metadata)?.result.mean, 1);
    assertEquals(omitted, []);
  },
);

testWith(
  "files",
  "compare() sorts by key or record, either way, what is missing or NaN last",
  async () => {
    const order = async (sort: string) =>
      (await compareRuns(THREE, { sort })).rows
        .map(({ runs }) => runs[0]).join("");
    assertEquals(await order("rate"), "abc");
    assertEquals(await order("-rate"), "cba");
    assertEquals(await order("-run"), "cba");
    assertEquals(await order("time/epoch"), "acb"); // Though not shown.
    assertEquals(await order("loss"), "bac");
    assertEquals(await order("-loss"), "abc");
    assertEquals(await order("sampling (nSteps=5)"), "acb");
    await assertRejects(
      () => order("los"),
      OptionError,
      "Unknown key los: did you mean loss?",
    );
  },
);

testWith(
  "files",
  "compare() takes runs that differ in the seed alone for replicates of a row",
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

testWith(
  "files",
  "compare() takes the keys of nuisance for keys of replicates too",
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

testWith(
  "files",
  "compare() shows each seed in a row of its own where rows are asked for seeds",
  async () => {
    const { rows } = await compareRuns(replicates([[{}, [5, 6]]]), {
      rows: ["seed"],
    });
    assertEquals(rows.map(({ config }) => config.seed), [1, 2]);
  },
);

testWith(
  "files",
  "compare() takes the newest completed run of a seed, and names the others",
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

testWith(
  "files",
  "compare() counts what is not completed, and never calls a row with a failure best",
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
        .map((cell) => [cell!.standing, cell!.isExcluded]),
      [["best", undefined], [undefined, true], ["worse", undefined]],
    );
    // So does a failure that is newer than the completed run of its seed.
    const newer = { startedAt: startOf(9), status: "failed" as const };
    const again = { ...runs[0]!, id: "again", info: newer };
    assertEquals(
      firstCells(await compareRuns([...runs, again]))[0]!.isExcluded,
      true,
    );
    // One that was only interrupted says nothing against its row.
    const stopped = { ...failed, info: { status: "interrupted" as const } };
    assertEquals(
      firstCells(await compareRuns([...runs, stopped]))[0]!.standing,
      "best",
    );
  },
);

testWith(
  "files",
  "compare() gives intervals by Student's t, with the degrees of freedom of each error",
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

testWith(
  "files",
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

testWith(
  "files",
  "compare() never averages away what is not finite, and never calls it best",
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

testWith(
  "files",
  "compare() says that a metric is in some runs only, and of how many",
  async () => {
    const runs = replicates([[{ rate: 1 }, [1, 2, 3]], [{ rate: 2 }, [4, 5]]]);
    const { records: _, ...bare } = runs[1]!;
    const [some] = firstCells(
      await compareRuns([runs[0]!, bare, ...runs.slice(2)]),
    );
    assertEquals([some!.result.n, some!.runs.size], [2, 2]);
    assertEquals([...some!.sample.keys()], ["seed=1", "seed=3"]);
  },
);

testWith(
  "files",
  "compare() warns of unequal counts and of mixed versions in a row",
  async () => {
    const runs = replicates([[{ rate: 1 }, [1, 2]], [{ rate: 2 }, [3]]]);
    runs[1] = {
      ...runs[1]!,
      info: {
        ...runs[1]!.info,
        versions: { whisker: "0.2.0", deno: "2.9.6" },
        engine: "wasm",
      },
    };
    const { warnings } = await compareRuns(runs);
    assertEquals(warnings, [
      "Rows have different numbers of runs: 1, 2",
      "The runs of rate=1 differ in whisker 0.1.0 and 0.2.0, " +
      "deno none and 2.9.6, engine none and wasm",
    ]);
    const { warnings: none } = await compareRuns(
      replicates([[{ rate: 1 }, [1, 2]]]),
    );
    assertEquals(none, []);
  },
);

testWith(
  "files",
  "compare() warns of a row whose runs ran different code, or of a run that was resumed on other",
  async () => {
    const source = (letter: string) => ({
      source: { sha256: letter.repeat(64), files: 1, lock: null },
    });
    const session = { ...INFO, ...source("b"), at: INFO.startedAt };
    const warningsOf = async (info: Partial<RunInfo>) => {
      const runs = replicates([[{ rate: 1 }, [1, 2]], [{ rate: 2 }, [3, 4]]]);
      runs[0] = { ...runs[0]!, info: { ...runs[0]!.info, ...info } };
      return (await compareRuns(runs)).warnings;
    };
    // Of the other run nobody knows what it ran.
    assertEquals(await warningsOf(source("a")), []);
    assertEquals(await warningsOf({ ...source("a"), resumed: [session] }), [
      "The runs of rate=1 differ in source aaaaaaaaaaaa and bbbbbbbbbbbb",
    ]);
  },
);

const FIVE = replicates([
  [{ model: "identity" }, [1, 1.2, 1.1, 1.3, 1.0]],
  [{ model: "mlp" }, [0.5, 0.7, 0.65, 0.8, 0.4]],
  [{ model: "copy" }, [1.05, 1.15, 1.15, 1.25, 1.02]],
]);

testWith(
  "files",
  "compare() holds rows against a baseline, adjusted over the column",
  async () => {
    const comparison = await compareRuns(FIVE, {
      baseline: ["model=identity"],
    });
    assertEquals(comparison.baseline, { name: "model=identity", row: 0 });
    const [base, mlp, copy] = firstCells(comparison)
      .map((cell) => cell!.comparison);
    assertEquals(base, undefined);
    if (!mlp || !("p" in mlp) || !copy || !("p" in copy)) throw "no verdict";
    // R: a <- c(.5,.7,.65,.8,.4); b <- c(1,1.2,1.1,1.3,1)
    //    t.test(a, b, paired = TRUE)
    assertAlmostEquals(mlp.difference, -0.51, 1e-12);
    assertAlmostEquals(mlp.p, 3.1442966633282303e-05, 1e-12);
    assertAlmostEquals(mlp.interval![0], -0.57800873806582564, 1e-9);
    assertAlmostEquals(mlp.pAdjusted, 2 * mlp.p, 1e-15);
    assertEquals([mlp.isResolved, copy.isResolved], [true, false]);
    assertEquals([mlp.test, mlp.pairs], ["paired t", 5]);
    assertEquals(copy.pAdjusted, copy.p);
  },
);

testWith(
  "files",
  "compare() says what is wrong with a baseline, and what there is",
  async () => {
    const wrong = (baseline: string[], message: string) =>
      assertRejects(
        () => compareRuns(FIVE, { baseline }),
        OptionError,
        message,
      );
    await wrong(["model=cnn"], "no row matches: there are model=identity; mod");
    await wrong(["modle=mlp"], "did you mean model?");
    await wrong(["model"], "it must be key=value");
    await wrong(["seed=1"], "Cannot use seed for a baseline as the runs of a");
    // A key that all rows share matches all of them.
    await wrong(["experiment=test"], "3 rows match: model=identity");
  },
);

testWith(
  "files",
  "compare() finds a baseline by several keys, and numbers however written",
  async () => {
    const runs = replicates([
      [{ rate: 0.001, kind: "x" }, [1, 2, 3]],
      [{ rate: 0.001, kind: "y" }, [1, 2, 4]],
      [{ rate: 0.01, kind: "x" }, [1, 2, 5]],
    ]);
    const { baseline } = await compareRuns(runs, {
      baseline: ["rate=1e-3", "kind=y"],
    });
    assertEquals(baseline, { name: "rate=1e-3, kind=y", row: 1 });
  },
);

testWith(
  "files",
  "compare() has no verdict where the baseline lacks the record",
  async () => {
    const [bare, ...others] = FIVE.slice(4, 10);
    const { records: _, ...without } = bare!;
    const [, mlp] = firstCells(
      await compareRuns([without, ...others], { baseline: ["model=identity"] }),
    );
    assertEquals(mlp!.comparison, {
      reason: "the baseline has no such record",
    });
  },
);

testWith(
  "files",
  "compare() knows which way is better by the name, or as it is told",
  async () => {
    const runs = [[3, 3.1, 3.2], [5, 5.2, 5.1]].flatMap((values, row) =>
      values.map((mean, seed): MadeRun => ({
        id: `${row}${seed}`,
        config: { seed, row },
        records: ["loss", "accuracy", "sampling"].map((name) =>
          [{ name }, { mean, error: 1, n: 9 }] as const
        ),
      }))
    );
    const standings = async (options: CompareOptions) => {
      const { columns, rows } = await compareRuns(runs, options);
      return columns.map((column) =>
        rows.map(({ cells }) => cells.get(column.metadata)!.standing ?? "-")
          .join()
      );
    };
    assertEquals(await standings({}), ["worse,best", "best,worse", "-,-"]);
    assertEquals(
      await standings({
        lowerIsBetter: ["acc*"],
        higherIsBetter: ["sampling"],
      }),
      ["best,worse", "best,worse", "worse,best"],
    );
  },
);

const PIVOT: MadeRun[] = ["mlp", "identity"].flatMap((model, row) =>
  [1, 2, 3].map((seed): MadeRun => ({
    id: `${model}${seed}`,
    config: { seed, model },
    info: { startedAt: startOf(row, seed) },
    records: [5, 50].map((nSteps) => [
      { name: "error", nSteps, nSamples: 9 },
      { mean: seed + 10 * row + nSteps, error: 1, n: 9 },
    ]),
  }))
);

testWith(
  "files",
  "compare() puts keys of the configuration and of records on either axis",
  async () => {
    const shape = async (options: CompareOptions) => {
      const { keys, columns, rows } = await compareRuns(PIVOT, options);
      return {
        keys,
        columns: columns.map(({ metadata }) => `${metadata}`),
        rows: rows.map(({ config, cells }) => [
          ...Object.values(config),
          ...columns.map((column) => cells.get(column.metadata)!.result.mean),
        ]),
      };
    };
    assertEquals(await shape({ rows: ["model"], cols: ["nSteps"] }), {
      keys: ["model"],
      columns: ["error (nSteps=5)", "error (nSteps=50)"],
      rows: [["identity", 17, 62], ["mlp", 7, 52]],
    });
    assertEquals(await shape({ rows: ["nSteps"], cols: ["model"] }), {
      keys: ["nSteps"],
      columns: ['error (model="identity")', 'error (model="mlp")'],
      rows: [[5, 17, 7], [50, 62, 52]],
    });
    // What is on no axis and differs goes to the rows.
    assertEquals((await shape({ cols: ["model"] })).keys, ["nSteps"]);
    assertEquals(await shape({ rows: ["metric", "nSteps"], cols: ["model"] }), {
      keys: ["metric", "nSteps"],
      columns: ['value (model="identity")', 'value (model="mlp")'],
      rows: [["error", 5, 17, 7], ["error", 50, 62, 52]],
    });
  },
);

testWith(
  "files",
  "compare() pairs rows over the seeds that they share, on whichever axis they are",
  async () => {
    const { rows, columns } = await compareRuns(PIVOT, {
      rows: ["nSteps"],
      cols: ["model"],
      baseline: ["nSteps=50"],
      lowerIsBetter: ["error"],
    });
    const { comparison } = rows[0]!.cells.get(columns[0]!.metadata)!;
    assertEquals(comparison && "pairs" in comparison && comparison.pairs, 3);
  },
);

testWith(
  "files",
  "compare() refuses to put two values into a cell, and to know no key",
  async () => {
    const wrong = (options: CompareOptions, message: string) =>
      assertRejects(() => compareRuns(PIVOT, options), OptionError, message);
    await wrong(
      { rows: ["nSamples"], cols: ["nSteps"] },
      "Cannot put two values of error (nSteps=5) into one cell as they differ in model",
    );
    await wrong({ rows: ["modle"] }, "did you mean model?");
    await wrong({ cols: ["nStep"] }, "did you mean nSteps?");
    await wrong({ rows: ["model"], cols: ["model"] }, "on both axes");
  },
);

testWith(
  "files",
  "compare() shows ratios to a column, whose error knows what moves together",
  async () => {
    const options: CompareOptions = {
      rows: ["model"],
      cols: ["nSteps"],
      relativeTo: ["nSteps=50"],
      ci: 95,
    };
    const { rows, columns } = await compareRuns(PIVOT, options);
    const [, mlp] = rows;
    const [ratio, one] = columns.map((column) =>
      mlp!.cells.get(column.metadata)!
    );
    assertAlmostEquals(ratio!.result.mean, 7 / 52, 1e-15);
    // R: a <- c(6, 7, 8); b <- c(51, 52, 53); r <- mean(a) / mean(b)
    //    sd(a - r * b) / sqrt(3) / mean(b)
    assertAlmostEquals(ratio!.result.error, 0.0096082700124013164, 1e-12);
    assertEquals(ratio!.interval!.length, 2);
    assertEquals([one!.result.mean, one!.result.error], [1, NaN]);
    assertEquals(ratio!.standing, undefined);
    const wrong = (relativeTo: string[], message: string) =>
      assertRejects(
        () => compareRuns(PIVOT, { ...options, relativeTo }),
        OptionError,
        message,
      );
    await wrong(["nSteps=7"], "no column matches: there are error (n");
    await wrong(["nStep=5"], "did you mean nSteps?");
    await assertRejects(
      () => compareRuns(PIVOT, { ...options, baseline: ["model=mlp"] }),
      OptionError,
      "Cannot use `relativeTo` with `baseline`",
    );
  },
);

/** What an experiment declares about its distances. */
const METRICS: Partial<RunInfo> = {
  metrics: {
    distance: {
      better: "lower",
      series: "source",
      repeats: "nRepeats",
      notes: { "reference=held-out": "Distances are to the same few rows" },
    },
    mmd2: { centredOnZero: true, series: "source", repeats: "nRepeats" },
  },
};

/** Three seeds with a floor that knows no steps, and distances at two. */
const SOURCES: MadeRun[] = [1, 2, 3].map((seed) => ({
  id: `run${seed}`,
  config: { seed, model: "mlp" },
  info: METRICS,
  records: [
    [
      { name: "distance", source: "floor", nRepeats: 100 },
      result(1 + seed / 100),
    ],
    ...[5, 50].flatMap((nSteps): [MetadataFields, ScalarFields][] => [
      [
        { name: "distance", source: "model", nSteps, nRepeats: 20 },
        result(8 / nSteps + seed / 20 / nSteps),
      ],
      [
        { name: "distance", source: "exact", nSteps, nRepeats: 20 },
        result(6 / nSteps + seed / 100),
      ],
    ]),
    [
      { name: "mmd2", source: "floor", nRepeats: 100 },
      result(0.01 + seed / 100),
    ],
    [
      { name: "mmd2", source: "model", nSteps: 5, nRepeats: 20 },
      result(3 + seed / 100),
    ],
    [{ name: "loss" }, result(0.5 + seed / 100)],
  ],
}));

testWith(
  "files",
  "compare() lets a record that lacks a row's key stand in all rows, and ranks it in none",
  async () => {
    const { keys, rows, columns } = await compareRuns(SOURCES, {
      cols: ["source"],
      metric: ["distance"],
    });
    // What a column has in common, as nRepeats, tells no rows apart.
    assertEquals(keys, ["nSteps"]);
    assertEquals(rows.map(({ config }) => config.nSteps), [5, 50]);
    const cells = (source: string) => {
      const column = columns.find(({ metadata: { fields } }) =>
        fields.source === source
      )!;
      return rows.map((row) => row.cells.get(column.metadata)!);
    };
    const [floor, same] = cells("floor");
    assertAlmostEquals(floor!.result.mean, 1.02, 1e-12);
    assertEquals(same!.result, floor!.result);
    assertEquals([floor!.standing, same!.standing], [undefined, undefined]);
    // Nor are rows ranked that differ in a field of the records alone.
    assertEquals(cells("model").map(({ standing }) => standing), [
      undefined,
      undefined,
    ]);
    const against = await compareRuns(SOURCES, {
      cols: ["source"],
      metric: ["distance"],
      baseline: ["nSteps=5"],
    });
    const [, second] = against.rows;
    const told = against.columns.map((column) => [
      column.metadata.fields.source,
      second!.cells.get(column.metadata)!.comparison !== undefined,
    ]);
    assertEquals(Object.fromEntries(told), {
      exact: true,
      floor: false,
      model: true,
    });
  },
);

testWith(
  "files",
  "compare() puts no two settings into one row, and takes repeats for no setting",
  async () => {
    const of = (fields: object): [MetadataFields, ScalarFields] => [
      { name: "distance", ...fields },
      result(1),
    ];
    const options = { cols: ["source"] };
    const apart = await compareRuns([{
      id: "a",
      info: METRICS,
      records: [
        of({ source: "floor", nSamples: 50, nRepeats: 20 }),
        of({ source: "model", nSamples: 800, nRepeats: 4 }),
      ],
    }], options);
    assertEquals(apart.rows.map(({ config }) => config.nSamples), [50, 800]);
    const repeated = await compareRuns([{
      id: "a",
      info: METRICS,
      records: [
        of({ source: "floor", nRepeats: 20 }),
        [{ name: "distance", source: "floor", nRepeats: 15 }, result(2)],
        of({ source: "model", nSteps: 5, nRepeats: 4 }),
        of({ source: "model", nSteps: 9, nRepeats: 3 }),
      ],
    }], options);
    assertEquals(repeated.keys, ["nSteps"]);
    assertEquals(repeated.rows.map(({ cells }) => cells.size), [2, 2]);
    // Of two the one that was repeated more often.
    const floor = repeated.columns.find((c) =>
      c.metadata.fields.source === "floor"
    )!;
    assertEquals(repeated.rows[0]!.cells.get(floor.metadata)!.result.mean, 1);
  },
);

testWith(
  "files",
  "compare() takes conditions on fields of records, which those that lack them meet",
  async () => {
    const told = async (where: string[]) => {
      const { columns, rows } = await compareRuns(SOURCES, {
        where,
        metric: ["distance", "loss"],
      });
      assertEquals(rows.length, 1);
      return columns.map(({ metadata }) => `${metadata}`);
    };
    assertEquals(await told(["nSteps=50", "source=model"]), [
      'distance (nRepeats=20, nSteps=50, source="model")',
      "loss",
    ]);
    assertEquals(await told(["nSteps=5", "seed=2"]), [
      'distance (nRepeats=20, nSteps=5, source="exact")',
      'distance (nRepeats=20, nSteps=5, source="model")',
      'distance (nRepeats=100, source="floor")',
      "loss",
    ]);
  },
);

testWith(
  "files",
  "compare() gives no verdict on a column whose rows are the same to the last digit",
  async () => {
    const runs = ["a", "b"].flatMap((model, row) =>
      [1, 2, 3].map((seed): MadeRun => ({
        id: `${model}${seed}`,
        config: { seed, model },
        records: [
          [{ name: "distance", source: "identity" }, result(seed)],
          [
            { name: "distance", source: "model" },
            result(seed + 9 * row + seed / 9 * row),
          ],
        ],
      }))
    );
    const { rows, columns } = await compareRuns(runs, {
      baseline: ["model=a"],
    });
    const [, other] = rows;
    assertEquals(
      columns.map((column) => {
        const { standing, comparison } = other!.cells.get(column.metadata)!;
        return [
          column.metadata.fields.source,
          standing,
          comparison !== undefined,
        ];
      }),
      [["identity", undefined, false], ["model", "worse", true]],
    );
  },
);

testWith(
  "files",
  "compare() says where cells of a row were measured in different ways",
  async () => {
    const warningsOf = async (nSamples: number, more: object = {}) =>
      (await compareRuns([{
        id: "a",
        info: METRICS,
        records: [
          [
            { name: "distance", source: "floor", nSamples: 50, ...more },
            result(1),
          ],
          [
            { name: "distance", source: "model", nSamples, nSteps: 5 },
            result(1),
          ],
        ],
      }], { rows: ["nSteps"], cols: ["source"] })).warnings;
    assertEquals(await warningsOf(800), [
      "Cells of a row were measured in different ways: nSteps=5: nSamples is " +
      "50, 800",
    ]);
    assertEquals(await warningsOf(50), []);
    assertEquals(await warningsOf(50, { reference: "held-out" }), [
      "Distances are to the same few rows",
    ]);
  },
);

testWith(
  "files",
  "compare() keeps a row of what has a place in no other",
  async () => {
    const { rows } = await compareRuns(SOURCES, { cols: ["source"] });
    // No loss knows steps: it stands in a row of its own, and in no other.
    assertEquals(rows.map(({ config }) => config.nSteps), [5, 50, undefined]);
    assertEquals(
      rows.map(({ cells }) => [...cells.keys()].map(({ name }) => name)),
      [
        ["distance", "distance", "mmd2", "distance", "mmd2"],
        ["distance", "distance", "distance"],
        ["loss"],
      ],
    );
    const alone = await compareRuns([{
      id: "a",
      records: [[{ name: "distance", source: "floor" }, result(1)]],
    }, {
      id: "b",
      config: { model: "other" },
      records: [[
        { name: "distance", source: "model", nSteps: 5 },
        result(1),
      ]],
    }], { rows: ["model", "nSteps"], cols: ["source"] });
    // The floor of one model stands in no row of another.
    assertEquals(alone.rows.map(({ config }) => config), [
      { model: "other", nSteps: 5 },
      { model: undefined, nSteps: undefined },
    ]);
  },
);

testWith(
  "files",
  "compare() shows ratios of what has a reference, and says what is left out",
  async () => {
    const { rows, columns, warnings, keys } = await compareRuns(SOURCES, {
      cols: ["source"],
      relativeTo: ["source=floor"],
    });
    assertEquals(
      new Set(columns.map(({ metadata }) => metadata.name)),
      new Set(["distance"]),
    );
    assertEquals(keys, ["nSteps"]);
    const model = columns.find(({ metadata: { fields } }) =>
      fields.source === "model"
    )!;
    assertAlmostEquals(
      rows[0]!.cells.get(model.metadata)!.result.mean,
      1.62 / 1.02, // 8 / 5 + 2 / 100, over 1 + 2 / 100.
      1e-12,
    );
    assertEquals(warnings.slice(0, 2), [
      "No ratios of mmd2: the best value is 0 on average, and estimates may be " +
      "negative",
      "No ratios of loss: there is no column source=floor",
    ]);
  },
);

testWith(
  "files",
  "compare() lists the many records of one row for readers, by what they have in common",
  async () => {
    const list = await compareRuns(SOURCES, { isForReaders: true });
    assertEquals(list.keys, ["metric", "nSteps"]);
    const labels = list.rows.map(({ config }) => Object.values(config));
    assertEquals(labels, [
      ["distance", 5],
      ["distance", 50],
      ["loss", undefined],
      ["mmd2", 5],
    ]);
    assertEquals(list.columns.map(({ metadata }) => metadata.fields.source), [
      "exact",
      "floor",
      "model",
      undefined,
    ]);
    const isList = async (options: CompareOptions) =>
      (await compareRuns(SOURCES, { isForReaders: true, ...options })).keys
        .includes("metric");
    assertEquals(await isList({ metric: ["loss"] }), false);
    assertEquals(await isList({ cols: ["source"] }), false);
    assertEquals(await isList({ isForReaders: false }), false);
    const [first, ...others] = SOURCES;
    const config = { seed: 1, model: "other" };
    const two = [{ ...first!, config }, ...others];
    assertEquals((await compareRuns(two, { isForReaders: true })).keys, [
      "model",
    ]);
  },
);

testWith(
  "files",
  "compare() says why there is nothing to compare",
  async () => {
    using folder = tempFolder();
    const message = async (options: CompareOptions = {}) =>
      (await assertRejects(
        () => compare(new RunDatabase(folder.path), options),
        RangeError,
      )).message;
    assertMatch(
      await message(),
      /there are no runs yet: deno task train makes/,
    );
    makeRun(folder.path, { id: "a", info: { status: "interrupted" } });
    assertMatch(await message(), /no run is completed: a interrupted/);
    assertMatch(
      await message({ where: ["seed=9"] }),
      /No run matches seed=9 \(1 run searched\)/,
    );
    Deno.writeTextFileSync(`${folder.path}/a/run.json`, "");
    assertMatch(await message(), /no run could be read: .*run\.json/);
  },
);

testWith(
  "files",
  "compare() takes records of several names by globs",
  async () => {
    const { columns } = await compareRuns(THREE, { metric: ["s*", "time/*"] });
    assertEquals(columns.map(({ metadata }) => metadata), [
      ResultMetadata.of({ name: "sampling", nSteps: 5 }),
      ResultMetadata.of({ name: "sampling", nSteps: 50 }),
      ResultMetadata.of({ name: "time/epoch" }),
    ]);
  },
);

testWith(
  "files",
  "compare() takes ratios over shared seeds alone, and mixes no errors in them",
  async () => {
    const options: CompareOptions = {
      rows: ["model"],
      cols: ["nSteps"],
      relativeTo: ["nSteps=50"],
      ci: 95,
    };
    const without = (run: MadeRun, nSteps: number): MadeRun => ({
      ...run,
      records: run.records!.filter(([{ nSteps: n }]) => n !== nSteps),
    });
    const [first, second, third, ...others] = PIVOT as [
      ...[MadeRun, MadeRun, MadeRun],
      ...MadeRun[],
    ];
    const ratioOfFirst = async (runs: MadeRun[]) => {
      const { rows, columns } = await compareRuns(
        [...runs, ...others],
        options,
      );
      const row = rows.find(({ config }) => config.model === "mlp");
      return row!.cells.get(columns[0]!.metadata)!;
    };
    // Over the two seeds that both columns have: (6 + 7) / (51 + 52).
    const some = await ratioOfFirst([first, second, without(third, 50)]);
    assertAlmostEquals(some.result.mean, 13 / 103, 1e-15);
    assertEquals([some.result.n, some.nRuns], [2, 3]);
    // One run over three: an error within a run beside one between seeds.
    const mixed = await ratioOfFirst([
      first,
      without(second, 5),
      without(third, 5),
    ]);
    assertAlmostEquals(mixed.result.mean, 6 / 52, 1e-15);
    assertEquals([mixed.result.error, mixed.interval], [NaN, undefined]);
    // Two records of one run: independent, and the fewer degrees of freedom.
    const one: MadeRun = {
      ...first,
      records: [
        [{ name: "error", nSteps: 5 }, { mean: 2, error: 0.1, n: 9, df: 4 }],
        [{ name: "error", nSteps: 50 }, { mean: 4, error: 0.2, n: 100 }],
      ],
    };
    const within = await ratioOfFirst([one]);
    const expected = estimateRatio({
      means: [2, 4],
      variances: [0.1 ** 2, 0.2 ** 2],
      covariance: 0,
      df: 4,
    }, 0.95);
    assertEquals([within.result.error, within.interval], [
      expected.error,
      expected.interval,
    ]);
  },
);

testWith(
  "files",
  "compare() knows records and configurations apart that share names",
  async () => {
    const runs = (config: (row: number) => Record<string, unknown>) =>
      [1, 2].map((row): MadeRun => ({
        id: `r${row}`,
        config: { seed: 1, ...config(row) },
        info: { startedAt: startOf(row) },
        records: [[{ name: "loss", width: 7 * row }, result(row)]],
      }));
    // A key called metric, and one called as a field of the records is.
    for (const key of ["metric", "width", "name"]) {
      const { rows, columns } = await compareRuns(
        runs((row) => ({ [key]: row })),
      );
      assertEquals(columns.map(({ metadata }) => `${metadata}`), [
        "loss (width=7)",
        "loss (width=14)",
      ]);
      assertEquals(rows.map(({ config }) => config[key]), [1, 2], key);
    }
    await assertRejects(
      () => compareRuns(runs((row) => ({ name: row })), { cols: ["name"] }),
      OptionError,
      "put it on `rows`",
    );
    // Equal values are equal however they are written down.
    const same = await compareRuns(
      runs((row) =>
        row === 1
          ? { sizes: [1, 2], deep: { a: 1, b: 2 } }
          : { deep: { b: 2, a: 1 }, sizes: "1,2" }
      ),
    );
    assertEquals(same.rows.length, 1);
    assertEquals(same.superseded, ["r1"]);
  },
);

testWith(
  "files",
  "compare() warns of replicates that are not independent, and of lost records",
  async () => {
    const runs = [1, 2].flatMap((dataSeed) =>
      [1, 2].map((seed): MadeRun => ({
        id: `d${dataSeed}s${seed}`,
        config: { seed, dataSeed },
        records: [[{ name: "loss" }, result(seed + dataSeed)]],
      }))
    );
    const { warnings } = await compareRuns(runs, { nuisance: ["dataSeed"] });
    assertMatch(
      warnings[0]!,
      /share values of dataSeed, seed: they are not ind/,
    );
    const diagonal = await compareRuns([runs[0]!, runs[3]!], {
      nuisance: ["dataSeed"],
    });
    assertEquals(diagonal.warnings, []);
    const { records: _, ...bare } = runs[0]!;
    const again = { ...bare, id: "again", info: { startedAt: startOf(20) } };
    const lost = await compareRuns([runs[0]!, again]);
    assertEquals(lost.warnings, [
      "again lacks loss, which d1s1, superseded by it, has: evaluate again",
    ]);
  },
);

testWith(
  "files",
  "compare() refuses a level that is no percentage, and globs that name nothing",
  async () => {
    const wrong = (options: CompareOptions, message: string) =>
      assertRejects(() => compareRuns(THREE, options), OptionError, message);
    await wrong({ ci: 0.95 }, "it must be in percent: did you mean 95?");
    await wrong({ lowerIsBetter: ["los"] }, "did you mean loss?");
    await wrong({ metric: ["los"] }, "did you mean loss?");
  },
);

testWith(
  "files",
  "compare() ranks no more rows than can be tested in time, and says so",
  async () => {
    const many = replicates(
      Array.from({ length: 26 }, (_, rate) => [{ rate }, [1, 2, 4]] as const),
    ).flatMap((run) =>
      ["a", "b", "c", "d"].map((kind): MadeRun => ({
        ...run,
        id: `${run.id}${kind}`,
        config: { ...run.config, kind },
      }))
    );
    const { rows, warnings, ...rest } = await compareRuns(many);
    assertEquals(rows.length, 104);
    assertEquals(warnings, ["Rows are not ranked: 104 are more than 100"]);
    assertEquals(
      firstCells({ rows, warnings, ...rest })[0]!.standing,
      undefined,
    );
  },
);
