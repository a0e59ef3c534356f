import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../../core/diffusion/model_config.ts";
import { RandomStream } from "../../../../core/utils/random.ts";
import { isSupported } from "../../../../core/diffusion/engines/fused/network.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { loadOnCpu, randomModel } from "../../../../testing/models.ts";

skipUnlessGranted("files");

/** Configurations that together cover every path through the kernels. */
const CONFIGS: readonly Partial<ModelConfig>[] = [
  {},
  { hiddenLayerSizes: [16, 16, 16], activation: "tanh" },
  { hiddenLayerSizes: [30, 30], activation: "relu", timeEmbedding: "linear" },
  {
    hiddenLayerSizes: [8, 64, 64],
    inputEmbedding: "fourier",
    embeddingSize: 6,
  },
  { hiddenLayerSizes: [] },
  { hiddenLayerSizes: [1] },
  { hiddenLayerSizes: [3, 3], embeddingSize: 2 },
  { hiddenLayerSizes: [8], timeEmbedding: "none" },
];

/** Numbers of rows at which blocks and groups of them are full, and not. */
const SHAPES = [[1, 2], [63, 7], [64, 1], [65, 3], [2049, 2]] as const;

/** The largest difference, relative to the largest number. */
function compare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assertEquals(a.length, b.length);
  let difference = 0, size = 0;
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return difference / size;
}

function drawRows(nRows: number, nColumns: number) {
  const random = new RandomStream(3, "rows");
  const size = nRows * nColumns;
  return {
    noisy: random.fillNormal(new Float32Array(size)),
    targets: random.fillNormal(new Float32Array(size)),
    times: Float32Array.from(
      { length: nRows },
      () => (1 + random.integer(1000)) / 1000,
    ),
  };
}

for (const keys of CONFIGS) {
  const config = modelConfigSchema.parse({ model: "mlp", ...keys });

  Deno.test(
    `FusedNetwork has TensorFlow.js's predictions and gradients: ${
      JSON.stringify(keys)
    }`,
    async () => {
      const { tf } = await loadOnCpu();
      for (const [nRows, nColumns] of SHAPES) {
        // So small that rounding is not amplified from layer to layer.
        using model = await randomModel(config, nColumns, 0.1);
        const { noisy, times, targets } = drawRows(nRows, nColumns);
        for (const at of [times, times.subarray(0, 1)]) {
          const outputs = model.apply(noisy, at);
          const expected = await outputs.data<"float32">();
          outputs.dispose();
          const network = await model.fuse(config);
          assert(compare(network.predict(noisy, at), expected) < 2e-6);
        }
        const variables = model.layers.trainableWeights
          .map((weight) => weight.read() as tf.Variable);
        const { value, grads } = tf.variableGrads(
          () =>
            tf.losses.meanSquaredError(
              tf.tensor2d(targets, [nRows, nColumns]),
              model.apply(noisy, times),
            ) as tf.Scalar,
          variables,
        );
        const expected = variables.flatMap(({ name }) =>
          Array.from(grads[name]!.dataSync())
        );
        const network = await model.fuse({ ...config, batchSize: nRows });
        const { losses, norm } = network.differentiate(noisy, times, targets);
        assert(compare(network.gradient, expected) < 1e-6);
        assertAlmostEquals(norm, Math.hypot(...expected), 1e-6 * norm);
        const mean = losses.reduce((a, b) => a + b) / nRows;
        const expectedMean = value.dataSync()[0]!;
        assertAlmostEquals(mean, expectedMean, 1e-5 * expectedMean);
        tf.dispose([value, grads]);
      }
    },
  );
}

Deno.test(
  "FusedNetwork.differentiate() gives the slopes that finite differences show",
  async () => {
    const config = modelConfigSchema.parse({
      model: "mlp",
      hiddenLayerSizes: [5, 5],
      embeddingSize: 4,
    });
    using model = await randomModel(config);
    const network = await model.fuse(config);
    const { noisy, times, targets } = drawRows(70, 2);
    const measure = () => {
      network.use(false);
      const outputs = network.predict(noisy, times);
      const sum = outputs.reduce(
        (sum, y, i) => sum + (y - targets[i]!) ** 2,
        0,
      );
      return sum / outputs.length;
    };
    network.differentiate(noisy, times, targets);
    const { weights, gradient } = network, STEP = 1e-2;
    const largest = Math.max(...gradient.map(Math.abs));
    weights.forEach((weight, i) => {
      const [above, below] = [STEP, -STEP].map((step) => {
        weights[i] = weight + step;
        return measure();
      }) as [number, number];
      weights[i] = weight;
      const slope = (above - below) / (2 * STEP);
      assertAlmostEquals(gradient[i]!, slope, 3e-3 * largest);
    });
  },
);

