import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../testing/properties.ts";
import { RandomStream } from "../../core/utils/random.ts";

Deno.test("RandomStream gives the same numbers for the same seed and name only", () => {
  const draw = (seed: number, name: string) =>
    [...new RandomStream(seed, name).fillNormal(new Float64Array(8))].join();
  assertEquals(draw(42, "noise"), draw(42, "noise"));
  const all = [
    draw(42, "noise"),
    draw(42, "order"),
    draw(43, "noise"),
    draw(42 + 2 ** 32, "noise"), // The seed's high word counts.
    draw(42, ""),
  ];
  assertEquals(new Set(all).size, all.length);
});

Deno.test("RandomStream never changes its numbers: resumed runs rely on them", () => {
  const stream = new RandomStream(42, "noise");
  assertEquals(
    [stream.uniform(), stream.normal(), stream.integer(1000)],
    [0.926715753969099, 0.22922164313638108, 342],
  );
});

Deno.test("RandomStream.restore() continues where the state was taken, after any draws", () => {
  const draws = fc.array(fc.constantFrom("uniform", "normal", "integer"));
  fc.assert(fc.property(draws, fc.maxSafeNat(), (kinds, seed) => {
    const stream = new RandomStream(seed, "s");
    const draw = (from: RandomStream, kind: string) =>
      kind === "uniform"
        ? from.uniform()
        : kind === "normal"
        ? from.normal()
        : from.integer(10);
    for (const kind of kinds) draw(stream, kind);
    const copy = new RandomStream(seed, "s");
    copy.restore(JSON.parse(JSON.stringify(stream.state)));
    for (const kind of ["integer", "normal", "uniform", "integer"]) {
      assertEquals(draw(copy, kind), draw(stream, kind));
    }
    assertEquals(copy.state, stream.state);
  }));
});

Deno.test("RandomStream.restore() reaches places beyond 2^34 words", () => {
  const stream = new RandomStream(1, "s");
  const drawAt = (position: number) => {
    stream.restore({ ...stream.state, position });
    return stream.uniform();
  };
  assert(drawAt(2 ** 40 + 3) !== drawAt(3));
});

Deno.test("RandomStream refuses seeds, bounds and states out of range", () => {
  for (const seed of [-1, 0.5, 2 ** 53, NaN]) {
    assertThrows(() => new RandomStream(seed, "s"), RangeError, "seed");
  }
  const stream = new RandomStream(1, "s");
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1, NaN]) {
    assertThrows(() => stream.integer(bound), RangeError, "bound");
  }
  const { state } = stream;
  for (const wrong of [{ position: -4 }, { seed: 2 }, { stream: "t" }]) {
    const restore = () => stream.restore({ ...state, ...wrong });
    assertThrows(restore, RangeError, "Cannot ");
  }
});

/** χ² of counts against equal expectation. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

Deno.test("RandomStream.integer() is uniform, even if the bound does not divide 2^32", () => {
  const stream = new RandomStream(7, "integers");
  for (const bound of [2, 3, 10, 100]) {
    const counts = new Array<number>(bound).fill(0);
    for (let i = 0; i < 100_000; i++) counts[stream.integer(bound)]!++;
    // Five standard deviations of χ² above its mean.
    const most = bound - 1 + 5 * Math.sqrt(2 * (bound - 1));
    assert(chiSquared(counts) < most, `bound ${bound}`);
  }
  assertEquals(stream.integer(1), 0);
  assert(stream.integer(2 ** 32) < 2 ** 32);
});

Deno.test("RandomStream.integer() has no bias where a plain remainder has most", () => {
  // With 3 · 2^30 numbers a plain remainder would draw the first third twice
  // as often.
  const stream = new RandomStream(8, "integers");
  const bound = 3 * 2 ** 30;
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    counts[Math.floor(stream.integer(bound) / 2 ** 30)]!++;
  }
  assert(chiSquared(counts) < 12);
});

Deno.test("RandomStream.uniform() and normal() have the moments of their distributions", () => {
  const N = 200_000;
  const stream = new RandomStream(9, "moments");
  const uniform = new Float64Array(N).map(() => stream.uniform());
  const normal = stream.fillNormal(new Float64Array(N));
  const moment = (xs: Float64Array, power: number) =>
    xs.reduce((sum, x) => sum + x ** power, 0) / N;
  const within = (value: number, expected: number, variance: number) =>
    assertAlmostEquals(value, expected, 5 * Math.sqrt(variance / N));
  within(moment(uniform, 1), 1 / 2, 1 / 12);
  within(moment(uniform, 2), 1 / 3, 4 / 45);
  within(moment(normal, 1), 0, 1);
  within(moment(normal, 2), 1, 2);
  within(moment(normal, 3), 0, 15);
  within(moment(normal, 4), 3, 96);
  assert(uniform.every((x) => x >= 0 && x < 1));
});

Deno.test("RandomStream streams of one seed are not correlated", () => {
  const N = 100_000;
  const draw = (seed: number, name: string) =>
    new RandomStream(seed, name).fillNormal(new Float64Array(N));
  const base = draw(1, "a");
  for (const other of [draw(1, "b"), draw(2, "a")]) {
    const product = base.reduce((sum, x, i) => sum + x * other[i]!, 0) / N;
    assert(Math.abs(product) < 5 / Math.sqrt(N));
  }
});

Deno.test("RandomStream.permutation() has each number once, and each order equally often", () => {
  const stream = new RandomStream(10, "order");
  fc.assert(fc.property(fc.nat({ max: 200 }), (n) => {
    const sorted = stream.permutation(n).toSorted();
    assertEquals([...sorted], Array.from({ length: n }, (_, i) => i));
  }));
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = stream.permutation(4).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  assert(chiSquared([...counts.values()]) < 23 + 5 * Math.sqrt(46));
});
