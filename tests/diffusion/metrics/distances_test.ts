import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../../testing/properties.ts";
import {
  energyDistance,
  mmdSquared,
  type Points,
  slicedWasserstein1,
} from "../../../core/diffusion/metrics/distances.ts";
import { RandomStream } from "../../../core/utils/random.ts";

/** In one column it is the Wasserstein distance itself. */
const wasserstein1 = (a: Float64Array, b: Float64Array) =>
  slicedWasserstein1({ nColumns: 1, values: a }, { nColumns: 1, values: b });

/** Every order of some numbers. */
function* permutations(values: readonly number[]): Generator<number[]> {
  if (values.length === 0) yield [];
  for (const [i, value] of values.entries()) {
    for (const rest of permutations(values.toSpliced(i, 1))) {
      yield [value, ...rest];
    }
  }
}

const computeMean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const byValue = (a: number, b: number) => a - b;

const coordinate = fc.double({ min: -1e3, max: 1e3, noNaN: true });

/** Two samples of one size. */
const samples = ({ max }: { readonly max: number }) =>
  fc.integer({ min: 1, max }).chain((n) => {
    const sample = fc.array(coordinate, { minLength: n, maxLength: n });
    return fc.tuple(sample, sample);
  });

const points = (...rows: readonly number[][]): Points => ({
  nColumns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

const splitRows = ({ nColumns, values }: Points) =>
  Array.from(
    { length: values.length / nColumns },
    (_, row) => [...values.subarray(row * nColumns, (row + 1) * nColumns)],
  );

/** Normal points about one place. */
function cloud(
  random: RandomStream,
  of: { readonly n: number; readonly nColumns: number; readonly mean?: number },
): Points {
  const { n, nColumns, mean = 0 } = of;
  const values = random.fillNormal(new Float64Array(n * nColumns));
  return { nColumns, values: values.map((value) => mean + value) };
}

const pairOfClouds = (n: number, nColumns: number) => {
  const random = new RandomStream(n, `clouds in ${nColumns}`);
  return [
    cloud(random, { n, nColumns }),
    cloud(random, { n, nColumns, mean: 0.7 }),
  ] as const;
};

const squareBetween = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

/** E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y), each mean over i ≠ j or all pairs. */
function naiveDifference(
  [a, b]: readonly [Points, Points],
  kernel: (square: number) => number,
): number {
  const x = splitRows(a), y = splitRows(b);
  const within = (rows: number[][]) =>
    computeMean(rows.flatMap((one, i) =>
      rows.filter((_, j) => j !== i)
        .map((other) => kernel(squareBetween(one, other)))
    ));
  const between = computeMean(
    x.flatMap((one) => y.map((other) => kernel(squareBetween(one, other)))),
  );
  return within(x) + within(y) - 2 * between;
}

Deno.test("slicedWasserstein1() in one column is the cost of the best of all assignments", () => {
  fc.assert(fc.property(samples({ max: 5 }), ([a, b]) => {
    const costs = Array.from(
      permutations(b),
      (order) => computeMean(order.map((y, i) => Math.abs(a[i]! - y))),
    );
    const distance = wasserstein1(Float64Array.from(a), Float64Array.from(b));
    assertAlmostEquals(distance, Math.min(...costs), 1e-10);
  }));
});

Deno.test("slicedWasserstein1() in one column is how far a sample was moved, and 0 if it was not", () => {
  fc.assert(fc.property(samples({ max: 50 }), coordinate, ([a], by) => {
    const x = Float64Array.from(a), moved = x.map((value) => value + by);
    assertAlmostEquals(
      wasserstein1(x, moved.toReversed()),
      Math.abs(by),
      1e-10,
    );
    assertEquals(wasserstein1(x, x.toReversed()), 0);
  }));
  // All of one sample here, all of the other there.
  const here = new Float64Array(9).fill(-2), there = here.map(() => 3);
  assertEquals(wasserstein1(here, there), 5);
});

Deno.test("slicedWasserstein1() does not reorder its samples", () => {
  const a = Float64Array.of(3, 1, 2), b = Float64Array.of(9, 7, 8);
  assertEquals(wasserstein1(a, b), 6);
  assertEquals([[...a], [...b]], [[3, 1, 2], [9, 7, 8]]);
});

Deno.test("slicedWasserstein1() in one column is NaN if a number is NaN", () => {
  const a = Float64Array.of(3, NaN, 2), b = Float64Array.of(1, 2, 3);
  assertEquals(wasserstein1(a, b), NaN);
  assertEquals(wasserstein1(b, a), NaN);
});

/** The mean over directions, by sorting what falls on each. */
function naiveSliced(
  [a, b]: readonly [Points, Points],
  directions: readonly (readonly number[])[],
): number {
  return computeMean(directions.map((direction) => {
    const [x, y] = [a, b].map((sample) =>
      splitRows(sample)
        .map((row) => row.reduce((sum, v, i) => sum + v * direction[i]!, 0))
        .sort(byValue)
    );
    return computeMean(x!.map((value, rank) => Math.abs(value - y![rank]!)));
  }));
}

Deno.test("slicedWasserstein1() in two columns is the mean over 64 equal angles", () => {
  const directions = Array.from({ length: 64 }, (_, i) => {
    const angle = i * Math.PI / 64;
    return [Math.cos(angle), Math.sin(angle)];
  });
  for (const n of [1, 2, 57]) {
    const pair = pairOfClouds(n, 2);
    const distance = slicedWasserstein1(...pair);
    assertAlmostEquals(distance, naiveSliced(pair, directions), 1e-12);
  }
});

// Distances of different runs are compared, so the directions must never change.
Deno.test("slicedWasserstein1() in more columns is the mean over 64 fixed directions", () => {
  for (const nColumns of [3, 6]) {
    const random = new RandomStream(0, "directions");
    const directions = Array.from({ length: 64 }, () => {
      const numbers = Array.from({ length: nColumns }, () => random.normal());
      const length = Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
      return numbers.map((x) => x / length);
    });
    const [a, b] = pairOfClouds(40, nColumns);
    const distance = slicedWasserstein1(a, b);
    assertAlmostEquals(distance, naiveSliced([a, b], directions), 1e-12);
    assertEquals(slicedWasserstein1(a, b), distance);
    assertEquals(slicedWasserstein1(b, a), distance);
    const shuffled = points(...splitRows(b).toReversed());
    assertEquals(slicedWasserstein1(a, shuffled), distance);
    assertEquals(slicedWasserstein1(b, shuffled), 0);
  }
});

Deno.test("slicedWasserstein1() weights all axes equally", () => {
  // Of a step along an axis, a random direction in three dimensions sees a
  // share that is uniform in [0, 1], in absolute value.
  const standardError = Math.sqrt(1 / 12 / 64);
  const origin = points([0, 0, 0], [0, 0, 0]);
  for (const axis of [0, 1, 2]) {
    const to = [0, 0, 0].with(axis, 10);
    const distance = slicedWasserstein1(origin, points(to, to));
    assertAlmostEquals(distance / 10, 1 / 2, 4 * standardError);
  }
});

Deno.test("energyDistance() is the U-statistic that a loop over pairs gives", () => {
  for (const nColumns of [1, 2, 3]) {
    for (const n of [2, 3, 40]) {
      const pair = pairOfClouds(n, nColumns);
      const expected = -naiveDifference(pair, Math.sqrt);
      assertAlmostEquals(energyDistance(...pair), expected, 1e-10);
    }
  }
});

Deno.test("mmdSquared() is the U-statistic that a loop over pairs gives, at any bandwidth", () => {
  for (const nColumns of [1, 2, 3]) {
    for (const n of [2, 3, 40]) {
      for (const bandwidth of [100, 2, 0.5, 0.1, 0.02, 1e-3, 1e-8]) {
        const pair = pairOfClouds(n, nColumns);
        const kernel = (square: number) =>
          Math.exp(-square / (2 * bandwidth * bandwidth));
        const expected = naiveDifference(pair, kernel);
        assertAlmostEquals(mmdSquared(...pair, bandwidth), expected, 1e-10);
      }
    }
  }
});

Deno.test("mmdSquared() computes exponentials within 2.1e-14 of Math.exp", () => {
  const distance = fc.double({ min: 0, max: 15, noNaN: true });
  fc.assert(
    fc.property(distance, (x) => {
      // Samples that are far from each other, so that nothing but the two
      // exponentials within them is left.
      const a = points([0], [x]), b = points([1e3], [1e3 + x]);
      const exponent = (d: number) => Math.exp(-d * d / 2);
      const expected = exponent(x) + exponent(1e3 + x - 1e3);
      assertAlmostEquals(mmdSquared(a, b, 1), expected, 2 * 2.1e-14);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("energyDistance() and mmdSquared() of two single points have a closed form", () => {
  const a = points([1, 1], [1, 1], [1, 1]), b = points([4, 5], [4, 5], [4, 5]);
  assertAlmostEquals(energyDistance(a, b), 2 * 5, 1e-12);
  assertAlmostEquals(mmdSquared(a, b, 10), 2 - 2 * Math.exp(-1 / 8), 1e-12);
  assertEquals(mmdSquared(a, b, 0.1), 2);
});

Deno.test("energyDistance() and mmdSquared() of a sample and itself equal those of a sample and its copy", () => {
  const [a] = pairOfClouds(7, 2);
  const copy = { nColumns: 2, values: a.values.slice() };
  assertAlmostEquals(energyDistance(a, a), energyDistance(a, copy), 1e-12);
  assertAlmostEquals(mmdSquared(a, a, 1), mmdSquared(a, copy, 1), 1e-12);
});

Deno.test("energyDistance() and mmdSquared() are 0 on average for two samples of the same distribution", () => {
  const N_DRAWS = 600;
  const measures = [
    energyDistance,
    (a: Points, b: Points) => mmdSquared(a, b, 1),
  ];
  for (const [i, measure] of measures.entries()) {
    const random = new RandomStream(i, "null distribution");
    const of = { n: 10, nColumns: 2 };
    const values = Array.from(
      { length: N_DRAWS },
      () => measure(cloud(random, of), cloud(random, of)),
    );
    const mean = computeMean(values);
    const variance = computeMean(values.map((value) => (value - mean) ** 2));
    assertAlmostEquals(mean, 0, 4 * Math.sqrt(variance / N_DRAWS));
    assert(values.some((value) => value < 0));
    assert(values.some((value) => value > 0));
  }
});

Deno.test("distances refuse samples of different size or width, and name both", () => {
  const two = points([1, 2], [3, 4]), three = points([1, 2], [3, 4], [5, 6]);
  const flat = points([1], [2], [3], [4]);
  const measures = [
    slicedWasserstein1,
    energyDistance,
    (a: Points, b: Points) => mmdSquared(a, b, 1),
  ];
  for (const measure of measures) {
    assertThrows(
      () => measure(two, three),
      RangeError,
      "Cannot compare points: both samples must have the same size, they are " +
        "2 × 2 and 3 × 2",
    );
    assertThrows(() => measure(three, two), RangeError, "3 × 2 and 2 × 2");
    assertThrows(() => measure(flat, two), RangeError, "4 × 1 and 2 × 2");
  }
});

Deno.test("distances are NaN if a coordinate is NaN", () => {
  for (const nColumns of [1, 2, 3]) {
    const [a, b] = pairOfClouds(5, nColumns);
    const broken = { nColumns, values: a.values.with(nColumns, NaN) };
    for (const [x, y] of [[broken, b], [b, broken]] as const) {
      assertEquals(slicedWasserstein1(x, y), NaN);
      assertEquals(energyDistance(x, y), NaN);
      assertEquals(mmdSquared(x, y, 1), NaN);
    }
  }
});
