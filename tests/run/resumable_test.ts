import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { resumeRun, trainRun } from "../../core/run/lifecycle.ts";
import { integer } from "../../core/config/fields.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { type Experiment, experiment } from "../../core/experiment.ts";
import type { Run } from "../../core/run/run.ts";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
} from "../../core/store/checkpoint.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { History } from "../../core/store/history.ts";
import { readHistory } from "../../testing/history.ts";
import { Meter } from "../../core/utils/meters.ts";
import type { ResultRecord } from "../../core/utils/results.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import { coinThat, quiet, result } from "../../testing/coin.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import fc from "../../testing/properties.ts";

skipUnlessGranted("files");

/** A random walk that uses all that a checkpoint keeps. */
function walk(onStep: (step: number, run: Run) => unknown): Experiment {
  return experiment({
    name: "walk",
    config: {
      nSteps: integer({ default: 12, min: 1, description: "how many" }),
      epoch: integer({ default: 4, min: 1, description: "steps of an epoch" }),
    },
    async train({ nSteps, epoch }, run) {
      const noise = run.random("noise"), meter = new Meter();
      const at = { step: 0, place: new Float64Array(2), best: Infinity };
      run.resumable({ at, noise, meter });
      while (at.step < nSteps) {
        at.place[0]! += noise.normal();
        at.place[1] = noise.integer(6);
        at.best = Math.min(at.best, at.place[0]!);
        meter.observe("place", at.place[0]!);
        run.meter.observe("noise", at.place[1]!);
        at.step++;
        await run.log({ step: at.step, x: at.place[0]!, best: at.best });
        if (at.step === 5) {
          run.record({ name: "early" }, meter.result("place"));
        }
        await onStep(at.step, run);
        await run.checkpoint();
        if (at.step % epoch === 0) await run.checkpoint("epoch");
      }
      run.record({ name: "place" }, meter.result("place"));
      run.record({ name: "noise" }, run.meter.result("noise"));
    },
  });
}

function settings(runs: string, checkpointEvery = "1step") {
  const globals = globalConfigSchema.parse({ runs, checkpointEvery });
  const config = walk(() => {}).configSchema.defaults;
  return { ...quiet, globals, config };
}

/** All that a walk leaves behind, but for times. */
const left = (runPath: string) => ({
  lines: readHistory(runPath).lines,
  records: readRecords(runPath).toJSON(),
  status: readRunInfo(runPath).status,
  checkpoint: [...Deno.readDirSync(runPath)].some(({ name }) =>
    name === CHECKPOINT_FILE
  ),
});

Deno.test(
  "resumeRun() ends as if there had been no stop, wherever it was stopped",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path);
    const whole = await trainRun(walk(() => {}), base);
    const expected = left(whole.runPath);
    assertEquals(expected.lines.length, 12);
    const interval = fc.constantFrom(
      ...["1step", "3steps", "0.000001s", "1epoch", "never", "1h"],
    );
    const stops = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(interval, stops, async (checkpointEvery, stops) => {
        const globals = { ...base.globals, checkpointEvery };
        const pending = [...stops];
        const failing = walk((step) => {
          if (pending[0] !== step) return;
          pending.shift();
          throw new Error(`stopped at ${step}`);
        });
        const options = { ...base, globals };
        const { runPath, status } = await trainRun(failing, options);
        let last = status;
        while (last !== "completed") {
          assertEquals(last, "failed");
          const outcome = await resumeRun(failing, { ...options, runPath });
          last = outcome.status;
          assertEquals(
            outcome.records.toJSON().length,
            last === "completed" ? 3 : outcome.records.size,
          );
        }
        assertEquals(left(runPath), expected);
      }),
      { numRuns: 40 },
    );
  },
);

Deno.test(
  "resumeRun() continues after the last checkpoint, not from the beginning",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path, "4steps");
    const seen: number[] = [];
    const failing = walk((step) => {
      seen.push(step);
      if (step === 7 && seen.length === 7) throw new Error("once");
    });
    const { runPath } = await trainRun(failing, base);
    await resumeRun(failing, { ...base, runPath });
    assertEquals(seen, [1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8, 9, 10, 11, 12]);
  },
);

