import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { ConfigError } from "../../core/config/schema.ts";
import { experiment } from "../../core/experiment.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import { isAlive } from "../../core/store/lock.ts";
import { readHistory } from "../../testing/history.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { readConfigFile } from "../../core/store/run_file.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { VERSION } from "../../core/version.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { coinThat, options, result } from "../../testing/coin.ts";

skipUnlessGranted("files");

Deno.test(
  "trainRun() keeps configuration, what ran, history and records",
  async () => {
    using folder = tempFolder();
    const coin = coinThat(async (run) => {
      await run.log({ step: 1, loss: 0.5 });
      run.progress({ done: 1, total: 3, unit: "steps" });
      // For others who watch the run.
      assertEquals(readRunInfo(run.path).planned, { unit: "steps", total: 3 });
      run.record({ name: "heads" }, result);
      run.describe({ engine: "coin", versions: { coin: "1" } });
      // It is alive, and says so, while it runs.
      assertEquals(readRunInfo(run.path).status, "running");
      assert(isAlive(run.path));
    });
    const outcome = await trainRun(coin, {
      ...options(folder.path, { nTosses: 3 }),
      command: "train",
      args: ["--n-tosses", "3"],
      tags: ["a"],
      note: "first",
    });
    assertEquals(outcome.status, "completed");
    assertEquals(outcome.records.size, 1);
    const { runPath } = outcome;
    assertEquals(readConfigFile(runPath), { seed: 42, nTosses: 3 });
    const info = readRunInfo(runPath);
    assertEquals(info.experiment, "coin");
    assertEquals(info.status, "completed");
    assertEquals([info.command, info.args], ["train", ["--n-tosses", "3"]]);
    assertEquals([info.tags, info.note], [["a"], "first"]);
    assertEquals(info.engine, "coin");
    assertEquals(info.versions, {
      whisker: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      tfjs: null,
      coin: "1",
    });
    assert(Date.parse(info.finishedAt!) >= Date.parse(info.startedAt));
    assert(info.seconds! > 0);
    assertEquals(info.error, undefined);
    assertEquals(readHistory(runPath).lines, [{ step: 1, loss: 0.5 }]);
    assertEquals(readRecords(runPath).size, 1);
    assertEquals(isAlive(runPath), false);
  },
);

Deno.test(
  "trainRun() leaves a failed run with its error, and what was measured until then",
  async () => {
    using folder = tempFolder();
    const coin = coinThat(async (run) => {
      await run.log({ step: 1 });
      run.record({ name: "heads" }, result);
      throw new RangeError("non-finite loss at step 2");
    });
    const outcome = await trainRun(coin, options(folder.path));
    assertEquals(outcome.status, "failed");
    assert(outcome.error instanceof RangeError);
    const info = readRunInfo(outcome.runPath);
    assertEquals(info.status, "failed");
    assertEquals(info.error, {
      name: "RangeError",
      message: "non-finite loss at step 2",
    });
    assertEquals(readHistory(outcome.runPath).lines.length, 1);
    assertEquals(readRecords(outcome.runPath).size, 1);
  },
);

Deno.test("trainRun() makes no run when validation fails", async () => {
  using folder = tempFolder();
  const coin = experiment({
    name: "coin",
    config: {},
    validate() {
      throw new SyntaxError("no such coin");
    },
    train() {},
  });
  const globals = globalConfigSchema.parse({ runs: folder.path });
  await assertRejects(
    () => trainRun(coin, { globals, config: coin.configSchema.defaults }),
    ConfigError,
    "no such coin",
  );
  assertEquals(listRuns(folder.path), []);
});

Deno.test(
  "trainRun() leaves an interrupted run at once, and what comes after is refused",
  async () => {
    using folder = tempFolder();
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    let after: unknown;
    const coin = coinThat(async (run) => {
      await run.log({ step: 1 });
      controller.abort(new Error("stop"));
      await promise; // Does not heed the signal.
      try {
        await run.log({ step: 2 });
      } catch (error) {
        after = error;
      }
      assertThrows(() => run.record({ name: "late" }, result), Error, "stop");
    });
    const outcome = await trainRun(coin, {
      ...options(folder.path),
      signal: controller.signal,
    });
    assertEquals(outcome.status, "interrupted");
    const info = readRunInfo(outcome.runPath);
    assertEquals(info.status, "interrupted");
    assertEquals(info.error, undefined);
    resolve();
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals((after as Error).message, "stop");
    assertEquals(readHistory(outcome.runPath).lines, [{ step: 1 }]);
    assertEquals(readRecords(outcome.runPath).size, 0);
  },
);

Deno.test(
  "trainRun() is completed if its work is done before the signal is seen",
  async () => {
    using folder = tempFolder();
    const controller = new AbortController();
    // As a signal handler would, it waits for the event loop to turn.
    const coin = coinThat(() => {
      setTimeout(() => controller.abort(new Error("stop")), 0);
    });
    const { status } = await trainRun(coin, {
      ...options(folder.path),
      signal: controller.signal,
    });
    assertEquals(status, "completed");
  },
);
