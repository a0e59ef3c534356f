import { assertEquals } from "@std/assert";
import { modelConfigSchema } from "../../../core/diffusion/model_config.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { createRows, loadOnCpu } from "../../../testing/models.ts";

skipUnlessGranted("files");

Deno.test(
  "identity returns the noisy rows",
  async () => {
    const { tf, buildModel } = await loadOnCpu();
    const before = tf.memory().numTensors;
    const model = await buildModel(modelConfigSchema.defaults, { nColumns: 2 });
    assertEquals(model.layers.name, "identity");
    assertEquals(model.nColumns, 2);
    const { rows, at } = createRows(5, 2);
    assertEquals(
      await model.predictNoise(rows, at),
      Float64Array.from(Float32Array.from(rows)),
    );
    model[Symbol.dispose]();
    assertEquals(tf.memory().numTensors, before);
  },
);
