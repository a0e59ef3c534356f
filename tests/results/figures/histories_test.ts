import { assert, assertEquals } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import type { Problem } from "../../../core/store/run_file.ts";
import {
  type Extent,
  listMeasures,
} from "../../../results/figures/histories.ts";
import { makeHistories, readAllHistories } from "../../../testing/figures.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test(
  "readHistories() reports lines with more different fields than it keeps",
  () => {
    using folder = tempFolder();
    const path = makeRun(folder.path, { id: "a" });
    {
      using history = new History(path, "a");
      for (let i = 0; i < 1001; i++) history.append({ [`key${i}`]: i });
    }
    const problems: Problem[] = [];
    assertEquals(
      listMeasures(readAllHistories(folder.path, problems)).length,
      999,
    );
    assertEquals(problems.length, 1);
    assert(problems[0]!.reason.includes("more than 1000 different fields"));
  },
);

Deno.test("readHistories() keeps the numeric fields and their ranges", () => {
  using folder = tempFolder();
  makeHistories(folder.path, () => [
    { step: 2, loss: 5, note: "a" },
    { step: 1, loss: "NaN", note: "b" },
    { step: 3, loss: -1, "time/step": 1 },
  ]);
  const [first] = readAllHistories(folder.path);
  const { fields } = first!.runs[0]!;
  assertEquals([...fields.keys()], ["step", "loss", "line", "time/step"]);
  const cover = (
    { low, high, isAscending }: Extent,
  ) => [low, high, isAscending];
  assertEquals(cover(fields.get("step")!), [1, 3, false]);
  assertEquals(cover(fields.get("loss")!), [-1, 5, false]);
  assertEquals(cover(fields.get("line")!), [1, 3, true]);
  assertEquals(listMeasures([first!]), ["loss"]);
});

Deno.test("readHistories() orders replicates by their values", () => {
  using folder = tempFolder();
  for (const [id, size] of [["a", 20], ["b", 100], ["c", 3]] as const) {
    makeRun(folder.path, { id, config: { size } });
  }
  assertEquals(readAllHistories(folder.path).map(({ label }) => label), [
    "size=3",
    "size=20",
    "size=100",
  ]);
});

Deno.test(
  "readHistories() reads unfinished runs where no completed one is, and says how each ends",
  () => {
    using folder = tempFolder();
    for (
      const [id, seed, status] of [
        ["a", 1, "completed"],
        ["b", 1, "failed"],
        ["c", 2, "interrupted"],
        ["d", 3, "failed"],
        ["e", 4, "running"],
      ] as const
    ) {
      makeRun(folder.path, { id, config: { seed }, info: { status } });
    }
    const alive = makeRun(folder.path, {
      id: "f",
      config: { seed: 5 },
      info: { status: "running" },
    });
    using _history = new History(alive, "f");
    const [only, ...others] = readAllHistories(folder.path);
    assertEquals(others, []);
    assertEquals(
      only!.runs.map(({ path, end }) => [path.at(-1), end]),
      [
        ["a", null],
        ["c", "interrupted"],
        ["d", "failed"],
        ["e", "died"],
        ["f", "running"],
      ],
    );
  },
);
