import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "../../testing/properties.ts";
import { weightsOf } from "../../core/diffusion/models/topology.ts";
import { tempFolder, testWith } from "../../testing/helpers.ts";
import { loadOnCpu } from "../../testing/models.ts";
import { copyFolder, mlpFixture } from "./_readers.ts";

interface Layer {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[];
}

/** What `model.json` of the fixture holds, as far as these tests change it. */
interface ModelJson {
  modelTopology: { config: { layers: Layer[]; [key: string]: unknown } };
  weightsManifest: {
    weights: { name: string; shape: number[]; dtype: string }[];
  }[];
}

const original = (): ModelJson =>
  JSON.parse(Deno.readTextFileSync(`${mlpFixture()}/model/model.json`));

/** A copy of a real run's model, changed, and its files' paths. */
function changed(run: string, change: (model: ModelJson) => void): string {
  copyFolder(`${mlpFixture()}/model`, `${run}/model`);
  const model = original();
  change(model);
  const path = `${run}/model/model.json`;
  Deno.writeTextFileSync(path, JSON.stringify(model));
  return path;
}

const layer = ({ modelTopology }: ModelJson, name: string) =>
  modelTopology.config.layers.find((layer) => layer.name === name)!;

testWith(
  "files",
  "loadModel() refuses weights cut at any byte, or too long, and names the file",
  async () => {
    const { loadModel } = await loadOnCpu();
    using folder = tempFolder();
    copyFolder(`${mlpFixture()}/model`, `${folder.path}/model`);
    const path = `${folder.path}/model/weights.bin`;
    const bytes = Deno.readFileSync(path);
    for (let length = 0; length <= bytes.length + 1; length++) {
      const damaged = new Uint8Array(length);
      damaged.set(bytes.subarray(0, length));
      Deno.writeFileSync(path, damaged);
      if (length === bytes.length) {
        (await loadModel(folder.path)).dispose();
        continue;
      }
      await assertRejects(
        () => loadModel(folder.path),
        RangeError,
        `Cannot load ${path} as it must have the ${bytes.length} bytes that ` +
          `model.json says: current size is ${length}`,
      );
    }
  },
);

testWith(
  "files",
  "loadModel() takes NaN for a weight like any other",
  async () => {
    const { loadModel } = await loadOnCpu();
    using folder = tempFolder();
    copyFolder(`${mlpFixture()}/model`, `${folder.path}/model`);
    const path = `${folder.path}/model/weights.bin`;
    const nFloats = Deno.statSync(path).size / 4;
    Deno.writeFileSync(
      path,
      new Uint8Array(new Float32Array(nFloats).fill(NaN).buffer),
    );
    const model = await loadModel(folder.path);
    assert(model.getWeights()[0]!.dataSync().every(Number.isNaN));
    model.dispose();
  },
);

