import { assert, assertEquals, assertThrows } from "@std/assert";
import { trainRun } from "../core/conduct.ts";
import { tempFolder, testWith } from "./_helpers.ts";
import { coinThat, options } from "./_coin.ts";

testWith(
  "files",
  "Run.writeJson() writes neither outside the run nor over Whisker's own files",
  async () => {
    using folder = tempFolder();
    const names = ["../x.json", "/tmp/x.json", "config.json", "run.json", ".x"];
    names.push("results/train.json", "metrics.jsonl", "a/../../x.json", "a\\b");
    const coin = coinThat((run) => {
      for (const name of names) {
        assertThrows(() => run.writeJson(name, {}), RangeError, name);
      }
    });
    const { status, error } = await trainRun(coin, options(folder.path));
    assertEquals(status, "completed", String(error));
  },
);

testWith(
  "files",
  "Run.yield() rejects once the run is interrupted",
  async () => {
    using folder = tempFolder();
    const controller = new AbortController();
    let turns = 0;
    const coin = coinThat(async (run) => {
      setTimeout(() => controller.abort(new Error("stop")), 0);
      while (true) {
        turns++;
        await run.yield();
      }
    });
    const outcome = await trainRun(coin, {
      ...options(folder.path),
      signal: controller.signal,
    });
    assertEquals(outcome.status, "interrupted");
    assert(turns > 1);
  },
);

testWith(
  "files",
  "Run.writeJson() keeps what Run.readJson() reads",
  async () => {
    using folder = tempFolder();
    const coin = coinThat((run) => {
      run.writeJson("model/deep/weights.json", { weights: [1, NaN] });
      assertEquals(run.readJson("model/deep/weights.json").weights, [1, "NaN"]);
      assertEquals(run.records.size, 0);
    });
    const { status } = await trainRun(coin, options(folder.path));
    assertEquals(status, "completed");
  },
);

testWith(
  "files",
  "Run.log() warns once of a history that is longer than readers read",
  async () => {
    using folder = tempFolder();
    const warnings: string[] = [];
    const text = "x".repeat(2 ** 20);
    const coin = coinThat(async (run) => {
      for (let i = 0; i < 130; i++) {
        await run.log({ text });
        assertEquals(warnings.length, i >= 127 ? 1 : 0, String(i));
      }
    });
    const { error } = await trainRun(coin, {
      ...options(folder.path),
      warn: (warning) => warnings.push(warning),
    });
    assertEquals(error, undefined);
  },
);