Deno.test(
  "Run.checkpoint() keeps one every few steps, epochs or seconds",
  async () => {
    using folder = tempFolder();
    const cases: [interval: string, steps: number[]][] = [
      ["1step", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
      ["5steps", [5, 10]],
      ["1epoch", [4, 8, 12]],
      ["2epochs", [8]],
      ["0.000001s", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
      ["1h", []],
      ["never", []],
    ];
    for (const [interval, expected] of cases) {
      const kept: number[] = [];
      let path = "";
      const watching = walk(async (step, run) => {
        path = run.path;
        const checkpoint = await readCheckpoint(run.path);
        const parts = checkpoint?.parts as { at: { step: number } } | undefined;
        if (parts && kept.at(-1) !== parts.at.step) kept.push(parts.at.step);
        if (step === 12) throw new Error("so that the last one stays");
      });
      const options = settings(folder.path, interval);
      await trainRun(watching, options);
      assertEquals(kept, expected.filter((step) => step < 12), interval);
      const outcome = await resumeRun(walk(() => {}), {
        ...options,
        runPath: path,
      });
      assertEquals(outcome.status, "completed");
    }
  },
);

Deno.test(
  "a run that is asked to stop keeps a checkpoint first, and ends as interrupted",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path, "never");
    const controller = new AbortController();
    const seen: number[] = [];
    const stopping = walk((step) => {
      seen.push(step);
      if (step === 7) controller.abort(new Error("stop"));
    });
    const { signal } = controller;
    const stopped = await trainRun(stopping, { ...base, signal });
    assertEquals(stopped.status, "interrupted");
    assertEquals(readRunInfo(stopped.runPath).status, "interrupted");
    assertEquals(readHistory(stopped.runPath).lines.length, 7);
    const { runPath } = stopped;
    await resumeRun(stopping, { ...base, runPath });
    assertEquals(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const whole = await trainRun(walk(() => {}), base);
    assertEquals(left(runPath), left(whole.runPath));
  },
);

Deno.test(
  "resumeRun() keeps what the run began with, adds up its seconds, and notes when it was resumed",
  async () => {
    using folder = tempFolder();
    const base = { ...settings(folder.path), tags: ["a"], note: "first" };
    const failing = walk((step) => {
      if (step === 6) throw new RangeError("no");
    });
    const { runPath } = await trainRun(failing, base);
    const before = readRunInfo(runPath);
    assertEquals(before.error, { name: "RangeError", message: "no" });
    await resumeRun(failing, { ...base, tags: ["b"], runPath });
    await resumeRun(walk(() => {}), { ...base, runPath });
    const { resumed, error, ...info } = readRunInfo(runPath);
    assertEquals(error, undefined);
    assertEquals(info.startedAt, before.startedAt);
    assertEquals([info.tags, info.note], [["a"], "first"]);
    assertEquals(resumed?.length, 2);
    assertEquals(resumed![0]!.pid, Deno.pid);
    assert(resumed![0]!.at >= before.finishedAt!);
    assert(info.seconds! > before.seconds!);
  },
);

Deno.test(
  "resumeRun() refuses a run that is completed, running, or of another experiment",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path);
    const { runPath, runId } = await trainRun(walk(() => {}), base);
    const resume = (experiment: Experiment) =>
      assertRejects(
        () => resumeRun(experiment, { ...base, runPath }),
        RangeError,
      );
    const files = left(runPath);
    assertStringIncludes(
      (await resume(walk(() => {}))).message,
      `Cannot resume run ${runId}: it is completed already`,
    );
    assertStringIncludes(
      (await resume(coinThat(() => {}))).message,
      `Cannot resume run ${runId} as coin: it is of experiment walk`,
    );
    assertEquals(left(runPath), files);
    writeRunInfo(runPath, { ...readRunInfo(runPath), status: "running" });
    {
      using _alive = new History(runPath, runId, { isResumed: true });
      assertStringIncludes(
        (await resume(walk(() => {}))).message,
        `Cannot resume run ${runId}: it is in use`,
      );
    }
    assertEquals(left(runPath), { ...files, status: "running" });
  },
);

