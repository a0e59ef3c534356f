import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ConfigError } from "../../core/config/schema.ts";
import { compare } from "../../results/compare.ts";
import { RunDatabase } from "../../results/database.ts";
import { tempFolder, testWith } from "../_helpers.ts";
import { makeRun } from "../_runs.ts";

const result = (mean: number) => ({ mean, error: 0.1, n: 9 });

function makeThree(runs: string): void {
  makeRun(runs, {
    id: "a",
    config: { seed: 1, rate: 0.1, kind: "x" },
    records: [
      [{ name: "loss" }, result(3)],
      [{ name: "sampling", nSteps: 50 }, result(1)],
      [{ name: "sampling", nSteps: 5 }, result(2)],
      [{ name: "time/epoch" }, result(1)],
    ],
  });
  makeRun(runs, {
    id: "b",
    config: { seed: 2, rate: 0.1, kind: "x" },
    info: { startedAt: "2026-11-22T13:00:00.000Z" },
    records: [[{ name: "loss" }, result(1)]],
  });
  makeRun(runs, {
    id: "c",
    config: { seed: 10, rate: 0.1, kind: "x" },
    info: { startedAt: "2026-11-22T11:00:00.000Z" },
    records: [[{ name: "loss" }, { mean: NaN, error: NaN, n: 4 }]],
  });
}

const order = (runs: string, sort: string) =>
  compare(new RunDatabase(runs), { sort }).rows
    .map(({ runs }) => runs[0]).join("");

testWith(
  "files",
  "compare() has a row a run, a column a record, and only the keys that differ",
  () => {
    using folder = tempFolder();
    makeThree(folder.path);
    const { keys, columns, rows, left } = compare(new RunDatabase(folder.path));
    assertEquals(keys, ["seed"]);
    assertEquals(columns.map(String), [
      "loss",
      "sampling (nSteps=5)",
      "sampling (nSteps=50)",
    ]);
    assertEquals(rows.map(({ runs }) => runs), [["c"], ["a"], ["b"]]);
    assertEquals(rows.map(({ config }) => config.seed), [10, 1, 2]);
    assertEquals(rows[1]!.cells.size, 3);
    assertEquals(rows[2]!.cells.get(columns[0]!)?.mean, 1);
    assertEquals(left, []);
  },
);

testWith(
  "files",
  "compare() sorts by key or record, either way, what is missing or NaN last",
  () => {
    using folder = tempFolder();
    makeThree(folder.path);
    assertEquals(order(folder.path, "seed"), "abc");
    assertEquals(order(folder.path, "-seed"), "cba");
    assertEquals(order(folder.path, "-run"), "cba");
    assertEquals(order(folder.path, "time/epoch"), "acb"); // Though not shown.
    assertEquals(order(folder.path, "loss"), "bac");
    assertEquals(order(folder.path, "-loss"), "abc");
    assertEquals(order(folder.path, "sampling (nSteps=5)"), "acb");
    assertThrows(
      () => order(folder.path, "los"),
      ConfigError,
      "Cannot use los as there is no such key: did you mean loss?",
    );
  },
);

testWith(
  "files",
  "compare() takes completed runs alone, and says how the others stand",
  () => {
    using folder = tempFolder();
    makeThree(folder.path);
    const error = {
      name: "RangeError",
      message: "non-finite loss at step 812",
    };
    makeRun(folder.path, { id: "d", info: { status: "failed", error } });
    makeRun(folder.path, { id: "e", info: { status: "running" } });
    const { rows, left } = compare(new RunDatabase(folder.path));
    assertEquals(rows.length, 3);
    assertEquals(left.toSorted(), [
      "d failed: non-finite loss at step 812",
      "e died",
    ]);
  },
);

testWith("files", "compare() says why there is nothing to compare", () => {
  using folder = tempFolder();
  const message = (options: Parameters<typeof compare>[1] = {}) =>
    assertThrows(
      () => compare(new RunDatabase(folder.path), options),
      RangeError,
    ).message;
  assertMatch(message(), /there are no runs yet: deno task train makes one/);
  makeRun(folder.path, { id: "a", info: { status: "interrupted" } });
  assertMatch(message(), /no run is completed: a interrupted/);
  assertMatch(message({ where: ["seed=9"] }), /none of 1 runs is what --where/);
  Deno.writeTextFileSync(`${folder.path}/a/run.json`, "");
  assertMatch(message(), /no run could be read: .*run\.json/);
});
