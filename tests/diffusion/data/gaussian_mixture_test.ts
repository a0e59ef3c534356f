import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../../testing/properties.ts";
import {
  computeDensity,
  computeExpectedNoise,
  drawRow,
  type GaussianMixture,
  standardiseMixture,
} from "../../../core/diffusion/data/gaussian_mixture.ts";
import { RandomStream } from "../../../core/utils/random.ts";

const LINE: GaussianMixture = [
  { weight: 0.2, means: [-2], deviations: [0.3] },
  { weight: 0.7, means: [0.5], deviations: [1.2] },
  { weight: 0.1, means: [3], deviations: [0.5] },
];

/** In the plane, with deviations that differ by part and by column. */
const PLANE: GaussianMixture = [
  { weight: 0.35, means: [-1, 2], deviations: [0.4, 0.9] },
  { weight: 0.65, means: [1.5, -0.5], deviations: [1.1, 0.3] },
];

/** The normal density, as it is written in a textbook. */
const normal = (x: number, mean: number, variance: number) =>
  Math.exp(-((x - mean) ** 2) / (2 * variance)) /
  Math.sqrt(2 * Math.PI * variance);

/** The density of noised rows: data scaled by √ᾱ, plus noise of 1 − ᾱ. */
const noisedDensity = (
  mixture: GaussianMixture,
  row: readonly number[],
  alphaBar: number,
) =>
  mixture.map(({ weight, means, deviations }) =>
    row.map((x, i) =>
      normal(
        x,
        Math.sqrt(alphaBar) * means[i]!,
        alphaBar * deviations[i]! ** 2 + (1 - alphaBar),
      )
    ).reduce((product, density) => product * density, weight)
  ).reduce((sum, density) => sum + density);

const coordinate = fc.double({ min: -4, max: 4, noNaN: true });
const cases = fc.constantFrom(LINE, PLANE).chain((mixture) => {
  const nColumns = mixture[0]!.means.length;
  return fc.record({
    mixture: fc.constant(mixture),
    row: fc.array(coordinate, { minLength: nColumns, maxLength: nColumns }),
    alphaBar: fc.double({ min: 0.001, max: 0.98, noNaN: true }),
  });
});

Deno.test("computeDensity() is the weighted sum of products of normal densities", () => {
  fc.assert(fc.property(cases, ({ mixture, row }) => {
    const expected = noisedDensity(mixture, row, 1);
    assertAlmostEquals(computeDensity(mixture, row), expected, 1e-14);
  }));
  const standard = [{ weight: 1, means: [5], deviations: [2] }];
  assertAlmostEquals(
    computeDensity(standard, [5]),
    0.3989422804014327 / 2,
    1e-15,
  );
  assertAlmostEquals(
    computeDensity(standard, [7]),
    0.24197072451914337 / 2,
    1e-15,
  );
});

Deno.test("computeDensity() integrates to 1", () => {
  const STEP = 0.1;
  const grid = Array.from({ length: 181 }, (_, i) => (i - 90) * STEP);
  const line = grid.reduce((sum, x) => sum + computeDensity(LINE, [x]), 0);
  assertAlmostEquals(line * STEP, 1, 1e-9);
  let plane = 0;
  for (const x of grid) {
    for (const y of grid) plane += computeDensity(PLANE, Float64Array.of(x, y));
  }
  assertAlmostEquals(plane * STEP ** 2, 1, 1e-9);
});

