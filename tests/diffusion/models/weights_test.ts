import { assertEquals } from "@std/assert";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { loadOnCpu } from "../../../testing/models.ts";

skipUnlessGranted("files");

Deno.test("readValues() reads what writeWeights() wrote, in order", async () => {
  const { tf } = await loadOnCpu();
  const { readValues, writeWeights } = await import(
    "../../../core/diffusion/models/weights.ts"
  );
  const layer = tf.layers.dense({ units: 2, inputShape: [3] });
  layer.build([null, 3]);
  const before = tf.memory().numTensors;
  const values = Float32Array.from({ length: 8 }, (_, i) => i);
  writeWeights(layer.weights, values);
  values.fill(9); // They were copied.
  const [kernel, bias] = layer.getWeights();
  assertEquals(kernel!.arraySync(), [[0, 1], [2, 3], [4, 5]]);
  assertEquals(bias!.arraySync(), [6, 7]);
  assertEquals(
    await readValues(layer.getWeights()),
    Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  );
  assertEquals(await readValues([]), new Float32Array(0));
  assertEquals(tf.memory().numTensors, before);
});
