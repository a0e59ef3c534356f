import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import diffusion from "../../core/diffusion/experiment.ts";
import { openEvaluation } from "../../core/run/evaluation.ts";
import { resumeRun } from "../../core/run/lifecycle.ts";
import { readConfigSource } from "../../core/config/schema.ts";
import { isAlive } from "../../core/store/lock.ts";
import { readHistory } from "../../testing/history.ts";
import { readConfigFile } from "../../core/store/run_file.ts";
import {
  readRecords,
  readTrainRecords,
  writeRecordsFile,
} from "../../core/store/records.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { ResultCollection } from "../../core/utils/results.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { readSamples } from "../../results/figures/samples.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";
import { copyFolder, mlpFixture, readAll, snapshot } from "./_readers.ts";

skipUnlessGranted("scripts");

const SAMPLES = { columns: ["x"], samples: [[1]], schemaVersion: 1 };

/** A copy of a real run with all that a run may have. */
function makeRunToLink(path: string): void {
  copyFolder(mlpFixture(), path);
  Deno.mkdirSync(`${path}/samples`, { recursive: true });
  Deno.writeTextFileSync(`${path}/samples/a.json`, JSON.stringify(SAMPLES));
}

/** How each file and folder of a run is read. */
const READERS: readonly [name: string, read: (run: string) => unknown][] = [
  ["run.json", readRunInfo],
  ["config.json", readConfigFile],
  ["config.json", (run) => readConfigSource(`${run}/config.json`)],
  ["metrics.jsonl", readHistory],
  ["results/train.json", readTrainRecords],
  ["results", readTrainRecords],
  ["samples/a.json", readSamples],
  ["samples", readSamples],
  ["results", (run) => writeRecordsFile(run, NO_RECORDS.name, NO_RECORDS)],
];
const NO_RECORDS = { name: "eval_x", records: new ResultCollection() };

Deno.test(
  "no file or folder of a run is read or written where it is a link out of the run",
  () => {
    for (const [name, read] of READERS) {
      using folder = tempFolder();
      const runs = `${folder.path}/runs`, elsewhere = `${folder.path}/else`;
      makeRunToLink(`${runs}/bad`);
      makeRunToLink(elsewhere);
      makeRunToLink(`${runs}/other`);
      for (const target of [`${elsewhere}/${name}`, `${runs}/other/${name}`]) {
        const path = `${runs}/bad/${name}`;
        read(`${runs}/bad`);
        Deno.removeSync(path, { recursive: true });
        Deno.symlinkSync(target, path);
        const before = snapshot(elsewhere);
        assertThrows(
          () => read(`${runs}/bad`),
          RangeError,
          "it is a link that leads out of the run",
          name,
        );
        assertEquals(snapshot(elsewhere), before);
        Deno.removeSync(path);
        copyFolder(elsewhere, `${runs}/bad`);
      }
    }
  },
);

