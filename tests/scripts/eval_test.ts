import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

const QUICK = ["--json", "--n-train=400", "--n-epochs=1"];

const train = async (runs: string, ...args: string[]) =>
  JSON.parse(
    (await runScript("train", [...QUICK, `--runs=${runs}`, ...args])).stdout,
  );

Deno.test(
  "eval measures the latest completed run, and prints its records",
  async () => {
    using runs = tempRuns();
    await train(runs.path);
    const { runPath } = await train(runs.path, "--seed=2");
    const { code, stdout, stderr } = await runScript("eval", [
      "--n-steps=3,5",
      "--n-samples=50",
      "--n-repeats=2",
      `--runs=${runs.path}`,
    ]);
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assertMatch(lines[0]!, /^loss\/held-out = .* \(within-run, n = 100\)$/);
    assertMatch(
      stdout,
      /^sliced-wasserstein \(nRepeats=2, nSamples=50, nSteps=3, sampler="dpm-solver\+\+", source="model", spacing="log-snr"\) = .*n = 2\)$/m,
    );
    const records = readRecords(`${ROOT}/${runPath}`);
    assertEquals(records.named("sliced-wasserstein").size, 1 + 2 * 3);
    // The training's two are among those in the run.
    assertEquals(lines.length, records.size - 2);
    assertStringIncludes(stderr, runPath);
  },
);

Deno.test(
  "eval takes a run by a part of its id, and gives the same bits each time",
  async () => {
    using runs = tempRuns();
    const { runId } = await train(runs.path);
    await train(runs.path);
    const evaluate = async (name: string) => {
      const { stdout } = await runScript("eval", [
        name,
        "--json",
        "--n-samples=50",
        "--n-repeats=2",
        `--runs=${runs.path}`,
      ]);
      return JSON.parse(stdout);
    };
    const first = await evaluate(runId);
    const again = await evaluate(runId.split("_")[1]!);
    assertEquals(first.runId, runId);
    // A link has no name of its own.
    Deno.symlinkSync(runId, `${ROOT}/${runs.path}/favourite`);
    assertEquals((await evaluate("favourite")).runId, runId);
    assertEquals(Object.keys(first), [
      "runId",
      "runPath",
      "status",
      "config",
      "records",
      "seconds",
    ]);
    const isTime = (record: { metadata: { name: string } }) =>
      record.metadata.name.startsWith("time/");
    const untimed = (document: typeof first) =>
      document.records.filter((record: never) => !isTime(record));
    assertEquals(untimed(again), untimed(first));
    assertEquals(untimed(first).length, 1 + 2 * 6 + 3 + 3 * 3);
  },
);

Deno.test(
  "eval, reproduce and train --resume run the experiment that the run names",
  async () => {
    using runs = tempRuns();
    const file = "examples/least_squares.ts", at = `--runs=${runs.path}`;
    const trained = await train(runs.path);
    const { code, stderr } = await runScript("train", [
      ...["--experiment", `./${file}`, at],
    ]);
    assertEquals(code, 0, stderr);
    const own = listRuns(`${ROOT}/${runs.path}`)
      .find(({ id }) => id !== trained.runId)!;
    const says = `least-squares (${file}): ${runs.path}/${own.id}`;
    // The latest run, whatever ran before it.
    const latest = await runScript("eval", [at]);
    assertEquals(latest.code, 0, latest.stderr);
    assertStringIncludes(latest.stderr, says);
    const foreign = await runScript("eval", ["--n-steps=5", at]);
    assertStringIncludes(
      foreign.stderr,
      `The flags are those of least-squares (${file}), the experiment of ` +
        `${runs.path}/${own.id}`,
    );
    const earlier = await runScript("eval", [
      ...["--quiet", trained.runId],
      ...["--n-samples=50", "--n-repeats=2", "--n-steps=3", at],
    ]);
    assertEquals(earlier.code, 0, earlier.stderr);
    assertEquals((await runScript("reproduce", [at])).code, 0);
    writeRunInfo(own.path, {
      ...readRunInfo(own.path),
      status: "interrupted",
    });
    const resumed = await runScript("train", ["--resume=latest", at]);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertStringIncludes(
      resumed.stderr,
      `${says} (starting over, as there is no checkpoint)`,
    );
  },
);

Deno.test(
  "eval runs no code outside the project, or among the runs, that a run names",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    const file = `${runs.path}/mine.ts`;
    Deno.writeTextFileSync(
      `${ROOT}/${file}`,
      'console.log("was run"); export default 1;',
    );
    const absolute = Deno.realPathSync(`${ROOT}/examples/least_squares.ts`);
    for (const name of [file, `./${file}`, absolute, `examples/../${file}`]) {
      makeRun(`${ROOT}/${runs.path}`, {
        id: "a",
        info: { args: ["--experiment", name] },
      });
      const { code, stdout, stderr } = await runScript("eval", [at]);
      assertEquals([code, stdout], [1, ""], name);
      assertMatch(stderr, /which --experiment \S+ chooses/);
    }
  },
);

Deno.test("eval --help tells what can be measured", async () => {
  const { code, stdout } = await runScript("eval", ["--help"]);
  assertEquals(code, 0);
  for (const flag of ["--n-steps", "--n-samples", "--experiment", "latest"]) {
    assertStringIncludes(stdout, flag);
  }
});

Deno.test("eval --where says which command evaluates many runs", async () => {
  const { code, stderr } = await runScript("eval", ["--where", "seed=1"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "deno task sweep --where KEY=VALUE --eval");
});