/** Models that would take all memory, wait for ever, or are none. */
const REFUSED: readonly [
  what: string,
  change: (model: ModelJson) => void,
  reason: RegExp,
][] = [
  [
    "a layer larger than its weights",
    (model) => layer(model, "hidden_1").config.units = 2 ** 40,
    /the columns of all layers must be at most/,
  ],
  [
    "an embedding of any size, which has no weights",
    (model) => layer(model, "time_embedding").config.size = 2 ** 40,
    /the columns of all layers must be at most/,
  ],
  [
    "weights larger than the layers",
    ({ weightsManifest: [group] }) => group!.weights[0]!.shape = [2 ** 20, 4],
    /must list the weights that its layers have: .* "time_term\/kernel"/,
  ],
  [
    "a negative shape",
    ({ weightsManifest: [group] }) => group!.weights[0]!.shape = [-4, -4],
    /is \[-4,-4\], and of the layers' \[4,4\]/,
  ],
  [
    "weights that are no numbers of one kind",
    ({ weightsManifest: [group] }) => group!.weights[0]!.dtype = "string",
    /dtype float32: current value is .*"string"/,
  ],
  [
    "a weight twice",
    ({ weightsManifest: [group] }) => group!.weights.push(group!.weights[0]!),
    /each weight of its layers once: current count is 8 of 7/,
  ],
  [
    "a weight too few",
    ({ weightsManifest: [group] }) => group!.weights.pop(),
    /each weight of its layers once: current count is 6 of 7/,
  ],
  [
    "layers that wait for each other",
    (model) =>
      layer(model, "row_embedding").inbound_nodes = [[["outputs", 0, 0, {}]]],
    /an input of row_embedding must be a layer before it/,
  ],
  [
    "a layer of another library",
    (model) => layer(model, "outputs").class_name = "Dense",
    /class_name must be one of InputLayer, .*: current value is "Dense"/,
  ],
  [
    "a layer that every object has",
    (model) => layer(model, "outputs").class_name = "constructor",
    /current value is "constructor"/,
  ],
  [
    "a layer made with more than it takes",
    (model) => layer(model, "outputs").config.weights = [[1]],
    /the config of outputs must be what such layers have: .*"weights"/,
  ],
  [
    "an unknown activation",
    (model) => layer(model, "outputs").config.activation = "toString",
    /activation must be .*: current value is "toString"/,
  ],
  [
    "a layer that is named twice",
    (model) => layer(model, "outputs").config.name = "hidden_1",
    /config\.name must be outputs/,
  ],
  [
    "thousands of layers",
    ({ modelTopology: { config } }) =>
      config.layers = Array(1001).fill(config.layers[0]),
    /must be a list of at most 1000: current value is 1001/,
  ],
  [
    "outputs that are no layer",
    ({ modelTopology: { config } }) => config.output_layers = [["none", 0, 0]],
    /it is no model: /,
  ],
  [
    "no manifest",
    (model) => model.weightsManifest = [],
    /weightsManifest must be a list of one group/,
  ],
];

testWith(
  "files",
  "loadModel() refuses a model that its weights do not justify, and names the file",
  async (t) => {
    const { loadModel } = await loadOnCpu();
    for (const [what, change, reason] of REFUSED) {
      await t.step(what, async () => {
        using folder = tempFolder();
        const path = changed(folder.path, change);
        const error = await assertRejects(
          () => loadModel(folder.path),
          RangeError,
        );
        assertMatch(error.message, reason);
        assert(error.message.startsWith(`Cannot load ${path} as `));
      });
    }
  },
);

testWith(
  "files",
  "loadModel() loads or refuses any model.json, in no time and little memory",
  async () => {
    const { tf, loadModel } = await loadOnCpu();
    using folder = tempFolder();
    const path = changed(folder.path, () => {});
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        ...[null, -1, 0, 1, 2, 0.5, 2 ** 31, 2 ** 53, 1e308, "", "noisy"],
        ...["outputs", "__proto__", "constructor", [], {}, [[]], true],
      ),
      fc.jsonValue(),
    );
    const change = fc.record({
      place: fc.nat(),
      value,
      isRemoved: fc.boolean(),
    });
    const before = tf.memory().numBytes;
    await fc.assert(
      fc.asyncProperty(change, async ({ place, value, isRemoved }) => {
        const model = original();
        const places: [Record<string, unknown>, string][] = [];
        const walk = (node: unknown) => {
          if (typeof node !== "object" || node === null) return;
          for (const key of Object.keys(node)) {
            places.push([node as Record<string, unknown>, key]);
            walk((node as Record<string, unknown>)[key]);
          }
        };
        walk(model);
        const [object, key] = places[place % places.length]!;
        if (isRemoved) delete object[key];
        else object[key] = value;
        Deno.writeTextFileSync(path, JSON.stringify(model));
        try {
          (await loadModel(folder.path)).dispose();
        } catch (error) {
          assertMatch((error as Error).message, /^Cannot (load|read) /);
        }
      }),
      { numRuns: 300 },
    );
    const leaked = tf.memory().numBytes - before;
    assert(leaked < 2 ** 20, `${leaked} bytes are left`);
  },
);

Deno.test("weightsOf() knows the weights of layers without making them", () => {
  const input = {
    name: "x",
    class_name: "InputLayer",
    config: { name: "x", batch_input_shape: [null, 3] },
    inbound_nodes: [],
  };
  const dense = {
    name: "y",
    class_name: "DenseLayer",
    config: { name: "y", units: 5, activation: "silu" },
    inbound_nodes: [[["x", 0, 0, {}]]],
  };
  assertEquals(
    weightsOf({ config: { layers: [input, dense] } }),
    new Map([["y/kernel", [3, 5]], ["y/bias", [5]]]),
  );
});
