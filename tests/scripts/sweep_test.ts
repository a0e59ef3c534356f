import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readEvaluations } from "../../core/store/evaluations.ts";
import { readConfigFile } from "../../core/store/run_file.ts";
import { readRunInfo, readStatus } from "../../core/store/run_info.ts";
import { exists } from "../../core/utils/exists.ts";
import { readLastLine } from "../../results/inspect/last_line.ts";
import {
  eachOf,
  ROOT,
  runScript,
  scriptCommand,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const WALK = ["--experiment=studies/sweeps/walk.ts", "--n-steps=2"];
const GRID = ["--grid", "drift=0,1", "--seeds=0..1", "--jobs=2"];

async function runJson(script: string, args: readonly string[], status = 0) {
  const { code, stdout, stderr } = await runScript(script, ["--json", ...args]);
  assertEquals(code, status, stderr);
  return JSON.parse(stdout);
}

Deno.test(
  "a sweep runs each configuration with each seed, and nothing that is there already",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    const { runId } = await runJson("train", [...WALK, at, "--seed=0"]);
    const args = [...WALK, ...GRID, "--eval", "scale=2", at];
    const before = await runJson("sweep", [...args, "--dry-run"]);
    // It is trained, but not evaluated.
    assertEquals(before.counts, {
      ...{ total: 4, completed: 0, earlier: 0, running: 0, failed: 0 },
      waiting: 4,
    });
    assertEquals(before.tasks[0].runId, runId);
    assert(!exists(`${ROOT}/${runs.path}/.sweeps`));
    const { code, stdout, stderr } = await runScript("sweep", args);
    assertEquals(code, 0, stderr);
    const { name } = before;
    assertEquals(stdout, `sweep ${name}: 4 of 4 runs completed\n`);
    assertStringIncludes(stderr, `--where sweep=${name}`);
    const ids = listRuns(`${ROOT}/${runs.path}`).map(({ id }) => id);
    assertEquals(ids.length, 4);
    assert(ids.includes(runId));
    for (const id of ids) {
      const log = Deno.readTextFileSync(`${ROOT}/${runs.path}/${id}/log.txt`);
      assertMatch(log, /^scaled \(scale=2\) = /m);
    }
    // The same command, with more seeds: those that are there are not run again.
    const more = await runJson(
      "sweep",
      [...args, "--seeds=0..2"].toSpliced(
        args.indexOf("--seeds=0..1"),
        1,
      ),
    );
    assertEquals([more.counts.completed, more.counts.earlier], [6, 4]);
    const compare = [at, "--where", `sweep=${name}`, "--format=json"];
    const compared = await runScript("compare", compare);
    assertEquals(JSON.parse(compared.stdout).rows.length, 2);
  },
);

Deno.test(
  "what fails stops nothing else, is named with its reason, and runs the code of the launch until the sweep is over",
  async () => {
    using runs = tempRuns();
    const file = `${runs.path}/mine.ts`;
    const write = (limit: number) =>
      Deno.writeTextFileSync(
        `${ROOT}/${file}`,
        `import { experiment, integer, ScalarResult } from "whisker";
        export default experiment({
          name: "mine",
          config: { size: integer({ default: 1, description: "of it" }) },
          train({ size }, run) {
            if (size === 3) Deno.exit(0);
            if (size > ${limit}) {
              throw new Error("it does not fit\\n" + "-".repeat(10_000));
            }
            run.record(
              { name: "size" },
              new ScalarResult({ mean: size, error: 0.1, n: 2 }),
            );
          },
        });`,
      );
    write(1);
    const args = [`--experiment=${file}`, `--runs=${runs.path}`];
    const sizes = ["--grid", "size=1,2,3", "--jobs=2"];
    const { code, stdout, stderr } = await runScript("sweep", [
      ...args,
      ...sizes,
      "--name=mine",
    ]);
    assertEquals(code, 1, stderr);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines[0], "sweep mine: 1 of 3 runs completed, 2 failed");
    assertMatch(
      lines[1]!,
      /^failed: size=2, seed=42: it does not fit … \(\S+\/log\.txt\)$/,
    );
    assertMatch(
      lines[2]!,
      /^failed: size=3, seed=42: Deno\.exit\(\) was called/,
    );
    // Repaired, but the sweep goes on with the code that it was launched with.
    write(2);
    const resume = ["resume", "mine", `--runs=${runs.path}`];
    const again = await runJson("sweep", [...resume, "--retry-failed"], 1);
    assertEquals(again.counts.failed, 2);
    const refused = await runScript("sweep", [
      ...args,
      ...sizes,
      "--name=mine",
    ]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "with other source");
    const fresh = await runJson("sweep", [...args, ...sizes], 1);
    assertEquals([fresh.counts.completed, fresh.counts.failed], [2, 1]);
    // There is nothing left that could be cancelled, or resumed.
    const cancelled = await runScript("sweep", [
      ...["cancel", fresh.name, `--runs=${runs.path}`],
    ]);
    assertMatch(cancelled.stdout, /\nnothing to cancel: the sweep is over\n$/);
    const all = await runJson("sweep", ["status", `--runs=${runs.path}`]);
    assertEquals(all.length, 2);
  },
);

