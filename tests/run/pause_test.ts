import { assert, assertEquals } from "@std/assert";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { integer } from "../../core/config/fields.ts";
import { parsePause } from "../../core/config/checkpoint_interval.ts";
import { experiment } from "../../core/experiment.ts";
import { resumeRun, trainRun } from "../../core/run/lifecycle.ts";
import { Pause } from "../../core/run/pause.ts";
import { readCheckpoint } from "../../core/store/checkpoint.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import { quiet } from "../../testing/coin.ts";
import { readHistory } from "../../testing/history.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import fc from "../../testing/properties.ts";

skipUnlessGranted("files");

/** A random walk of epochs of four steps. */
const walk = experiment({
  name: "walk",
  config: {
    nSteps: integer({ default: 12, min: 1, description: "how many" }),
  },
  async train({ nSteps }, run) {
    const noise = run.random("noise");
    const at = { step: 0, place: 0 };
    run.resumable({ noise, at });
    while (at.step < nSteps) {
      at.place += noise.normal();
      run.meter.observe("place", at.place);
      at.step++;
      await run.log({ step: at.step, place: at.place });
      if (at.step % 4 === 0) await run.checkpoint("epoch");
      await run.checkpoint();
    }
    run.record({ name: "place" }, run.meter.result("place"));
  },
});

const settings = (runs: string) => ({
  ...quiet,
  globals: globalConfigSchema.parse({ runs, checkpointEvery: "never" }),
  config: walk.configSchema.defaults,
});

const readAll = (runPath: string) => ({
  lines: readHistory(runPath).lines,
  records: readRecords(runPath).toJSON(),
});

Deno.test("a run that pauses ends as if it had not, wherever it does", async () => {
  using folder = tempFolder();
  const base = settings(folder.path);
  const expected = readAll((await trainRun(walk, base)).runPath);
  const places = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(places, async (counts) => {
      let runPath: string | undefined;
      for (const count of counts.sort((a, b) => a - b)) {
        const options = { ...base, pauseAt: { unit: "steps", count } as const };
        const outcome = runPath === undefined
          ? await trainRun(walk, options)
          : await resumeRun(walk, { ...options, runPath });
        ({ runPath } = outcome);
        assertEquals(outcome.status, "interrupted");
        assert(outcome.error instanceof Pause);
        const { lines } = readHistory(runPath);
        assertEquals(lines, expected.lines.slice(0, count));
      }
      const { status } = await resumeRun(walk, { ...base, runPath: runPath! });
      assertEquals(status, "completed");
      assertEquals(readAll(runPath!), expected);
      assertEquals(
        Object.keys(readRunInfo(runPath!).pauses!),
        counts.map((count) => `${count}steps`),
      );
    }),
    { numRuns: 10 },
  );
});

Deno.test("a run pauses after epochs, and says how long its history was", async () => {
  using folder = tempFolder();
  const pauseAt = parsePause("2epochs");
  const { runPath } = await trainRun(walk, {
    ...settings(folder.path),
    pauseAt,
  });
  const checkpoint = await readCheckpoint(runPath);
  const { pauses, status } = readRunInfo(runPath);
  assertEquals([status, readHistory(runPath).lines.length], ["interrupted", 8]);
  assertEquals(pauses?.["2epochs"], checkpoint!.historyLength);
});

Deno.test("a run that was killed while it paused pauses at once", async () => {
  using folder = tempFolder();
  const options = {
    ...settings(folder.path),
    pauseAt: parsePause("3 steps"),
  };
  const { runPath } = await trainRun(walk, options);
  // As if it had been killed after the checkpoint and before run.json.
  const { pauses, ...info } = readRunInfo(runPath);
  writeRunInfo(runPath, { ...info, status: "running" });
  const { status } = await resumeRun(walk, { ...options, runPath });
  assertEquals(status, "interrupted");
  assertEquals(readRunInfo(runPath).pauses, pauses);
  assertEquals(readHistory(runPath).lines.length, 3);
});

Deno.test("a run that is past a pause stays where it is", async () => {
  using folder = tempFolder();
  const options = settings(folder.path);
  const { runPath } = await trainRun(walk, {
    ...options,
    pauseAt: parsePause("6steps"),
  });
  const { error } = await resumeRun(walk, {
    ...{ ...options, runPath, pauseAt: parsePause("3steps") },
  });
  assert(error instanceof Pause);
  assertEquals(Object.keys(readRunInfo(runPath).pauses!), ["6steps"]);
  assertEquals(readHistory(runPath).lines.length, 6);
});

Deno.test("a run that ends before it could pause is completed", async () => {
  using folder = tempFolder();
  const pauseAt = parsePause("13steps");
  const { status, runPath } = await trainRun(walk, {
    ...settings(folder.path),
    pauseAt,
  });
  assertEquals([status, readRunInfo(runPath).pauses], ["completed", undefined]);
});

Deno.test("parsePause() takes counts of steps and epochs alone", () => {
  assertEquals(parsePause("500steps"), { unit: "steps", count: 500 });
  assertEquals(parsePause("1 epoch"), { unit: "epochs", count: 1 });
  for (const text of ["60s", "never", "1.5epochs", "0steps", ""]) {
    assertEquals(parsePause(text), undefined);
  }
});
