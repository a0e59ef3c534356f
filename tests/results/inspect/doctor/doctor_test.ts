import { assert, assertEquals, assertMatch } from "@std/assert";
import { evaluateRun } from "../../../../core/run/evaluation.ts";
import { trainRun } from "../../../../core/run/lifecycle.ts";
import { experiment } from "../../../../core/experiment.ts";
import { keepSource, SOURCES } from "../../../../core/store/source.ts";
import { writeCheckpoint } from "../../../../core/store/checkpoint.ts";
import { History } from "../../../../core/store/history.ts";
import { readRunInfo, writeRunInfo } from "../../../../core/store/run_info.ts";
import { runIdFromPath } from "../../../../core/store/run_directory.ts";
import { moveToTrash } from "../../../../core/store/trash.ts";
import { examineRuns } from "../../../../results/inspect/doctor/doctor.ts";
import { options, result } from "../../../../testing/coin.ts";
import {
  type Folder,
  skipUnlessGranted,
  tempFolder,
} from "../../../../testing/helpers.ts";
import { INFO } from "../../../../testing/runs.ts";

skipUnlessGranted("files");

/** An experiment that leaves every kind of file. */
const whole = experiment({
  name: "whole",
  config: {},
  async train(_config, run) {
    for (let step = 1; step <= 20; step++) await run.log({ step, loss: step });
    run.record({ name: "loss" }, result);
    run.writeJson("model/model.json", {});
    run.writeJson("samples/some.json", { samples: [] });
    Deno.writeFileSync(`${run.path}/model/weights.bin`, new Uint8Array(24));
    Deno.writeFileSync(`${run.path}/model/own.bin`, new Uint8Array(5));
  },
  evaluate(_config, _evalConfig, run) {
    run.record({ name: "score", nSteps: 5 }, result);
    run.record({ name: "score", nSteps: 9 }, result);
  },
});

const source = {
  entries: ["a.ts"],
  files: new Map([["a.ts", new TextEncoder().encode("// a\n")]]),
  imports: new Map<string, string>(),
  lock: null,
};

/** A runs directory with one run that has all that runs can have. */
async function wholeRun(): Promise<Folder & { readonly run: string }> {
  const folder = tempFolder();
  const set = options(folder.path);
  const keep = () => keepSource(folder.path, source);
  const asked = { ...set, keepSource: keep, config: { seed: 1 } };
  const { runPath } = await trainRun(whole, asked);
  await evaluateRun(whole, { ...asked, runPath, evalConfig: { nSteps: 5 } });
  return { ...folder, run: runPath };
}

/** What is found, as "kind file", notes marked; of the run's files their path. */
async function found(runs: string): Promise<string[]> {
  const { findings } = await examineRuns(runs);
  return findings.map(({ kind, file, run, isNote }) => {
    const inner = run.startsWith(".") ? file : file.slice(run.length + 1);
    return `${isNote ? "note: " : ""}${kind} ${inner}`.trim();
  });
}

const write = (path: string, text: string) =>
  Deno.writeTextFileSync(path, text);
const read = (path: string) => Deno.readTextFileSync(path);
const old = (path: string) => Deno.utimeSync(path, 1e9, 1e9);
const HUGE = 200e9;
const findEvaluation = (run: string) =>
  `results/${
    [...Deno.readDirSync(`${run}/results`)]
      .find(({ name }) => name.startsWith("eval-"))!.name
  }`;