Deno.test(
  "a sweep that is interrupted keeps checkpoints and is resumed; a cancelled one stops by itself",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    const start = async () => {
      const child = scriptCommand("sweep", [
        ...["--experiment=studies/sweeps/walk.ts", at, "--name=long"],
        ...["--n-steps=1000000", "--jobs=2", "--seeds=1,2,3"],
      ]).spawn();
      const output = Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      await untilLogged(runs.path, 2);
      return { child, output };
    };
    const first = await start();
    first.child.kill("SIGINT");
    const [stdout, stderr] = await first.output;
    assertEquals((await first.child.status).code, 130);
    assertStringIncludes(stdout, "0 of 3 runs completed, 3 waiting");
    assertStringIncludes(stderr, "to continue: deno task sweep resume long");
    const found = listRuns(`${ROOT}/${runs.path}`);
    for (const { path } of found) {
      assertEquals(readRunInfo(path).status, "interrupted");
      assert(exists(`${path}/checkpoint.safetensors`));
    }
    const second = await start();
    // Its runs can be selected meanwhile by commands that may only read.
    const where = await runJson("runs", [at, "--where", "sweep=long"]);
    assert(where.runs.length > 0);
    const { code } = await runScript("sweep", ["cancel", "long", at]);
    assertEquals(code, 0);
    const [summary] = await second.output;
    assertEquals((await second.child.status).code, 1);
    assertStringIncludes(summary, "3 waiting");
    // The same runs were resumed; one that had not begun may have begun now.
    const ids = listRuns(`${ROOT}/${runs.path}`).map(({ id }) => id);
    assert(ids.length <= 3);
    for (const { id, path } of found) {
      assert(ids.includes(id));
      assertEquals(readStatus(path, readRunInfo(path)), "interrupted");
    }
    assert(found.some(({ path }) => readRunInfo(path).resumed !== undefined));
  },
);

