import { assertAlmostEquals } from "@std/assert";
import { modelConfigSchema } from "../../../core/diffusion/model_config.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { createRows, loadOnCpu } from "../../../testing/models.ts";

skipUnlessGranted("files");

Deno.test(
  "mlp is the network that its configuration describes",
  async () => {
    const { tf, buildModel } = await loadOnCpu();
    const config = modelConfigSchema.parse({
      model: "mlp",
      embeddingSize: 6,
      inputEmbedding: "fourier",
      hiddenLayerSizes: [5, 5],
      activation: "tanh",
    });
    const random = new RandomStream(1, "init");
    using model = await buildModel(config, { nColumns: 2, random });
    // All weights other than 0, and then the same by hand.
    model.layers.setWeights(
      model.layers.getWeights().map((weight) =>
        tf.tensor(
          random.fillNormal(new Float32Array(weight.size)),
          weight.shape,
        )
      ),
    );
    const named = Object.fromEntries(
      model.layers.weights.map((weight) => [
        weight.originalName,
        weight.read().arraySync(),
      ]),
    ) as Record<string, number[][]>;
    const times = (row: number[], matrix: number[][]) =>
      matrix[0]!.map((_, j) =>
        row.reduce((sum, x, i) => sum + x * matrix[i]![j]!, 0)
      );
    const plus = (a: readonly number[], b: readonly number[]) =>
      a.map((x, i) => x + b[i]!);
    const dense = (row: number[], name: string) =>
      plus(
        times(row, named[`${name}/kernel`]!),
        named[`${name}/bias`] as unknown as number[],
      );
    const { rows, at } = createRows(3, 2);
    const predicted = await model.predictNoise(rows, at);
    for (let i = 0; i < 3; i++) {
      const row = [rows[2 * i]!, rows[2 * i + 1]!];
      const angles = times(row, named["row_embedding/frequencies"]!);
      // Three waves: 100, 100 / √1000, 100 / 1000 radians a unit of time.
      const waves = [100, 100 / Math.sqrt(1000), 0.1]
        .map((w) => w * at.times[i]!);
      const embedded = [...waves.map(Math.sin), ...waves.map(Math.cos)];
      const all = [...row, ...angles.map(Math.sin), ...angles.map(Math.cos)];
      const first = plus(dense(all, "hidden_1"), dense(embedded, "time_term"))
        .map(Math.tanh);
      const second = plus(dense(first, "hidden_2").map(Math.tanh), first);
      const outputs = dense(second, "outputs");
      assertAlmostEquals(predicted[2 * i]!, outputs[0]!, 1e-3);
      assertAlmostEquals(predicted[2 * i + 1]!, outputs[1]!, 1e-3);
    }
  },
);
