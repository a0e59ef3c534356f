import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";

/** The methods that `@tensorflow/tfjs` 4.22.0 adds to those of core. */
const METHODS =
  `abs acos acosh add all any argMax argMin asScalar asType as1D as2D as3D as4D
  as5D asin asinh atan atan2 atanh avgPool batchToSpaceND batchNorm broadcastTo
  ceil clipByValue concat conv1d conv2dTranspose conv2d cos cosh cumprod cumsum
  depthToSpace depthwiseConv2d dilation2d divNoNan div dot elu equal erf
  euclideanNorm exp expandDims expm1 fft flatten floor floorDiv gather
  greaterEqual greater ifft irfft isFinite isInf isNaN leakyRelu lessEqual less
  localResponseNormalization logSigmoid logSoftmax logSumExp log log1p
  logicalAnd logicalNot logicalOr logicalXor matMul maxPool max maximum mean min
  minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu
  prod reciprocal relu relu6 reshapeAs reshape resizeBilinear
  resizeNearestNeighbor reverse rfft round rsqrt selu separableConv2d sigmoid
  sign sin sinh slice softmax softplus spaceToBatchND split sqrt square
  squaredDifference squeeze stack step stridedSlice sub sum tan tanh tile toBool
  toFloat toInt topk transpose unique unsortedSegmentSum unstack where
  zerosLike`.split(/\s+/);

/** What each method gives that is more than an operation with `x` put first. */
const SPECIAL: readonly [
  result: (x: tf.Tensor) => tf.Tensor,
  values: unknown,
][] = [
  [(x) => x.slice([0, 0], [1, 1]).asScalar(), 0],
  [(x) => x.asType("bool"), [[0, 1], [1, 1]]],
  [(x) => x.as1D(), [0, 1, 2, 3]],
  [(x) => x.as2D(4, 1), [[0], [1], [2], [3]]],
  [(x) => x.as3D(1, 1, 4), [[[0, 1, 2, 3]]]],
  [(x) => x.as4D(1, 1, 1, 4), [[[[0, 1, 2, 3]]]]],
  [(x) => x.as5D(1, 1, 1, 1, 4), [[[[[0, 1, 2, 3]]]]]],
  [(x) => x.concat(x, 1), [[0, 1, 0, 1], [2, 3, 2, 3]]],
  [(x) => x.concat([x, x], 0), [[0, 1], [2, 3], [0, 1], [2, 3], [0, 1], [
    2,
    3,
  ]]],
  [(x) => x.flatten(), [0, 1, 2, 3]],
  [(x) => x.flatten().reshapeAs(x), [[0, 1], [2, 3]]],
  [(x) => x.as3D(2, 2, 1).resizeBilinear([1, 1]), [[[0]]]],
  [(x) => x.as3D(2, 2, 1).resizeNearestNeighbor([1, 1]), [[[0]]]],
  [(x) => x.stack(x), [[[0, 1], [2, 3]], [[0, 1], [2, 3]]]],
  [(x) => x.toBool(), [[0, 1], [1, 1]]],
  [(x) => x.add(0.5).toInt(), [[0, 1], [2, 3]]],
  [(x) => x.toInt().toFloat(), [[0, 1], [2, 3]]],
  [(x) => x.where(x.greater(0), x.add(5)), [[5, 1], [2, 3]]],
];

Deno.test("tensors have the methods that @tensorflow/tfjs gives them", () => {
  for (const name of METHODS) assert(name in tf.Tensor.prototype, name);
});

Deno.test("methods of tensors do what the operations do", async () => {
  await tf.setBackend("cpu");
  for (const [result, values] of SPECIAL) {
    const actual = tf.tidy(() =>
      result(tf.tensor2d([[0, 1], [2, 3]])).arraySync()
    );
    assertEquals(actual, values, result.toString());
  }
  const x = tf.scalar(3);
  assertEquals(tf.tidy(() => x.mul(2).add(1).square().arraySync()), 49);
  x.dispose();
  assertThrows(() => x.add(1), Error, "Tensor is disposed.");
});

Deno.test("operations have gradients, and models can be loaded", async () => {
  await tf.setBackend("cpu");
  const gradient = tf.grad((x) => x.square().sum());
  assertEquals(
    tf.tidy(() => gradient(tf.tensor1d([1, 2])).arraySync()),
    [2, 4],
  );
  for (const name of ["loadLayersModel", "loadGraphModel", "sequential"]) {
    assertEquals(typeof tf[name as keyof typeof tf], "function", name);
  }
  assertEquals(tf.version.tfjs, "4.22.0");
});
