import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { tInterval } from "../../../results/statistics/intervals.ts";
import {
  choose,
  holm,
  type MeanTest,
  pairedT,
  permutations,
  signFlips,
  welchT,
} from "../../../results/statistics/tests.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import fc from "../../../testing/properties.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

const random = new RandomStream(1, "samples");

function sample(n: number, mean: number, sd: number): number[] {
  return Array.from({ length: n }, () => mean + sd * random.normal());
}

const interval = ({ difference, error, df }: MeanTest) =>
  tInterval({ mean: difference, error, df }, 0.95)!;

testWithProgram(
  "Rscript",
  "pairedT() and welchT() agree with R to 1e-9",
  () => {
    const cases = [
      [sample(3, 1, 1), sample(3, 2, 1)],
      [sample(5, 0, 1e-6), sample(5, 0, 1e-6)],
      [sample(10, 1e6, 0.1), sample(10, 1e6 + 0.1, 0.1)],
      [sample(30, -1, 20), sample(30, 5, 0.5)],
      [[1, 2, 3, 4], [1, 2, 3, 5]],
    ] as const;
    assertAgreesWithR(cases.flatMap(([a, b]) => {
      const both = `${vector(a)}, ${vector(b)}`;
      return [
        [pairedT(a, b), `t.test(${both}, paired = TRUE)`] as const,
        [
          welchT(a, b),
          `t.test(${both})`,
        ] as const,
      ].flatMap(([test, r]) => [
        [test.p, `${r}$p.value`] as const,
        [test.df, `${r}$parameter`] as const,
        [test.error, `${r}$stderr`] as const,
        [interval(test)[0], `${r}$conf.int[1]`] as const,
        [interval(test)[1], `${r}$conf.int[2]`] as const,
      ]);
    }));
    // Samples of unequal size.
    const [a, b] = [sample(4, 0, 1), sample(9, 1, 3)];
    const r = `t.test(${vector(a)}, ${vector(b)})`;
    assertAgreesWithR([
      [welchT(a, b).p, `${r}$p.value`],
      [welchT(a, b).df, `${r}$parameter`],
    ]);
  },
);

Deno.test("pairedT() has R's numbers", () => {
  // R: t.test(c(3, 4, 7), c(1, 3, 4), paired = TRUE)
  const test = pairedT([3, 4, 7], [1, 3, 4]);
  assertAlmostEquals(test.p, 0.074179900227448525, 1e-12);
  assertAlmostEquals(interval(test)[0], -0.48413771175033027, 1e-9);
});

Deno.test("t tests of samples without variance have no p, not p = 0", () => {
  const shifted = [1, 2, 3].map((x) => x + 0.1);
  const constant = pairedT(shifted, [1, 2, 3]);
  assertEquals([constant.p, constant.error, interval(constant)], [
    NaN,
    0,
    undefined,
  ]);
  assertEquals(pairedT([1, 2, 3], [1, 2, 3]).p, NaN);
  assertEquals(welchT([1, 1, 1], [2, 2, 2]).p, NaN);
  assertEquals(welchT([0.1 + 0.2, 0.3, 0.3], [0.4, 0.4, 0.4]).p, NaN);
  // One sample with variance is enough.
  assertEquals(welchT([1, 1, 1], [2, 2.1, 2.2]).p < 0.01, true);
});

Deno.test("tests of values that are not finite have no p", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const test of [pairedT, welchT, signFlips, permutations]) {
      assertEquals(test([1, 2, bad], [3, 4, 6]).p, NaN, test.name);
    }
  }
});

Deno.test("tests of pairs refuse samples of different length", () => {
  assertThrows(() => pairedT([1, 2], [1]), RangeError, "they have 2 and 1");
  assertThrows(() => signFlips([1, 2], [1]), RangeError);
});

/** The share of all flips that are as extreme, flip by flip. */
function bruteFlips(differences: readonly number[]): number {
  const n = differences.length;
  const sumOf = (flips: number) =>
    Math.abs(
      differences.reduce((sum, d, k) => sum + (flips >> k & 1 ? -d : d), 0),
    );
  const flips = Array.from({ length: 2 ** n }, (_, i) => sumOf(i));
  return flips.filter((sum) => sum >= flips[0]! - 1e-9).length / 2 ** n;
}