Deno.test(
  "a link to a history that is locked elsewhere does not make a run alive",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/locked`;
    Deno.writeTextFileSync(path, "");
    using file = Deno.openSync(path, { write: true });
    file.lockSync(true);
    Deno.mkdirSync(`${folder.path}/run`);
    Deno.symlinkSync(path, `${folder.path}/run/metrics.jsonl`);
    assertEquals(isAlive(`${folder.path}/run`), false);
  },
);

Deno.test("an evaluation opens no run that has a link out of it", () => {
  for (const name of ["samples", "model", "results", "own", "model/x.bin"]) {
    using folder = tempFolder();
    const run = makeRun(`${folder.path}/runs`, { id: "a" });
    Deno.mkdirSync(`${run}/model`);
    openEvaluation(run, { seed: 1 }, {}, {});
    if (name === "model" || name === "results") {
      Deno.removeSync(`${run}/${name}`, { recursive: true });
    }
    Deno.symlinkSync(folder.path, `${run}/${name}`);
    assertThrows(
      () => openEvaluation(run, { seed: 1 }, {}, {}),
      RangeError,
      `Cannot use ${run}/${name}: it is a link`,
    );
  }
});

Deno.test("no run is resumed that has a link out of it", async () => {
  using folder = tempFolder();
  const info = { status: "interrupted", experiment: "diffusion" } as const;
  const run = makeRun(`${folder.path}/runs`, { id: "a", info });
  Deno.writeTextFileSync(`${folder.path}/else`, "");
  Deno.symlinkSync(`${folder.path}/else`, `${run}/metrics.jsonl`);
  await assertRejects(
    () => resumeRun(diffusion, { runPath: run }),
    RangeError,
    "is a link that leads out of the run",
  );
  assertEquals(Deno.statSync(`${folder.path}/else`).size, 0);
});

Deno.test(
  "no run is resumed that has a pipe or a folder in the place of a file",
  async () => {
    const info = { status: "interrupted", experiment: "diffusion" } as const;
    const names = ["metrics.jsonl", "checkpoint.safetensors", "config.json"];
    for (const name of [...names, "run.json"]) {
      using folder = tempFolder();
      const run = makeRun(`${folder.path}/runs`, { id: "a", info });
      const path = `${run}/${name}`;
      Deno.writeTextFileSync(path, "");
      for (const kind of ["a pipe or a device", "a directory"]) {
        Deno.removeSync(path);
        if (kind === "a directory") Deno.mkdirSync(path);
        else new Deno.Command("mkfifo", { args: [path] }).outputSync();
        await assertRejects(
          () => resumeRun(diffusion, { runPath: run }),
          RangeError,
          `it is ${kind}, not a file`,
        );
      }
    }
  },
);

Deno.test("a file given by --config may be a link of one's own", () => {
  using folder = tempFolder();
  Deno.mkdirSync(`${folder.path}/mine`);
  Deno.writeTextFileSync(`${folder.path}/base.json`, '{"seed":7}');
  const path = `${folder.path}/mine/config.json`;
  Deno.symlinkSync("../base.json", path);
  assertEquals(readConfigSource(path).values, { seed: 7 });
});

/** What may stand where a file is expected, and never be opened. */
const NO_FILES: readonly [what: string, make: (path: string) => void][] = [
  ["a directory", (path) => Deno.mkdirSync(path)],
  [
    "a pipe",
    (path) => {
      new Deno.Command("mkfifo", { args: [path] }).outputSync();
    },
  ],
  ["a loop", (path) => Deno.symlinkSync(path, path)],
  ["a link to a device", (path) => Deno.symlinkSync("/dev/zero", path)],
  ["a link to nowhere", (path) => Deno.symlinkSync("/nowhere/x", path)],
];

Deno.test(
  "what is no file makes no reader wait, and hides no other run",
  async () => {
    const files = ["run.json", "config.json", "results/train.json"];
    for (const file of [...files, "metrics.jsonl", "results"]) {
      for (const [what, make] of NO_FILES) {
        using folder = tempFolder();
        makeRun(folder.path, {
          id: "good",
          records: [[{ name: "loss" }, { mean: 1, error: 1, n: 2 }]],
        });
        Deno.writeTextFileSync(
          `${folder.path}/good/metrics.jsonl`,
          '{"schemaVersion":1,"runId":"good"}\n{"step":1,"loss":2}\n',
        );
        copyFolder(mlpFixture(), `${folder.path}/bad`);
        Deno.removeSync(`${folder.path}/bad/${file}`, { recursive: true });
        make(`${folder.path}/bad/${file}`);
        const problems = await readAll(folder.path, ["good"]);
        const isEmpty = file === "results" && what === "a directory";
        assertEquals(problems.length > 0, !isEmpty, `${what} for ${file}`);
      }
    }
  },
);

Deno.test("what is not a run among the runs is reported or skipped", () => {
  using folder = tempFolder();
  makeRun(folder.path, { id: "good" });
  for (const [index, [, make]] of NO_FILES.entries()) {
    make(`${folder.path}/bad${index}`);
  }
  Deno.symlinkSync("..", `${folder.path}/up`);
  Deno.symlinkSync(".", `${folder.path}/itself`);
  Deno.mkdirSync(`${folder.path}/evil\x1b[2J`);
  const database = new RunDatabase(folder.path);
  assertEquals(Array.from(database, ({ id }) => id), ["good"]);
  // A new directory may be a run that is just starting.
  assert(database.problems.length >= NO_FILES.length + 1);
  for (const { reason } of database.problems) assertMatch(reason, /\w/);
  assertEquals(readRecords(`${folder.path}/good`).size, 0);
});
