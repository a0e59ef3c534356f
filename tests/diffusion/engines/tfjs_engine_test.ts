import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../core/diffusion/model_config.ts";
import {
  addNoise,
  computeAlphaBars,
  type NoisyBatch,
} from "../../../core/diffusion/noise/noise_schedule.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import type { NoiseModel } from "../../../core/diffusion/model.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { loadOnCpu, randomModel } from "../../../testing/models.ts";

skipUnlessGranted("files");

const load = async () => ({
  ...await loadOnCpu(),
  ...await import("../../../core/diffusion/noise/noise_predictor.ts"),
  ...await import("../../../core/diffusion/engines/tfjs_engine.ts"),
});

const SMALL = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [6, 6],
  embeddingSize: 4,
  gradientClip: 0,
});

function someBatch(config: ModelConfig, nRows = 10): NoisyBatch {
  const random = new RandomStream(2, "noise");
  const values = random.fillNormal(new Float32Array(2 * nRows));
  return addNoise({ nRows, values }, {
    schedule: computeAlphaBars(config),
    random,
  });
}

for (const prediction of ["noise", "v"] as const) {
  Deno.test(
    `TfjsEngine.step() descends along the gradient of its objective: ${prediction}`,
    async () => {
      const { TfjsEngine, tf } = await load();
      const config = modelConfigSchema.parse({ ...SMALL, prediction });
      const batch = someBatch(config);
      using model = await randomModel(config);
      // The objective by the model's own predictions, on the host, in doubles.
      const objective = async () => {
        const alphas = Float64Array.from(batch.alphaBars);
        const noise = await model.predictNoise(
          Float64Array.from(batch.noisy),
          { times: Float64Array.from(batch.times), alphaBars: alphas },
        );
        const terms = noise.map((value, i) => {
          const square = (value - batch.noise[i]!) ** 2;
          return prediction === "v" ? square / alphas[i >> 1]! : square;
        });
        return terms.reduce((a, b) => a + b) / terms.length;
      };
      const variables = model.layers.trainableWeights
        .map((weight) =>
          weight.read() as unknown as ReturnType<
            typeof tf.variable
          >
        );
      let squares = 0;
      const STEP = 1e-2;
      for (const variable of variables) {
        const values = variable.dataSync().slice() as Float32Array;
        const set = (moved: Float32Array) =>
          tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
        for (let i = 0; i < values.length; i++) {
          const at = async (change: number) => {
            const moved = values.slice();
            moved[i]! += change;
            set(moved);
            return await objective();
          };
          squares += ((await at(STEP) - await at(-STEP)) / (2 * STEP)) ** 2;
        }
        set(values);
      }
      const expected = Math.sqrt(squares);
      const before = await objective();
      const engine = await TfjsEngine.create(model, { config, nSteps: 100 });
      const { gradNorm } = await engine.step(batch);
      assertAlmostEquals(gradNorm!, expected, 5e-3 * expected);
      assert(await objective() < before);
    },
  );

  Deno.test(
    `TfjsEngine.step() gives each row's loss in units of noise: ${prediction}`,
    async () => {
      const { computeDenoisingLosses, TfjsEngine } = await load();
      const config = modelConfigSchema.parse({ ...SMALL, prediction });
      const batch = someBatch(config);
      using model = await randomModel(config);
      const expected = await computeDenoisingLosses(model, batch);
      const engine = await TfjsEngine.create(model, { config, nSteps: 100 });
      const { losses } = await engine.step(batch);
      losses.forEach((loss, row) =>
        assertAlmostEquals(loss, expected[row]!, 1e-4 * expected[row]!)
      );
      assertEquals(losses.length, 10);
    },
  );
}