Deno.test(
  "sweep --where evaluates the runs that match at once, but for what the same code has measured",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    const file = `${runs.path}/mine.ts`;
    Deno.writeTextFileSync(
      `${ROOT}/${file}`,
      `import { experiment, number, ScalarResult } from "whisker";
      export default experiment({
        name: "mine",
        config: {},
        evalConfig: { scale: number({ default: 1, description: "of it" }) },
        train() {},
        evaluate({ seed }, { scale }, run) {
          if (seed === 3) throw new Error("it is odd");
          console.log("evaluated", run.path.length > 0);
          run.record(
            { name: "scaled", scale },
            new ScalarResult({ mean: seed * scale, error: 0.1, n: 2 }),
          );
        },
      });`,
    );
    const experiment = `--experiment=${file}`;
    await runJson("sweep", [experiment, at, "--seeds=1..3"]);
    const paths = listRuns(`${ROOT}/${runs.path}`).map(({ path }) => path);
    const scales = () =>
      paths.flatMap((path) =>
        readEvaluations(path).map(({ status, evalConfig, startedAt }) =>
          `${
            readConfigFile(path).seed
          } ${status} ${evalConfig.scale} ${startedAt}`
        )
      ).sort();
    const of = (...where: string[]) => [
      ...where.map((condition) => `--where=${condition}`),
      ...["--eval=scale=2", "--eval=scale=3", experiment, at, "--jobs=2"],
    ];
    const one = await runJson("sweep", of("seed=1"));
    assertEquals([one.counts.total, one.counts.completed], [1, 1]);
    const before = scales();
    const dry = await runJson("sweep", [...of("experiment=mine"), "--dry-run"]);
    assertEquals([dry.counts.completed, dry.counts.waiting], [1, 2]);
    const { code, stdout } = await runScript("sweep", of("experiment=mine"));
    assertEquals(code, 1);
    assertMatch(
      stdout,
      /2 of 3 runs completed, 1 failed\nfailed: seed=3: .*it is odd/,
    );
    const after = scales();
    assert(before.every((evaluation) => after.includes(evaluation)));
    assertEquals(after.map((text) => text.split(" ").slice(0, 3).join(" ")), [
      ...["1 completed 2", "1 completed 3", "2 completed 2", "2 completed 3"],
      "3 failed 2",
    ]);
    assertEquals(listRuns(`${ROOT}/${runs.path}`).length, 3);
    for (
      const [args, message] of [
        [of("seed=9"), "No completed run matches --where"],
        [[...of("seed=1"), "--grid=seed=1"], "Cannot use --grid with --where"],
      ] as const
    ) {
      const { code, stderr } = await runScript("sweep", args);
      assertEquals(code, 2);
      assertStringIncludes(stderr, message);
    }
  },
);

Deno.test("two sweeps that run at once train the runs that both have only once", async () => {
  using runs = tempRuns();
  const start = (name: string, drifts: string) =>
    runJson("sweep", [
      ...[...WALK, `--runs=${runs.path}`, `--name=${name}`, "--seeds=0..1"],
      ...["--grid", `drift=${drifts}`, "--eval=default", "--jobs=2"],
    ]);
  const found = await Promise.all([start("a", "0,1"), start("b", "1,0,2")]);
  assertEquals(found.map(({ counts }) => counts.completed), [4, 6]);
  assertEquals(listRuns(`${ROOT}/${runs.path}`).length, 6);
});

Deno.test("a second Ctrl-C stops a sweep at once, even if its runs do not listen", async () => {
  using runs = tempRuns();
  const file = `${runs.path}/stuck.ts`;
  Deno.writeTextFileSync(
    `${ROOT}/${file}`,
    `import { experiment } from "whisker";
    export default experiment({
      name: "stuck",
      config: {},
      train(_config, run) {
        run.log({ step: 1 });
        while (true);
      },
    });`,
  );
  const child = scriptCommand("sweep", [
    ...[`--experiment=${file}`, `--runs=${runs.path}`, "--seeds=0..2"],
    ...["--jobs=1", "--name=stuck"],
  ]).spawn();
  const ended = Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await untilLogged(runs.path, 1);
  // A signal that follows at once is the same request, as deno task repeats it.
  const timer = setInterval(() => child.kill("SIGINT"), 100);
  const [{ code }, stdout, stderr] = await ended.finally(() =>
    clearInterval(timer)
  );
  assertEquals(code, 130);
  assertEquals(stdout, "sweep stuck: 0 of 3 runs completed, 3 waiting\n");
  assertStringIncludes(stderr, "Ctrl-C again stops at once");
  const [run, ...others] = listRuns(`${ROOT}/${runs.path}`);
  assertEquals(others, []);
  // Its process is gone.
  assertEquals(readStatus(run!.path, readRunInfo(run!.path)), "died");
});