Deno.test(
  "resumeRun() loses nothing if it fails: a damaged checkpoint, a short history, other code",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path, "4steps");
    const failing = walk((step) => {
      if (step === 7) throw new Error("no");
    });
    const { runPath } = await trainRun(failing, base);
    const options = { ...base, runPath };
    const path = `${runPath}/${HISTORY_FILE}`;
    const history = Deno.readFileSync(path);
    Deno.writeFileSync(path, history.subarray(0, 60));
    await assertRejects(
      () => resumeRun(failing, options),
      RangeError,
      "metrics.jsonl must have at least",
    );
    Deno.writeFileSync(path, history);
    const checkpoint = Deno.readFileSync(`${runPath}/${CHECKPOINT_FILE}`);
    Deno.writeFileSync(
      `${runPath}/${CHECKPOINT_FILE}`,
      checkpoint.subarray(0, 99),
    );
    await assertRejects(() => resumeRun(failing, options), SyntaxError);
    Deno.writeFileSync(`${runPath}/${CHECKPOINT_FILE}`, checkpoint);
    const other = experiment({
      name: "walk",
      config: walk(() => {}).configSchema.fields,
      train: (_config, run) => void run.resumable({ at: {}, other: {} }),
    });
    const { status, error } = await resumeRun(other, options);
    assertEquals(status, "failed");
    assertStringIncludes(
      String(error),
      "the code has the state at, other, and the checkpoint at, meter, noise",
    );
    assertEquals(Deno.readFileSync(path), history);
    assertEquals(
      (await resumeRun(walk(() => {}), options)).status,
      "completed",
    );
  },
);

Deno.test(
  "resumeRun() warns if source or engine differ from those the run began with",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path);
    const source = { sha256: "a".repeat(64), files: 1, lock: null };
    const on = (engine: string, step: number) =>
      walk((at, run) => {
        if (at !== step) return;
        run.describe({ engine, versions: {} });
        throw new Error("no");
      });
    const { runPath } = await trainRun(on("wasm", 3), {
      ...base,
      keepSource: () => Promise.resolve(source),
    });
    const warnings: string[] = [];
    await resumeRun(on("cpu", 5), {
      ...base,
      runPath,
      keepSource: () => Promise.resolve({ ...source, sha256: "b".repeat(64) }),
      warn: (warning) => warnings.push(warning),
    });
    const but =
      ": results may differ from those of a run that was never stopped";
    assertEquals(warnings, [
      `the source was aaaaaaaaaaaa and is bbbbbbbbbbbb${but}`,
      `the engine was wasm and is cpu${but}`,
    ]);
    const info = readRunInfo(runPath);
    assertEquals([info.engine, info.resumed?.[0]?.engine], ["wasm", "cpu"]);
    assertEquals(info.resumed?.[0]?.source?.sha256, "b".repeat(64));
  },
);

Deno.test(
  "Run.resumable() is called once, and an evaluation has no checkpoints",
  async () => {
    using folder = tempFolder();
    const globals = globalConfigSchema.parse({ runs: folder.path });
    const twice = experiment({
      name: "twice",
      config: {},
      train(_config, run) {
        assertEquals(run.resumable({}), false);
        assertThrows(() => run.resumable({}), TypeError, "was called twice");
      },
      async evaluate(_config, _evalConfig, run) {
        assertThrows(
          () => run.resumable({}),
          TypeError,
          "only trainings have them",
        );
        await assertRejects(() => run.checkpoint(), TypeError);
      },
    });
    const config = twice.configSchema.defaults;
    const trained = await trainRun(twice, { ...quiet, globals, config });
    assertEquals([trained.status, trained.error], ["completed", undefined]);
    const { runPath } = trained;
    const options = { ...quiet, globals, runPath, evalConfig: {} };
    const { status, error } = await evaluateRun(twice, options);
    assertEquals([status, error], ["completed", undefined]);
  },
);

/** A training of some steps, with what it goes on with made by a test. */
function training(
  train: (run: Run, isFirst: boolean) => unknown,
): { readonly experiment: Experiment; readonly again: () => void } {
  let isFirst = true;
  const made = experiment({
    name: "training",
    config: {},
    train: (_config, run) => train(run, isFirst),
  });
  return { experiment: made, again: () => isFirst = false };
}

/** Trains until it fails, and goes on; gives both outcomes. */
async function stopAndGoOn(
  folder: string,
  train: (run: Run, isFirst: boolean) => unknown,
  print: (record: ResultRecord) => void = quiet.print,
) {
  const globals = globalConfigSchema.parse({
    runs: folder,
    checkpointEvery: "2steps",
  });
  const { experiment, again } = training(train);
  const config = experiment.configSchema.defaults;
  const options = { print, globals, config };
  const first = await trainRun(experiment, options);
  again();
  const { runPath } = first;
  const second = await resumeRun(experiment, { ...options, runPath });
  return { first, second, runPath };
}

