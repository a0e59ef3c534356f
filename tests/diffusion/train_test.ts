import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../core/config/model_config.ts";
import { alphaBars } from "../../core/diffusion/noise_schedule.ts";
import { conductRun } from "../../core/conduct.ts";
import { readHistory } from "../../core/utils/history.ts";
import { ResultMetadata } from "../../core/utils/results.ts";
import {
  createRunDirectory,
  readRecords,
  readRunInfo,
} from "../../core/utils/run_directory.ts";
import { tempFolder, testWith } from "../_helpers.ts";

const QUICK = modelConfigSchema.parse({ nTrain: 500, nEpochs: 3 });

async function train(config: ModelConfig, runs: string) {
  const { trainDiffusionModel } = await import(
    "../../core/diffusion/train.ts"
  );
  const runPath = createRunDirectory(runs);
  const what = { experiment: "diffusion", config, print: () => {} };
  const model = await conductRun(
    runPath,
    what,
    (run) => trainDiffusionModel(config, run),
  );
  return { runPath, model };
}

testWith(
  "files",
  "trainDiffusionModel() returns the model and leaves a whole run behind",
  async () => {
    using folder = tempFolder();
    const { trainDiffusionModel } = await import(
      "../../core/diffusion/train.ts"
    );
    const runPath = createRunDirectory(folder.path);
    const model = await trainDiffusionModel(QUICK, runPath);
    assertEquals(model.name, "identity");
    model.dispose();
    assertEquals(modelConfigSchema.load(runPath), QUICK);
    const info = readRunInfo(runPath);
    assertEquals(info.status, "completed");
    assertEquals(info.engine, "cpu");
    assertEquals(info.versions.tfjs, "4.22.0");
    const { lines } = readHistory(runPath);
    assertEquals(lines.map(({ epoch }) => epoch), [1, 2, 3]);
    assertEquals(lines.map(({ step }) => step), [16, 32, 48]);
    const records = readRecords(runPath);
    const loss = records.get(ResultMetadata.of({ name: "loss/train" }))!;
    assertEquals(loss.mean, lines.at(-1)!.loss);
    assertEquals(loss.n, 500);
    const time = records.get(ResultMetadata.of({ name: "time/epoch" }))!;
    assertEquals(time.n, 3);
  },
);

for (const betaSchedule of ["linear", "cosine"] as const) {
  testWith(
    "files",
    `trainDiffusionModel() reaches with identity the loss in closed form: ${betaSchedule}`,
    async () => {
      using folder = tempFolder();
      const config = modelConfigSchema.parse({
        betaSchedule,
        nTrain: 20_000,
        nEpochs: 1,
        batchSize: 1000,
      });
      const { runPath, model } = await train(config, folder.path);
      model.dispose();
      // E[(√ᾱ x + √(1 − ᾱ) ε − ε)²] over times, with E[x²] = 1.
      const terms = alphaBars(config).map((a) =>
        a + (1 - Math.sqrt(1 - a)) ** 2
      );
      const expected = terms.reduce((a, b) => a + b) / terms.length;
      const { mean, error } = readRecords(runPath).get(
        ResultMetadata.of({ name: "loss/train" }),
      )!;
      assert(error > 0 && error < 0.02);
      assertAlmostEquals(mean, expected, 4 * error);
    },
  );
}

testWith(
  "files",
  "trainDiffusionModel() leaks no tensor, nor when it fails",
  async () => {
    using folder = tempFolder();
    (await train(QUICK, folder.path)).model.dispose(); // Loads the backend.
    const tf = await import("@tensorflow/tfjs");
    const before = tf.memory().numTensors;
    (await train(QUICK, folder.path)).model.dispose();
    assertEquals(tf.memory().numTensors, before);
    const wrong = modelConfigSchema.parse({ dataset: "nowhere.csv" });
    await assertRejects(() => train(wrong, folder.path), Deno.errors.NotFound);
    assertEquals(tf.memory().numTensors, before);
  },
);

testWith(
  "files",
  "trainDiffusionModel() trains on every kind of dataset",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/my.csv`;
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${i},${i % 7},${-i * i}`,
    );
    Deno.writeTextFileSync(path, rows.join("\n"));
    for (const [dataset, nColumns] of [["faithful", 2], [path, 3]] as const) {
      const config = modelConfigSchema.parse({ dataset, nEpochs: 2 });
      const { model, runPath } = await train(config, folder.path);
      assertEquals(model.outputShape, [null, nColumns]);
      assertEquals(readRunInfo(runPath).status, "completed");
      model.dispose();
    }
  },
);

testWith(
  "files",
  "trainDiffusionModel() depends on the seed, and not on the size of a process's past",
  async () => {
    using folder = tempFolder();
    const lossOf = async (seed: number) => {
      const config = modelConfigSchema.parse({ ...QUICK, seed });
      const { runPath, model } = await train(config, folder.path);
      model.dispose();
      return readHistory(runPath).lines.map(({ loss }) => loss);
    };
    const first = await lossOf(1);
    assertEquals(await lossOf(1), first);
    assert((await lossOf(2))[0] !== first[0]);
  },
);
