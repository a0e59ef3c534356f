import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { computeAlphaBars } from "../../core/diffusion/noise/noise_schedule.ts";
import {
  type MetadataFields,
  ResultMetadata,
} from "../../core/utils/results.ts";
import { readRecords } from "../../core/store/records.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { evaluateModel, trainModel } from "../../testing/models.ts";

skipUnlessGranted("files");

const QUICK = modelConfigSchema.parse({ nTrain: 4000, nEpochs: 1 });

/** Hardly trained, and far from the data. */
const MLP = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [8],
  nTrain: 200,
  nEpochs: 1,
});

/** Few and small, so that a test takes a moment. */
const FEW = { nSamples: 200, nRepeats: 4, nSteps: [5] };

const findResult = (runPath: string, fields: MetadataFields) =>
  readRecords(runPath).get(ResultMetadata.of(fields))!;

Deno.test(
  "evaluateDiffusionModel() measures the held-out loss in its closed form",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(QUICK, folder.path);
    await evaluateModel(FEW, runPath);
    const { mean, error, n } = findResult(runPath, { name: "loss/held-out" });
    assertEquals(n, 1000); // One observation a row, however often measured.
    const { loadData } = await import("../../core/diffusion/data/data.ts");
    const { values } = loadData(QUICK).heldOut;
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const terms = computeAlphaBars(QUICK)
      .map((a) => a * square + (1 - Math.sqrt(1 - a)) ** 2);
    const expected = terms.reduce((a, b) => a + b) / terms.length;
    assertAlmostEquals(mean, expected, 4 * error);
  },
);

Deno.test(
  "evaluateDiffusionModel() records model, exact score, floor and identity separately",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(MLP, folder.path);
    const records = await evaluateModel({ ...FEW, nSteps: [5, 9] }, runPath);
    const measured = [...records.named("sliced-wasserstein")]
      .map(({ metadata: { fields }, result }): Record<string, unknown> => ({
        ...fields,
        n: result.n,
      }));
    const setting = {
      nRepeats: 4,
      nSamples: 200,
      sampler: "dpm-solver++",
      spacing: "log-snr",
    };
    const sources = ["model", "exact-score", "identity"];
    assertEquals(measured, [
      { nRepeats: 20, nSamples: 200, source: "floor", n: 20 },
      ...[5, 9].flatMap((nSteps) =>
        sources.map((source) => ({ ...setting, nSteps, source, n: 4 }))
      ),
    ]);
    for (const name of ["energy-distance", "mmd2"]) {
      assertEquals(records.named(name).size, 1 + 2 * 3);
    }
    for (const { metadata: { fields } } of records.named("mmd2")) {
      assertEquals(fields.bandwidth, 0.5);
    }
    assertEquals(records.named("time/sampling").size, 2);
  },
);

Deno.test(
  "evaluateDiffusionModel() compares only the wanted sources",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(MLP, folder.path);
    const measureSources = async (sources: string[]) => {
      const records = await evaluateModel({ ...FEW, sources }, runPath);
      return [...records.named("sliced-wasserstein")]
        .map(({ metadata: { fields } }) => fields.source);
    };
    assertEquals(await measureSources(["floor"]), ["floor"]);
    assertEquals(await measureSources(["identity", "model"]), [
      "model",
      "identity",
    ]);
  },
);

Deno.test(
  "evaluateDiffusionModel() gives all sources the same noise and data, new ones in each repeat",
  async () => {
    using folder = tempFolder();
    // A model that is the identity: of the same noise come the same samples.
    const runPath = await trainModel(QUICK, folder.path);
    const records = await evaluateModel(FEW, runPath);
    const [model, identity] = ["model", "identity"].map((source) =>
      [...records.named("sliced-wasserstein")]
        .find(({ metadata }) => metadata.fields.source === source)!.result
    );
    // But for the model's rounding to Float32.
    assertAlmostEquals(model!.mean, identity!.mean, 1e-5);
    assertAlmostEquals(model!.error, identity!.error, 1e-5);
    assert(model!.error > 1e-4);
  },
);

Deno.test(
  "evaluateDiffusionModel() limits the default number of steps to the number of timesteps",
  async () => {
    using folder = tempFolder();
    const config = modelConfigSchema.parse({ ...QUICK, nTimesteps: 7 });
    const runPath = await trainModel(config, folder.path);
    const { nSteps: _, ...few } = FEW;
    const records = await evaluateModel(few, runPath);
    assertEquals(
      [...records.named("time/sampling")].map((r) => r.metadata.fields.nSteps),
      [7],
    );
  },
);