Deno.test("computeExpectedNoise() is −√(1 − ᾱ) times the slope of the log of the noised density", () => {
  const H = 1e-5;
  fc.assert(
    fc.property(cases, ({ mixture, row, alphaBar }) => {
      const noise = computeExpectedNoise(
        mixture,
        Float64Array.from(row),
        Float64Array.of(alphaBar),
      );
      assertEquals(noise.length, row.length);
      row.forEach((x, i) => {
        const logAt = (x: number) =>
          Math.log(noisedDensity(mixture, row.with(i, x), alphaBar));
        const slope = (logAt(x + H) - logAt(x - H)) / (2 * H);
        const expected = -Math.sqrt(1 - alphaBar) * slope;
        const tolerance = 1e-6 * Math.max(1, Math.abs(expected));
        assertAlmostEquals(noise[i]!, expected, tolerance);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("computeExpectedNoise() uses the noise level of each row", () => {
  const rows = [[0, 1], [-1, 2.5], [3, -2]], levels = [0.1, 0.5, 0.95];
  const one = (i: number) =>
    computeExpectedNoise(
      PLANE,
      Float64Array.from(rows[i]!),
      Float64Array.of(levels[i]!),
    );
  const all = computeExpectedNoise(
    PLANE,
    Float64Array.from(rows.flat()),
    Float64Array.from(levels),
  );
  assertEquals([...all], [0, 1, 2].flatMap((i) => [...one(i)]));
});

Deno.test("computeExpectedNoise() is the mean noise of the rows near a point", () => {
  // Without a formula for the density: noise is mixed in, and what it was is
  // averaged where the mixture falls into a narrow window.
  const random = new RandomStream(5, "noised rows");
  const alphaBar = 0.6, at = -0.4, HALF_WIDTH = 0.05;
  const inside: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const [clean] = drawRow(LINE, random), noise = random.normal();
    const noisy = Math.sqrt(alphaBar) * clean! +
      Math.sqrt(1 - alphaBar) * noise;
    if (Math.abs(noisy - at) < HALF_WIDTH) inside.push(noise);
  }
  const mean = inside.reduce((sum, x) => sum + x, 0) / inside.length;
  const [expected] = computeExpectedNoise(
    LINE,
    Float64Array.of(at),
    Float64Array.of(alphaBar),
  );
  assertAlmostEquals(mean, expected!, 5 / Math.sqrt(inside.length));
});

Deno.test("computeExpectedNoise() is finite where all densities underflow", () => {
  const alphaBar = 0.9;
  for (const x of [100, -100, 1e6]) {
    const rows = Float64Array.of(x, x);
    const noise = computeExpectedNoise(PLANE, rows, Float64Array.of(alphaBar));
    assert(noise.every(Number.isFinite));
  }
  // Far off, the widest part has the row for itself.
  const [noise] = computeExpectedNoise(
    LINE,
    Float64Array.of(100),
    Float64Array.of(alphaBar),
  );
  const away = 100 - Math.sqrt(alphaBar) * 0.5;
  const expected = Math.sqrt(0.1) * away / (alphaBar * 1.2 ** 2 + 0.1);
  assertAlmostEquals(noise!, expected, 1e-10);
});

/** The moments of a mixture in one column. */
function computeMoments(mixture: GaussianMixture, column: number) {
  const mean = mixture.reduce((sum, c) => sum + c.weight * c.means[column]!, 0);
  const variance = mixture.reduce(
    (sum, c) =>
      sum + c.weight * (c.deviations[column]! ** 2 +
          (c.means[column]! - mean) ** 2),
    0,
  );
  return { mean, variance };
}

Deno.test("drawRow() has the mean and variance of the mixture", () => {
  const N = 100_000;
  for (const mixture of [LINE, PLANE]) {
    const random = new RandomStream(6, "rows");
    const rows = Array.from({ length: N }, () => drawRow(mixture, random));
    mixture[0]!.means.forEach((_, column) => {
      const expected = computeMoments(mixture, column);
      const mean = rows.reduce((sum, row) => sum + row[column]!, 0) / N;
      const squares = rows.map((row) => (row[column]! - mean) ** 2);
      const variance = squares.reduce((sum, x) => sum + x, 0) / N;
      const fourth = squares.reduce((sum, x) => sum + x * x, 0) / N;
      assertAlmostEquals(
        mean,
        expected.mean,
        5 * Math.sqrt(expected.variance / N),
      );
      assertAlmostEquals(
        variance,
        expected.variance,
        5 * Math.sqrt((fourth - variance ** 2) / N),
      );
    });
  }
});

Deno.test("drawRow() draws from each component as often as its weight says, all columns from the same", () => {
  const N = 50_000;
  const mixture: GaussianMixture = [
    { weight: 0.1, means: [-100, 10], deviations: [1, 2] },
    { weight: 0.6, means: [0, 20], deviations: [3, 1] },
    { weight: 0.3, means: [100, 30], deviations: [2, 0.5] },
  ];
  const random = new RandomStream(7, "parts");
  const rows = Array.from({ length: N }, () => drawRow(mixture, random));
  mixture.forEach(({ weight, means, deviations }) => {
    const own = rows.filter(([x]) => Math.abs(x! - means[0]!) < 50);
    assertAlmostEquals(
      own.length / N,
      weight,
      5 * Math.sqrt(weight * (1 - weight) / N),
    );
    deviations.forEach((deviation, column) => {
      const z = own.map((row) => (row[column]! - means[column]!) / deviation);
      const mean = z.reduce((sum, x) => sum + x, 0) / z.length;
      const variance = z.reduce((sum, x) => sum + x * x, 0) / z.length;
      assertAlmostEquals(mean, 0, 5 / Math.sqrt(z.length));
      assertAlmostEquals(variance, 1, 5 * Math.sqrt(2 / z.length));
    });
  });
});

Deno.test("drawRow() draws from the last component if weights sum to less than 1", () => {
  const mixture: GaussianMixture = [
    { weight: 0.25, means: [-100], deviations: [1] },
    { weight: 0.25, means: [100], deviations: [1] },
  ];
  const random = new RandomStream(8, "parts");
  const rows = Array.from({ length: 2000 }, () => drawRow(mixture, random)[0]!);
  const share = rows.filter((x) => x > 0).length / rows.length;
  assertAlmostEquals(share, 0.75, 5 * Math.sqrt(0.75 * 0.25 / 2000));
});

Deno.test("standardiseMixture() changes the density by the change of variables", () => {
  const scaling = {
    columns: ["x", "y"],
    means: [3, -0.5],
    deviations: [2.5, 0.2],
  };
  const volume = 2.5 * 0.2;
  const standard = standardiseMixture(PLANE, scaling);
  assertEquals(standard.map(({ weight }) => weight), [0.35, 0.65]);
  fc.assert(fc.property(coordinate, coordinate, (x, y) => {
    const z = [(x - 3) / 2.5, (y + 0.5) / 0.2];
    assertAlmostEquals(
      computeDensity(standard, z),
      computeDensity(PLANE, [x, y]) * volume,
      1e-12,
    );
  }));
});

Deno.test("standardiseMixture() by its own moments has mean 0 and variance 1", () => {
  const moments = [0, 1].map((column) => computeMoments(PLANE, column));
  const standard = standardiseMixture(PLANE, {
    columns: ["x", "y"],
    means: moments.map(({ mean }) => mean),
    deviations: moments.map(({ variance }) => Math.sqrt(variance)),
  });
  for (const column of [0, 1]) {
    const { mean, variance } = computeMoments(standard, column);
    assertAlmostEquals(mean, 0, 1e-14);
    assertAlmostEquals(variance, 1, 1e-14);
  }
});