Deno.test(
  "TfjsEngine.use() gives the model its averaged weights, and steps continue from the last ones",
  async () => {
    const { TfjsEngine, tf } = await load();
    const batch = someBatch(SMALL);
    const readWeights = (model: NoiseModel) =>
      model.layers.getWeights().flatMap((weight) =>
        Array.from(weight.dataSync())
      );
    const trained = async (isAveragedBetween: boolean) => {
      using model = await randomModel(SMALL);
      const engine = await TfjsEngine.create(model, {
        config: SMALL,
        nSteps: 9,
      });
      const start = readWeights(model);
      await engine.step(batch);
      const first = readWeights(model);
      if (isAveragedBetween) {
        engine.use("averaged");
        // After one step: (1 + 0) / (10 + 0) of the start is kept.
        readWeights(model).forEach((weight, i) =>
          assertAlmostEquals(
            weight,
            0.1 * start[i]! + 0.9 * first[i]!,
            1e-6,
          )
        );
      }
      await engine.step(batch);
      const second = readWeights(model);
      engine.use("averaged");
      engine.use("last");
      assertEquals(readWeights(model), second);
      return second;
    };
    const before = tf.memory().numTensors;
    assertEquals(await trained(true), await trained(false));
    assertEquals(tf.memory().numTensors, before);
  },
);

Deno.test(
  "TfjsEngine.restore() continues bit for bit from the state of another engine",
  async () => {
    const { TfjsEngine } = await load();
    const batch = someBatch(SMALL);
    const readWeights = (model: NoiseModel) =>
      model.layers.getWeights().map((weight) => weight.arraySync());
    const createEngine = (model: NoiseModel) =>
      TfjsEngine.create(model, { config: SMALL, nSteps: 9 });
    using whole = await randomModel(SMALL);
    const engine = await createEngine(whole);
    await engine.step(batch);
    await engine.step(batch);
    const { state } = engine;
    await engine.step(batch);
    engine.use("averaged");
    using other = await randomModel(SMALL);
    const resumed = await createEngine(other);
    resumed.restore(state);
    await resumed.step(batch);
    resumed.use("averaged");
    assertEquals(readWeights(other), readWeights(whole));
    assertEquals(resumed.state.step, 3);
    // The state is a copy: what came after has not changed it.
    assertEquals(state.step, 2);
    const wrong = { ...state, weights: new Float32Array(3) };
    assertThrows(
      () => resumed.restore(wrong),
      RangeError,
      "the other 3",
    );
  },
);

Deno.test(
  "TfjsEngine.step() changes nothing if the loss is not finite",
  async () => {
    const { TfjsEngine } = await load();
    using model = await randomModel(SMALL);
    const engine = await TfjsEngine.create(model, {
      config: SMALL,
      nSteps: 9,
    });
    const batch = someBatch(SMALL);
    batch.noisy[3] = NaN;
    const weights = () =>
      model.layers.getWeights().map((weight) => weight.arraySync());
    const before = weights();
    const { losses, gradNorm } = await engine.step(batch);
    assertEquals(losses.map(Number.isNaN as never)[1], 1);
    assertEquals(gradNorm, NaN);
    assertEquals(weights(), before);
    const { gradNorm: next } = await engine.step(someBatch(SMALL));
    assert(Number.isFinite(next));
  },
);

Deno.test(
  "TfjsEngine.step() gives the losses of a model without weights, and no gradient",
  async () => {
    const { buildModel, TfjsEngine, tf } = await load();
    const config = modelConfigSchema.defaults;
    const before = tf.memory().numTensors;
    using model = await buildModel(config, { nColumns: 2 });
    const engine = await TfjsEngine.create(model, { config, nSteps: 9 });
    const batch = someBatch(config);
    const { losses, gradNorm } = await engine.step(batch);
    assertEquals(gradNorm, undefined);
    const [a, b] = [0, 1].map((i) => batch.noisy[i]! - batch.noise[i]!);
    assertAlmostEquals(losses[0]!, (a! ** 2 + b! ** 2) / 2, 1e-6);
    assertEquals(tf.memory().numTensors, before);
  },
);
