import { writeCheckpoint } from "../../../../core/store/checkpoint.ts";
import { writeObservations } from "../../../../core/store/observations.ts";
import { History } from "../../../../core/store/history.ts";
import { runIdFromPath } from "../../../../core/store/run_directory.ts";
import { readRunInfo, writeRunInfo } from "../../../../core/store/run_info.ts";
import {
  age,
  checkDamage,
  type Damage,
  read,
  write,
} from "../../../../testing/damage.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { result } from "../../../../testing/coin.ts";

skipUnlessGranted("files");

const HUGE = 200e9;
const findEvaluation = (run: string) =>
  `results/${
    [...Deno.readDirSync(`${run}/results`)]
      .find(({ name }) => name.startsWith("eval-"))!.name
  }`;

/** The names of observations 1 and 2, and of 3 alone. */
const ONE_TWO = "dc91ce9a50ddc828740aa26743716897",
  THREE = "161f4c0b1a18a0501127332c387e782b";

/** A file of one record, behind which there are observations. */
const recordWith = (values: string) =>
  JSON.stringify({
    schemaVersion: 1,
    records: [{ metadata: { name: "own" }, result, values }],
  });

const DAMAGE: readonly Damage[] = [
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
      age(`${run}/.run.json.1a2b3c4d`);
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
    "observations with another bit, or that no record names",
    (run) => {
      const name = writeObservations(run, Float64Array.of(1, 2));
      const kept = `${run}/results/values/${name}.f64`;
      write(
        `${run}/results/own.json`,
        recordWith(name),
      );
      Deno.writeFileSync(kept, new Uint8Array(16));
      writeObservations(run, Float64Array.of(3));
    },
    `damaged results/values/${ONE_TWO}.f64`,
    `note: foreign results/values/${THREE}.f64`,
  ],
  [
    "observations that are gone",
    (run) =>
      write(
        `${run}/results/own.json`,
        recordWith(THREE),
      ),
    `missing results/values/${THREE}.f64`,
  ],
  [
    "observations that were left out when the run was published",
    (run) => {
      write(`${run}/results/own.json`, recordWith(THREE));
      writeRunInfo(run, { ...readRunInfo(run), omitted: ["results/values"] });
    },
  ],
  [
    "a result that was edited",
    (run) => {
      const path = `${run}/results/train.json`;
      write(path, read(path).replace(/"n": \d/, '"n": 7'));
    },
    "damaged results/train.json",
  ],
];

Deno.test("examineRun() finds what was done to a run", async (t) => {
  await checkDamage(t, DAMAGE);
});