/** What is done to a run, and what is then found. */
const DAMAGE: readonly [
  what: string,
  damage: (run: string) => unknown,
  ...found: string[],
][] = [
  ["nothing", () => {}],
  [
    "cut-off run.json",
    (run) => write(`${run}/run.json`, read(`${run}/run.json`).slice(0, 50)),
    "damaged run.json",
  ],
  [
    "a status that there is not",
    (run) =>
      write(
        `${run}/run.json`,
        read(`${run}/run.json`).replace('"completed"', '"done"'),
      ),
    "damaged run.json",
  ],
  [
    "no run.json",
    (run) => Deno.removeSync(`${run}/run.json`),
    "missing run.json",
  ],
  [
    "no config.json",
    (run) => Deno.removeSync(`${run}/config.json`),
    "missing config.json",
  ],
  [
    "no results",
    (run) => Deno.removeSync(`${run}/results`, { recursive: true }),
    "missing results",
  ],
  [
    "no history",
    (run) => Deno.removeSync(`${run}/metrics.jsonl`),
    "missing metrics.jsonl",
  ],
  [
    "no history, as runs are published",
    (run) => {
      Deno.removeSync(`${run}/metrics.jsonl`);
      Deno.removeSync(`${run}/model`, { recursive: true });
      Deno.removeSync(`${run}/samples`, { recursive: true });
    },
    "note: missing metrics.jsonl",
  ],
  [
    "records that are none",
    (run) =>
      write(
        `${run}/results/train.json`,
        '{ "schemaVersion": 1, "records": 1 }',
      ),
    "damaged results/train.json",
  ],
  [
    "an empty file of records",
    (run) => write(`${run}/results/train.json`, ""),
    "damaged results/train.json",
  ],
  [
    "records that are there twice",
    (run) =>
      Deno.copyFileSync(
        `${run}/results/train.json`,
        `${run}/results/train_2.json`,
      ),
    "damaged results/train_2.json",
  ],
  [
    "a newer version",
    (run) => write(`${run}/config.json`, '{ "schemaVersion": 2 }'),
    "unknown version config.json",
  ],
  [
    "a newer version of an experiment's own file",
    (run) => write(`${run}/samples/some.json`, '{ "schemaVersion": 2 }'),
    "unknown version samples/some.json",
  ],
  [
    "a newer version of the history",
    (run) => write(`${run}/metrics.jsonl`, '{ "schemaVersion": 2 }\n'),
    "unknown version metrics.jsonl",
  ],
  [
    "a history without a header",
    (run) => write(`${run}/metrics.jsonl`, ""),
    "damaged metrics.jsonl",
  ],
  [
    "a torn last line",
    (run) => write(`${run}/metrics.jsonl`, read(`${run}/metrics.jsonl`) + "{"),
    "damaged metrics.jsonl",
  ],
  [
    "a torn last line of a run that can be resumed",
    (run) => {
      write(`${run}/metrics.jsonl`, read(`${run}/metrics.jsonl`) + "{");
      writeRunInfo(run, { ...readRunInfo(run), status: "interrupted" });
    },
    "note: damaged metrics.jsonl",
  ],
  [
    "a line that is no object",
    (run) =>
      write(`${run}/metrics.jsonl`, `${read(`${run}/metrics.jsonl`)}1\n`),
    "damaged metrics.jsonl",
  ],
  [
    "files of 200 GB, most of them holes",
    (run) => {
      write(`${run}/checkpoint.safetensors`, "");
      for (
        const file of [
          "checkpoint.safetensors",
          "metrics.jsonl",
          "model/own.bin",
          "model/weights.bin",
          "samples/some.json",
        ]
      ) Deno.truncateSync(`${run}/${file}`, HUGE);
    },
    "damaged checkpoint.safetensors",
    "damaged metrics.jsonl",
    "damaged model/own.bin",
    "damaged model/weights.bin",
    "damaged samples/some.json",
    "temporary checkpoint.safetensors",
  ],
  [
    "a line of zeros",
    (run) =>
      write(
        `${run}/metrics.jsonl`,
        read(`${run}/metrics.jsonl`).replace(/.*"step":7.*/, "\0\0\0"),
      ),
    "damaged metrics.jsonl",
  ],
  [
    "a line that is missing",
    (run) =>
      write(
        `${run}/metrics.jsonl`,
        read(`${run}/metrics.jsonl`).replace(/.*"step":7.*\n/, ""),
      ),
    "damaged metrics.jsonl",
  ],
  [
    "a line that is there twice",
    (run) =>
      write(
        `${run}/metrics.jsonl`,
        read(`${run}/metrics.jsonl`).replace(/.*"step":7.*\n/, "$&$&"),
      ),
    "damaged metrics.jsonl",
  ],
  [
    "the history of another run",
    (run) =>
      write(
        `${run}/metrics.jsonl`,
        read(`${run}/metrics.jsonl`).replace(runIdFromPath(run), "other"),
      ),
    "foreign metrics.jsonl",
  ],
  [
    "records of another run",
    (run) =>
      write(
        `${run}/results/train.json`,
        read(`${run}/results/train.json`).replace(runIdFromPath(run), "other"),
      ),
    "foreign results/train.json",
  ],
  [
    "another name",
    (run) => Deno.renameSync(run, `${run}2`),
    "renamed run.json",
  ],
  [
    "weights that are cut off",
    (run) => Deno.truncateSync(`${run}/model/weights.bin`, 20),
    "damaged model/weights.bin",
  ],
  [
    "weights that are missing",
    (run) => Deno.removeSync(`${run}/model/weights.bin`),
    "missing model/weights.bin",
  ],
  [
    "a link out",
    (run) => Deno.symlinkSync("/etc/passwd", `${run}/results/x.json`),
    "foreign results/x.json",
  ],
  [
    "a link within",
    (run) => Deno.symlinkSync("config.json", `${run}/same`),
  ],
  [
    "a pipe in the place of the history",
    (run) => {
      Deno.removeSync(`${run}/metrics.jsonl`);
      new Deno.Command("mkfifo", { args: [`${run}/metrics.jsonl`] })
        .outputSync();
      writeRunInfo(run, { ...readRunInfo(run), status: "running" });
    },
    "died run.json",
    "foreign metrics.jsonl",
  ],
  [
    "a temporary file, old or of rsync",
    (run) => {
      write(`${run}/.run.json.1a2b3c4d`, "{");
      write(`${run}/results/.train.json.Xa3bQz`, "{");
      write(`${run}/.hidden`, "");
      old(`${run}/.run.json.1a2b3c4d`);
    },
    "temporary .run.json.1a2b3c4d",
    "temporary results/.train.json.Xa3bQz",
  ],
  [
    "a run that died",
    (run) => writeRunInfo(run, { ...readRunInfo(run), status: "running" }),
    "died run.json",
  ],
  [
    "a run that lives",
    (run) => {
      const { size } = Deno.statSync(`${run}/metrics.jsonl`);
      writeRunInfo(run, { ...readRunInfo(run), status: "running" });
      write(`${run}/.config.json.1a2b3c4d`, "{");
      write(`${run}/metrics.jsonl`, read(`${run}/metrics.jsonl`) + '{"st');
      const history = new History(run, runIdFromPath(run), { isResumed: true });
      history.truncateTo(size);
      return history;
    },
  ],
  [
    "a checkpoint of a completed run",
    (run) => writeCheckpoint(run, { historyLength: 10 }),
    "temporary checkpoint.safetensors",
  ],
  [
    "a checkpoint that is cut off",
    async (run) => {
      await writeCheckpoint(run, { historyLength: 10 });
      writeRunInfo(run, { ...readRunInfo(run), status: "failed" });
      Deno.truncateSync(`${run}/checkpoint.safetensors`, 40);
    },
    "damaged checkpoint.safetensors",
  ],
  [
    "a history that is shorter than at the checkpoint",
    async (run) => {
      await writeCheckpoint(run, { historyLength: 1e6 });
      writeRunInfo(run, { ...readRunInfo(run), status: "interrupted" });
    },
    "damaged metrics.jsonl",
  ],
  [
    "an evaluation that came to no end",
    (run) => {
      const path = `${run}/${findEvaluation(run)}`;
      write(path, read(path).replace('"completed"', '"running"'));
    },
    "note: died results",
  ],
  [
    "runs that were copied without their source",
    (run) => Deno.removeSync(`${run}/../${SOURCES}`, { recursive: true }),
    "note: missing .sources/6f0f.json",
  ],
  [
    "a source file that is another",
    (run) => {
      const files = `${run}/../${SOURCES}/files`;
      for (const { name } of Deno.readDirSync(files)) {
        write(`${files}/${name}`, "// other\n");
      }
    },
    "damaged .sources/files/6f0f",
  ],
  [
    "a source file that is missing",
    (run) => {
      const files = `${run}/../${SOURCES}/files`;
      for (const { name } of Deno.readDirSync(files)) {
        Deno.removeSync(`${files}/${name}`);
      }
    },
    "missing .sources/files/6f0f",
  ],
  [
    "things that are no runs",
    (run) => {
      const runs = run.replace(/\/[^/]*$/, "");
      write(`${runs}/notes.txt`, "");
      Deno.mkdirSync(`${runs}/my run`);
      Deno.symlinkSync("/etc", `${runs}/out`);
      Deno.symlinkSync(runIdFromPath(run), `${runs}/twin`);
      Deno.mkdirSync(`${runs}/.sweeps`);
      Deno.mkdirSync(`${runs}/lost+found`);
      for (const name of ["empty", "begun"]) {
        Deno.mkdirSync(`${runs}/${name}/results`, { recursive: true });
      }
      write(`${runs}/begun/config.json`, '{ "schemaVersion": 1 }');
      for (const name of ["empty", "begun"]) old(`${runs}/${name}`);
    },
    "unfinished",
    "unfinished",
    "foreign",
    "foreign",
    "foreign",
    "note: foreign",
  ],
  [
    "a bit of the weights that is another",
    (run) => {
      const path = `${run}/model/weights.bin`;
      const weights = Deno.readFileSync(path);
      weights[0]! ^= 1;
      Deno.writeFileSync(path, weights);
    },
    "damaged model/weights.bin",
  ],
  [
    "a result that was edited",
    (run) => {
      const path = `${run}/results/train.json`;
      write(path, read(path).replace(/"n": \d/, '"n": 7'));
    },
    "damaged results/train.json",
  ],
  [
    "what was removed",
    (run) => {
      write(`${run}/run.json`, "");
      moveToTrash(run.replace(/\/[^/]*$/, ""), runIdFromPath(run));
    },
  ],
];

