import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { modelConfigSchema } from "../../../core/diffusion/model_config.ts";
import { computeScaling } from "../../../core/data/table.ts";
import { loadData } from "../../../core/diffusion/data/data.ts";
import { MIXTURE } from "../../../core/diffusion/data/datasets.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

const createConfig = (values: object) => modelConfigSchema.parse(values);

Deno.test("loadData() draws the mixture with its mean and variance", () => {
  const nTrain = 100_000;
  const { scaling } = loadData(createConfig({ nTrain }));
  const mean = MIXTURE.reduce((sum, c) => sum + c.weight * c.means[0]!, 0);
  const variance = MIXTURE.reduce(
    (sum, { weight, means: [own], deviations: [deviation] }) =>
      sum + weight * (deviation! ** 2 + (own! - mean) ** 2),
    0,
  );
  const deviation = Math.sqrt(variance);
  const error = deviation / Math.sqrt(nTrain);
  assertAlmostEquals(scaling.means[0]!, mean, 5 * error);
  assertAlmostEquals(scaling.deviations[0]!, deviation, 5 * error);
});

Deno.test("loadData() gives nTrain rows and a quarter more held out, standardised by the first part", () => {
  const { train, heldOut } = loadData(createConfig({ nTrain: 800 }));
  assertEquals([train.nRows, heldOut.nRows], [800, 200]);
  const { means, deviations } = computeScaling(train);
  assertAlmostEquals(means[0]!, 0, 1e-12);
  assertAlmostEquals(deviations[0]!, 1, 1e-12);
  assert(computeScaling(heldOut).means[0] !== 0);
});

Deno.test("loadData() depends on dataSeed and not on seed", () => {
  const values = (config: object) =>
    loadData(createConfig(config)).train.values;
  assertEquals(values({ seed: 1 }), values({ seed: 2 }));
  assert(values({ dataSeed: 1 })[0] !== values({ dataSeed: 2 })[0]);
});

Deno.test(
  "loadData() splits Old Faithful, and holds out the same rows for any nTrain",
  () => {
    const all = loadData(createConfig({ dataset: "faithful" }));
    assertEquals([all.train.nRows, all.heldOut.nRows], [218, 54]);
    const some = loadData(createConfig({ dataset: "faithful", nTrain: 50 }));
    assertEquals([some.train.nRows, some.heldOut.nRows], [50, 54]);
    const { means, deviations } = some.scaling;
    const row = (data: typeof all, i: number) =>
      data.heldOut.values[2 * i]! * data.scaling.deviations[0]! +
      data.scaling.means[0]!;
    assertAlmostEquals(row(some, 7), row(all, 7), 1e-12);
    assert(means[0] !== all.scaling.means[0]);
    assertEquals(deviations.length, 2);
  },
);

Deno.test("loadData() reads a CSV file", () => {
  using folder = tempFolder();
  const path = `${folder.path}/my.csv`;
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 7},${-i * i}`);
  Deno.writeTextFileSync(path, `a,b,c\n${rows.join("\n")}\n`);
  const { train, heldOut, scaling } = loadData(createConfig({ dataset: path }));
  assertEquals([train.nRows, heldOut.nRows], [32, 8]);
  assertEquals(scaling.columns, ["a", "b", "c"]);
  assertThrows(
    () => loadData(createConfig({ dataset: "nowhere.csv" })),
    Deno.errors.NotFound,
    "nowhere.csv",
  );
});

Deno.test("loadData() draws fresh rows in the same standard units", () => {
  const { draw, scaling } = loadData(createConfig({ dataset: "gaussians" }));
  const rows = draw!(new RandomStream(1, "data"), 20_000);
  assertEquals(rows.columns, scaling.columns);
  const { means, deviations } = computeScaling(rows);
  for (const column of [0, 1]) {
    assertAlmostEquals(means[column]!, 0, 0.05);
    assertAlmostEquals(deviations[column]!, 1, 0.05);
  }
  const again = draw!(new RandomStream(1, "data"), 20_000);
  assertEquals(again.values, rows.values);
});

Deno.test("loadData() gives the density of mixtures only, in standard units", () => {
  const { mixture, scaling } = loadData(createConfig({}));
  const [first] = MIXTURE, [standard] = mixture!;
  const [mean, deviation] = [scaling.means[0]!, scaling.deviations[0]!];
  assertAlmostEquals(standard!.means[0]! * deviation + mean, first!.means[0]!);
  assertAlmostEquals(
    standard!.deviations[0]! * deviation,
    first!.deviations[0]!,
  );
  assertEquals(loadData(createConfig({ dataset: "moons" })).mixture, null);
});

Deno.test("loadData() loads the data of a configuration object once", () => {
  const config = createConfig({});
  assertStrictEquals(loadData(config), loadData(config));
  assert(loadData(config) !== loadData(createConfig({})));
});