/** Waits until so many runs are alive and have a line in their histories. */
async function untilLogged(runs: string, count: number): Promise<void> {
  const isLogging = () =>
    listRuns(`${ROOT}/${runs}`).filter(({ path }) =>
      exists(`${path}/run.json`) &&
      readStatus(path, readRunInfo(path)) === "running" &&
      readLastLine(path) !== null
    ).length >= count;
  using watcher = Deno.watchFs(`${ROOT}/${runs}`);
  if (isLogging()) return;
  for await (const _event of watcher) if (isLogging()) return;
}

Deno.test("a sweep file says all that flags can, and flags prevail", async () => {
  using runs = tempRuns();
  const path = `${runs.path}/sweep.json`;
  const write = (content: object) =>
    Deno.writeTextFileSync(`${ROOT}/${path}`, JSON.stringify(content));
  write({
    $schema: "sweep.schema.json",
    experiment: "studies/sweeps/walk.ts",
    config: { nSteps: 3 },
    grid: { drift: [0, 1] },
    eval: [{ scale: 2 }],
    seeds: [1, 2, 3],
    name: "filed",
  });
  const dry = [path, `--runs=${runs.path}`, "--dry-run"];
  const { name, tasks } = await runJson("sweep", dry);
  assertEquals([name, tasks.length], ["filed", 6]);
  assertEquals(tasks[0].config, { seed: 1, drift: 0, nSteps: 3 });
  const changed = [...dry, "--grid", "n-steps=1,2", "--seeds=7"];
  const { tasks: others } = await runJson("sweep", changed);
  assertEquals(others.map(({ config }: { config: object }) => config), [
    { seed: 7, drift: 0, nSteps: 1 },
    { seed: 7, drift: 0, nSteps: 2 },
    { seed: 7, drift: 1, nSteps: 1 },
    { seed: 7, drift: 1, nSteps: 2 },
  ]);
  write({ gird: { drift: [0] }, seeds: "none", range: { drift: [1, 2] } });
  const { code, stderr } = await runScript("sweep", dry);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Unknown key gird: did you mean grid?");
  assertStringIncludes(stderr, '"range" in');
});

Deno.test("the JSON Schema of sweep files has the keys of the experiment", async () => {
  const { code, stdout } = await runScript("sweep", ["--schema"]);
  assertEquals(code, 0);
  const { properties } = JSON.parse(stdout);
  const { model, learningRate } = properties.grid.properties;
  assertEquals(model.items.enum, ["identity", "mlp"]);
  assertEquals(learningRate.items.type, "number");
  assertEquals(properties.random.type, "number");
  assert(properties.range.properties.batchSize.oneOf.length === 3);
});

Deno.test("errors of the command line say what to do", async () => {
  const cases: [args: string[], message: string][] = [
    [["status", "none", "--runs=runs/.none"], "deno task sweep creates one"],
    [["status", "--seeds=1"], "Cannot use --seeds with status"],
    [["now"], "sweep file that ends in .json"],
    [["--grid", "learningRate"], "--grid must be KEY=VALUE"],
    [["--grid", "learningRat=1"], "did you mean learningRate?"],
    [["--seeds=4..1"], "--seeds must be whole numbers"],
    [["--range", "learningRate=1"], "--range must be KEY=log(LOW,HIGH)"],
    [["--eval", "nStep=1"], "did you mean nSteps?"],
    [["--eval", "nRepeats=1,2"], "nRepeats takes one value, not 1,2"],
    [["--grid", "hiddenLayerSizes=64,64"], "write hiddenLayerSizes=[64,64]"],
    [["--name=a/b", "--dry-run"], "Cannot name a sweep"],
    [["--seed=1", "--seeds=0..2"], "Give either --seed or --seeds"],
  ];
  await eachOf(cases, async ([args, message]) => {
    const { code, stderr } = await runScript("sweep", args);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
  });
});

Deno.test("a worker needs to know how many runs to take", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...["run", "--no-prompt", "-P=sweep"], "scripts/_work.ts", "runs"],
    cwd: ROOT,
  }).output();
  assertEquals(code, 2);
  assertMatch(new TextDecoder().decode(stderr), /RUNS NAME JOBS MAX_TASKS/);
});
