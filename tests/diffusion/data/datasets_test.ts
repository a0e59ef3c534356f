import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
} from "@std/assert";
import { DATASET_NAMES } from "../../../core/diffusion/model_config.ts";
import {
  GAUSSIANS,
  GENERATED,
  MIXTURE,
} from "../../../core/diffusion/data/datasets.ts";
import { computeDensity } from "../../../core/diffusion/data/gaussian_mixture.ts";
import { RandomStream } from "../../../core/utils/random.ts";

const N_ROWS = 20_000;

type Row = readonly [x: number, y: number];

/** A stream whose normal numbers are 0: what is drawn is not blurred. */
class StillStream extends RandomStream {
  override normal(): number {
    super.normal();
    return 0;
  }
}

const createStream = (name: string) => new RandomStream(1, name);

function drawRows(name: string, random = createStream(name)): Row[] {
  const { draw } = GENERATED[name]!;
  return Array.from({ length: N_ROWS }, () => draw(random) as unknown as Row);
}

/** The same rows, on the line that they are blurred around. */
const drawLine = (name: string) => drawRows(name, new StillStream(1, name));

/** How often each of some places is met. */
function countPlaces(places: Iterable<number>, nPlaces: number): number[] {
  const counts = new Array<number>(nPlaces).fill(0);
  for (const place of places) counts[place]!++;
  return counts;
}

/** Asserts that counts are as expected, by χ² at five standard deviations. */
function assertCounts(counts: readonly number[], expected?: readonly number[]) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const freedom = counts.length - 1;
  const chiSquared = counts.reduce((sum, n, i) => {
    const mean = expected?.[i] ?? total / counts.length;
    return sum + (n - mean) ** 2 / mean;
  }, 0);
  const most = freedom + 5 * Math.sqrt(2 * freedom);
  assert(chiSquared < most, `χ² of ${counts} is ${chiSquared}`);
}

/** Asserts that shares are uniform in [0, 1). */
function assertUniform(shares: readonly number[]) {
  const N_BINS = 16;
  assert(shares.every((share) => share > -1e-9 && share < 1 + 1e-9));
  const places = shares.map((share) => Math.floor(share * N_BINS));
  const within = (place: number) => Math.min(Math.max(place, 0), N_BINS - 1);
  assertCounts(countPlaces(places.map(within), N_BINS));
}

/** Asserts that numbers are normal about 0, by their first four moments. */
function assertNormal(values: readonly number[], deviation: number) {
  const moment = (power: number) =>
    values.reduce((sum, x) => sum + (x / deviation) ** power, 0) /
    values.length;
  const error = 5 / Math.sqrt(values.length);
  assertAlmostEquals(moment(1), 0, error);
  assertAlmostEquals(moment(2), 1, error * Math.sqrt(2));
  assertAlmostEquals(moment(4), 3, error * Math.sqrt(96));
}

/** Asserts that rows are blurred evenly, on all sides alike. */
function assertBlurred(name: string, deviation: number) {
  const line = drawLine(name);
  const off = drawRows(name)
    .map(([x, y], i) => [x - line[i]![0], y - line[i]![1]] as const);
  assertNormal(off.map(([x]) => x), deviation);
  assertNormal(off.map(([, y]) => y), deviation);
  const product = off.reduce((sum, [x, y]) => sum + x * y, 0) / N_ROWS;
  assertAlmostEquals(product, 0, 5 * deviation ** 2 / Math.sqrt(N_ROWS));
}

/** An angle as a share of the whole turn, in [0, 1). */
const shareOfTurn = (angle: number) => {
  const turns = angle / (2 * Math.PI);
  return turns - Math.floor(turns);
};

Deno.test("DATASET_NAMES are the keys of GENERATED, and faithful", () => {
  assertEquals(
    DATASET_NAMES.toSorted(),
    [
      "checkerboard",
      "circles",
      "faithful",
      "gaussians",
      "mixture",
      "moons",
      "pinwheel",
      "spiral",
      "swiss-roll",
    ],
  );
  assertEquals(
    DATASET_NAMES.filter((name) => name !== "faithful"),
    Object.keys(GENERATED),
  );
});

Deno.test("GENERATED datasets draw one finite number per column", () => {
  for (const [name, { columns, draw }] of Object.entries(GENERATED)) {
    assertEquals(columns, name === "mixture" ? ["x"] : ["x", "y"]);
    const random = createStream(name);
    for (let i = 0; i < 1000; i++) {
      const row = draw(random);
      assertEquals(row.length, columns.length);
      assert(row.every(Number.isFinite), name);
    }
  }
});

