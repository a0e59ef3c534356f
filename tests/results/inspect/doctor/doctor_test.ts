import { assert, assertEquals, assertMatch } from "@std/assert";
import { writeCheckpoint } from "../../../../core/store/checkpoint.ts";
import { runIdFromPath } from "../../../../core/store/run_directory.ts";
import { writeRunInfo } from "../../../../core/store/run_info.ts";
import { moveToTrash } from "../../../../core/store/trash.ts";
import { examineRuns } from "../../../../results/inspect/doctor/doctor.ts";
import {
  age,
  checkDamage,
  type Damage,
  makeWholeRun,
  read,
  write,
} from "../../../../testing/damage.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { INFO } from "../../../../testing/runs.ts";

skipUnlessGranted("files");

const DAMAGE: readonly Damage[] = [
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
      Deno.mkdirSync(`${runs}/confirm/a`, { recursive: true });
      write(`${runs}/confirm/a/run.json`, "");
      for (const name of ["empty", "begun"]) {
        Deno.mkdirSync(`${runs}/${name}/results`, { recursive: true });
      }
      write(`${runs}/begun/config.json`, '{ "schemaVersion": 1 }');
      for (const name of ["empty", "begun"]) age(`${runs}/${name}`);
    },
    "unfinished",
    "unfinished",
    "foreign",
    "foreign",
    "foreign",
    "note: foreign",
  ],
  [
    "what was removed",
    (run) => {
      write(`${run}/run.json`, "");
      moveToTrash(run.replace(/\/[^/]*$/, ""), runIdFromPath(run));
    },
  ],
];

Deno.test("examineRuns() finds what is not a run, and skips the trash", async (t) => {
  await checkDamage(t, DAMAGE);
});

Deno.test("examineRuns() marks what is safe to remove", async () => {
  using made = await makeWholeRun();
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
  age(`${path}/empty`);
  for (
    const name of [
      "checkpoint.safetensors",
      ".run.json.1a2b3c4d",
      "results/.a.json.00000000",
    ]
  ) age(`${run}/${name}`);
  const id = runIdFromPath(run);
  assertEquals(await leftOver(), [
    `${id}/.run.json.1a2b3c4d`,
    `${id}/checkpoint.safetensors`,
    `${id}/results/.a.json.00000000`,
    "empty",
  ]);
});

Deno.test(
  "examineRuns() counts runs and bytes, and the trash separately",
  async () => {
    using made = await makeWholeRun();
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
  "examineRuns() gives reasons with the line or the size",
  async () => {
    using made = await makeWholeRun();
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
