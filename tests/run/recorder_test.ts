import { assertEquals, assertThrows } from "@std/assert";
import { Recorder, type Stage } from "../../core/run/recorder.ts";
import { type MetadataFields, ScalarResult } from "../../core/utils/results.ts";
import { readRecords } from "../../core/store/records.ts";
import { tempFolder, testWith } from "../../testing/helpers.ts";

const result = (mean: number) => new ScalarResult({ mean, error: 1, n: 9 });

function recorderIn(runPath: string, stage: Stage = "eval"): Recorder {
  Deno.mkdirSync(`${runPath}/results`, { recursive: true });
  return new Recorder({ print: () => {}, save: { runPath, stage } });
}

const filesIn = (runPath: string) =>
  Array.from(Deno.readDirSync(`${runPath}/results`), ({ name }) => name).sort();

Deno.test("Recorder prints a record, and saves nothing unless asked", () => {
  const printed: string[] = [];
  const recorder = new Recorder({
    print: (record) => printed.push(`${record}`),
  });
  recorder.record({ name: "loss" }, result(3));
  assertEquals(printed, ["loss = 3.0 ± 1.0 (within-run, n = 9)"]);
  assertEquals(recorder.records.size, 1);
});

testWith(
  "files",
  "Recorder keeps each record of an evaluation in a file named after it",
  () => {
    using folder = tempFolder();
    const recorder = recorderIn(folder.path);
    recorder.record({ name: "loss" }, result(1));
    recorder.record({ name: "mean", nSteps: 5, nSamples: 10 }, result(2));
    recorder.record({ name: "time", nSamples: 10, nSteps: 5 }, result(3));
    recorder.record({ name: "mean", nSteps: 50, nSamples: 10 }, result(4));
    assertEquals(filesIn(folder.path), [
      "eval_loss.json",
      "eval_mean_nSamples=10_nSteps=5.json",
      "eval_mean_nSamples=10_nSteps=50.json",
      "eval_time_nSamples=10_nSteps=5.json",
    ]);
    assertEquals(readRecords(folder.path).size, 4);
  },
);

testWith(
  "files",
  "Recorder keeps the records of a training in one file",
  () => {
    using folder = tempFolder();
    const recorder = recorderIn(folder.path, "train");
    recorder.record({ name: "loss" }, result(1));
    recorder.record({ name: "mean", nSteps: 5 }, result(2));
    recorder.record({ name: "loss" }, result(3));
    assertEquals(filesIn(folder.path), ["train.json"]);
    const means = Array.from(readRecords(folder.path), (r) => r.result.mean);
    assertEquals(means, [3, 2]);
  },
);

Deno.test("Recorder refuses what is no result, and keeps nothing of it", () => {
  const recorder = new Recorder({ print: () => {} });
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => recorder.record({ name: "loss" }, 0.5 as any),
    TypeError,
    "Cannot record loss as it must be a ScalarResult",
  );
  assertEquals(recorder.records.size, 0);
});

testWith(
  "files",
  "Recorder replaces the file when the same evaluation is done again, and touches no other",
  () => {
    using folder = tempFolder();
    const setting = { name: "mean", nSteps: 5 };
    const first = recorderIn(folder.path);
    first.record(setting, result(1));
    first.record({ name: "mean", nSteps: 50 }, result(2));
    const other = `${folder.path}/results/eval_mean_nSteps=50.json`;
    const before = Deno.readTextFileSync(other);
    recorderIn(folder.path).record(setting, result(3));
    assertEquals(Deno.readTextFileSync(other), before);
    const means = Array.from(readRecords(folder.path), (r) => r.result.mean);
    assertEquals(means, [3, 2]);
  },
);

testWith(
  "files",
  "Recorder never gives two settings one file, whatever their values",
  () => {
    using folder = tempFolder();
    const settings: MetadataFields[] = [
      { name: "m", x: 1 },
      { name: "m", x: "1" },
      { name: "m", x: true },
      { name: "m", x: "true" },
      { name: "m", x: "a/b" },
      { name: "m", x: "a-b" },
      { name: "m", x: "../../escape" },
      { name: "m", x: 1, y: 2 },
      { name: "m", x: "1_y=2" },
      { name: "m", x: "long".repeat(200) },
      { name: "m", x: "long".repeat(201) },
      { name: "m", "": "" },
      { name: "m/n" },
      { name: "m+n" },
      { name: "m", n: "o" },
      { name: "m_n=o" },
    ];
    const recorder = recorderIn(folder.path);
    settings.forEach((setting, i) => recorder.record(setting, result(i)));
    assertEquals(filesIn(folder.path).length, settings.length);
    assertEquals(readRecords(folder.path).size, settings.length);
  },
);
