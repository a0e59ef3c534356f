import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  chanceOfAgreement,
  type CrossedMean,
  crossedMean,
  crossedObservations,
  type GridPoint,
  splitVariance,
} from "../../../results/statistics/crossed.ts";
import { tCritical } from "../../../results/statistics/distributions.ts";
import { computeMean } from "../../../results/statistics/estimate.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

const random = new RandomStream(4, "crossed");

/** Seeds × splits, with what each and both together add. */
function drawGrid(
  [nSeeds, nSplits]: readonly [number, number],
  [bySeed, bySplit]: readonly [number, number],
): GridPoint[] {
  const splits = Array.from({ length: nSplits }, () => random.normal());
  return Array.from({ length: nSeeds }, (_, seed) => {
    const own = bySeed * random.normal();
    return splits.map((normal, split) => ({
      at: { seed: `${seed}`, split: `${split}`, host: "same" },
      value: own + bySplit * normal + random.normal(),
    }));
  }).flat();
}

const solve = (points: readonly GridPoint[]) =>
  crossedMean(points) as CrossedMean;

testWithProgram(
  "Rscript",
  "crossedMean() has the mean squares of R's aov",
  () => {
    const points = drawGrid([5, 4], [1, 2]);
    const { squares, error } = solve(points);
    const data =
      `data.frame(y = ${vector(points.map(({ value }) => value))}, ` +
      "seed = gl(5, 4), split = gl(4, 1, 20))";
    const table = `summary(aov(y ~ seed + split, ${data}))[[1]]`;
    const terms = [0, 1, 2].map((i) => `${table}[${i + 1}, 3]`);
    assertEquals(squares.map(({ key }) => key), ["seed", "split", "remainder"]);
    assertAgreesWithR([
      ...squares.map(({ square }, i) => [square, terms[i]!] as const),
      ...squares.map(({ df }, i) => [df, `${table}[${i + 1}, 1]`] as const),
      [error, `sqrt((${terms[0]} + ${terms[1]} - ${terms[2]}) / 20)`],
    ]);
  },
);

testWithProgram(
  "Rscript",
  "crossedMean() is the plain mean where no value is shared",
  () => {
    const values = [3, 5, 4, 9];
    const { mean, error, df, squares } = solve(
      values.map((value, i) => ({
        at: { seed: `${i}`, split: `${i}` },
        value,
      })),
    );
    assertEquals([df, squares.map(({ key }) => key)], [3, ["seed and split"]]);
    assertAgreesWithR([
      [mean, `mean(${vector(values)})`],
      [error, `sd(${vector(values)}) / 2`],
    ]);
  },
);

Deno.test("crossedMean() takes seeds within splits by the means of the splits", () => {
  const values = [[1, 2], [5, 6], [6, 10]];
  const { error, df } = solve(
    values.flatMap((row, split) =>
      row.map((value, i) => ({
        at: { seed: `${split} ${i}`, split: `${split}` },
        value,
      }))
    ),
  );
  // The means 1.5, 5.5 and 8 of the splits.
  assertAlmostEquals(error, Math.sqrt((3.5 ** 2 + 0.5 ** 2 + 3 ** 2) / 2 / 3));
  assertEquals(df, 2);
});

Deno.test("crossedMean() says what a grid lacks", () => {
  const points = drawGrid([3, 3], [1, 1]);
  assertEquals(crossedMean(points.slice(2)), {
    reason: "2 of 9 combinations of seed and split are missing",
  });
  assertEquals(crossedMean([...points, points[0]!]), {
    reason: "some values of seed and split have more runs than others",
  });
  assertEquals(crossedMean(drawGrid([3, 2], [1, 1])), {
    reason: "there are fewer than 3 values of split",
  });
});

Deno.test("crossedMean() errs in about 5 % of cases where plain errors err in 27 %", () => {
  const misses = Array.from({ length: 2000 }, () => {
    const { mean, error, df } = solve(drawGrid([5, 5], [1, 1]));
    return Math.abs(mean) > tCritical(0.95, df) * error ? 1 : 0;
  });
  const share = misses.reduce<number>((sum, miss) => sum + miss, 0) / 2000;
  assertEquals(share > 0.01 && share < 0.06, true, `${share}`);
});