Deno.test(
  "Run.resumable() restores lists, growing objects and arrays of numbers, in place",
  async () => {
    using folder = tempFolder();
    const seen: unknown[] = [];
    const { second } = await stopAndGoOn(folder.path, async (run, isFirst) => {
      const list: number[] = [];
      const counts: Record<string, number> = { begin: 0 };
      const weights = new Float32Array(2), model = { weights };
      const at = { step: 0 };
      const parts = { at, list, counts, model, own: weights.slice() };
      run.resumable(parts);
      while (at.step < 5) {
        at.step++;
        list.push(at.step);
        counts[`a/${at.step}~`] = at.step;
        if (at.step === 1) delete counts.begin;
        weights[0]! += 0.5;
        parts.own[1]! += 2;
        if (isFirst && at.step === 4) delete counts["a/1~"];
        if (isFirst && at.step === 5) throw new Error("stop");
        await run.checkpoint();
      }
      // The very objects that the code holds, not others in their place.
      seen.push(list, counts, weights[0], model.weights === weights);
      seen.push(parts.own[1]);
    });
    assertEquals(second.error, undefined);
    assertEquals(seen, [
      [1, 2, 3, 4, 5],
      { "a/2~": 2, "a/3~": 3, "a/4~": 4, "a/5~": 5 },
      2.5,
      true,
      10,
    ]);
  },
);

Deno.test(
  "Run.resumable() refuses at once what cannot be kept, and a part of another kind",
  async () => {
    using folder = tempFolder();
    const { first } = await stopAndGoOn(folder.path, (run) => {
      run.resumable({ at: { step: 0, best: undefined } });
    });
    assert(first.error instanceof TypeError);
    assertStringIncludes(first.error.message, "Cannot keep at/best");
    const { second } = await stopAndGoOn(folder.path, async (run, isFirst) => {
      const length = isFirst ? 3 : 4;
      run.resumable({ weights: new Float32Array(length) });
      for (let step = 0; step < 2; step++) await run.checkpoint();
      throw new Error("stop");
    });
    assertStringIncludes(
      String(second.error),
      "weights has another type or length there",
    );
  },
);

Deno.test(
  "Run.checkpoint() is refused before Run.resumable() is called",
  async () => {
    using folder = tempFolder();
    const { first } = await stopAndGoOn(
      folder.path,
      (run) => run.checkpoint(),
    );
    assert(first.error instanceof TypeError);
    assertStringIncludes(first.error.message, "call run.resumable()");
  },
);

Deno.test(
  "what comes before Run.resumable() is neither logged nor counted nor recorded twice",
  async () => {
    using folder = tempFolder();
    const printed: string[] = [];
    const { second, runPath } = await stopAndGoOn(
      folder.path,
      async (run, isFirst) => {
        await run.log({ step: 0 });
        run.meter.observe("x", 1);
        run.record({ name: "before" }, run.meter.result("x"));
        const at = { step: 0 };
        run.resumable({ at });
        while (at.step < 4) {
          at.step++;
          run.meter.observe("x", at.step);
          await run.log({ step: at.step });
          if (isFirst && at.step === 3) throw new Error("stop");
          await run.checkpoint();
        }
        run.record({ name: "after" }, run.meter.result("x"));
      },
      ({ metadata }) => printed.push(metadata.name),
    );
    assertEquals(second.error, undefined);
    const steps = readHistory(runPath).lines.map(({ step }) => step);
    assertEquals(steps, [0, 1, 2, 3, 4]);
    const records = [...readRecords(runPath)];
    assertEquals(records.map(({ metadata }) => metadata.name), [
      "before",
      "after",
    ]);
    assertEquals(records.map(({ result }) => result.n), [1, 5]);
    assertEquals(second.records.size, 2);
    assertEquals(printed, ["before", "after"]);
  },
);

Deno.test(
  "resumeRun() fails, and loses nothing, if the code no longer calls Run.resumable()",
  async () => {
    using folder = tempFolder();
    const { second, runPath } = await stopAndGoOn(
      folder.path,
      async (run, isFirst) => {
        if (isFirst) run.resumable({});
        for (let step = 1; step <= 3; step++) {
          await run.log({ step });
          if (isFirst) await run.checkpoint();
        }
        if (isFirst) throw new Error("stop");
      },
    );
    assertEquals(second.status, "failed");
    assertStringIncludes(String(second.error), "never called run.resumable");
    assertEquals(readHistory(runPath).lines.length, 3);
    assert(await readCheckpoint(runPath) !== null);
  },
);

