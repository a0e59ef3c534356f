import { assertEquals, assertThrows } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import { readRunInfo, writeRunInfo } from "../../../core/store/run_info.ts";
import {
  correctObjective,
  parseObjective,
  readObjective,
} from "../../../results/sweep/objective.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { type MadeRun, makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

const result = (mean: number) => ({ mean, error: 0.1, n: 9 });

/** A run of six steps with a loss; returns its path, and its length after each. */
function makeTrained(runs: string, records: MadeRun["records"] = []) {
  const path = makeRun(runs, { id: "trained", records });
  using history = new History(path, "trained");
  const lengths = [1, 2, 3, 4, 5, 6].map((step) => {
    history.append({ step, loss: step === 6 ? NaN : 10 - step });
    if (step % 2 === 0) history.append({ step, epoch: step / 2, valid: step });
    return history.length;
  });
  return { path, lengths };
}

Deno.test("parseObjective() takes a name and fields", () => {
  assertEquals(parseObjective(" mmd2 nSteps=50  sampler=ddim "), {
    name: "mmd2",
    fields: [
      { key: "nSteps", wanted: "50" },
      { key: "sampler", wanted: "ddim" },
    ],
  });
});

Deno.test("readObjective() reads the record of that name and fields", () => {
  using folder = tempFolder();
  const { path } = makeTrained(folder.path, [
    [{ name: "mmd2", nSteps: 10 }, result(3)],
    [{ name: "mmd2", nSteps: 50 }, result(2)],
    [{ name: "loss" }, result(1)],
  ]);
  assertEquals(readObjective(path, "mmd2 nSteps=50"), 2);
  assertEquals(readObjective(path, "loss"), 1);
  assertThrows(() => readObjective(path, "mmd2"), RangeError, "add fields");
  const other = () => readObjective(path, "mmd2 nSteps=7");
  assertThrows(other, RangeError, "no such value; it has mmd2 (nSteps=10)");
});

Deno.test("readObjective() reads the last value of a measure, without a record", () => {
  using folder = tempFolder();
  const { path } = makeTrained(folder.path);
  assertEquals(readObjective(path, "loss"), NaN);
  assertEquals(readObjective(path, "valid"), 6);
  assertThrows(() => readObjective(path, "x"), RangeError, "it has step; loss");
});

Deno.test("correctObjective() knows declared metrics, and what completed runs have", () => {
  using folder = tempFolder();
  makeTrained(folder.path, [[{ name: "mmd2", nSteps: 10 }, result(3)]]);
  const correct = (text: string, experiment = "test") =>
    correctObjective(text, ["loss/train"], { runs: folder.path, experiment });
  assertEquals(correct("loss/trian"), "loss/train");
  assertEquals(correct("mmd nSteps=10"), "mmd2");
  assertEquals(correct("vaild"), "valid");
  for (const known of ["loss/train", "mmd2 nSteps=50", "valid", "loss"]) {
    assertEquals(correct(known), undefined);
  }
  // It may be new: the first completed run will tell.
  assertEquals(correct("accuracy"), undefined);
  assertEquals(correct("mmd", "another"), undefined);
});

Deno.test("readObjective() reads the history up to where the run paused", () => {
  using folder = tempFolder();
  const { path, lengths } = makeTrained(folder.path, [
    [{ name: "loss" }, result(1)],
  ]);
  // Of a run that was trained at once, up to that step or epoch.
  assertEquals(readObjective(path, "loss", "3steps"), 7);
  assertEquals(readObjective(path, "valid", "3steps"), 2);
  assertEquals(readObjective(path, "valid", "2epochs"), 4);
  const pauses = { "3steps": lengths[0]! };
  writeRunInfo(path, { ...readRunInfo(path), pauses });
  assertEquals(readObjective(path, "loss", "3steps"), 9);
  const early = () => readObjective(path, "valid", "3steps");
  assertThrows(early, RangeError, "in its history up to 3steps");
});
