import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { createRows, loadOnCpu, randomModel } from "../../testing/models.ts";

skipUnlessGranted("files");

const SMALL = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [8, 8],
  embeddingSize: 6,
});

Deno.test(
  "buildModel() draws weights from the stream alone, and the model first predicts no noise",
  async () => {
    const { buildModel } = await loadOnCpu();
    const build = (seed: number) =>
      buildModel(SMALL, {
        nColumns: 2,
        random: new RandomStream(seed, "init"),
      });
    const drawWeights = async (seed: number) =>
      (await build(seed)).layers.getWeights()
        .map((weight) => weight.arraySync());
    const drawn = await drawWeights(1);
    assertEquals(await drawWeights(1), drawn);
    assert(JSON.stringify(await drawWeights(2)) !== JSON.stringify(drawn));
    using model = await build(1);
    const { rows, at } = createRows(5, 2);
    assertEquals(await model.predictNoise(rows, at), new Float64Array(10));
  },
);

Deno.test(
  "NoiseModel predicts the same for shared and separate times, and for any number of rows",
  async () => {
    using model = await randomModel(SMALL);
    // More than go through the model at once.
    const { rows, at } = createRows(3000, 2, 0.3);
    const together = await model.predictNoise(rows, at);
    const other = at.times.slice();
    other[0] = 0.9;
    const apart = await model.predictNoise(rows, { ...at, times: other });
    for (const place of [2, 3, 2000, 4095, 4096, 5999]) {
      assertAlmostEquals(apart[place]!, together[place]!, 1e-5);
    }
    assert(Math.abs(apart[0]! - together[0]!) > 1e-3);
  },
);

Deno.test("NoiseModel turns v into noise: √ᾱ v + √(1 − ᾱ) x", async () => {
  const { NoiseModel } = await loadOnCpu();
  const model = await randomModel(SMALL);
  const { rows, at } = createRows(7, 2);
  const plain = await model.predictNoise(rows, at);
  using asV = new NoiseModel(model.layers, "v");
  const noise = await asV.predictNoise(rows, at);
  noise.forEach((value, i) => {
    const kept = at.alphaBars[i >> 1]!;
    const expected = Math.sqrt(kept) * plain[i]! +
      Math.sqrt(1 - kept) * rows[i]!;
    assertAlmostEquals(value, expected, 1e-12);
  });
});

Deno.test(
  "loadModel() loads what saveModel() saved, in files of TensorFlow.js's format",
  async () => {
    const { tf, buildModel, loadModel, saveModel } = await loadOnCpu();
    using folder = tempFolder();
    const before = tf.memory().numTensors;
    const config = modelConfigSchema.defaults;
    using saved = await buildModel(config, { nColumns: 3 });
    await saveModel(saved, folder.path);
    const json = JSON.parse(
      Deno.readTextFileSync(`${folder.path}/model/model.json`),
    );
    assertEquals(json.schemaVersion, 1);
    assertEquals(json.format, "layers-model");
    assertEquals(json.weightsManifest, [{
      paths: ["weights.bin"],
      weights: [],
    }]);
    assertEquals(Deno.statSync(`${folder.path}/model/weights.bin`).size, 0);
    using model = await loadModel(folder.path, { config, nColumns: 3 });
    const rows = new Float64Array(12).fill(1);
    const at = { times: new Float64Array(4), alphaBars: new Float64Array(4) };
    assertEquals(await model.predictNoise(rows, at), rows);
    assertEquals(tf.memory().numTensors, before);
  },
);

Deno.test(
  "saveModel() and loadModel() preserve every kind of mlp",
  async () => {
    const { loadModel, saveModel } = await loadOnCpu();
    const settings = [
      {},
      { inputEmbedding: "fourier" },
      { timeEmbedding: "linear", activation: "relu" },
      { timeEmbedding: "none" },
      { hiddenLayerSizes: [] },
    ];
    for (const values of settings) {
      using folder = tempFolder();
      const config = modelConfigSchema.parse({ ...SMALL, ...values });
      using model = await randomModel(config);
      await saveModel(model, folder.path);
      using read = await loadModel(folder.path, { config, nColumns: 2 });
      const { rows, at } = createRows(6, 2);
      const predicted = await model.predictNoise(rows, at);
      assertEquals(await read.predictNoise(rows, at), predicted);
      assert(predicted.some((value) => value !== 0));
    }
  },
);

Deno.test(
  "saveWeights() saves named weights, and loadModel() loads them by name",
  async () => {
    const { tf, loadModel, saveModel, saveWeights } = await loadOnCpu();
    using folder = tempFolder();
    const model = await randomModel(SMALL);
    const { layers } = model;
    const first = layers.getWeights().map((weight) => weight.arraySync());
    await saveWeights(model, folder.path, { name: "best" });
    layers.setWeights(
      layers.getWeights().map((weight) => tf.zerosLike(weight)),
    );
    await saveWeights(model, folder.path, { name: "last" });
    await saveModel(model, folder.path);
    const read = async (weights: "best" | "last" | "ema") =>
      (await loadModel(folder.path, { config: SMALL, nColumns: 2, weights }))
        .layers.getWeights().map((weight) => weight.arraySync());
    assertEquals(await read("best"), first);
    const zeros = await read("ema");
    assertEquals(await read("last"), zeros);
    assert((zeros.flat(2) as number[]).every((weight) => weight === 0));
  },
);

Deno.test("loadModel() names the missing file", async () => {
  const { loadModel } = await loadOnCpu();
  const options = { config: SMALL, nColumns: 2 };
  const error = await loadModel("nowhere", options).catch((error) => error);
  assertThrows(
    () => {
      throw error;
    },
    Deno.errors.NotFound,
    "Cannot read nowhere/model/weights.bin: no such file",
  );
});
