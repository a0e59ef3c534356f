import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Tensor } from "@tensorflow/tfjs";
import { RandomStream } from "../../../core/utils/random.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

const load = async () => ({
  tf: await import("@tensorflow/tfjs"),
  ...await import("../../../core/diffusion/engines/backend.ts"),
  ...await import("../../../core/diffusion/engines/wasm.ts"),
});

/** Shapes of x and y such that the product is [3, 5], with 4 in between. */
const SHAPES = {
  x: { plain: [3, 4], transposed: [4, 3] },
  y: { plain: [4, 5], transposed: [5, 4] },
} as const;

for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    Deno.test(
      `MATMUL gives the same products and gradients as the stock kernel: transposed ${transposeA}, ${transposeB}`,
      async () => {
        const { MATMUL, setBackend, STOCK_MATMUL, tf, useKernel } =
          await load();
        await setBackend("wasm");
        const random = new RandomStream(1, "matrices");
        const draw = (shape: readonly number[]) =>
          Array.from({ length: shape[0]! * shape[1]! }, () => random.normal());
        const describeKind = (isTransposed: boolean) =>
          isTransposed ? "transposed" : "plain";
        const xShape = SHAPES.x[describeKind(transposeA)];
        const yShape = SHAPES.y[describeKind(transposeB)];
        const [xs, ys, dys] = [draw(xShape), draw(yShape), draw([3, 5])];
        const products = () =>
          tf.tidy(() => {
            const x = tf.tensor(xs, [...xShape]),
              y = tf.tensor(ys, [...yShape]);
            const product = (x: Tensor, y: Tensor) =>
              tf.matMul(x, y, transposeA, transposeB);
            const gradients = tf.grads((x, y) => product(x!, y!))(
              [x, y],
              tf.tensor(dys, [3, 5]),
            );
            const batched = product(
              x.reshape([1, ...xShape]).tile([2, 1, 1]),
              y.reshape([1, ...yShape]).tile([2, 1, 1]),
            );
            return [product(x, y), ...gradients, batched]
              .flatMap((tensor) => Array.from(tensor.dataSync()));
          });
        const before = tf.memory().numTensors;
        const ours = products();
        assertEquals(tf.memory().numTensors, before);
        useKernel(STOCK_MATMUL);
        const theirs = products();
        useKernel(MATMUL);
        await setBackend("cpu");
        const reference = products();
        assertEquals(ours.length, 15 + 12 + 20 + 30);
        ours.forEach((value, i) => {
          assertAlmostEquals(value, theirs[i]!, 1e-5);
          assertAlmostEquals(value, reference[i]!, 1e-5);
        });
      },
    );
  }
}

Deno.test(
  "MATMUL frees its transposed operands",
  async () => {
    const { tf, setBackend } = await load();
    await setBackend("wasm");
    const backend = tf.backend();
    const before = backend.numDataIds();
    tf.tidy(() => void tf.matMul(tf.ones([9, 8]), tf.ones([7, 9]), true, true));
    assertEquals(backend.numDataIds(), before);
    await setBackend("cpu");
  },
);
