import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../../core/diffusion/model_config.ts";
import type { NoiseModel } from "../../../../core/diffusion/model.ts";
import {
  addNoise,
  computeAlphaBars,
} from "../../../../core/diffusion/noise/noise_schedule.ts";
import { RandomStream } from "../../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { loadOnCpu, randomModel } from "../../../../testing/models.ts";

skipUnlessGranted("files");

const load = async () => ({
  ...await loadOnCpu(),
  ...await import("../../../../core/diffusion/engines/tfjs_engine.ts"),
  ...await import("../../../../core/diffusion/engines/fused/fused_engine.ts"),
});

const SMALL = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [6, 6],
  embeddingSize: 4,
});

const N_STEPS = 30;

/** The batches of a short training. */
function* drawBatches(config: ModelConfig) {
  const random = new RandomStream(2, "noise");
  for (let i = 0; i < N_STEPS; i++) {
    const values = random.fillNormal(new Float32Array(2 * 10));
    yield addNoise({ nRows: 10, values }, {
      schedule: computeAlphaBars(config),
      random,
    });
  }
}

const readWeights = (model: NoiseModel) =>
  model.layers.getWeights().map((weight) => weight.dataSync().slice());

async function createFused(model: NoiseModel, config = SMALL) {
  const { FusedEngine } = await load();
  const network = await model.fuse(config);
  return new FusedEngine(model, network, { config, nSteps: N_STEPS });
}

for (
  const keys of [
    {},
    { prediction: "v", optimizer: "adamw", weightDecay: 0.1 },
    { weightDecay: 0.01, gradientClip: 0.5, emaDecay: 0.5, warmupSteps: 5 },
  ] as const
) {
  Deno.test(
    `FusedEngine trains as TfjsEngine does, but for rounding: ${
      JSON.stringify(keys)
    }`,
    async () => {
      const { TfjsEngine } = await load();
      const config = modelConfigSchema.parse({ ...SMALL, ...keys });
      using own = await randomModel(config);
      using other = await randomModel(config);
      const engine = await createFused(own, config);
      const reference = await TfjsEngine.create(other, {
        config,
        nSteps: N_STEPS,
      });
      for (const batch of drawBatches(config)) {
        const { losses, gradNorm } = await engine.step(batch);
        const expected = await reference.step(batch);
        losses.forEach((loss, row) =>
          assert(Math.abs(loss - expected.losses[row]!) < 1e-4 * (1 + loss))
        );
        assert(
          Math.abs(gradNorm! - expected.gradNorm!) < 1e-4 * (1 + gradNorm!),
        );
      }
      for (const which of ["last", "averaged"] as const) {
        engine.use(which);
        reference.use(which);
        readWeights(own).forEach((weights, i) =>
          weights.forEach((weight, j) => {
            const expected = readWeights(other)[i]![j]!;
            assert(Math.abs(weight - expected) < 1e-4, `${weight} ${expected}`);
          })
        );
      }
    },
  );
}

Deno.test(
  "FusedEngine.restore() goes on bit for bit from where another stood",
  async () => {
    using whole = await randomModel(SMALL);
    const engine = await createFused(whole);
    const batches = drawBatches(SMALL);
    for (const batch of batches.take(5)) await engine.step(batch);
    const { state } = engine;
    using other = await randomModel(SMALL);
    const resumed = await createFused(other);
    resumed.restore(state);
    for (const batch of drawBatches(SMALL).drop(5)) {
      const outcome = await engine.step(batch);
      assertEquals(await resumed.step(batch), outcome);
    }
    for (const each of [engine, resumed]) each.use("averaged");
    assertEquals(readWeights(other), readWeights(whole));
    assertEquals(resumed.state.step, N_STEPS);
    // The state is a copy: what came after has not changed it.
    assertEquals(state.step, 5);
    const wrong = { ...state, weights: new Float32Array(3) };
    assertThrows(() => resumed.restore(wrong), RangeError, "the other 3");
  },
);

Deno.test(
  "FusedEngine.step() changes nothing where the loss is not finite",
  async () => {
    using model = await randomModel(SMALL);
    const engine = await createFused(model);
    const [batch, next] = drawBatches(SMALL);
    const before = engine.state;
    const { losses, gradNorm } = await engine.step({
      ...batch!,
      noisy: batch!.noisy.with(3, NaN),
    });
    assertEquals(losses[1], NaN);
    assertEquals(gradNorm, NaN);
    assertEquals(engine.state, before);
    assert(Number.isFinite((await engine.step(next!)).gradNorm));
  },
);

Deno.test(
  "NoiseModel.predictNoise() is the same through the kernels, but for rounding",
  async () => {
    for (const prediction of ["noise", "v"] as const) {
      const config = modelConfigSchema.parse({ ...SMALL, prediction });
      using model = await randomModel(config);
      // More rows than go through at once.
      const nRows = 5000, random = new RandomStream(1, "rows");
      const noisy = random.fillNormal(new Float64Array(2 * nRows));
      for (const spread of [0, 0.5]) {
        const times = Float64Array.from(
          { length: nRows },
          (_, i) => 0.4 + spread * i / nRows,
        );
        const alphaBars = times.map((time) => 1 - time);
        const expected = await model.predictNoise(noisy, { times, alphaBars });
        using fused = await randomModel(config);
        await fused.fuse(config);
        const noise = await fused.predictNoise(noisy, { times, alphaBars });
        noise.forEach((value, i) =>
          assert(Math.abs(value - expected[i]!) < 1e-5 * (1 + Math.abs(value)))
        );
      }
    }
  },
);
