import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { evalConfigSchema } from "../../core/config/eval_config.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../core/config/model_config.ts";
import { alphaBars } from "../../core/diffusion/noise_schedule.ts";
import { conductRun, evaluationOf } from "../../core/conduct.ts";
import {
  type MetadataFields,
  ResultMetadata,
} from "../../core/utils/results.ts";
import {
  createRunDirectory,
  readRecords,
} from "../../core/utils/run_directory.ts";
import { tempFolder, testWith } from "../_helpers.ts";

const QUICK = modelConfigSchema.parse({ nTrain: 4000, nEpochs: 1 });

const quiet = { print: () => {} };

async function trained(config: ModelConfig, runs: string): Promise<string> {
  const { trainDiffusionModel } = await import(
    "../../core/diffusion/train.ts"
  );
  const runPath = createRunDirectory(runs);
  const what = { experiment: "diffusion", config, ...quiet };
  const model = await conductRun(
    runPath,
    what,
    (run) => trainDiffusionModel(config, run),
  );
  model.dispose();
  return runPath;
}

async function evaluate(values: object, runPath: string) {
  const { Evaluator } = await import("../../core/diffusion/eval.ts");
  const run = evaluationOf(runPath, modelConfigSchema.load(runPath), quiet);
  return await new Evaluator(evalConfigSchema.parse(values), run).evaluate();
}

const resultOf = (runPath: string, fields: MetadataFields) =>
  readRecords(runPath).get(ResultMetadata.of(fields))!;

testWith(
  "files",
  "Evaluator measures the held-out loss in its closed form",
  async () => {
    using folder = tempFolder();
    const runPath = await trained(QUICK, folder.path);
    await evaluate({}, runPath);
    const { mean, error, n } = resultOf(runPath, { name: "loss/held-out" });
    assertEquals(n, 1000); // One observation a row, however often measured.
    const { loadData } = await import("../../core/diffusion/data.ts");
    const { values } = loadData(QUICK).heldOut;
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const terms = alphaBars(QUICK)
      .map((a) => a * square + (1 - Math.sqrt(1 - a)) ** 2);
    const expected = terms.reduce((a, b) => a + b) / terms.length;
    assertAlmostEquals(mean, expected, 4 * error);
  },
);

testWith(
  "files",
  "Evaluator samples with a mean of 0 within its error, and the error of a normal mean",
  async () => {
    using folder = tempFolder();
    const runPath = await trained(QUICK, folder.path);
    await evaluate({ nSteps: [3, 20], nSamples: 2500 }, runPath);
    for (const nSteps of [3, 20]) {
      const { mean, error, n } = resultOf(runPath, {
        name: "sampling",
        nSteps,
        nSamples: 2500,
      });
      assertEquals(n, 2500);
      assert(Math.abs(mean) < 4 * error);
      assertAlmostEquals(error, 1 / Math.sqrt(2500), 0.1 / Math.sqrt(2500));
    }
  },
);

testWith(
  "files",
  "Evaluator passes the noise nSteps times through the model of the run",
  async () => {
    using folder = tempFolder();
    const runPath = await trained(QUICK, folder.path);
    // In place of the identity, a model that halves what it is given.
    const tf = await import("@tensorflow/tfjs");
    const { saveModel } = await import("../../core/diffusion/model.ts");
    const [noisy, time] = [tf.input({ shape: [1] }), tf.input({ shape: [1] })];
    const times = (factor: number) =>
      tf.layers.dense({
        units: 1,
        kernelInitializer: tf.initializers.constant({ value: factor }),
      });
    const outputs = tf.layers.add().apply([
      times(0.5).apply(noisy) as never,
      times(0).apply(time) as never,
    ]);
    await saveModel(
      tf.model({ inputs: [noisy, time], outputs: outputs as never }),
      runPath,
    );
    await evaluate({ nSteps: [1, 4] }, runPath);
    for (const nSteps of [1, 4]) {
      const { error } = resultOf(runPath, {
        name: "sampling",
        nSteps,
        nSamples: 2000,
      });
      const expected = 0.5 ** nSteps / Math.sqrt(2000);
      assertAlmostEquals(error, expected, 0.1 * expected);
    }
  },
);

testWith(
  "files",
  "Evaluator keeps a file a setting, and replaces it when measured again",
  async () => {
    using folder = tempFolder();
    const runPath = await trained(QUICK, folder.path);
    await evaluate({ nSteps: [3, 20] }, runPath);
    const names = () =>
      Array.from(Deno.readDirSync(`${runPath}/results`), ({ name }) => name)
        .sort();
    const before = names();
    assertEquals(before, [
      "eval_loss+held-out.json",
      "eval_sampling_nSamples=2000_nSteps=20.json",
      "eval_sampling_nSamples=2000_nSteps=3.json",
      "eval_time+sampling_nSamples=2000_nSteps=20.json",
      "eval_time+sampling_nSamples=2000_nSteps=3.json",
      "train.json",
    ]);
    const first = resultOf(runPath, {
      name: "sampling",
      nSteps: 3,
      nSamples: 2000,
    });
    const records = await evaluate({ nSteps: [3] }, runPath);
    assertEquals(names(), before);
    const again = records.named("sampling");
    assertEquals([...again][0]!.result, first); // Bit for bit.
  },
);

testWith("files", "Evaluator measures rows of several columns", async () => {
  using folder = tempFolder();
  const config = modelConfigSchema.parse({ dataset: "faithful", nEpochs: 1 });
  const runPath = await trained(config, folder.path);
  const { Evaluator } = await import("../../core/diffusion/eval.ts");
  await new Evaluator(evalConfigSchema.defaults, runPath).evaluate();
  const { n, error } = resultOf(runPath, { name: "loss/held-out" });
  assertEquals(n, 54);
  assert(error > 0);
});

testWith("files", "Evaluator leaks no tensor, nor when it fails", async () => {
  using folder = tempFolder();
  const runPath = await trained(QUICK, folder.path);
  const tf = await import("@tensorflow/tfjs");
  const before = tf.memory().numTensors;
  await evaluate({}, runPath);
  assertEquals(tf.memory().numTensors, before);
  Deno.removeSync(`${runPath}/model/scaling.json`);
  await assertRejects(() => evaluate({}, runPath), Deno.errors.NotFound);
  assertEquals(tf.memory().numTensors, before);
});

testWith(
  "files",
  "Evaluator refuses data that have changed since the training",
  async () => {
    using folder = tempFolder();
    const dataset = `${folder.path}/my.csv`;
    const write = (first: number) => {
      const rows = Array.from({ length: 30 }, (_, i) => String(i || first));
      Deno.writeTextFileSync(dataset, rows.join("\n"));
    };
    write(0);
    const config = modelConfigSchema.parse({ dataset, nEpochs: 1 });
    const runPath = await trained(config, folder.path);
    write(99);
    await assertRejects(() => evaluate({}, runPath), RangeError, "has changed");
  },
);
