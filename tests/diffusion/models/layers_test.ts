import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Activation } from "../../../core/diffusion/models/layers.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { loadOnCpu } from "../../../testing/models.ts";

skipUnlessGranted("files");

const load = async () => ({
  ...await loadOnCpu(),
  ...await import("../../../core/diffusion/models/layers.ts"),
});

for (const activation of ["linear", "silu", "relu", "tanh"] as Activation[]) {
  for (const [units, nInputs] of [[3, 3], [4, 2]] as const) {
    Deno.test(
      `DenseLayer has the gradient that finite differences give: ${activation}, ${nInputs} inputs, ${units} units`,
      async () => {
        const { tf, DenseLayer } = await load();
        const random = new RandomStream(1, `${activation}/${units}`);
        const draw = (...shape: number[]) =>
          tf.tensor(
            random.fillNormal(
              new Float32Array(shape.reduce((a, b) => a * b, 1)),
            ),
            shape,
          );
        const nRows = 4;
        const layer = new DenseLayer({ units, activation, gain: 1 });
        const added = [draw(nRows, units), draw(1, units)];
        for (const term of added) {
          const inputs = [draw(nRows, nInputs), term];
          layer.apply(inputs);
          layer.setWeights([draw(nInputs, units), draw(units)]);
          // A sum with unequal weights, so that no gradient hides another.
          const factors = draw(nRows, units);
          const weights = layer.weights.map((weight) => weight.read());
          const computeSum = () =>
            tf.tidy(() =>
              (layer.apply(inputs) as typeof factors).mul(factors).sum()
            );
          const { grads } = tf.variableGrads(
            () => computeSum() as never,
            weights as never,
          );
          const byInputs = tf.grads((x, term) =>
            (layer.apply([x, term!]) as typeof factors).mul(factors).sum()
          )(inputs);
          const checked = [
            ...weights.map((weight) => ({
              tensor: weight,
              gradient: grads[(weight as unknown as { name: string }).name]!,
              set: (values: typeof weight) =>
                (weight as unknown as { assign(v: typeof weight): void })
                  .assign(values),
            })),
            ...inputs.map((input, i) => ({
              tensor: input,
              gradient: byInputs[i]!,
              set: (values: typeof input) => void (inputs[i] = values),
            })),
          ];
          for (const { tensor, gradient, set } of checked) {
            assertEquals(gradient.shape, tensor.shape);
            const values = tensor.dataSync().slice() as Float32Array;
            const STEP = 0.01;
            for (let i = 0; i < values.length; i++) {
              const at = (change: number) => {
                const moved = values.slice();
                moved[i]! += change;
                set(tf.tensor(moved, tensor.shape));
                return computeSum().dataSync()[0]!;
              };
              const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
              assertAlmostEquals(gradient.dataSync()[i]!, slope, 2e-3);
            }
            set(tf.tensor(values, tensor.shape));
          }
        }
      },
    );
  }
}

Deno.test(
  "DenseLayer with isFirst has no gradient with respect to its inputs",
  async () => {
    const { tf, DenseLayer, drawWeights } = await load();
    const computeGradient = (isFirst: boolean) => {
      const layer = new DenseLayer({
        units: 2,
        activation: "silu",
        gain: 1,
        isFirst,
      });
      const rows = tf.ones([3, 4]);
      layer.apply(rows);
      drawWeights(layer, new RandomStream(1, "init"));
      const gradient = tf.grad((x) => layer.apply(x) as typeof x)(rows);
      return Array.from(gradient.dataSync());
    };
    assert(computeGradient(false).every((slope) => slope !== 0));
    assertEquals(computeGradient(true), new Array(12).fill(0));
  },
);

Deno.test(
  "drawWeights() gives a DenseLayer weights of variance gain² over the inputs",
  async () => {
    const { tf, DenseLayer, drawWeights } = await load();
    const layer = new DenseLayer({ units: 200, activation: "silu", gain: 3 });
    layer.apply(tf.ones([1, 50]));
    drawWeights(layer, new RandomStream(1, "init"));
    const [kernel, bias] = layer.getWeights();
    const variance = kernel!.square().mean().dataSync()[0]!;
    assertAlmostEquals(variance, 9 / 50, 0.1 * 9 / 50);
    assertEquals(bias!.abs().max().dataSync()[0], 0);
  },
);

Deno.test(
  "SinusoidalEmbedding gives sines and cosines from 100 to 0.1 radians",
  async () => {
    const { tf, SinusoidalEmbedding } = await load();
    const layer = new SinusoidalEmbedding({ size: 6 });
    const times = [0.001, 0.5, 1];
    const rows = layer.apply(tf.tensor2d(times, [3, 1])) as ReturnType<
      typeof tf.tensor2d
    >;
    rows.arraySync().forEach((row, i) => {
      const angles = [100, 100 / Math.sqrt(1000), 0.1]
        .map((wave) => wave * times[i]!);
      const expected = [...angles.map(Math.sin), ...angles.map(Math.cos)];
      row.forEach((value, j) => assertAlmostEquals(value, expected[j]!, 1e-4));
    });
    const two = new SinusoidalEmbedding({ size: 2 });
    assertEquals(two.computeOutputShape([null, 1]), [null, 2]);
    const [[sine]] = (two.apply(tf.tensor2d([[0.01]])) as typeof rows)
      .arraySync() as [[number]];
    assertAlmostEquals(sine, Math.sin(1), 1e-6);
  },
);

Deno.test(
  "FourierFeatures gives waves of normal frequencies that are not trained",
  async () => {
    const { tf, drawWeights, FourierFeatures } = await load();
    const layer = new FourierFeatures({ size: 400 });
    const rows = layer.apply(tf.tensor2d([[0.3, -2]])) as ReturnType<
      typeof tf.tensor2d
    >;
    assertEquals(rows.shape, [1, 400]);
    drawWeights(layer, new RandomStream(1, "init"));
    assertEquals(layer.trainableWeights.length, 0);
    const [frequencies] = layer.getWeights();
    const deviation = Math.sqrt(frequencies!.square().mean().dataSync()[0]!);
    assertAlmostEquals(deviation, 2 * Math.PI, 0.5);
    const [a, b] = frequencies!.arraySync() as number[][];
    const [first] = (layer.apply(tf.tensor2d([[0.3, -2]])) as typeof rows)
      .arraySync();
    const angle = 0.3 * a![7]! - 2 * b![7]!;
    assertAlmostEquals(first![7]!, Math.sin(angle), 1e-4);
    assertAlmostEquals(first![207]!, Math.cos(angle), 1e-4);
  },
);
