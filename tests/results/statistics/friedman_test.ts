import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { testFriedman } from "../../../results/statistics/friedman.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

/** All orders of values, those of equal values too. */
function listAllOrders(values: readonly number[]): number[][] {
  return values.length === 0
    ? [[]]
    : values.flatMap((value, i) =>
      listAllOrders(values.toSpliced(i, 1)).map((rest) => [value, ...rest])
    );
}

/** χ² of each combination of orders, without any symmetry. */
function listSquares(datasets: readonly (readonly number[])[]): number[] {
  return datasets
    .map((ranks) => listAllOrders(ranks))
    .reduce<number[][][]>(
      (some, orders) =>
        some.flatMap((chosen) => orders.map((order) => [...chosen, order])),
      [[]],
    )
    .map((chosen) => testFriedman(chosen, 0).square);
}

const random = new RandomStream(3, "friedman");

/** Ranks in datasets, each of which is one of some patterns in random order. */
const drawRanks = (patterns: readonly (readonly number[])[]) =>
  patterns.map((ranks) => {
    const orders = listAllOrders(ranks);
    return orders[random.integer(orders.length)]!;
  });

Deno.test("testFriedman() counts all combinations of orders", () => {
  const cases = [
    [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]],
    [[1.5, 1.5, 3], [1, 2, 3], [1, 2.5, 2.5], [2, 2, 2], [1, 2, 3]],
    [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]],
    [[1, 2.5, 2.5, 4], [1, 2, 3, 4], [1.5, 1.5, 3.5, 3.5]],
  ];
  for (const patterns of cases) {
    const squares = listSquares(patterns);
    for (let i = 0; i < 20; i++) {
      const { square, p, isExact } = testFriedman(drawRanks(patterns));
      const expected = squares.filter((other) => other >= square - 1e-9);
      assertEquals(isExact, true);
      assertAlmostEquals(p, expected.length / squares.length, 1e-12);
    }
  }
});

Deno.test("testFriedman() has the probabilities of published tables", () => {
  // Siegel 1956, Nonparametric Statistics, table N: k, n, χ², p.
  const table = [
    [3, 4, 8.0, 0.0046],
    [3, 4, 6.5, 0.042],
    [3, 5, 10.0, 0.00077],
    [3, 5, 8.4, 0.0085],
    [3, 5, 6.4, 0.039],
    [3, 6, 7.0, 0.029],
    [3, 6, 9.0, 0.0081],
    [4, 3, 8.2, 0.017],
    [4, 3, 7.4, 0.033],
    [4, 4, 7.8, 0.036],
    [4, 4, 9.3, 0.012],
  ] as const;
  for (const [k, n, square, p] of table) {
    const pattern = Array.from({ length: k }, (_, i) => i + 1);
    const patterns = Array.from({ length: n }, () => pattern);
    const isFound = (datasets: number[][]) =>
      Math.abs(testFriedman(datasets, 0).square - square) < 1e-9;
    let datasets = drawRanks(patterns);
    while (!isFound(datasets)) datasets = drawRanks(patterns);
    assertEquals(testFriedman(datasets).p.toPrecision(2), p.toPrecision(2));
  }
});

Deno.test("testFriedman() is never below what permutations allow", () => {
  // Six of the 6 ** 5 combinations, one for each naming of the rows.
  const alike = Array.from({ length: 5 }, () => [1, 2, 3]);
  assertAlmostEquals(testFriedman(alike).p, 6 ** -4, 1e-15);
  const { f, p, isExact } = testFriedman(alike, 0);
  assertEquals([f, isExact], [Infinity, false]);
  assertAlmostEquals(p, 6 ** -4, 1e-15);
  // A dataset without an order adds nothing.
  const tied = testFriedman([...alike, [2, 2, 2]], 0);
  assertAlmostEquals(tied.p, 6 ** -4, 1e-15);
});

Deno.test("testFriedman() approximates what are too many to count", () => {
  const datasets = Array.from(
    { length: 9 },
    () => [...random.permutation(12)].map((place) => place + 1),
  );
  const { p, isExact, df } = testFriedman(datasets);
  assertEquals([isExact, ...df], [false, 11, 88]);
  assert(p > 0 && p < 1);
  // Close to what is exact where that can be counted.
  const few = drawRanks(Array.from({ length: 12 }, () => [1, 2, 3, 4]));
  const [exact, approximate] = [testFriedman(few), testFriedman(few, 0)];
  assertEquals([exact.isExact, approximate.isExact], [true, false]);
  assertAlmostEquals(exact.p, approximate.p, 0.02);
});

testWithProgram(
  "Rscript",
  "testFriedman() agrees with R's friedman.test",
  () => {
    const datasets = drawRanks([
      [1, 2, 3, 4],
      [1.5, 1.5, 3, 4],
      [1, 2, 3.5, 3.5],
      [2, 2, 2, 4],
      [1, 2, 3, 4],
    ]);
    const { square, f, df: [above, below] } = testFriedman(datasets);
    const rows = `matrix(${vector(datasets.flat())}, ncol = 4, byrow = TRUE)`;
    assertAgreesWithR([[square, `friedman.test(${rows})$statistic`]]);
    // Iman & Davenport's F is that of an analysis of variance of the ranks.
    assertAgreesWithR([[
      f,
      `anova(lm(c(t(${rows})) ~ factor(rep(1:4, 5)) + factor(rep(1:5, each = 4))))$F[1]`,
    ]]);
    assertEquals([above, below], [3, 12]);
    assertAgreesWithR([[
      testFriedman(datasets, 0).p,
      `pf(${f}, 3, 12, lower.tail = FALSE)`,
    ]]);
  },
);