Deno.test(
  "evaluateDiffusionModel() measures the floor: the distance between two samples of the data",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(MLP, folder.path);
    const records = await evaluateModel(FEW, runPath);
    const { mean, error } = [...records.named("sliced-wasserstein")]
      .find(({ metadata }) => metadata.fields.source === "floor")!.result;
    // Brute force, from the mixture as it is written down, in other units.
    const { MIXTURE } = await import("../../core/diffusion/data/datasets.ts");
    const { loadData } = await import("../../core/diffusion/data/data.ts");
    const { RandomStream } = await import("../../core/utils/random.ts");
    const random = new RandomStream(99, "floor");
    const draw = () =>
      Array.from({ length: 200 }, () => {
        let uniform = random.uniform();
        const part = MIXTURE.find(({ weight }) => (uniform -= weight) < 0)!;
        return part.means[0]! + part.deviations[0]! * random.normal();
      }).sort((a, b) => a - b);
    const [scale] = loadData(MLP).scaling.deviations;
    const distances = Array.from({ length: 400 }, () => {
      const [a, b] = [draw(), draw()];
      return a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) / 200 /
        scale!;
    });
    const expected = distances.reduce((a, b) => a + b) / 400;
    assertAlmostEquals(mean, expected, 4 * error);
  },
);

Deno.test(
  "evaluateDiffusionModel() reaches the floor with the exact score, and not with an untrained model",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(MLP, folder.path);
    const records = await evaluateModel({ ...FEW, nSteps: [40] }, runPath);
    const findMean = (name: string, source: string) =>
      [...records.named(name)]
        .find(({ metadata }) => metadata.fields.source === source)!.result;
    const floor = findMean("sliced-wasserstein", "floor");
    const exact = findMean("sliced-wasserstein", "exact-score");
    const away = 4 * Math.hypot(floor.error, exact.error);
    assert(Math.abs(exact.mean - floor.mean) < away);
    assert(findMean("sliced-wasserstein", "identity").mean > 3 * floor.mean);
    assert(findMean("sliced-wasserstein", "model").mean > 1.5 * floor.mean);
    const energy = findMean("energy-distance", "floor");
    assert(Math.abs(energy.mean) < 4 * energy.error);
  },
);

Deno.test(
  "evaluateDiffusionModel() measures the denoising loss at each share of noise, and the lowest possible one",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(QUICK, folder.path);
    const records = await evaluateModel(FEW, runPath);
    const { loadData } = await import("../../core/diffusion/data/data.ts");
    const { values } = loadData(QUICK).heldOut;
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    for (const noise of [0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      const of = (source: string) =>
        records.get(
          ResultMetadata.of({ name: "loss/denoising", source, noise }),
        )!;
      const { mean, error, n } = of("model");
      assertEquals(n, 1000);
      const expected = (1 - noise ** 2) * square + (1 - noise) ** 2;
      assertAlmostEquals(mean, expected, 4 * error);
      // At the end all is noise, and the identity is as good.
      if (noise < 0.95) assert(of("exact-score").mean < mean);
    }
  },
);

Deno.test(
  "evaluateDiffusionModel() replaces a record bit for bit when it is measured again",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(QUICK, folder.path);
    await evaluateModel({ ...FEW, nSteps: [3, 20] }, runPath);
    const names = () =>
      ["results", "results/values"].flatMap((folder) =>
        Array.from(Deno.readDirSync(`${runPath}/${folder}`), ({ name }) => name)
      ).sort();
    const before = names();
    // Held-out, 6 levels of 2 sources, the floor's 3 measures, and for both
    // numbers of steps those of 3 sources and the time; and the training's.
    const nTrained = 2;
    const nMeasured = 1 + 12 + 3 + 2 * (9 + 1);
    assertEquals(readRecords(runPath).size, nTrained + nMeasured);
    // Two files of records, and a folder with the losses of the held-out rows.
    assertEquals(before.length, 4);
    const first = [...readRecords(runPath).named("sliced-wasserstein")].map(
      String,
    );
    const records = await evaluateModel({ ...FEW, nSteps: [3] }, runPath);
    assertEquals(names(), before);
    const again = [...records.named("sliced-wasserstein")].map(String);
    assertEquals(again.length, 4);
    assert(again.every((record) => first.includes(record)));
    assertEquals(
      [...Deno.readDirSync(`${runPath}/samples`)].map(({ name }) => name)
        .sort(),
      [
        "dpm-solver++_nSteps=20_log-snr.json",
        "dpm-solver++_nSteps=3_log-snr.json",
      ],
    );
  },
);

Deno.test(
  "evaluateDiffusionModel() records sampler, spacing and weights in the metadata",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(MLP, folder.path);
    const readSetting = async (values: object) => {
      const records = await evaluateModel(
        { ...FEW, nSamples: 20, ...values },
        runPath,
      );
      const [model] = [...records.named("sliced-wasserstein")]
        .filter(({ metadata }) => metadata.fields.source === "model");
      const { source: _, nRepeats: __, nSamples: ___, ...fields } =
        model!.metadata.fields;
      return fields;
    };
    const usual = { nSteps: 5, spacing: "log-snr" };
    assertEquals(await readSetting({ sampler: "ddim", eta: 0.5 }), {
      eta: 0.5,
      ...usual,
      sampler: "ddim",
    });
    assertEquals(await readSetting({ sampler: "ddim" }), {
      eta: 0,
      ...usual,
      sampler: "ddim",
    });
    assertEquals(await readSetting({ sampler: "ddpm", spacing: "log-snr" }), {
      ...usual,
      sampler: "ddpm",
    });
    assertEquals(await readSetting({ spacing: "time", weights: "last" }), {
      nSteps: 5,
      sampler: "dpm-solver++",
      spacing: "time",
      weights: "last",
    });
    await assertRejects(
      () => readSetting({ eta: 0.5 }),
      RangeError,
      "Cannot use --eta with dpm-solver++: only DDIM has it",
    );
  },
);