Deno.test("examineRuns() finds what was done to a run", async (t) => {
  for (const [what, damage, ...expected] of DAMAGE) {
    await t.step(what, async () => {
      using made = await wholeRun();
      const open = await damage(made.run);
      try {
        const hash = /\b[0-9a-f]{64}\b/g;
        const seen = (await found(made.path))
          .map((line) => line.replaceAll(hash, "6f0f"));
        assertEquals(seen.sort(), expected.toSorted());
      } finally {
        if (open instanceof History) open.close();
      }
    });
  }
});

Deno.test("examineRuns() tells what is safe to remove", async () => {
  using made = await wholeRun();
  const { path, run } = made;
  await writeCheckpoint(run, { historyLength: 10 });
  Deno.mkdirSync(`${path}/empty/results`, { recursive: true });
  for (const name of [".run.json.1a2b3c4d", "results/.a.json.00000000"]) {
    write(`${run}/${name}`, "{");
  }
  const leftOver = async () =>
    (await examineRuns(path)).findings
      .filter(({ isLeftOver }) => isLeftOver).map(({ file }) => file).sort();
  // A minute ago, or less: somebody may be at it.
  const before = Date.now() / 1000 - 60;
  Deno.utimeSync(`${path}/empty`, before, before);
  assertEquals(await leftOver(), []);
  old(`${path}/empty`);
  for (
    const name of [
      "checkpoint.safetensors",
      ".run.json.1a2b3c4d",
      "results/.a.json.00000000",
    ]
  ) old(`${run}/${name}`);
  const id = runIdFromPath(run);
  assertEquals(await leftOver(), [
    `${id}/.run.json.1a2b3c4d`,
    `${id}/checkpoint.safetensors`,
    `${id}/results/.a.json.00000000`,
    "empty",
  ]);
});

