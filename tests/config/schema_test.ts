import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import { evalConfigSchema } from "../../core/diffusion/eval_config.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../core/diffusion/model_config.ts";
import {
  closest,
  ConfigError,
  formatValue,
  readConfigSource,
} from "../../core/config/schema.ts";
import { writeConfigFile } from "../../core/store/run_file.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("ConfigSchema.resolve() gives keys missing from a complete configuration their earlier value", () => {
  const nameKey = (key: string) => key;
  const source = { values: { seed: 3 }, nameKey };
  const resolve = (isWhole: boolean, ...more: object[]) =>
    modelConfigSchema.resolve([
      { ...source, isWhole },
      ...more.map((values) => ({ values: { ...values }, nameKey })),
    ]).freshData;
  assertEquals(resolve(false), true);
  assertEquals(resolve(true), false);
  assertEquals(resolve(true, { freshData: true }), true);
});

Deno.test("configurations are frozen, lists included", () => {
  for (
    const schema of [modelConfigSchema, evalConfigSchema, globalConfigSchema]
  ) {
    assert(Object.isFrozen(schema.defaults));
  }
  const sizes = [8];
  const config = modelConfigSchema.parse({ hiddenLayerSizes: sizes });
  sizes.push(9);
  assertEquals(config.hiddenLayerSizes, [8]);
  assert(Object.isFrozen(config.hiddenLayerSizes));
  assert(Object.isFrozen(modelConfigSchema.defaults.hiddenLayerSizes));
});

Deno.test("ConfigSchema.resolve() prefers a later source to an earlier one", () => {
  const nameKey = (key: string) => key;
  const config = modelConfigSchema.resolve([
    { values: { seed: 1, batchSize: 8 }, nameKey },
    { values: { seed: 2 }, nameKey },
  ]);
  assertEquals([config.seed, config.batchSize, config.nEpochs], [2, 8, 10]);
});

Deno.test("ConfigSchema.resolve() reports every problem, its place, and the rule", () => {
  const error = assertThrows(() =>
    modelConfigSchema.resolve([{
      values: { batchSize: -1, betaSchedule: "sine", learnRate: 1 },
      nameKey: (key) => `"${key}" in my.json`,
    }]), ConfigError);
  assertEquals(error.problems, [
    '"batchSize" in my.json must be a whole number of at least 1, not -1',
    '"betaSchedule" in my.json must be one of "linear", "quadratic", ' +
    '"cosine", not "sine"',
    'Unknown key "learnRate" in my.json: did you mean "learningRate" in ' +
    "my.json?",
  ]);
});

Deno.test("ConfigSchema.resolve() refuses keys that every object inherits", () => {
  for (const key of ["constructor", "toString", "__proto__"]) {
    const values = JSON.parse(`{"${key}": 1}`);
    assertThrows(() => modelConfigSchema.parse(values), ConfigError, key);
  }
});

Deno.test("ConfigSchema.formatChanges() lists how a configuration differs from the defaults", () => {
  const { defaults } = modelConfigSchema;
  assertEquals(modelConfigSchema.formatChanges(defaults), "");
  const config = modelConfigSchema.parse({ seed: 7, hiddenLayerSizes: [8, 4] });
  assertEquals(
    modelConfigSchema.formatChanges(config),
    "seed=7, hiddenLayerSizes=8,4",
  );
});

Deno.test("ConfigSchema.load() reads unchanged what was written", () => {
  using folder = tempFolder();
  const configs = fc.record({
    seed: fc.maxSafeNat(),
    learningRate: fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
    hiddenLayerSizes: fc.array(fc.integer({ min: 1 })),
    betaSchedule: fc.constantFrom("linear", "cosine"),
    dataset: fc.string().map((name) => `${name}.csv`),
  }, { requiredKeys: [] });
  fc.assert(fc.property(configs, (values) => {
    const config: ModelConfig = modelConfigSchema.parse(values);
    writeConfigFile(folder.path, config);
    assertEquals(modelConfigSchema.load(folder.path), config);
  }));
});

Deno.test("ConfigSchema.load() names the file that it cannot read", () => {
  using folder = tempFolder();
  const path = `${folder.path}/config.json`;
  assertThrows(
    () => modelConfigSchema.load(folder.path),
    Deno.errors.NotFound,
    path,
  );
  Deno.writeTextFileSync(path, '{"schemaVersion":1,"seed":-1}');
  assertThrows(() => modelConfigSchema.load(folder.path), ConfigError, path);
});

Deno.test(
  "readConfigSource() reads a file written by hand and a run's own",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/my.json`;
    Deno.writeTextFileSync(path, '{"seed": 7}');
    assertEquals(readConfigSource(path).values, { seed: 7 });
    Deno.writeTextFileSync(path, '{"schemaVersion": 1, "seed": 8}');
    assertEquals(readConfigSource(path).values, { seed: 8 });
    Deno.writeTextFileSync(path, '{"schemaVersion": 2}');
    assertThrows(() => readConfigSource(path), RangeError, "schemaVersion");
    Deno.writeTextFileSync(path, "{");
    assertThrows(() => readConfigSource(path), SyntaxError, path);
  },
);

Deno.test("closest() finds the name that was misspelt, and nothing too different", () => {
  const known = ["--batch-size", "--beta-schedule", "--seed"];
  assertEquals(closest("--bath-size", known), "--batch-size");
  assertEquals(closest("--batchSize", known), "--batch-size");
  assertEquals(closest("--sede", known), "--seed");
  assertEquals(closest("--temperature", known), undefined);
  assertEquals(closest("--seed", []), undefined);
});

Deno.test("formatValue() writes a value as its flag takes it", () => {
  assertEquals(formatValue([128, 64]), "128,64");
  assertEquals(formatValue(0.001), "0.001");
  assertEquals(formatValue({ a: 1 }), '{"a":1}');
});
