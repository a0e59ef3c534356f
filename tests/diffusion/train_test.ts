import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { computeAlphaBars } from "../../core/diffusion/noise/noise_schedule.ts";
import { readHistory } from "../../testing/history.ts";
import { ResultMetadata } from "../../core/utils/results.ts";
import { readRecords } from "../../core/store/records.ts";
import { readRunFile } from "../../core/store/run_file.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { readWeights, trainModel, tryTraining } from "../../testing/models.ts";

skipUnlessGranted("files");

const QUICK = modelConfigSchema.parse({ nTrain: 500, nEpochs: 3 });

Deno.test("trainDiffusionModel() writes a complete run", async () => {
  using folder = tempFolder();
  const runPath = await trainModel(QUICK, folder.path);
  assertEquals(modelConfigSchema.load(runPath), QUICK);
  const info = readRunInfo(runPath);
  assertEquals(info.status, "completed");
  assertEquals(info.engine, "wasm");
  assertEquals(info.versions.tfjs, "4.22.0");
  const { lines } = readHistory(runPath);
  const epochs = lines.filter(({ epoch }) => epoch !== undefined);
  const steps = lines.filter(({ epoch }) => epoch === undefined);
  assertEquals(epochs.map(({ epoch }) => epoch), [1, 2, 3]);
  assertEquals(epochs.map(({ step }) => step), [16, 32, 48]);
  assertEquals(
    steps.map(({ step }) => step),
    Array.from({ length: 48 }, (_, i) => i + 1),
  );
  assert(steps.every(({ loss }) => Number(loss) > 0));
  const records = readRecords(runPath);
  const loss = records.get(ResultMetadata.of({ name: "loss/train" }))!;
  assertEquals(loss.mean, epochs.at(-1)!["loss/epoch"]);
  assertEquals(loss.n, 500);
  const time = records.get(ResultMetadata.of({ name: "time/epoch" }))!;
  assertEquals(time.n, 3);
});

