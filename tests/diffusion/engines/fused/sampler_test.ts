import { assert, assertEquals } from "@std/assert";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../../core/diffusion/model_config.ts";
import type { NoisePredictor } from "../../../../core/diffusion/noise/noise_predictor.ts";
import { computeAlphaBars } from "../../../../core/diffusion/noise/noise_schedule.ts";
import {
  sample,
  type SampleOptions,
  type SamplerName,
  SAMPLERS,
} from "../../../../core/diffusion/noise/samplers.ts";
import { computeSamplingTimes } from "../../../../core/diffusion/noise/sampling_times.ts";
import { RandomStream } from "../../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { randomModel } from "../../../../testing/models.ts";

skipUnlessGranted("files");

const NAMES = Object.keys(SAMPLERS) as SamplerName[];

/** A model with random weights, and what to sample with it. */
async function prepare(
  keys: Partial<ModelConfig>,
  { nRows, nColumns, nSteps }: Record<"nRows" | "nColumns" | "nSteps", number>,
) {
  const config = modelConfigSchema.parse({ model: "mlp", ...keys });
  const model = await randomModel(config, nColumns, 0.1);
  const at = computeSamplingTimes(computeAlphaBars(config), {
    nSteps,
    spacing: "log-snr",
  });
  const draw = async (
    sampler: SamplerName,
    options: Partial<SampleOptions> = {},
    predictor: NoisePredictor = model,
  ) => {
    const random = new RandomStream(3, "samples");
    random.uniform();
    random.integer(2 ** 32);
    const rows = await sample(sampler, predictor, {
      ...{ at, nRows, nColumns, eta: 0.5, random },
      ...options,
    });
    return { rows, state: random.state };
  };
  return { config, model, draw };
}

/** Sizes at which blocks are full and not, and all goes in one call or in many. */
const CASES = [
  [{ hiddenLayerSizes: [16, 16], timeEmbedding: "none" }, {
    ...{ nRows: 1, nColumns: 1, nSteps: 3 },
  }],
  [
    { hiddenLayerSizes: [16, 16], prediction: "v" },
    { nRows: 333, nColumns: 3, nSteps: 20 },
  ],
  [
    { hiddenLayerSizes: [8], inputEmbedding: "fourier", embeddingSize: 6 },
    { nRows: 64, nColumns: 2, nSteps: 5 },
  ],
  [
    { hiddenLayerSizes: [512, 512], timeEmbedding: "linear" },
    { nRows: 330, nColumns: 2, nSteps: 30 },
  ],
  [{ hiddenLayerSizes: [4], nTimesteps: 1100 }, {
    ...{ nRows: 5, nColumns: 1, nSteps: 1100 },
  }],
] as const;

for (const [keys, size] of CASES) {
  Deno.test(
    `FusedSampler gives the bits of one prediction after the other, on 1, 2 and 3 threads: ${
      JSON.stringify({ ...keys, ...size })
    }`,
    async () => {
      const { config, model: owned, draw } = await prepare(
        { ...keys, hiddenLayerSizes: [...keys.hiddenLayerSizes] },
        size,
      );
      using model = owned;
      await model.fuse(config);
      // The largest case takes a while.
      const names = keys.hiddenLayerSizes[0] > 100 ? NAMES.slice(0, 1) : NAMES;
      const predictor: NoisePredictor = {
        predictNoise: (noisy, at) => model.predictNoise(noisy, at),
      };
      const expected = await Promise.all(
        names.map((sampler) => draw(sampler, {}, predictor)),
      );
      for (const shown of [[], [0, 1], [2]]) {
        await model.fuse(config, 1 + shown.length);
        for (const [i, sampler] of names.entries()) {
          const kept: number[] = [];
          const { rows, state } = await draw(sampler, {
            observer: {
              shownSteps: new Set(shown),
              keepStep: (_rows, step) => kept.push(step),
            },
          });
          const differs = expected[i]!.rows
            .findIndex((x, j) => !Object.is(x, rows[j]));
          assertEquals(differs, -1);
          assertEquals(state, expected[i]!.state);
          assertEquals(kept, shown);
        }
      }
    },
  );
}

Deno.test("FusedSampler awaits pause() after each call of the kernels, of which there are few", async () => {
  const { config, model: owned, draw } = await prepare(
    { hiddenLayerSizes: [16], nTimesteps: 1100 },
    { nRows: 300, nColumns: 1, nSteps: 1100 },
  );
  using model = owned;
  await model.fuse(config);
  let nCalls = 0;
  await draw("ddpm", { pause: () => Promise.resolve(void nCalls++) });
  // At most 1024 steps fit into one.
  assertEquals(nCalls, 2);
});

Deno.test("FusedSampler gives the samples of TensorFlow.js, up to rounding", async () => {
  for (const prediction of ["noise", "v"] as const) {
    const { config, model: owned, draw } = await prepare({ prediction }, {
      ...{ nRows: 40, nColumns: 2, nSteps: 20 },
    });
    using model = owned;
    const drawAll = () => Promise.all(NAMES.map((sampler) => draw(sampler)));
    const expected = await drawAll();
    await model.fuse(config);
    (await drawAll()).forEach(({ rows }, i) => {
      const differences = rows
        .map((x, j) => Math.abs(x - expected[i]!.rows[j]!));
      const largest = Math.max(...differences);
      assert(largest > 0 && largest < 2e-5, `${NAMES[i]}: ${largest}`);
    });
  }
});
