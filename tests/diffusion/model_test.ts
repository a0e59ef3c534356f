import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { loadOnCpu, randomModel } from "../../testing/models.ts";

skipUnlessGranted("files");

const SMALL = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [8, 8],
  embeddingSize: 6,
});

/** Rows at times of their own, or all at one. */
function someRows(nRows: number, nColumns: number, time?: number) {
  const random = new RandomStream(3, "rows");
  const rows = random.fillNormal(new Float64Array(nRows * nColumns));
  const times = new Float64Array(nRows)
    .map((_, i) => time ?? (i + 1) / nRows);
  return { rows, at: { times, alphaBars: times.map((time) => 1 - time / 2) } };
}

Deno.test(
  "buildModel() makes of identity a layers model that gives noisy rows back",
  async () => {
    const { tf, buildModel } = await loadOnCpu();
    const before = tf.memory().numTensors;
    const model = await buildModel(modelConfigSchema.defaults, { nColumns: 2 });
    assertEquals(model.layers.name, "identity");
    assertEquals(model.nColumns, 2);
    const { rows, at } = someRows(5, 2);
    assertEquals(
      await model.predictNoise(rows, at),
      Float64Array.from(Float32Array.from(rows)),
    );
    model[Symbol.dispose]();
    assertEquals(tf.memory().numTensors, before);
  },
);

Deno.test(
  "buildModel() draws weights by the stream alone, and begins with no noise",
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
    const { rows, at } = someRows(5, 2);
    assertEquals(await model.predictNoise(rows, at), new Float64Array(10));
  },
);

Deno.test(
  "buildModel() makes an mlp that is the network its configuration says",
  async () => {
    const { tf, buildModel } = await loadOnCpu();
    const config = modelConfigSchema.parse({
      ...SMALL,
      inputEmbedding: "fourier",
      hiddenLayerSizes: [5, 5],
      activation: "tanh",
    });
    const random = new RandomStream(1, "init");
    using model = await buildModel(config, { nColumns: 2, random });
    // All weights other than 0, and then the same by hand.
    model.layers.setWeights(
      model.layers.getWeights().map((weight) =>
        tf.tensor(
          random.fillNormal(new Float32Array(weight.size)),
          weight.shape,
        )
      ),
    );
    const named = Object.fromEntries(
      model.layers.weights.map((weight) => [
        weight.originalName,
        weight.read().arraySync(),
      ]),
    ) as Record<string, number[][]>;
    const times = (row: number[], matrix: number[][]) =>
      matrix[0]!.map((_, j) =>
        row.reduce((sum, x, i) => sum + x * matrix[i]![j]!, 0)
      );
    const plus = (a: readonly number[], b: readonly number[]) =>
      a.map((x, i) => x + b[i]!);
    const dense = (row: number[], name: string) =>
      plus(
        times(row, named[`${name}/kernel`]!),
        named[`${name}/bias`] as unknown as number[],
      );
    const { rows, at } = someRows(3, 2);
    const predicted = await model.predictNoise(rows, at);
    for (let i = 0; i < 3; i++) {
      const row = [rows[2 * i]!, rows[2 * i + 1]!];
      const angles = times(row, named["row_embedding/frequencies"]!);
      // Three waves: 100, 100 / √1000, 100 / 1000 radians a unit of time.
      const waves = [100, 100 / Math.sqrt(1000), 0.1]
        .map((w) => w * at.times[i]!);
      const embedded = [...waves.map(Math.sin), ...waves.map(Math.cos)];
      const all = [...row, ...angles.map(Math.sin), ...angles.map(Math.cos)];
      const first = plus(dense(all, "hidden_1"), dense(embedded, "time_term"))
        .map(Math.tanh);
      const second = plus(dense(first, "hidden_2").map(Math.tanh), first);
      const outputs = dense(second, "outputs");
      assertAlmostEquals(predicted[2 * i]!, outputs[0]!, 1e-3);
      assertAlmostEquals(predicted[2 * i + 1]!, outputs[1]!, 1e-3);
    }
  },
);

Deno.test(
  "NoiseModel predicts the same whether rows share their time, and however many there are",
  async () => {
    using model = await randomModel(SMALL);
    // More than go through the model at once.
    const { rows, at } = someRows(3000, 2, 0.3);
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
  const { rows, at } = someRows(7, 2);
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
  "loadModel() loads what saveModel() saved, files as TensorFlow.js has them",
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
  "saveModel() and loadModel() keep an mlp with all that it is made of",
  async () => {
    const { loadModel, saveModel } = await loadOnCpu();
    const settings = [
      {},
      { inputEmbedding: "fourier" },
      { timeEmbedding: "linear", activation: "relu" },
      { hiddenLayerSizes: [] },
    ];
    for (const values of settings) {
      using folder = tempFolder();
      const config = modelConfigSchema.parse({ ...SMALL, ...values });
      using model = await randomModel(config);
      await saveModel(model, folder.path);
      using read = await loadModel(folder.path, { config, nColumns: 2 });
      const { rows, at } = someRows(6, 2);
      const predicted = await model.predictNoise(rows, at);
      assertEquals(await read.predictNoise(rows, at), predicted);
      assert(predicted.some((value) => value !== 0));
    }
  },
);

Deno.test(
  "saveWeights() keeps other weights, which loadModel() takes by their name",
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

Deno.test("loadModel() says which file is missing", async () => {
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
