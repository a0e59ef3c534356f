import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { formatFlag } from "../../core/config/flags.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { readConfigFile } from "../../core/store/run_file.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import {
  ROOT,
  runScript,
  scriptCommand,
  skipUnlessGranted,
  tempFolder,
  tempProject,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const QUICK = ["--n-train", "400", "--n-epochs", "2"];

Deno.test(
  "train prints its records on stdout and all else on stderr",
  async () => {
    using runs = tempRuns();
    const { code, stdout, stderr } = await runScript("train", [
      ...QUICK,
      "--runs",
      runs.path,
    ]);
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assertMatch(lines[0]!, /^loss\/train = \S+ ± \S+ \(within-run, n = 400\)$/);
    assertMatch(lines[1]!, /^time\/epoch = \S+ ± \S+ \(within-run, n = 2\)$/);
    assertEquals(lines.length, 2);
    const [run] = listRuns(`${ROOT}/${runs.path}`);
    assertStringIncludes(stderr, `diffusion: ${runs.path}/${run!.id}`);
    assertMatch(stderr, /completed in \S+ s: /);
  },
);

Deno.test("train --quiet says nothing but the records", async () => {
  using runs = tempRuns();
  const { stderr } = await runScript("train", [
    ...QUICK,
    "--quiet",
    "--runs",
    runs.path,
  ]);
  assertEquals(stderr, "");
});

Deno.test(
  "train --json prints one document: run, configuration and records",
  async () => {
    using runs = tempRuns();
    const { code, stdout } = await runScript("train", [
      ...QUICK,
      "--json",
      "--seed=7",
      "--hidden-layer-sizes=8,4",
      "--tag=a",
      "--tag=b",
      "--note=first try",
      `--runs=${runs.path}`,
    ]);
    assertEquals(code, 0);
    const document = JSON.parse(stdout);
    assertEquals(Object.keys(document), [
      "runId",
      "runPath",
      "status",
      "config",
      "records",
      "seconds",
    ]);
    const runPath = `${ROOT}/${document.runPath}`;
    assertEquals(document.status, "completed");
    assertEquals(document.config.hiddenLayerSizes, [8, 4]);
    assertEquals(document.config, readConfigFile(runPath));
    assertEquals(
      document.records,
      JSON.parse(JSON.stringify(readRecords(runPath))),
    );
    const info = readRunInfo(runPath);
    assertEquals([info.tags, info.note], [["a", "b"], "first try"]);
    assertEquals(info.command, "train");
    assertEquals(info.args[0], "--n-train");
  },
);

Deno.test(
  "train takes a run's own config.json, over which flags prevail",
  async () => {
    using runs = tempRuns();
    const first = await runScript("train", [
      ...QUICK,
      "--json",
      "--seed=3",
      "--beta-schedule=cosine",
      `--runs=${runs.path}`,
    ]);
    const { runPath, records } = JSON.parse(first.stdout);
    const again = (...args: string[]) =>
      runScript("train", [
        "--json",
        `--config=${runPath}/config.json`,
        `--runs=${runs.path}`,
        ...args,
      ]);
    const same = JSON.parse((await again()).stdout);
    assertEquals(same.config.betaSchedule, "cosine");
    // The same seed in two processes: the same record, bit for bit.
    assertEquals(same.records[0], records[0]);
    const other = JSON.parse((await again("--seed=4")).stdout);
    assertEquals(other.config, { ...same.config, seed: 4 });
    assert(other.records[0].result.mean !== records[0].result.mean);
  },
);

Deno.test(
  "train --help tells of every key, and of the keys of --experiment",
  async () => {
    const { code, stdout, stderr } = await runScript("train", ["--help"]);
    assertEquals([code, stderr], [0, ""]);
    for (const key of modelConfigSchema.keys) {
      assertStringIncludes(stdout, `${formatFlag(key)} `);
    }
    for (
      const flag of ["--config", "--experiment", "--tag", "--runs", "--json"]
    ) {
      assertStringIncludes(stdout, flag);
    }
    const own = await runScript("train", [
      "--experiment",
      "examples/least_squares.ts",
      "-h",
    ]);
    assertStringIncludes(own.stdout, "--degree <integer>");
    assert(!own.stdout.includes("--beta-schedule"));
  },
);

Deno.test(
  "train, eval and compare work in a project whose runs/ leads to another disk",
  async () => {
    using project = tempProject();
    using disk = tempFolder();
    Deno.symlinkSync(disk.path, `${project.path}/runs`);
    const at = { root: project.path };
    const train = await runScript("train", QUICK, at);
    assertEquals(train.code, 0, train.stderr);
    const evaluation = await runScript("eval", [], at);
    assertEquals(evaluation.code, 0, evaluation.stderr);
    const comparison = await runScript("compare", [], at);
    assertEquals(comparison.code, 0, comparison.stderr);
    const [run] = listRuns(disk.path);
    assertStringIncludes(comparison.stdout, run!.id);
    const path = `${disk.path}/${run!.id}`;
    writeRunInfo(path, { ...readRunInfo(path), status: "interrupted" });
    for (const script of ["runs", "show", "doctor"]) {
      const { code, stderr } = await runScript(script, [], at);
      assertEquals(code, 0, stderr);
    }
    const resumed = await runScript("train", ["--resume", "latest"], at);
    assertEquals(resumed.code, 0, resumed.stderr);
    for (const script of ["reproduce", "rm"]) {
      const { code, stderr } = await runScript(script, [run!.id], at);
      assertEquals(code, 0, stderr);
    }
  },
);

Deno.test("train reads a CSV of the user's in the project", async () => {
  using runs = tempRuns();
  const csv = `${runs.path}/my.csv`;
  const rows = Array.from({ length: 50 }, (_, i) => `${i},${(i * 7) % 11}`);
  Deno.writeTextFileSync(`${ROOT}/${csv}`, `a,b\n${rows.join("\n")}`);
  const { code, stderr } = await runScript("train", [
    `--dataset=${csv}`,
    `--runs=${runs.path}`,
  ]);
  assertEquals(code, 0, stderr);
});

Deno.test(
  "train warns of a schedule that leaves signal at its end, with the value",
  async () => {
    using runs = tempRuns();
    const quick = ["--n-train=100", "--n-epochs=1", `--runs=${runs.path}`];
    const warned = await runScript("train", [...quick, "--n-timesteps=50"]);
    assertEquals(warned.code, 0);
    assertStringIncludes(
      warned.stderr,
      "warning: betaSchedule linear with nTimesteps 50 leaves signal at its " +
        "end: ᾱ of the last step is 0.60, not near 0",
    );
    const fine = await runScript("train", [
      ...quick,
      "--n-timesteps=50",
      "--beta-schedule=cosine",
    ]);
    assertEquals(fine.stderr.includes("warning"), false);
  },
);

Deno.test(
  "train --config takes a run from before a key as it was then",
  async () => {
    using runs = tempRuns();
    const train = async (...args: string[]) =>
      JSON.parse(
        (await runScript("train", [
          "--json",
          "--n-train=100",
          "--n-epochs=1",
          `--runs=${runs.path}`,
          ...args,
        ])).stdout,
      );
    const { runPath, config } = await train();
    assertEquals(config.freshData, true);
    const path = `${ROOT}/${runPath}/config.json`;
    const { freshData: _, ...old } = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeTextFileSync(path, JSON.stringify(old));
    const again = await train(`--config=${runPath}/config.json`);
    assertEquals(again.config.freshData, false);
    // A file of a user's own is no run: what it leaves out has its default.
    const mine = `${runs.path}/mine.json`;
    Deno.writeTextFileSync(`${ROOT}/${mine}`, JSON.stringify({ seed: 2 }));
    assertEquals((await train(`--config=${mine}`)).config.freshData, true);
  },
);

Deno.test(
  "train stops at a loss that is not finite: status failed, and the step named",
  async () => {
    using runs = tempRuns();
    const args = [
      ...["--model=mlp", "--dataset=moons", "--n-train=200", "--n-epochs=1"],
      ...["--learning-rate=1e30", "--gradient-clip=0"],
      `--runs=${runs.path}`,
    ];
    const stopped = await runScript("train", args);
    assertEquals(stopped.code, 1);
    assertStringIncludes(stopped.stderr, "error: non-finite loss at step 2:");
    const went = await runScript("train", [
      ...args,
      "--on-nonfinite=continue",
    ]);
    assertEquals(went.code, 0);
    const { stdout } = await runScript("compare", [
      `--runs=${runs.path}`,
      "--metric=loss/train",
    ]);
    assertStringIncludes(stdout, "NaN");
  },
);

Deno.test("train --resume says after which step it continues", async () => {
  using runs = tempRuns();
  const at = `--runs=${runs.path}`;
  const child = scriptCommand("train", [
    ...["--n-epochs=1000000", "--checkpoint-every=100steps", at],
  ]).spawn();
  const written = new Promise<string>((resolve) => {
    const poll = setInterval(() => {
      const [run] = listRuns(`${ROOT}/${runs.path}`);
      try {
        Deno.statSync(`${run?.path}/checkpoint.safetensors`);
        clearInterval(poll);
        resolve(run!.path);
      } catch { /* not yet */ }
    }, 50);
  });
  const path = await written;
  child.kill("SIGINT");
  const { stderr } = await child.output();
  assertMatch(
    new TextDecoder().decode(stderr),
    /--resume \S+ continues from its checkpoint/,
  );
  const resumed = scriptCommand("train", ["--resume=latest", at]).spawn();
  const reader = resumed.stderr.pipeThrough(new TextDecoderStream())
    .getReader();
  const { value } = await reader.read();
  resumed.kill("SIGINT");
  await reader.cancel();
  await resumed.stdout.cancel();
  await resumed.status;
  assertMatch(value!, /\(resuming after step \d+\)/);
  assertEquals(readRunInfo(path).status, "interrupted");
});

Deno.test("train warns where --checkpoint-every has no effect", async () => {
  using runs = tempRuns();
  const file = `${runs.path}/plain.ts`;
  Deno.writeTextFileSync(
    `${ROOT}/${file}`,
    `import { experiment } from "whisker";
      export default experiment({ name: "plain", config: {}, train() {} });`,
  );
  const args = ["--experiment", file, `--runs=${runs.path}`];
  const plain = await runScript("train", args);
  assert(!plain.stderr.includes("warning"), plain.stderr);
  const warned = await runScript("train", [...args, "--checkpoint-every=1s"]);
  assertEquals(warned.code, 0);
  assertStringIncludes(
    warned.stderr,
    "warning: --checkpoint-every and --pause-at have no effect: the " +
      "experiment never called run.resumable()",
  );
});

Deno.test("train --pause-at stops with a checkpoint, and --resume goes on", async () => {
  using runs = tempRuns();
  const at = `--runs=${runs.path}`;
  const args = ["--n-train=100", "--n-epochs=4", at];
  const paused = await runScript("train", [...args, "--pause-at=1epoch"]);
  assertEquals(paused.code, 0);
  assertMatch(paused.stderr, /^paused after 1 epoch: /m);
  assertMatch(paused.stderr, /--resume \S+ continues from its checkpoint/);
  const resume = ["--resume=latest", at];
  const again = await runScript("train", [...resume, "--pause-at=3epochs"]);
  assertMatch(again.stderr, /^paused after 3 epochs: /m);
  assertEquals((await runScript("train", resume)).code, 0);
  const wrong = await runScript("train", [...args, "--pause-at=5m"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "a count of steps or epochs");
});