Deno.test(
  "resumeRun() keeps the run's settings, except those it is given",
  async () => {
    using folder = tempFolder();
    const seen: unknown[] = [];
    const { experiment, again } = training((run) => {
      const { engine, onNonfinite, checkpointEvery, fsync } = run.globals;
      seen.push([engine, onNonfinite, checkpointEvery, fsync]);
      throw new Error("stop");
    });
    again();
    const runs = folder.path, config = experiment.configSchema.defaults;
    const globals = globalConfigSchema.parse({
      ...{ runs, engine: "cpu", onNonfinite: "continue", fsync: "never" },
      checkpointEvery: "7steps",
    });
    const { runPath } = await trainRun(experiment, {
      ...quiet,
      globals,
      config,
    });
    const options = { ...quiet, runPath };
    await resumeRun(experiment, { ...options, globals: { runs } });
    const asked = { runs, checkpointEvery: "1h" };
    await resumeRun(experiment, { ...options, globals: asked });
    // A file may be anyone's: what is none of these is not taken from it.
    const info = readRunInfo(runPath);
    writeRunInfo(runPath, {
      ...info,
      settings: { runs: "/tmp", engine: "quantum", fsync: 3 },
    });
    await resumeRun(experiment, { ...options, globals: { runs } });
    assertEquals(seen, [
      ["cpu", "continue", "7steps", "never"],
      ["cpu", "continue", "7steps", "never"],
      ["cpu", "continue", "1h", "never"],
      ["auto", "stop", "60s", "results"],
    ]);
  },
);

Deno.test(
  "resumeRun() does not begin a run anew that was completed in the meantime",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path);
    const failing = walk((step) => {
      if (step === 6) throw new Error("no");
    });
    const { runPath } = await trainRun(failing, base);
    const options = { ...base, runPath };
    const source = { sha256: "a".repeat(64), files: 1, lock: null };
    await assertRejects(
      () =>
        resumeRun(walk(() => {}), {
          ...options,
          // Another process is quicker.
          keepSource: async () => {
            await resumeRun(walk(() => {}), options);
            return source;
          },
        }),
      RangeError,
      ": it is completed already",
    );
    assertEquals(readRunInfo(runPath).status, "completed");
    assertEquals(readHistory(runPath).lines.length, 12);
  },
);

Deno.test(
  "a run that is asked to stop twice does not wait for its checkpoint",
  async () => {
    using folder = tempFolder();
    const first = new AbortController(), second = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { experiment } = training(async (run) => {
      run.resumable({});
      first.abort(new Error("stop"));
      second.abort();
      // By then it has been given up.
      await new Promise((resolve) => setTimeout(resolve, 0));
      await run.checkpoint().finally(resolve);
    });
    const globals = globalConfigSchema.parse({ runs: folder.path });
    const { status, runPath } = await trainRun(experiment, {
      ...quiet,
      globals,
      config: experiment.configSchema.defaults,
      signal: first.signal,
      forceSignal: second.signal,
    });
    assertEquals(status, "interrupted");
    assertEquals(await readCheckpoint(runPath), null);
    await promise;
  },
);

Deno.test(
  "a resumed training keeps the records made before until it is completed",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path, "never");
    const names = (runPath: string) =>
      [...readRecords(runPath)].map(({ metadata }) => metadata.name);
    const failing = walk((step, run) => {
      run.record({ name: `step-${step}` }, result);
      if (step === 6) throw new Error("stop");
    });
    const { runPath } = await trainRun(failing, base);
    const before = names(runPath);
    assertEquals(before.length, 7);
    let during: string[] = [];
    const { status } = await resumeRun(
      walk((step, run) => {
        // Other code: it makes but one of them again.
        if (step === 2) run.record({ name: "step-2" }, result);
        if (step === 3) during = names(runPath);
      }),
      { ...base, runPath },
    );
    assertEquals(status, "completed");
    assertEquals(new Set(during), new Set(before));
    assertEquals(names(runPath), ["step-2", "early", "place", "noise"]);
  },
);