Deno.test("signFlips() counts all flips of the differences", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), {
        minLength: 2,
        maxLength: 10,
      }),
      (differences) => {
        const zeros = differences.map(() => 0);
        const { p } = signFlips(differences, zeros);
        assertAlmostEquals(p, bruteFlips(differences), 1e-12);
      },
    ),
  );
  // All of one sign, the most extreme of 2⁵: itself and its opposite.
  assertEquals(signFlips([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]).p, 2 / 32);
  assertEquals(signFlips([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]).smallestP, 2 / 32);
  // Flips of 0 reach nothing: three of five count.
  assertEquals(signFlips([1, 2, 3, 0, 0], [0, 0, 0, 0, 0]).smallestP, 2 / 8);
  assertEquals(signFlips(Array(20).fill(1), Array(20).fill(0)).p, 2 / 2 ** 20);
  // Ties that rounding would break: 0.3 − 0.1 − 0.2 is as far from 0 as 0.
  assertEquals(signFlips([0.3, -0.1, -0.2], [0, 0, 0]).p, 1);
  assertThrows(
    () => signFlips(Array(21).fill(1), Array(21).fill(0)),
    RangeError,
    "21 pairs as at most 20 are counted",
  );
});

/** The share of all labellings that are as extreme, by counting in binary. */
function bruteLabels(a: readonly number[], b: readonly number[]): number {
  const values = [...a, ...b];
  const computeMean = (some: number[]) =>
    some.reduce((sum, x) => sum + x, 0) / some.length;
  const distances: number[] = [];
  for (let labels = 0; labels < 2 ** values.length; labels++) {
    const first = values.filter((_, k) => labels >> k & 1);
    if (first.length !== a.length) continue;
    const second = values.filter((_, k) => !(labels >> k & 1));
    distances.push(Math.abs(computeMean(first) - computeMean(second)));
  }
  const observed = Math.abs(computeMean([...a]) - computeMean([...b]));
  return distances.filter((distance) => distance >= observed - 1e-9).length /
    distances.length;
}

Deno.test("permutations() counts all ways to label the values", () => {
  const values = fc.array(fc.integer({ min: -9, max: 9 }), {
    minLength: 2,
    maxLength: 5,
  });
  fc.assert(
    fc.property(values, values, (a, b) => {
      assertAlmostEquals(permutations(a, b).p, bruteLabels(a, b), 1e-12);
    }),
  );
  const apart = permutations([1, 2, 3], [7, 8, 9]);
  assertEquals([apart.p, apart.smallestP], [2 / 20, 2 / 20]);
  // Equal values: no labelling is farther than two thirds of them.
  assertEquals(permutations([1, 1, 1], [1, 1, 9]).smallestP, 1);
  const uneven = permutations([1, 2, 3], [7, 8, 9, 10]);
  assertEquals([uneven.p, uneven.smallestP], [1 / 35, 1 / 35]);
  assertThrows(
    () => permutations(sample(15, 0, 1), sample(15, 0, 1)),
    RangeError,
    "use the t test",
  );
});

testWithProgram("Rscript", "holm() agrees with R's p.adjust", () => {
  const families = [
    [0.01, 0.04, 0.03],
    [0.2, NaN, 0.001, 0.02, 0.02],
    [0.9, 0.8, 1e-12],
    [0.5],
    sample(20, 0.5, 0.1).map((x) => Math.min(1, Math.abs(x))),
  ];
  assertAgreesWithR(
    families.flatMap((ps) =>
      holm(ps).map((p, index) =>
        [p, `p.adjust(${vector(ps)}, "holm")[${index + 1}]`] as const
      )
    ),
  );
});

Deno.test("choose() is Pascal's triangle", () => {
  assertEquals([0, 1, 2, 3, 4].map((k) => choose(4, k)), [1, 4, 6, 4, 1]);
  assertEquals(choose(40, 20), 137_846_528_820);
});
