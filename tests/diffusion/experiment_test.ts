import { assertEquals } from "@std/assert";
import diffusion from "../../core/diffusion/experiment.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";

Deno.test("validate() warns of few steps of training, unless the model has no weights", async () => {
  const warnings = (values: object) =>
    diffusion.validate(modelConfigSchema.parse({ nTrain: 320, ...values }));
  assertEquals(await warnings({ model: "mlp" }), [
    "100 steps of training are few: samples may be no better than noise; " +
    "--n-epochs 100 would be 1000 or more",
  ]);
  assertEquals(await warnings({ model: "mlp", nEpochs: 100 }), []);
  assertEquals(await warnings({ model: "identity" }), []);
});

Deno.test("validate() warns of a schedule that leaves signal at its end", async () => {
  const config = modelConfigSchema.parse({ nTimesteps: 50 });
  const [warning, ...others] = await diffusion.validate(config);
  assertEquals(
    warning!.split(",")[0],
    "betaSchedule linear with nTimesteps 50 leaves signal at its end: ᾱ of the last step is 0.60",
  );
  assertEquals(others, []);
});