Deno.test(
  "evaluateDiffusionModel() halves finite data, so that no row is compared with itself",
  async () => {
    using folder = tempFolder();
    const config = modelConfigSchema.parse({ dataset: "faithful", nEpochs: 1 });
    const runPath = await trainModel(config, folder.path);
    const records = await evaluateModel(FEW, runPath);
    assertEquals(findResult(runPath, { name: "loss/held-out" }).n, 54);
    const floors = [...records.named("sliced-wasserstein")]
      .map(({ metadata: { fields } }) => fields);
    assert(floors.every(({ nSamples }) => nSamples === 27));
    assertEquals(floors.length, 3); // There is no exact score.
    assert(floors.every(({ reference }) => reference === "held-out"));
    const { drawPoints, loadData } = await import(
      "../../core/diffusion/data/data.ts"
    );
    const { RandomStream } = await import("../../core/utils/random.ts");
    const random = new RandomStream(1, "pair");
    const points = drawPoints(loadData(config), { random, nRows: 54 });
    const rows = (points: Float64Array) =>
      Array.from(
        { length: 54 },
        (_, i) => points.slice(2 * i, 2 * i + 2).join(),
      ).sort();
    const all = loadData(config).heldOut.values;
    assertEquals(rows(points), rows(all));
  },
);

Deno.test(
  "evaluateDiffusionModel() warns of what it cannot compare, and refuses tiny datasets",
  async () => {
    using folder = tempFolder();
    const csv = `${folder.path}/my.csv`;
    const readWarnings = async (dataset: string, values: object) => {
      const config = modelConfigSchema.parse({
        dataset,
        nEpochs: 1,
        nTrain: 40,
      });
      const runPath = await trainModel(config, folder.path);
      const warnings: string[] = [];
      await evaluateModel(
        { ...FEW, ...values },
        runPath,
        (warning) => warnings.push(warning),
      );
      return warnings;
    };
    assertEquals(await readWarnings("moons", {}), []);
    assertEquals(await readWarnings("moons", { sources: ["exact-score"] }), [
      "there is no exact score of moons, which is no Gaussian mixture",
    ]);
    assertEquals(
      await readWarnings("moons", { sources: ["identity", "floor"] }),
      [],
    );
    assertEquals(await readWarnings("faithful", { nSamples: 28 }), [
      "only 27 samples are compared, not 28: half of the held-out rows of " +
      "faithful",
    ]);
    Deno.writeTextFileSync(csv, "1\n2\n3\n4\n5\n6");
    await assertRejects(
      () => readWarnings(csv, {}),
      RangeError,
      "it must have at least 4 held-out rows, and has 1",
    );
  },
);

Deno.test(
  "evaluateDiffusionModel() refuses more steps than timesteps before it measures anything",
  async () => {
    using folder = tempFolder();
    const config = modelConfigSchema.parse({ ...QUICK, nTimesteps: 30 });
    const runPath = await trainModel(config, folder.path);
    await assertRejects(
      () => evaluateModel({ ...FEW, nSteps: [5, 31] }, runPath),
      RangeError,
      "Cannot sample in 31 steps: the noise schedule has only 30",
    );
    assertEquals(
      [...Deno.readDirSync(`${runPath}/results`)].map(({ name }) => name),
      ["train.json"],
    );
  },
);

Deno.test(
  "evaluateDiffusionModel() leaks no tensor, even if it fails",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(QUICK, folder.path);
    const tf = await import("@tensorflow/tfjs");
    const before = tf.memory().numTensors;
    await evaluateModel(FEW, runPath);
    assertEquals(tf.memory().numTensors, before);
    Deno.removeSync(`${runPath}/model/scaling.json`);
    await assertRejects(
      () => evaluateModel(FEW, runPath),
      Deno.errors.NotFound,
    );
    assertEquals(tf.memory().numTensors, before);
  },
);

Deno.test(
  "evaluateDiffusionModel() refuses data that have changed since the training",
  async () => {
    using folder = tempFolder();
    const dataset = `${folder.path}/my.csv`;
    const write = (first: number) => {
      const rows = Array.from({ length: 30 }, (_, i) => String(i || first));
      Deno.writeTextFileSync(dataset, rows.join("\n"));
    };
    write(0);
    const config = modelConfigSchema.parse({ dataset, nEpochs: 1 });
    const runPath = await trainModel(config, folder.path);
    write(99);
    await assertRejects(
      () => evaluateModel(FEW, runPath),
      RangeError,
      "has changed",
    );
  },
);
