import { assertEquals } from "@std/assert";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";

Deno.test("modelConfigSchema has the documented defaults", () => {
  assertEquals({ ...modelConfigSchema.defaults }, {
    seed: 42,
    learningRate: 0.001,
    batchSize: 32,
    nEpochs: 10,
    hiddenLayerSizes: [128, 64, 32],
    model: "identity",
    dataset: "mixture",
    dataSeed: 0,
    nTrain: 8000,
    nTimesteps: 1000,
    betaSchedule: "linear",
    freshData: true,
    activation: "silu",
    timeEmbedding: "sinusoidal",
    inputEmbedding: "none",
    embeddingSize: 64,
    prediction: "noise",
    optimizer: "adam",
    weightDecay: 0,
    gradientClip: 1,
    emaDecay: 0.999,
    learningRateSchedule: "cosine",
    warmupSteps: 0,
  });
});