for (const betaSchedule of ["linear", "cosine"] as const) {
  Deno.test(
    `trainDiffusionModel() with identity has the loss in closed form: ${betaSchedule}`,
    async () => {
      using folder = tempFolder();
      const config = modelConfigSchema.parse({
        betaSchedule,
        nTrain: 20_000,
        nEpochs: 1,
        batchSize: 1000,
      });
      const runPath = await trainModel(config, folder.path);
      // E[(√ᾱ x + √(1 − ᾱ) ε − ε)²] over times, with E[x²] = 1.
      const terms = computeAlphaBars(config).map((a) =>
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

Deno.test(
  "trainDiffusionModel() leaks no tensor, even if it fails",
  async () => {
    using folder = tempFolder();
    await trainModel(QUICK, folder.path); // Loads the backend.
    const tf = await import("@tensorflow/tfjs");
    const before = tf.memory().numTensors;
    await trainModel(QUICK, folder.path);
    assertEquals(tf.memory().numTensors, before);
    const wrong = modelConfigSchema.parse({ dataset: "nowhere.csv" });
    await assertRejects(
      () => trainModel(wrong, folder.path),
      Deno.errors.NotFound,
    );
    assertEquals(tf.memory().numTensors, before);
  },
);

Deno.test("trainDiffusionModel() trains on every kind of dataset", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/my.csv`;
  const rows = Array.from(
    { length: 30 },
    (_, i) => `${i},${i % 7},${-i * i}`,
  );
  Deno.writeTextFileSync(path, rows.join("\n"));
  for (const [dataset, nColumns] of [["faithful", 2], [path, 3]] as const) {
    const config = modelConfigSchema.parse({ dataset, nEpochs: 2 });
    const runPath = await trainModel(config, folder.path);
    const { columns } = readRunFile(runPath, "model/scaling.json");
    assertEquals((columns as string[]).length, nColumns);
    assertEquals(readRunInfo(runPath).status, "completed");
  }
});

Deno.test(
  "trainDiffusionModel() depends on the seed, and not on what the process did before",
  async () => {
    using folder = tempFolder();
    const trainLoss = async (seed: number) => {
      const config = modelConfigSchema.parse({ ...QUICK, seed });
      const runPath = await trainModel(config, folder.path);
      return readHistory(runPath).lines.map(({ loss }) => loss);
    };
    const first = await trainLoss(1);
    assertEquals(await trainLoss(1), first);
    assert((await trainLoss(2))[0] !== first[0]);
  },
);

/** A network that is trained in a second. */
const SMALL = modelConfigSchema.parse({
  model: "mlp",
  dataset: "moons",
  hiddenLayerSizes: [32, 32],
  embeddingSize: 16,
  learningRate: 0.01,
  nTrain: 1000,
  nEpochs: 8,
});

Deno.test(
  "trainDiffusionModel() trains an mlp that predicts noise better than the identity",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(SMALL, folder.path);
    const { lines } = readHistory(runPath);
    const epochs = lines.filter(({ epoch }) => epoch !== undefined);
    const [first, last] = [epochs[0]!, epochs.at(-1)!];
    // The identity's loss in closed form, as above.
    const terms = computeAlphaBars(SMALL).map((a) =>
      a + (1 - Math.sqrt(1 - a)) ** 2
    );
    const identity = terms.reduce((a, b) => a + b) / terms.length;
    assert(Number(last["loss/validation"]) < 0.8 * identity);
    assert(Number(last["loss/validation"]) < Number(first["loss/validation"]));
    const norms = lines.flatMap(({ gradNorm }) => gradNorm ?? []);
    assertEquals(norms.length, 8 * 32);
    assert(norms.every((norm) => Number(norm) > 0));
  },
);

Deno.test(
  "trainDiffusionModel() saves the averaged, the last and the best weights",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(SMALL, folder.path);
    const { setBackend } = await import(
      "../../core/diffusion/engines/backend.ts"
    );
    const averaged = await readWeights(runPath, "ema");
    const last = await readWeights(runPath, "last");
    const best = await readWeights(runPath, "best");
    const plain = await trainModel({ ...SMALL, emaDecay: 0 }, folder.path);
    assertEquals(
      await readWeights(plain, "ema"),
      await readWeights(plain, "last"),
    );
    await setBackend("wasm");
    assert(JSON.stringify(last) !== JSON.stringify(averaged));
    // The best epoch's average: that of the last epoch if it was the best.
    const losses = readHistory(runPath).lines
      .flatMap((line) => line["loss/validation"] ?? []).map(Number);
    const isLastBest = losses.indexOf(Math.min(...losses)) === 7;
    assertEquals(
      JSON.stringify(best) === JSON.stringify(averaged),
      isLastBest,
    );
  },
);

Deno.test(
  "trainDiffusionModel() draws fresh rows in each epoch unless freshData is false",
  async () => {
    using folder = tempFolder();
    // Without noise of times the same rows have the same loss: one timestep.
    const trainLosses = async (values: object) => {
      const config = modelConfigSchema.parse({
        nTrain: 200,
        nEpochs: 3,
        ...values,
      });
      const runPath = await trainModel(config, folder.path);
      const { dataHash } = JSON.parse(
        Deno.readTextFileSync(`${runPath}/model/scaling.json`),
      );
      return {
        dataHash,
        first: readHistory(runPath).lines.map(({ loss }) => loss)[0],
      };
    };
    const fresh = await trainLosses({ freshData: true });
    const fixed = await trainLosses({ freshData: false });
    // What is held out, and the scaling, do not depend on it.
    assertEquals(fresh.dataHash, fixed.dataHash);
    assert(fresh.first !== fixed.first);
    const { loadData } = await import("../../core/diffusion/data/data.ts");
    const { draw } = loadData(modelConfigSchema.parse({ dataset: "moons" }));
    const { RandomStream } = await import("../../core/utils/random.ts");
    const random = new RandomStream(1, "data");
    const rows = () => draw!(random, 5).values.join();
    assert(rows() !== rows());
    assertEquals(
      loadData(modelConfigSchema.parse({ dataset: "faithful" })).draw,
      null,
    );
  },
);

Deno.test(
  "trainDiffusionModel() stops at a loss that is not finite and names the step, unless onNonfinite is continue",
  async () => {
    using folder = tempFolder();
    const config = modelConfigSchema.parse({
      ...SMALL,
      learningRate: 1e30,
      learningRateSchedule: "constant",
      gradientClip: 0,
      nEpochs: 1,
    });
    const attempt = (onNonfinite: "stop" | "continue") =>
      tryTraining(config, { runs: folder.path, onNonfinite });
    const tf = await import("@tensorflow/tfjs");
    const before = tf.memory().numTensors;
    const stopped = await attempt("stop");
    assert(stopped.error instanceof RangeError);
    assertEquals(tf.memory().numTensors, before);
    const { status, error } = readRunInfo(stopped.runPath);
    assertEquals(status, "failed");
    const { lines } = readHistory(stopped.runPath);
    assert(lines.length < 32);
    assertStringIncludes(
      error!.message,
      `non-finite loss at step ${lines.at(-1)!.step}: current value is`,
    );
    const continued = await attempt("continue");
    assertEquals(readRunInfo(continued.runPath).status, "completed");
    assertEquals(readHistory(continued.runPath).lines.length, 32 + 1);
    const loss = readRecords(continued.runPath)
      .get(ResultMetadata.of({ name: "loss/train" }))!;
    assert(!Number.isFinite(loss.mean)); // Nothing is dropped in silence.
  },
);

/** Weights, records and history, but for times. */
function leftBy(runPath: string) {
  const weights = ["weights.bin", "last.bin", "best.bin"].map((name) =>
    new Uint8Array(Deno.readFileSync(`${runPath}/model/${name}`)).toHex()
  );
  const records = readRecords(runPath).toJSON()
    .filter(({ metadata }) => !metadata.name.startsWith("time/"));
  const lines = readHistory(runPath).lines
    .map(({ "time/epoch": _, ...line }) => line);
  return { weights, records, lines };
}

Deno.test(
  "a training that is stopped and resumed anywhere gives the same bits as an uninterrupted one",
  async () => {
    using folder = tempFolder();
    const { default: diffusion } = await import(
      "../../core/diffusion/experiment.ts"
    );
    const { resumeRun, trainRun } = await import("../../core/run/lifecycle.ts");
    const small = { nTrain: 90, nEpochs: 3, hiddenLayerSizes: [8, 8] };
    const cases: [config: object, stops: number[]][] = [
      // Within an epoch of three steps, at its end, and twice in one.
      [{ ...small, model: "mlp" }, [1, 3, 5]],
      [{ ...small, model: "mlp", freshData: false, emaDecay: 0.5 }, [4, 6]],
      [{
        ...small,
        ...{ model: "mlp", dataset: "moons", optimizer: "adamw" },
        ...{
          weightDecay: 0.1,
          learningRateSchedule: "cosine",
          gradientClip: 1,
        },
        ...{ warmupSteps: 4, prediction: "v", seed: 7 },
      }, [2, 8]],
      [{ ...small, model: "mlp", dataset: "faithful" }, [5]],
      [{ ...small, model: "identity" }, [2, 9]],
    ];
    for (const [fields, stops] of cases) {
      const config = modelConfigSchema.parse(fields);
      const globals = globalConfigSchema.parse({
        runs: folder.path,
        checkpointEvery: "never",
      });
      const base = { globals, config, print: () => {}, warn: () => {} };
      const whole = await trainRun(diffusion, base);
      let runPath = "";
      for (const stop of [...stops, Infinity]) {
        const controller = new AbortController();
        const options = {
          ...base,
          signal: controller.signal,
          onProgress: ({ done }: { done: number }) => {
            if (done === stop) controller.abort(new Error("stop"));
          },
        };
        const outcome = runPath === ""
          ? await trainRun(diffusion, options)
          : await resumeRun(diffusion, { ...options, runPath });
        runPath = outcome.runPath;
        const expected = stop === Infinity ? "completed" : "interrupted";
        assertEquals([outcome.status, outcome.error === undefined], [
          expected,
          stop === Infinity,
        ]);
      }
      assertEquals(
        leftBy(runPath),
        leftBy(whole.runPath),
        String(config.model),
      );
      // Of each epoch there is one time, also of those that were stopped.
      const times = readRecords(runPath).get(
        ResultMetadata.of({ name: "time/epoch" }),
      );
      assertEquals(times?.n, config.nEpochs);
    }
  },
);
