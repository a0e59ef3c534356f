import { assertEquals, assertThrows } from "@std/assert";
import {
  ResultCollection,
  ResultMetadata,
} from "../../../core/utils/results.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import type { StoredRun } from "../../../results/database/run_database.ts";
import {
  findDifferingKeys,
  readKey,
  selectMetadata,
  selectRuns,
} from "../../../results/database/select.ts";

function run(
  id: string,
  config: Record<string, unknown>,
  info: object = {},
): StoredRun {
  return {
    id,
    path: `runs/${id}`,
    status: "completed",
    config,
    records: new ResultCollection(),
    info: {
      experiment: "test",
      startedAt: "2026-11-22T12:00:00.000Z",
      tags: [],
      ...info,
    } as unknown as StoredRun["info"],
  };
}

const RUNS = [
  run("a", { seed: 1, rate: 0.001, sizes: [128, 64], kind: "x" }),
  run("b", { seed: 2, rate: 0.01, sizes: [128], kind: "x" }, { tags: ["t"] }),
  run("c", { seed: 2, degree: 3 }, {
    experiment: "other",
    startedAt: "2020-01-01T00:00:00.000Z",
    sweep: { name: "s", identity: "", role: "search" },
  }),
];

const ids = (filter: Parameters<typeof selectRuns>[1]) =>
  selectRuns(RUNS, filter).map(({ id }) => id).join("");

Deno.test("selectRuns() takes the runs that meet all conditions", () => {
  assertEquals(ids({}), "abc");
  assertEquals(ids({ where: ["seed=2"] }), "bc");
  assertEquals(ids({ where: ["seed=2", "rate=0.01"] }), "b");
  assertEquals(ids({ where: ["sizes=128,64"] }), "a");
  assertEquals(ids({ where: ["rate=1e-3"] }), "a");
  assertEquals(ids({ where: ["kind=y"] }), "");
  assertEquals(ids({ where: ["id=a", "id=c"] }), "ac");
  assertEquals(ids({ where: ["seed=2", "rate=0.01", "rate=1e-3"] }), "b");
  assertEquals(ids({ where: ["experiment=other"] }), "c");
  assertEquals(ids({ where: ["tag=t"] }), "b");
  assertEquals(ids({ where: ["sweep=s"] }), "c");
  assertEquals(ids({ where: ["sweep=s/search"] }), "c");
  assertEquals(ids({ where: ["sweep=s/confirm"] }), "");
  assertEquals(ids({ where: ["status=completed"] }), "abc");
});

Deno.test("selectRuns() takes the runs that started after a date or within an age", () => {
  assertEquals(ids({ since: "2026-11-22" }), "ab");
  assertEquals(ids({ since: "2026-11-22T12:00:00.001Z" }), "");
  const ageOfRuns = Date.now() - Date.parse("2026-11-22T12:00:00Z");
  const days = Math.ceil(ageOfRuns / 86_400_000) + 1;
  assertEquals(ids({ since: `${days}d` }), "ab");
  assertEquals(ids({ since: `${days * 24}h` }), "ab");
  assertEquals(ids({ since: "9999w" }), "abc");
  assertEquals(ids({ since: "2026-11-22T12:00" }), "ab"); // In UTC.
  assertEquals(ids({ since: "2026-11-22T14:00+02:00" }), "ab");
});

Deno.test("selectRuns() says what is wrong with a filter", () => {
  const wrong: [Parameters<typeof selectRuns>[1], string][] = [
    [{ where: ["seed"] }, 'it must be key=value: current value is "seed"'],
    [{ where: ["=1"] }, "it must be key=value"],
    [{ where: ["sede=1"] }, "Unknown key sede: did you mean seed?"],
    [{ since: "yesterday" }, 'current value is "yesterday"'],
    [{ since: "7" }, 'current value is "7"'],
    [{ since: "last 7" }, "it must be a date"],
    [{ since: "2026-13-01" }, "it must be a date"],
    [{ since: "99999999999d" }, "it must be a date"],
    [{ since: "7y" }, "a date such as 2026-11-22 or an age such as"],
  ];
  for (const [filter, message] of wrong) {
    assertThrows(() => selectRuns(RUNS, filter), OptionError, message);
  }
});

Deno.test("findDifferingKeys() names keys with different values, within and across experiments", () => {
  const [a, b, c] = RUNS as [StoredRun, StoredRun, StoredRun];
  assertEquals(findDifferingKeys([a, b]), ["seed", "rate", "sizes"]);
  assertEquals(findDifferingKeys([b, c]), ["experiment"]);
  assertEquals(findDifferingKeys([a, c]), ["experiment", "seed"]);
  assertEquals(findDifferingKeys([a]), []);
  // An older run of the same experiment, from before the key was there.
  assertEquals(findDifferingKeys([run("x", { k: 1 }), run("y", {})]), ["k"]);
});

Deno.test("selectMetadata() takes globs on names, and by default all but times", () => {
  const all = ["loss/train", "loss/held-out", "sampling", "time/epoch"]
    .map((name) => ResultMetadata.of({ name }));
  const names = (...globs: string[]) =>
    selectMetadata(all, globs).map(({ name }) => name);
  assertEquals(names(), ["loss/train", "loss/held-out", "sampling"]);
  assertEquals(names("loss/*"), ["loss/train", "loss/held-out"]);
  assertEquals(names("*train", "time/*"), ["loss/train", "time/epoch"]);
  assertThrows(
    () => names("accuracy"),
    OptionError,
    "Unknown record in `metric` accuracy: choose from loss/train",
  );
  assertThrows(() => selectMetadata([], ["x"]), OptionError, "no records");
});

Deno.test("readKey() finds no inherited property", () => {
  const made = run("a", { seed: 1 });
  assertEquals(readKey(made, "seed"), 1);
  assertEquals(readKey(made, "toString"), undefined);
  assertEquals(readKey(made, "__proto__"), undefined);
});