Deno.test("GENERATED datasets draw the same rows from the same stream, and others from another", () => {
  for (const [name, { draw }] of Object.entries(GENERATED)) {
    const rows = (random: RandomStream) =>
      Array.from({ length: 10 }, () => draw(random));
    const first = rows(createStream(name));
    assertEquals(rows(createStream(name)), first);
    assertNotEquals(rows(createStream("other")), first);
  }
});

Deno.test("GENERATED datasets name their mixture if they have one, with weights that sum to 1", () => {
  const mixtures = Object.entries(GENERATED)
    .filter(([, { mixture }]) => mixture !== undefined);
  assertEquals(
    mixtures.map(([name, { mixture }]) => [name, mixture!]),
    [["mixture", MIXTURE], ["gaussians", GAUSSIANS]],
  );
  for (const mixture of [MIXTURE, GAUSSIANS]) {
    const sum = mixture.reduce((sum, { weight }) => sum + weight, 0);
    assertAlmostEquals(sum, 1, 1e-15);
  }
});

Deno.test("GENERATED.mixture draws from the density of its mixture, three bumps", () => {
  const FIRST = -4.5, WIDTH = 0.25, N_BINS = 40, N_PARTS = 50;
  const expected = Array.from({ length: N_BINS }, (_, bin) => {
    let sum = 0;
    for (let part = 0; part < N_PARTS; part++) {
      const x = FIRST + WIDTH * (bin + (part + 0.5) / N_PARTS);
      sum += computeDensity(MIXTURE, [x]) * WIDTH / N_PARTS;
    }
    return N_ROWS * sum;
  });
  const places = drawRows("mixture")
    .map(([x]) => Math.floor((x - FIRST) / WIDTH));
  // Bins with few rows, where χ² does not hold, are left out.
  const counts = countPlaces(
    places.filter((place) => place >= 0 && place < N_BINS),
    N_BINS,
  );
  const full = (_: number, bin: number) => expected[bin]! > 10;
  assertCounts(counts.filter(full), expected.filter(full));
  const rises = expected.filter((n, i) =>
    n > (expected[i - 1] ?? 0) && n > (expected[i + 1] ?? 0)
  );
  assertEquals(rises.length, 3);
});

Deno.test("GENERATED.gaussians are eight bumps, equally often, 0.2 wide, on a circle of radius 2", () => {
  const rows = drawRows("gaussians");
  // To the nearest multiple of an eighth of a turn.
  const findPlace = ([x, y]: Row) =>
    Math.round(shareOfTurn(Math.atan2(y, x)) * 8) % 8;
  assertCounts(countPlaces(rows.map(findPlace), 8));
  for (let place = 0; place < 8; place++) {
    const angle = place * Math.PI / 4;
    const own = rows.filter((row) => findPlace(row) === place);
    assertNormal(own.map(([x]) => x - 2 * Math.cos(angle)), 0.2);
    assertNormal(own.map(([, y]) => y - 2 * Math.sin(angle)), 0.2);
  }
});

Deno.test("GENERATED.moons are two interleaved half circles", () => {
  const upper: number[] = [], lower: number[] = [];
  for (const [x, y] of drawLine("moons")) {
    const isUpper = Math.abs(Math.hypot(x, y) - 1) < 1e-12 && y >= 0;
    // The other one is open above, about (1, 1/2).
    if (isUpper) upper.push(Math.atan2(y, x) / Math.PI);
    else {
      assertAlmostEquals(Math.hypot(x - 1, y - 0.5), 1, 1e-12);
      assert(y <= 0.5);
      lower.push(Math.atan2(0.5 - y, 1 - x) / Math.PI);
    }
  }
  assertCounts([upper.length, lower.length]);
  assertUniform(upper);
  assertUniform(lower);
  assertBlurred("moons", 0.1);
});

Deno.test("GENERATED.circles are two concentric circles of radius 1 and 1/2", () => {
  const rings: Record<string, number[]> = { "0.5": [], "1": [] };
  for (const [x, y] of drawLine("circles")) {
    const radius = Math.round(Math.hypot(x, y) * 1e9) / 1e9;
    rings[radius]!.push(shareOfTurn(Math.atan2(y, x)));
  }
  assertCounts(Object.values(rings).map((ring) => ring.length));
  for (const ring of Object.values(rings)) assertUniform(ring);
  assertBlurred("circles", 0.05);
  // Blurred, they still do not touch.
  const radii = drawRows("circles").map(([x, y]) => Math.hypot(x, y));
  const between = radii.filter((radius) => Math.abs(radius - 0.75) < 0.03);
  assert(between.length < 5);
});