Deno.test("splitVariance() takes the sources apart, evaluation as well", () => {
  const { squares } = solve(drawGrid([5, 4], [2, 1]));
  const shares = splitVariance(squares, 0.25, 0.95);
  assertEquals(shares.map(({ source }) => source), [
    "seed",
    "split",
    "remainder",
    "evaluation",
  ]);
  assertAlmostEquals(shares.reduce((sum, { share }) => sum + share, 0), 1);
  assertAlmostEquals(shares[3]!.deviation, 0.5);
  assertAlmostEquals(
    shares[0]!.deviation ** 2,
    (squares[0]!.square - squares[2]!.square) / 4,
  );
});

Deno.test("splitVariance() has intervals that hold the true share", () => {
  const truth = [4 / 6, 1 / 6, 0.75 / 6, 0.25 / 6];
  const hits = Array.from(
    { length: 30 },
    () =>
      splitVariance(solve(drawGrid([5, 4], [2, 1])).squares, 0.25, 0.95)
        .filter(({ interval: [low, high] }, i) =>
          low <= truth[i]! && truth[i]! <= high
        ).length,
  );
  const share = hits.reduce((sum, hit) => sum + hit, 0) / 120;
  assertEquals(share > 0.88, true, `${share}`);
});

Deno.test("chanceOfAgreement() tells shared observations from separate ones", () => {
  const draw = (spread: number) => {
    const values = Array.from({ length: 5 }, () => spread * random.normal());
    return { square: 5 * computeMean(values).error ** 2, df: 4 };
  };
  const count = (spread: number) =>
    Array.from({ length: 500 }, () => chanceOfAgreement(draw(spread), 1))
      .filter((chance) => chance < 0.001).length;
  assertEquals(count(1) <= 5, true);
  assertEquals(count(0.05), 500);
  assertEquals(chanceOfAgreement({ square: 1, df: 4 }, NaN), NaN);
});

Deno.test("crossedObservations() is crossedMean() over runs and observations", () => {
  const points = drawGrid([4, 6], [1, 2]);
  const runs = Map.groupBy(points, ({ at }) => at["seed"]!);
  const observations = new Map(
    runs.entries().map((
      [seed, some],
    ) => [seed, some.map(({ value }) => value)]),
  );
  const actual = crossedObservations(observations) as CrossedMean;
  const { mean, error, df } = solve(points);
  assertAlmostEquals(actual.mean, mean, 1e-12);
  assertAlmostEquals(actual.error, error, 1e-12);
  assertAlmostEquals(actual.df, df, 1e-9);
});

Deno.test("crossedObservations() says what is missing", () => {
  const reason = (rows: readonly (readonly number[])[]) =>
    crossedObservations(new Map(rows.map((row, i) => [`${i}`, row])));
  assertEquals(reason([[1, 2, 3], [1, 2, 3]]), {
    reason: "fewer than 3 runs or observations",
  });
  assertEquals(reason([[1, 2, 3], [1, 2, 3], [1, 2]]), {
    reason: "the runs have different numbers of observations",
  });
});

Deno.test("crossedMean() and crossedObservations() have the same errors at any scale", () => {
  const points = drawGrid([4, 6], [1, 2]);
  const { error, df } = solve(points);
  const runs = Map.groupBy(points, ({ at }) => at["seed"]!);
  for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
    const move = ({ at, value }: GridPoint) => ({ at, value: scale * value });
    const observations = new Map(
      runs.entries().map(([seed, some]) => [
        seed,
        some.map((point) => move(point).value),
      ]),
    );
    const scaled = [
      solve(points.map(move)),
      crossedObservations(observations) as CrossedMean,
    ];
    for (const some of scaled) {
      assertAlmostEquals(some.error / scale, error, 1e-12);
      assertAlmostEquals(some.df, df, 1e-9);
    }
  }
});
