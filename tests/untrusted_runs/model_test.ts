import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../core/diffusion/model_config.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { loadOnCpu } from "../../testing/models.ts";
import { copyFolder, mlpFixture } from "./_readers.ts";

skipUnlessGranted("files");

/** The configuration of a real run, and the number of its columns. */
const fixture = () => ({
  config: modelConfigSchema.load(mlpFixture()),
  nColumns: 1,
});

/** Copies a real run's model. */
function copyModel(run: string): string {
  copyFolder(`${mlpFixture()}/model`, `${run}/model`);
  return `${run}/model/weights.bin`;
}

Deno.test(
  "loadModel() refuses weights cut at any byte, or too long, and names the file",
  async () => {
    const { loadModel } = await loadOnCpu();
    using folder = tempFolder();
    const path = copyModel(folder.path);
    const bytes = Deno.readFileSync(path);
    for (let length = 0; length <= bytes.length + 1; length++) {
      const damaged = new Uint8Array(length);
      damaged.set(bytes.subarray(0, length));
      Deno.writeFileSync(path, damaged);
      if (length === bytes.length) {
        using _model = await loadModel(folder.path, fixture());
        continue;
      }
      await assertRejects(
        () => loadModel(folder.path, fixture()),
        RangeError,
        `Cannot load ${path}: the model of this configuration has ` +
          `${bytes.length} bytes of weights, the file ${length}`,
      );
    }
  },
);

Deno.test(
  "loadModel() loads the weights in the order in which old runs saved them",
  async () => {
    const { loadModel } = await loadOnCpu();
    using model = await loadModel(mlpFixture(), fixture());
    const [{ weights }] = JSON.parse(
      Deno.readTextFileSync(`${mlpFixture()}/model/model.json`),
    ).weightsManifest;
    assertEquals(
      model.layers.weights.map(({ originalName, shape }) => ({
        name: originalName,
        shape,
        dtype: "float32",
      })),
      weights,
    );
  },
);

Deno.test("loadModel() accepts NaN as a weight", async () => {
  const { loadModel } = await loadOnCpu();
  using folder = tempFolder();
  const path = copyModel(folder.path);
  const nFloats = Deno.statSync(path).size / 4;
  Deno.writeFileSync(
    path,
    new Uint8Array(new Float32Array(nFloats).fill(NaN).buffer),
  );
  using model = await loadModel(folder.path, fixture());
  assert(model.layers.getWeights()[0]!.dataSync().every(Number.isNaN));
});

Deno.test("loadModel() does not read model.json", async () => {
  const { loadModel } = await loadOnCpu();
  using folder = tempFolder();
  copyModel(folder.path);
  Deno.writeTextFileSync(`${folder.path}/model/model.json`, "{");
  using model = await loadModel(folder.path, fixture());
  assertEquals(model.nColumns, 1);
});

/** Configurations that would take all memory. */
const HUGE: readonly Partial<ModelConfig>[] = [
  { hiddenLayerSizes: [2 ** 40] },
  { hiddenLayerSizes: [2 ** 20, 2 ** 20] },
  { hiddenLayerSizes: new Array(100_000).fill(1) },
  { hiddenLayerSizes: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] },
  { hiddenLayerSizes: [1], embeddingSize: 2 ** 40 },
  { hiddenLayerSizes: [], embeddingSize: 2 ** 50, inputEmbedding: "fourier" },
];

Deno.test(
  "loadModel() refuses any configuration that its weights do not justify, before it allocates",
  async (t) => {
    const { tf, buildModel, loadModel } = await loadOnCpu();
    for (const values of HUGE) {
      const text = JSON.stringify(values).slice(0, 60);
      await t.step(text, async () => {
        const config = modelConfigSchema.parse({ model: "mlp", ...values });
        const before = tf.memory().numBytes;
        for (
          const load of [
            () => loadModel(mlpFixture(), { config, nColumns: 2 }),
            () => buildModel(config, { nColumns: 2 }),
          ]
        ) {
          await assertRejects(load, RangeError, "Cannot build model mlp: ");
        }
        assertEquals(tf.memory().numBytes, before);
      });
    }
  },
);

Deno.test(
  "countWeightBytes() and weightShapes() tell what buildModel() allocates",
  async () => {
    const { buildModel, countWeightBytes } = await loadOnCpu();
    const { MODELS } = await import(
      "../../core/diffusion/models/registry.ts"
    );
    const size = fc.integer({ min: 1, max: 9 });
    const anyConfig = fc.record({
      model: fc.constantFrom(...modelNames(MODELS)),
      hiddenLayerSizes: fc.array(size, { maxLength: 4 }),
      embeddingSize: size.map((half) => 2 * half),
      timeEmbedding: fc.constantFrom("linear", "sinusoidal", "none"),
      inputEmbedding: fc.constantFrom("none", "fourier"),
    });
    await fc.assert(
      fc.asyncProperty(anyConfig, size, async (values, nColumns) => {
        const config = modelConfigSchema.parse(values);
        const { default: definition } = await MODELS[config.model]();
        using model = await buildModel(config, { nColumns });
        const weights = model.layers.getWeights();
        assertEquals(
          [...definition.weightShapes(config, nColumns)],
          weights.map(({ shape }) => shape),
        );
        assertEquals(
          await countWeightBytes(config, nColumns),
          weights.reduce((sum, { size }) => sum + 4 * size, 0),
        );
      }),
      { numRuns: 100 },
    );
  },
);

function modelNames<T extends object>(models: T): (keyof T)[] {
  return Object.keys(models) as (keyof T)[];
}
