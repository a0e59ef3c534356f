import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { resumeRun, trainRun } from "../core/conduct.ts";
import { integer } from "../core/config/fields.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { type Experiment, experiment } from "../core/experiment.ts";
import type { Run } from "../core/run.ts";
import { CHECKPOINT_FILE, readCheckpoint } from "../core/utils/checkpoint.ts";
import { History, HISTORY_FILE, readHistory } from "../core/utils/history.ts";
import { Meter } from "../core/utils/meters.ts";
import {
  readRecords,
  readRunInfo,
  writeRunInfo,
} from "../core/utils/run_directory.ts";
import { coinThat, quiet } from "./_coin.ts";
import { tempFolder, testWith } from "./_helpers.ts";
import fc from "./_properties.ts";

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

testWith(
  "files",
  "resumeRun() ends as if there had been no stop, wherever there were stops",
  async () => {
    using folder = tempFolder();
    const base = settings(folder.path);
    const whole = await trainRun(walk(() => {}), base);
    const expected = left(whole.runPath);
    assertEquals(expected.lines.length, 12);
    const interval = fc.constantFrom(
      ...["1step", "3steps", "0s", "1epoch", "never", "1h"],
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

testWith(
  "files",
  "resumeRun() goes on after the last checkpoint, not from the beginning",
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

testWith(
  "files",
  "Run.checkpoint() keeps one every so many steps, epochs or seconds",
  async () => {
    using folder = tempFolder();
    const cases: [interval: string, steps: number[]][] = [
      ["1step", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
      ["5steps", [5, 10]],
      ["1epoch", [4, 8, 12]],
      ["2epochs", [8]],
      ["0s", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
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

testWith(
  "files",
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

testWith(
  "files",
  "resumeRun() keeps what the run began with, adds up its seconds, and notes when it went on",
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

testWith(
  "files",
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
      `Cannot resume run ${runId} as it is completed already`,
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
        `Cannot go on with run ${runId} as it is running still`,
      );
    }
    assertEquals(left(runPath), { ...files, status: "running" });
  },
);

testWith(
  "files",
  "resumeRun() loses nothing where it cannot go on: a damaged checkpoint, a short history, other code",
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
      "it must have what the code goes on with, at, other: it has at, meter, noise",
    );
    assertEquals(Deno.readFileSync(path), history);
    assertEquals(
      (await resumeRun(walk(() => {}), options)).status,
      "completed",
    );
  },
);

testWith(
  "files",
  "resumeRun() warns where source or engine are others than the run began with",
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
    const but = ": what comes out may differ from a run that was never stopped";
    assertEquals(warnings, [
      `the source was aaaaaaaaaaaa and is bbbbbbbbbbbb${but}`,
      `the engine was wasm and is cpu${but}`,
    ]);
    const info = readRunInfo(runPath);
    assertEquals([info.engine, info.resumed?.[0]?.engine], ["wasm", "cpu"]);
    assertEquals(info.resumed?.[0]?.source?.sha256, "b".repeat(64));
  },
);

testWith(
  "files",
  "Run.resumable() is said once, and an evaluation has no checkpoints",
  async () => {
    using folder = tempFolder();
    const globals = globalConfigSchema.parse({ runs: folder.path });
    const twice = experiment({
      name: "twice",
      config: {},
      train(_config, run) {
        assertEquals(run.resumable({}), false);
        assertThrows(() => run.resumable({}), TypeError, "Cannot say twice");
      },
      async evaluate(_config, _evalConfig, run) {
        assertThrows(() => run.resumable({}), TypeError, "of an evaluation");
        await assertRejects(() => run.checkpoint(), TypeError);
      },
    });
    const config = twice.configSchema.defaults;
    const trained = await trainRun(twice, { ...quiet, globals, config });
    assertEquals([trained.status, trained.error], ["completed", undefined]);
    const { evaluateRun } = await import("../core/conduct.ts");
    const { runPath } = trained;
    const options = { ...quiet, globals, runPath, evalConfig: {} };
    const { status, error } = await evaluateRun(twice, options);
    assertEquals([status, error], ["completed", undefined]);
  },
);
