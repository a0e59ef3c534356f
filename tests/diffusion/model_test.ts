import { assertEquals, assertThrows } from "@std/assert";
import { modelConfigSchema } from "../../core/config/model_config.ts";
import { tempFolder, testWith } from "../_helpers.ts";

// TensorFlow.js reads the environment when it is loaded, which plain
// `deno test` does not let it; so it is loaded where the rights are there.
const load = async () => {
  const tf = await import("@tensorflow/tfjs");
  tf.enableProdMode();
  await tf.setBackend("cpu");
  return { tf, ...await import("../../core/diffusion/model.ts") };
};

testWith(
  "files",
  "buildModel() makes a layers model that gives noisy rows back as noise",
  async () => {
    const { tf, buildModel, predictNoise } = await load();
    const before = tf.memory().numTensors;
    const model = buildModel(modelConfigSchema.defaults, 2);
    assertEquals(model.name, "identity");
    assertEquals(model.outputShape, [null, 2]);
    const rows = tf.tensor2d([[1, -2], [3, 4], [5, 6]]);
    const times = tf.fill<typeof tf.Rank.R2>([3, 1], 0.5);
    const noise = predictNoise(model, rows, times);
    assertEquals(noise.arraySync(), rows.arraySync());
    // A tensor of its own: to dispose of one leaves the other.
    noise.dispose();
    assertEquals(rows.arraySync()[0], [1, -2]);
    tf.dispose([rows, times]);
    model.dispose();
    assertEquals(tf.memory().numTensors, before);
  },
);

testWith(
  "files",
  "loadModel() loads what saveModel() saved, files as TensorFlow.js has them",
  async () => {
    const { tf, buildModel, loadModel, predictNoise, saveModel } = await load();
    using folder = tempFolder();
    const before = tf.memory().numTensors;
    await saveModel(buildModel(modelConfigSchema.defaults, 3), folder.path);
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
    const model = await loadModel(folder.path);
    const sum = tf.tidy(() =>
      predictNoise(model, tf.ones([4, 3]), tf.ones([4, 1])).sum().dataSync()[0]
    );
    assertEquals(sum, 12);
    model.dispose();
    assertEquals(tf.memory().numTensors, before);
  },
);

testWith(
  "files",
  "saveModel() and loadModel() keep weights, of any layers model",
  async () => {
    const { tf, loadModel, saveModel } = await load();
    using folder = tempFolder();
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 5, inputShape: [3] })],
    });
    await saveModel(model, folder.path);
    const read = await loadModel(folder.path);
    const weights = (from: typeof read) =>
      from.getWeights().map((weight) => weight.arraySync());
    assertEquals(weights(read), weights(model));
    model.dispose();
    read.dispose();
  },
);

testWith("files", "loadModel() says which file is missing", async () => {
  const { loadModel } = await load();
  const error = await loadModel("nowhere").catch((error) => error);
  assertThrows(
    () => {
      throw error;
    },
    Deno.errors.NotFound,
    "Cannot read nowhere/model/model.json as there is no such file",
  );
});
