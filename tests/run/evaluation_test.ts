import { assert, assertEquals, assertRejects } from "@std/assert";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { experiment } from "../../core/experiment.ts";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import { readRecords } from "../../core/store/records.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { coinThat, options, quiet, result } from "../../testing/coin.ts";

skipUnlessGranted("files");

Deno.test(
  "evaluateRun() refuses a record that the training has made",
  async () => {
    using folder = tempFolder();
    const coin = experiment({
      name: "coin",
      config: {},
      train: (_config, run) => void run.record({ name: "heads" }, result),
      evaluate: (_config, _evalConfig, run) =>
        void run.record({ name: "heads" }, result),
    });
    const globals = globalConfigSchema.parse({ runs: folder.path });
    const config = coin.configSchema.defaults;
    const { runPath } = await trainRun(coin, { ...quiet, globals, config });
    const outcome = await evaluateRun(coin, {
      ...quiet,
      runPath,
      evalConfig: {},
    });
    assertEquals(
      (outcome.error as Error).message,
      "Cannot record heads in an evaluation: the training has recorded it; use " +
        "another name or more fields",
    );
  },
);

Deno.test(
  "evaluateRun() writes through no link that leads out of the run",
  async () => {
    using folder = tempFolder();
    using outside = tempFolder();
    const coin = coinThat(() => {});
    const { runPath } = await trainRun(coin, options(folder.path));
    Deno.removeSync(`${runPath}/results`, { recursive: true });
    Deno.symlinkSync(outside.path, `${runPath}/results`);
    await assertRejects(
      () => evaluateRun(coin, { ...quiet, runPath, evalConfig: {} }),
      RangeError,
      "is a link that leads out of the run",
    );
    assertEquals([...Deno.readDirSync(outside.path)], []);
  },
);

Deno.test(
  "evaluateRun() measures a completed run, and leaves run.json as it was",
  async () => {
    using folder = tempFolder();
    const coin = coinThat(() => {});
    const { runPath } = await trainRun(
      coin,
      options(folder.path, { nTosses: 5 }),
    );
    const before = Deno.readTextFileSync(`${runPath}/run.json`);
    const outcome = await evaluateRun(coin, {
      ...quiet,
      runPath,
      evalConfig: {},
    });
    assertEquals(outcome.status, "completed");
    assertEquals(String(outcome.records), String(readRecords(runPath)));
    assertEquals(
      [...outcome.records].map(({ metadata }) => String(metadata)),
      ["tosses (of=5)"],
    );
    assertEquals(Deno.readTextFileSync(`${runPath}/run.json`), before);
  },
);

Deno.test(
  "evaluateRun() refuses runs of other experiments and runs not completed",
  async () => {
    using folder = tempFolder();
    const coin = coinThat(() => {});
    const { runPath } = await trainRun(coin, {
      ...options(folder.path),
      args: ["--experiment", "my/coin.ts"],
    });
    const evaluation = { ...quiet, runPath, evalConfig: {} };
    const other = experiment({ name: "dice", config: {}, train() {} });
    await assertRejects(
      () => evaluateRun(other, evaluation),
      RangeError,
      "it is of experiment coin, which --experiment my/coin.ts chooses",
    );
    const blind = experiment({ name: "coin", config: {}, train() {} });
    await assertRejects(
      () => evaluateRun(blind, evaluation),
      TypeError,
      "has no evaluate function",
    );
    const failing = coinThat(() => {
      throw new Error("no");
    });
    const failed = await trainRun(failing, options(folder.path));
    await assertRejects(
      () => evaluateRun(coin, { ...evaluation, runPath: failed.runPath }),
      RangeError,
      "it must be completed, and is failed",
    );
  },
);

Deno.test(
  "evaluateRun() refuses to log, since the history is the training's",
  async () => {
    using folder = tempFolder();
    const coin = experiment({
      name: "coin",
      config: {},
      train() {},
      evaluate: (_config, _evalConfig, run) => run.log({ step: 1 }),
    });
    const globals = globalConfigSchema.parse({ runs: folder.path });
    const config = coin.configSchema.defaults;
    const { runPath } = await trainRun(coin, { ...quiet, globals, config });
    const outcome = await evaluateRun(coin, {
      ...quiet,
      runPath,
      evalConfig: {},
    });
    assertEquals(outcome.status, "failed");
    assert(outcome.error instanceof TypeError);
  },
);
