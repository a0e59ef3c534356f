import { assert, assertEquals } from "@std/assert";
import { modelConfigSchema } from "../../../../core/diffusion/model_config.ts";
import { chooseThreads } from "../../../../core/diffusion/engines/fused/team.ts";
import { sha256 } from "../../../../core/utils/hash.ts";
import { RandomStream } from "../../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";
import { loadOnCpu, randomModel } from "../../../../testing/models.ts";

skipUnlessGranted("files");

/** Widths that no thread's part divides evenly, and blocks that are not full. */
const CONFIG = modelConfigSchema.parse({
  model: "mlp",
  hiddenLayerSizes: [37, 37, 5],
  inputEmbedding: "fourier",
  embeddingSize: 6,
  optimizer: "adamw",
  weightDecay: 0.1,
});

/** Trains on threads that are awaited before a step; gives all that came out. */
async function train(nThreads: number, nRows: number, awaitedAt = 0) {
  await loadOnCpu();
  const { FusedEngine } = await import(
    "../../../../core/diffusion/engines/fused/fused_engine.ts"
  );
  const { FusedNetwork } = await import(
    "../../../../core/diffusion/engines/fused/network.ts"
  );
  const { readValues } = await import(
    "../../../../core/diffusion/models/weights.ts"
  );
  using model = await randomModel(CONFIG);
  const weights = model.layers.weights.map((weight) => weight.read());
  using network = new FusedNetwork(CONFIG, {
    ...{ nColumns: 2, maxRows: nRows, nThreads },
    shapes: weights.map(({ shape }) => shape),
    values: await readValues(weights),
  });
  const config = { ...CONFIG, batchSize: nRows };
  const engine = new FusedEngine(model, network, { config, nSteps: 9 });
  const random = new RandomStream(1, "rows");
  const draw = () => random.fillNormal(new Float32Array(2 * nRows));
  const outcomes = [];
  for (let step = 0; step < 5; step++) {
    if (step === awaitedAt) await network.ready;
    const noisy = draw(), noise = draw();
    const times = new Float32Array(nRows).fill(0.1 * (step + 1));
    outcomes.push(
      await engine.step({
        ...{ nRows, noisy, noise, times },
        ...{ clean: noise, alphaBars: times },
      }),
    );
    // Each thread has something of the weights in use.
    if (step === 2) engine.use("averaged");
  }
  assert(Number.isFinite(outcomes.at(-1)!.gradNorm!));
  const bits = JSON.stringify({ outcomes, state: engine.state });
  return {
    size: network.nThreads,
    // Short, so that a difference is soon shown.
    bits: await sha256(new TextEncoder().encode(bits)),
  };
}

Deno.test("a network trains to the same bits on any number of threads", async () => {
  for (const [nRows, ...counts] of [[130, 3], [700, 2, 4]] as const) {
    const { bits } = await train(1, nRows);
    for (const size of counts) {
      assertEquals(await train(size, nRows), { size, bits });
    }
  }
});

Deno.test("threads that start after the first steps change no bit", async () => {
  const { bits } = await train(1, 130);
  assertEquals(await train(2, 130, 3), { size: 2, bits });
});

Deno.test("without the right to read the worker's file, one thread trains", {
  permissions: { read: false },
}, async () => {
  const { size } = await train(2, 130);
  assertEquals(size, 1);
});

Deno.test("chooseThreads() takes more than one thread for large steps", () => {
  const most = Math.min(4, navigator.hardwareConcurrency);
  assertEquals(chooseThreads(0, 256, 1000), 1);
  assertEquals(chooseThreads(0, 64, 1e6), 1);
  assertEquals(chooseThreads(0, 2048, 1e6), most === 3 ? 2 : most);
  assertEquals(chooseThreads(3, 1, 1), 3);
});