Deno.test(
  "examineRuns() counts runs and bytes, and what lies in the trash apart",
  async () => {
    using made = await wholeRun();
    const { runs, bytes, trashBytes } = await examineRuns(made.path);
    assertEquals([runs, trashBytes], [1, 0]);
    assert(bytes > Deno.statSync(`${made.run}/metrics.jsonl`).size);
    moveToTrash(made.path, runIdFromPath(made.run));
    const after = await examineRuns(made.path);
    assertEquals(after.runs, 0);
    assertEquals(after.bytes + after.trashBytes, bytes);
    assertEquals((await examineRuns(`${made.path}/none`)).runs, 0);
  },
);

Deno.test(
  "examineRuns() says why, with the line or the size that is wrong",
  async () => {
    using made = await wholeRun();
    const history = `${made.run}/metrics.jsonl`;
    write(history, read(history).replace(/.*"step":7.*\n/, ""));
    Deno.truncateSync(`${made.run}/model/weights.bin`, 20);
    const explain = async () =>
      (await examineRuns(made.path)).findings
        .map(({ reason }) => reason).join("\n");
    const reasons = await explain();
    assertMatch(
      reasons,
      /^line 8 has step 8 after step 6, where others are 1 apart$/m,
    );
    assertMatch(reasons, /^it had 24 bytes when .*, and now has 20$/m);
    writeRunInfo(made.run, { ...INFO, runId: "other" });
    assertMatch(await explain(), /^its files belong to run other: /m);
  },
);
