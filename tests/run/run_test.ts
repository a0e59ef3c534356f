import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { integer, text } from "../../core/config/fields.ts";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import { experiment } from "../../core/experiment.ts";
import { readHistory } from "../../testing/history.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
} from "../../core/utils/results.ts";
import { readRecords, writeRecordsFile } from "../../core/store/records.ts";
import { readObservations } from "../../core/store/observations.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { MAX_RECORDS } from "../../core/store/limits.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { coinThat, options, result } from "../../testing/coin.ts";

skipUnlessGranted("files");

Deno.test(
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

Deno.test("Run.yield() rejects once the run is interrupted", async () => {
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
});

Deno.test("Run.writeJson() keeps what Run.readJson() reads", async () => {
  using folder = tempFolder();
  const coin = coinThat((run) => {
    run.writeJson("model/deep/weights.json", { weights: [1, NaN] });
    assertEquals(run.readJson("model/deep/weights.json").weights, [1, "NaN"]);
    assertEquals(run.records.size, 0);
  });
  const { status } = await trainRun(coin, options(folder.path));
  assertEquals(status, "completed");
});

const MIB = 2 ** 20;

/** JSON that is nested so deeply. */
function nested(depth: number): object {
  return depth === 1 ? [] : [nested(depth - 1)];
}

Deno.test(
  "what readers would refuse is refused when it is written, and earlier content stays",
  async () => {
    using folder = tempFolder();
    // The largest that may be kept, beside the least that may not.
    const line = (bytes: number) => ({ x: "x".repeat(bytes - 9) });
    const file = (bytes: number) => ({ x: "x".repeat(bytes - 36) });
    const coin = coinThat(async (run) => {
      const refuses = (
        Class: ErrorConstructor,
        work: () => unknown,
        words: string,
      ) => assertRejects(async () => await work(), Class, words);
      await run.log(line(MIB));
      await refuses(RangeError, () => run.log(line(MIB + 1)), "at most 1 MiB");
      const odd = [new Date(), new Map([["a", 1]]), new String("text")];
      const hidden = { a: 1, toJSON: () => null };
      for (const value of [null, [1], "text", 3, undefined, ...odd, hidden]) {
        await refuses(
          TypeError,
          () => run.writeJson("model/odd.json", value as never),
          "plain object",
        );
        await refuses(TypeError, () => run.log(value as never), "an object");
      }
      await refuses(
        TypeError,
        () => run.log({ big: 1n } as never),
        "Cannot log a line of the history",
      );
      await refuses(
        TypeError,
        () => run.writeJson("model/odd.json", { schemaVersion: 9 }),
        "without a schemaVersion",
      );
      await refuses(TypeError, () => run.describe(null as never), "facts");
      await run.log({ deep: nested(99) } as never);
      await refuses(
        RangeError,
        () => run.log({ deep: nested(100) } as never),
        "nested at most 100 deep",
      );
      run.writeJson("model/deep.json", { deep: nested(99) });
      await refuses(
        RangeError,
        () => run.writeJson("model/deep.json", { deep: nested(100) }),
        "nested at most 100 deep",
      );
      run.writeJson("model/large.json", file(32 * MIB));
      assertEquals(run.readJson("model/large.json").schemaVersion, 1);
      await refuses(
        RangeError,
        () => run.writeJson("model/large.json", file(32 * MIB + 1)),
        "at most 32 MiB",
      );
      assertEquals(run.readJson("model/deep.json").deep, nested(99));
      run.record({ name: "first" }, result);
      await refuses(
        RangeError,
        () => run.record({ name: "x".repeat(8 * MIB) }, result),
        "at most 8 MiB",
      );
      run.record({ name: "last" }, result);
      assertEquals(run.records.size, 2);
    });
    const outcome = await trainRun(coin, options(folder.path));
    assertEquals(outcome.error, undefined);
    assertEquals(readHistory(outcome.runPath).lines.length, 2);
    const database = new RunDatabase(folder.path);
    assertEquals(database.problems, []);
    assertEquals([...database][0]!.records.size, 2);
  },
);

Deno.test(
  "a run has as many records as are read of it, those of evaluations included",
  async () => {
    using folder = tempFolder();
    const nMade = 30;
    const records = Array.from(
      { length: MAX_RECORDS - nMade },
      (_, i) =>
        new ResultRecord(ResultMetadata.of({ name: "many", i }), result),
    );
    const coin = experiment({
      name: "coin",
      config: {},
      train() {},
      evaluate(_config, _evalConfig, run) {
        for (let i = 0; i < nMade; i++) {
          run.record({ name: "tosses", i }, result);
        }
        // Made again, it replaces the other.
        run.record({ name: "tosses", i: 0 }, result);
        run.record({ name: "one too many" }, result);
      },
    });
    const asked = {
      ...options(folder.path),
      config: coin.configSchema.defaults,
    };
    const { runPath } = await trainRun(coin, asked);
    writeRecordsFile(runPath, "train", {
      records: new ResultCollection(records),
    });
    for (let again = 0; again < 2; again++) {
      const { error } = await evaluateRun(coin, {
        ...asked,
        runPath,
        evalConfig: {},
      });
      assertStringIncludes(
        String(error),
        `RangeError: Cannot record one too many: a run may have at most`,
      );
    }
    const problems: Problem[] = [];
    assertEquals(readRecords(runPath, problems).size, MAX_RECORDS);
    assertEquals(problems, []);
  },
);

Deno.test(
  "a configuration that could not be read again makes no run",
  async () => {
    using folder = tempFolder();
    const wordy = experiment({
      name: "wordy",
      config: { words: text({ default: "", description: "many" }) },
      train() {},
    });
    const config = wordy.configSchema.parse({ words: "x".repeat(8 * MIB) });
    await assertRejects(
      () => trainRun(wordy, { ...options(folder.path), config }),
      RangeError,
      "at most 8 MiB",
    );
    assertEquals([...Deno.readDirSync(folder.path)], []);
    const description = "one of many";
    const keys = Array.from(
      { length: 1000 },
      (_, i) => [`key${i}`, integer({ default: i, description })],
    );
    assertThrows(
      () =>
        experiment({
          name: "many",
          config: Object.fromEntries(keys),
          train() {},
        }),
      TypeError,
      "at most 999 keys",
    );
  },
);

Deno.test(
  "Run.recordEach() records the mean, and keeps each observation",
  async () => {
    using folder = tempFolder();
    const coin = coinThat((run) => {
      assertThrows(() => run.recordEach({ name: "loss" }, []), RangeError);
      run.recordEach({ name: "loss" }, [1, 2, 3, 6]);
    });
    const { runPath, error } = await trainRun(coin, options(folder.path));
    assertEquals(error, undefined);
    const [record] = readRecords(runPath);
    assertEquals(record!.result.mean, 3);
    assertEquals(record!.result.n, 4);
    assertEquals(
      readObservations(runPath, record!.values!),
      Float64Array.of(1, 2, 3, 6),
    );
  },
);
