import { assert, assertEquals } from "@std/assert";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../../core/diffusion/model_config.ts";
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
    predictor: Parameters<typeof sample>[1] = model,
  ) => {
    const random = new RandomStream(3, "samples");
    random.uniform();
    random.integer(2 ** 32);
    const options_ = { at, nRows, nColumns, eta: 0.5, random, ...options };
    const rows = await sample(sampler, predictor, options_);
    return { rows, state: random.state };
  };
  return { config, model, draw };
}

/** Sizes at which blocks are full and not, and all goes in one call or in many. */
const CASES = [
  [{ hiddenLayerSizes: [16, 16] }, { nRows: 1, nColumns: 1, nSteps: 3 }],
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
    `FusedSampler gives the bits of one prediction after the other: ${
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
      for (const sampler of names) {
        const { rows, state } = await draw(sampler, {}, {
          predictNoise: (noisy, at) => model.predictNoise(noisy, at),
        });
        const kept: number[] = [];
        let nCalls = 0;
        for (const shown of [[], [0, 1], [2]]) {
          const fused = await draw(sampler, {
            pause: () => Promise.resolve(void nCalls++),
            observer: {
              shownSteps: new Set(shown),
              keepStep: (_rows, step) => kept.push(step),
            },
          });
          const differs = rows
            .findIndex((x, i) => !Object.is(x, fused.rows[i]));
          assertEquals(differs, -1);
          assertEquals(fused.state, state);
        }
        assertEquals(kept, [0, 1, 2]);
        assert(nCalls < 100 * 3);
      }
    },
  );
}

Deno.test("FusedSampler gives TensorFlow.js's samples, but for rounding", async () => {
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