Deno.test("GENERATED swiss-roll has a radius that grows with the angle, from 3/4 turns to 9/4", () => {
  const radii = drawLine("swiss-roll").map(([x, y]) => {
    const radius = Math.hypot(x, y), angle = Math.PI * radius;
    assertAlmostEquals(x, radius * Math.cos(angle), 1e-12);
    assertAlmostEquals(y, radius * Math.sin(angle), 1e-12);
    return radius;
  });
  // Uniform in the angle, hence in the radius.
  assertUniform(radii.map((radius) => (radius - 1.5) / 3));
  assertBlurred("swiss-roll", 0.1);
});

Deno.test("GENERATED.checkerboard is uniform on the eight dark squares of a board", () => {
  const rows = drawRows("checkerboard");
  const places = rows.map(([x, y]) => {
    const column = Math.floor(x), row = Math.floor(y);
    assert(column >= -2 && column < 2 && row >= -2 && row < 2);
    assertEquals(Math.abs(column + row) % 2, 0);
    return (row + 2) * 4 + column + 2;
  });
  const counts = countPlaces(places, 16);
  assertEquals(counts.filter((n) => n > 0).length, 8);
  assertCounts(counts.filter((n) => n > 0));
  // Within a square, rows are uniform: by a grid of five by five.
  const cells = rows.map(([x, y]) =>
    Math.floor((x - Math.floor(x)) * 5) * 5 +
    Math.floor((y - Math.floor(y)) * 5)
  );
  assertCounts(countPlaces(cells, 25));
});

Deno.test("GENERATED.spiral has two arms of one and a half turns, symmetric about the origin", () => {
  const arms: number[][] = [[], []];
  for (const [x, y] of drawLine("spiral")) {
    const radius = Math.hypot(x, y), angle = Math.PI * radius;
    const sign = Math.sign(x * Math.cos(angle) + y * Math.sin(angle));
    assertAlmostEquals(x, sign * radius * Math.cos(angle), 1e-12);
    assertAlmostEquals(y, sign * radius * Math.sin(angle), 1e-12);
    arms[sign > 0 ? 0 : 1]!.push(radius);
  }
  assertCounts(arms.map((arm) => arm.length));
  // More rows the longer the turn: uniform in the square of the angle.
  for (const radii of arms) assertUniform(radii.map((r) => (r / 3) ** 2));
  assertBlurred("spiral", 0.1);
  // Symmetric about the origin: a row is as often in one cell as in the other.
  const rows = drawRows("spiral");
  for (const [x, y] of [[0.5, 0.5], [1.5, -1], [-2, 0.5], [0, 2.5]] as const) {
    const near = (sign: number) =>
      rows.filter((row) =>
        Math.hypot(row[0] - sign * x, row[1] - sign * y) < 0.5
      ).length;
    const here = near(1), there = near(-1);
    assert(here + there > 100);
    assertCounts([here, there]);
  }
});

Deno.test("GENERATED.pinwheel has five blades", () => {
  const N_BINS = 8;
  const places = drawRows("pinwheel").map(([x, y]) =>
    Math.floor(shareOfTurn(Math.atan2(y, x)) * 5 * N_BINS)
  );
  const counts = countPlaces(places, 5 * N_BINS);
  const inFifth = countPlaces(places.map((place) => place % N_BINS), N_BINS);
  assertCounts(counts, counts.map((_, place) => inFifth[place % N_BINS]! / 5));
  // Blades stand apart.
  assert(Math.max(...inFifth) > 2 * Math.min(...inFifth), `${inFifth}`);
});

Deno.test("GENERATED.pinwheel has blades at radius 1, bent by a quarter of the radius' exponential", () => {
  const rows = drawRows("pinwheel");
  const along: number[] = [], across: number[] = [];
  for (const [x, y] of rows) {
    const radius = Math.hypot(x, y);
    const turns = Math.atan2(y, x) - 0.25 * Math.exp(radius);
    const fifths = shareOfTurn(turns) * 5;
    // Off the midline of the nearest blade, by the angle.
    const off = (fifths - Math.round(fifths)) / 5 * 2 * Math.PI;
    if (radius < 0.4) continue;
    across.push(radius * off);
    if (Math.abs(radius * off) < 0.1) along.push(radius);
  }
  // Rows near the centre are left out, where a blade cannot be told from others.
  assert(across.length > 0.95 * N_ROWS);
  const computeMoments = (values: number[]) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return [mean, Math.sqrt(squares / values.length)] as const;
  };
  const [middle, width] = computeMoments(across);
  assertAlmostEquals(middle, 0, 0.01);
  assertAlmostEquals(width, 0.1, 0.005);
  // Normal about 1 by 0.3, without what lies below 0.4, two deviations off:
  // 1 + 0.3 h and 0.3 √(1 − 2 h − h²) with h = φ(2) / Φ(2) = 0.0552.
  const [centre, length] = computeMoments(along);
  assertAlmostEquals(centre, 1.0166, 0.012);
  assertAlmostEquals(length, 0.2824, 0.008);
});