Deno.test("FusedNetwork has as many layers as the kernels have room for", async () => {
  const config = modelConfigSchema.parse({
    model: "mlp",
    hiddenLayerSizes: Array(63).fill(4),
  });
  assert(isSupported(config));
  assert(!isSupported({ ...config, hiddenLayerSizes: Array(64).fill(4) }));
  using model = await randomModel(config, 2, 0.1);
  const network = await model.fuse(config);
  const { noisy, times } = drawRows(5, 2);
  const outputs = model.apply(noisy, times);
  assert(compare(network.predict(noisy, times), outputs.dataSync()) < 2e-6);
  outputs.dispose();
});

Deno.test("isSupported() is false where weights need more memory than there is", () => {
  const config = modelConfigSchema.parse({ model: "mlp" });
  assert(isSupported({ ...config, hiddenLayerSizes: [6000, 6000] }));
  assert(!isSupported({ ...config, hiddenLayerSizes: [6000, 6000, 6000] }));
});

Deno.test("FusedNetwork forgets rows of earlier blocks, even if they were NaN", async () => {
  const config = modelConfigSchema.parse({ model: "mlp" });
  using model = await randomModel(config);
  const network = await model.fuse(config);
  const { noisy, times, targets } = drawRows(5, 2);
  const { losses } = network.differentiate(noisy, times, targets);
  const gradient = network.gradient.slice();
  for (const value of [NaN, Infinity, 1e38]) {
    const other = new Float32Array(2 * 8).fill(value);
    network.differentiate(other, new Float32Array(8), other);
    assertEquals(network.differentiate(noisy, times, targets).losses, losses);
    assert(network.gradient.every((slope, i) => slope === gradient[i]));
  }
});

Deno.test("FusedNetwork has TensorFlow.js's outputs where units are saturated", async () => {
  for (const activation of ["silu", "tanh", "relu"] as const) {
    const config = modelConfigSchema.parse({
      model: "mlp",
      activation,
      hiddenLayerSizes: [1],
    });
    using model = await randomModel(config);
    const network = await model.fuse(config);
    const { times } = drawRows(1, 2);
    for (const x of [90, -200, 1e10, 1e37, -1e37, -Infinity, Infinity, NaN]) {
      const noisy = Float32Array.of(x, x);
      const outputs = model.apply(noisy, times);
      const expected = outputs.dataSync();
      const predicted = network.predict(noisy, times);
      outputs.dispose();
      if (expected.every(Number.isFinite)) {
        assert(compare(predicted, expected) < 2e-6, `${activation} ${x}`);
      } else {
        assertEquals(
          Array.from(predicted, Number.isFinite),
          Array.from(expected, Number.isFinite),
        );
      }
    }
  }
});

Deno.test("FusedNetwork's features of distant rows are sines all the same", async () => {
  const config = modelConfigSchema.parse({
    model: "mlp",
    inputEmbedding: "fourier",
    hiddenLayerSizes: [],
  });
  using model = await randomModel(config, 1, 0.1);
  const network = await model.fuse(config);
  // The outputs without their linear term: features and times.
  const slope = network.weights[64 + 1]!;
  for (const x of [1e6, 1e8, 1e10]) {
    const [y] = network.predict(Float32Array.of(x), Float32Array.of(0.5));
    assert(Math.abs(y! - slope * x) < 30 + 1e-6 * x, `${y}`);
  }
});

Deno.test("two networks at once do not disturb each other", async () => {
  const config = modelConfigSchema.parse({ model: "mlp" });
  using model = await randomModel(config);
  const { noisy, times, targets } = drawRows(100, 2);
  const network = await model.fuse(config);
  const expected = network.predict(noisy, times);
  const other = await model.fuse(config);
  other.differentiate(noisy, times, targets);
  other.weights.fill(0);
  other.use(false);
  assertEquals(network.predict(noisy, times), expected);
});
