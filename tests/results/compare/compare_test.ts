import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ResultMetadata } from "../../../core/utils/results.ts";
import { compare } from "../../../results/compare/compare.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { type MadeRun, makeRun } from "../../../testing/runs.ts";
import { compareRuns } from "../../../testing/made.ts";
import { PIVOT, result } from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

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

Deno.test(
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

Deno.test(
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

Deno.test(
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

Deno.test("compare() says why there is nothing to compare", async () => {
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
});

Deno.test("compare() takes records of several names by globs", async () => {
  const { columns } = await compareRuns(THREE, { metric: ["s*", "time/*"] });
  assertEquals(columns.map(({ metadata }) => metadata), [
    ResultMetadata.of({ name: "sampling", nSteps: 5 }),
    ResultMetadata.of({ name: "sampling", nSteps: 50 }),
    ResultMetadata.of({ name: "time/epoch" }),
  ]);
});

Deno.test(
  "compare() refuses a level that is no percentage, and globs that name nothing",
  async () => {
    const wrong = (options: CompareOptions, message: string) =>
      assertRejects(() => compareRuns(THREE, options), OptionError, message);
    await wrong({ ci: 0.95 }, "it must be in percent: did you mean 95?");
    await wrong({ lowerIsBetter: ["los"] }, "did you mean loss?");
    await wrong({ metric: ["los"] }, "did you mean loss?");
  },
);
