import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  bestSoFar,
  formatBrush,
  isWithin,
  makeKeyAxis,
  makePoints,
  numberAt,
  numberOn,
  parseBrushes,
  partOf,
} from "../../results/web/page/sweep_data.js";

const RATES = makeKeyAxis("rate", [1e-4, 1e-2, null, 1e-3]);
const MODELS = makeKeyAxis("model:a", ["mlp", "unet", "mlp", null]);

Deno.test("a wide range of numbers has a logarithmic axis, names one of names", () => {
  assertEquals([RATES.isLog, RATES.range, RATES.names], [
    true,
    [1e-4, 1e-2],
    null,
  ]);
  assertEquals(makeKeyAxis("n", [0, 100]).isLog, false);
  assertEquals(MODELS.names, ["mlp", "unet"]);
  assertEquals(makeKeyAxis("sizes", [[64, 64], [8]]).names, ["[8]", "[64,64]"]);
});

Deno.test("a place on an axis and its number are inverse", () => {
  for (const part of [0, 0.3, 1]) {
    assertAlmostEquals(partOf(RATES, numberAt(RATES, part)), part, 1e-12);
  }
  assertEquals(numberAt(MODELS, 0.6), 1);
  assertEquals(partOf(makeKeyAxis("n", [3, 3]), 3), 0.5);
  assert(Number.isNaN(partOf(RATES, numberOn(RATES, null))));
});

Deno.test("brushes survive the address, whatever the names", () => {
  const axes = [RATES, MODELS];
  const brushes = [
    { name: "rate", from: 1e-4, to: 1e-3 },
    { name: "model:a", from: 1, to: 1 },
  ];
  const texts = brushes.map((brush, i) => formatBrush(axes[i]!, brush));
  assertEquals(texts, ["rate:0.0001:0.001", "model%3Aa:unet:unet"]);
  assertEquals(parseBrushes(texts, axes), brushes);
  assertEquals(parseBrushes(["%:1:2", "rate:2:1", "gone:1:2"], axes), []);
});

Deno.test("a run is within brushes by its numbers, and not without one", () => {
  const axes = [RATES, MODELS];
  const brushes = [{ name: "rate", from: 5e-4, to: 1e-2 }];
  assert(isWithin([1e-3, 0], axes, brushes));
  assert(!isWithin([1e-4, 0], axes, brushes));
  assert(!isWithin([NaN, 0], axes, brushes));
});

Deno.test("the best so far never gets worse, and skips runs without a score", () => {
  const line = bestSoFar([3, null, 5, 1], "lower");
  assertEquals([line.x, line.y], [[1, 2, 3], [3, 3, 1]]);
  assertEquals(bestSoFar([3, null, 5, 1], "higher").y, [3, 5, 5]);
});

Deno.test("scores over names have a mean with its error from two runs on", () => {
  const runs = [[0, 1], [0, 3], [1, 7], [1, null]].map((
    [number, score],
  ) => ({ number: number!, score: score! }));
  const [points, means] = makePoints(MODELS, runs);
  assertEquals(points!.y, [1, 3, 7]);
  assert(points!.x[0]! < points!.x[1]!);
  // R: x <- c(1, 3); mean(x); sd(x) / sqrt(2)
  assertEquals([means!.y, means!.low, means!.high], [[2], [1], [3]]);
});
