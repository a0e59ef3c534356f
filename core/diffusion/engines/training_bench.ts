/**
 * The time of a training step: of the fused engine, as a share of the processor's
 * peak; then of the fused engine, TensorFlow.js on WASM with our kernel and with
 * the stock one, and on the cpu backend, in one run. Stock is TensorFlow.js as its
 * guides show it: dense layers, `model.apply`, `tf.train.adam`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { modelConfigSchema } from "../model_config.ts";
import { RandomStream } from "../../utils/random.ts";
import { type Backend, setBackend } from "./backend.ts";
import { FusedEngine } from "./fused/fused_engine.ts";
import { buildModel } from "../model.ts";
import {
  addNoise,
  computeAlphaBars,
  type NoisyBatch,
} from "../noise/noise_schedule.ts";
import { TfjsEngine } from "./tfjs_engine.ts";
import {
  countOperations,
  measurePeak,
  timeStep,
} from "../../../studies/speed/measure.ts";
import { markdownTable } from "markdown-table";
import { MATMUL, STOCK_MATMUL, useKernel } from "./wasm.ts";

const SIZES = [[128, 64, 32], [256, 256, 256]];
const BATCHES = [32, 256, 2048];
/** The numbers of steps before and during a measurement. */
const STEPS: Readonly<Record<number, { warmup: number; n: number }>> = {
  32: { warmup: 100, n: 200 },
  256: { warmup: 10, n: 40 },
  2048: { warmup: 2, n: 10 },
};
/** With larger batches the cpu backend takes seconds. */
const MAX_ON_CPU = 256;

const createConfig = (hiddenLayerSizes: number[]) =>
  modelConfigSchema.parse({
    model: "mlp",
    dataset: "moons",
    hiddenLayerSizes,
  });

function createBatch(nRows: number): NoisyBatch {
  const random = new RandomStream(1, "batch");
  const values = random.fillNormal(new Float32Array(2 * nRows));
  const schedule = computeAlphaBars(modelConfigSchema.defaults);
  return addNoise({ nRows, values }, { schedule, random });
}

/** Training as Whisker does it. */
function whiskerStep(sizes: number[], batch: NoisyBatch, backend: Backend) {
  const config = { ...createConfig(sizes), batchSize: batch.nRows };
  const options = { config, nSteps: 1e6 };
  const create = async () => {
    const random = new RandomStream(1, "init");
    const model = await buildModel(config, { nColumns: 2, random });
    return backend === "fused"
      ? new FusedEngine(model, await model.fuse(config), options)
      : await TfjsEngine.create(model, options);
  };
  const engine = create();
  return async () => await (await engine).step(batch);
}

/** The same network by TensorFlow.js's own layers, tape and optimiser. */
function stockStep(sizes: number[], batch: NoisyBatch) {
  const noisy = tf.input({ shape: [2] }), embedded = tf.input({ shape: [64] });
  const outputs = [...sizes, 2].reduce<tf.SymbolicTensor>(
    (rows, units, i) =>
      tf.layers.dense({
        units,
        ...(i < sizes.length ? { activation: "swish" as never } : {}),
      }).apply(rows) as tf.SymbolicTensor,
    tf.layers.concatenate().apply([noisy, embedded]) as tf.SymbolicTensor,
  );
  const model = tf.model({ inputs: [noisy, embedded], outputs });
  const adam = tf.train.adam(0.001);
  const { nRows } = batch;
  const waves = Float32Array.from({ length: 32 }, (_, i) => 1e3 * 0.75 ** i);
  return async () => {
    const loss = adam.minimize(() => {
      const angles = tf.matMul(
        tf.tensor2d(batch.times, [nRows, 1]),
        tf.tensor2d(waves, [1, 32]),
      );
      const times = tf.concat([tf.sin(angles), tf.cos(angles)], 1);
      const rows = tf.tensor2d(batch.noisy, [nRows, 2]);
      const predicted = model.apply([rows, times]) as tf.Tensor;
      const noise = tf.tensor2d(batch.noise, [nRows, 2]);
      return tf.losses.meanSquaredError(noise, predicted) as tf.Scalar;
    }, true)!;
    await loss.data();
    loss.dispose();
  };
}

await setBackend("fused");
const rows = [["hidden layers", "batch", "threads", "GFLOP/s", "of the peak"]];
for (const sizes of SIZES) {
  for (const nRows of BATCHES) {
    // Rows are shared in blocks of 64.
    const canShare = navigator.hardwareConcurrency > 1 && nRows > 64;
    for (const nThreads of canShare ? [1, 2] : [1]) {
      const peak = await measurePeak();
      const milliseconds = await timeStep(nThreads, sizes, nRows);
      const speed = countOperations(sizes, nRows) / milliseconds;
      // The peak is that of one thread, also for two.
      const share = `${Math.round(100 * speed / peak)} %`;
      const gigaflops = (speed / 1e6).toFixed(1);
      rows.push([`(${sizes})`, `${nRows}`, `${nThreads}`, gigaflops, share]);
    }
  }
}
console.log(
  "The fused engine, and its share of the peak of 128-bit arithmetic:",
);
console.log(markdownTable(rows, { align: ["l", "r", "r", "r", "r"] }) + "\n");

for (const sizes of SIZES) {
  for (const nRows of BATCHES) {
    const batch = createBatch(nRows);
    const group = `(${sizes}), batch of ${nRows}`;
    const names = ["whisker on fused", "whisker on wasm", "stock wasm"];
    if (nRows <= MAX_ON_CPU) names.push("whisker on cpu");
    for (const name of names) {
      const engine = name.split(" ").at(-1) as Backend;
      let step: (() => Promise<unknown>) | undefined;
      Deno.bench(
        `${name}, ${group}`,
        { group, baseline: name.startsWith("stock"), ...STEPS[nRows]! },
        async (b) => {
          await setBackend(engine);
          if (engine === "wasm") {
            useKernel(name.startsWith("stock") ? STOCK_MATMUL : MATMUL);
          }
          step ??= name.startsWith("stock")
            ? stockStep(sizes, batch)
            : whiskerStep(sizes, batch, engine);
          b.start();
          await step();
          b.end();
        },
      );
    }
  }
}
