import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { tTwoSided } from "../../../results/statistics/distributions.ts";
import { tInterval } from "../../../results/statistics/intervals.ts";
import {
  describePairs,
  holm,
  type MeanTest,
  pairedT,
  partlyPairedT,
  unpairedT,
} from "../../../results/statistics/tests.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

const random = new RandomStream(1, "samples");

function sample(n: number, mean: number, sd: number): number[] {
  return Array.from({ length: n }, () => mean + sd * random.normal());
}

const interval = ({ difference, error, df }: MeanTest) =>
  tInterval({ mean: difference, error, df }, 0.95)!;

testWithProgram(
  "Rscript",
  "pairedT() and the errors of unpairedT() agree with R to 1e-9",
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
      const paired = pairedT(a, b);
      const r = `t.test(${both}, paired = TRUE)`;
      const unpaired = unpairedT(a, b);
      const welch = `t.test(${both})`;
      return [
        [paired.p, `${r}$p.value`],
        [
          pairedT(b, a).pOneSided,
          `t.test(${both}, paired = TRUE, alternative = ${
            paired.difference < 0 ? "'less'" : "'greater'"
          })$p.value`,
        ],
        [paired.df, `${r}$parameter`],
        [paired.error, `${r}$stderr`],
        [interval(paired)[0], `${r}$conf.int[1]`],
        [interval(paired)[1], `${r}$conf.int[2]`],
        [unpaired.error, `${welch}$stderr`],
        [unpaired.p, `2 * pt(-abs(${welch}$statistic), ${a.length - 1})`],
      ] as const;
    }));
    const [a, b] = [sample(4, 0, 1), sample(9, 1, 3)];
    assertEquals([unpairedT(a, b).df, unpairedT(b, a).df], [3, 3]);
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
  assertEquals(unpairedT([1, 1, 1], [2, 2, 2]).p, NaN);
  assertEquals(unpairedT([0.1 + 0.2, 0.3, 0.3], [0.4, 0.4, 0.4]).p, NaN);
  // One sample with variance is enough.
  assertEquals(unpairedT([1, 1, 1], [2, 2.1, 2.2]).p < 0.01, true);
});

Deno.test("tests of values that are not finite have no p", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const test of [pairedT, unpairedT]) {
      assertEquals(test([1, 2, bad], [3, 4, 6]).p, NaN, test.name);
    }
    assertEquals(partlyPairedT([1, 2, bad], [3, 4, 6, 7], 2).p, NaN);
  }
});

Deno.test("tests of pairs refuse samples of different length", () => {
  assertThrows(() => pairedT([1, 2], [1]), RangeError, "they have 2 and 1");
  assertThrows(() => describePairs([1, 2], [1]), RangeError);
});

Deno.test("partlyPairedT() has the numbers of a published example", () => {
  // Derrick, Toher & White 2017, Quant. Methods Psychol. 13, 120–126: p = 0.026.
  const [first, second] = [
    [14, 15, 18, 20, 11, 19, 14, 15, 20, 21, 16, 18, 14, 12, 14, 17],
    [15, 10, 15, 17, 13, 19, 12, 13, 10, 16, 18, 16, 15, 14, 13, 10],
  ] as const;
  const { difference, error, df, p } = partlyPairedT(first, second, 8);
  // From their formulas in R, with `var` and `cor`; they have 18.4 df.
  const t = difference / error;
  assertAlmostEquals(t, 2.419097628378315, 1e-12);
  assertAlmostEquals(tTwoSided(t, 18.422332269264114), 0.0261044448619, 1e-12);
  assertEquals(df, 15);
  assertAlmostEquals(p, tTwoSided(t, 15), 1e-15);
});

Deno.test("partlyPairedT() joins the tests of pairs and of independent samples", () => {
  const [a, b] = [sample(6, 0, 1), sample(6, 0.5, 1)];
  const paired = pairedT(a, b);
  const all = partlyPairedT(a, b, 6);
  for (const field of ["difference", "error", "df", "p"] as const) {
    assertAlmostEquals(all[field], paired[field], 1e-12);
  }
  // Without variance in the pairs there is no correlation to take out.
  const apart = partlyPairedT([1, 1, 1, 5, 6, 7], [2, 2, 2, 9, 8], 3);
  const loose = unpairedT([1, 1, 1, 5, 6, 7], [2, 2, 2, 9, 8]);
  assertAlmostEquals(apart.error, loose.error, 1e-12);
});

testWithProgram(
  "Rscript",
  "pairedT() moderates its variance as Smyth does",
  () => {
    const [a, b] = [sample(4, 0, 1), sample(4, 1, 1)];
    const test = pairedT(a, b, { deviation: 1.5, df: 2.5 });
    const d = `(${vector(a)} - ${vector(b)})`;
    const error = `sqrt((2.5 * 1.5^2 + 3 * var(${d})) / 5.5 / 4)`;
    assertAgreesWithR([
      [test.error, error],
      [test.df, "5.5"],
      [test.p, `2 * pt(-abs(mean(${d}) / ${error}), 5.5)`],
    ]);
  },
);

Deno.test("tests have the same p at any scale from 1e-300 to 1e300", () => {
  const [a, b] = [sample(5, 0, 1), sample(7, 1, 1)];
  const tests = [
    (a: number[], b: number[]) => pairedT(a, b.slice(0, 5)),
    unpairedT,
    (a: number[], b: number[]) => partlyPairedT(a, b, 3),
  ];
  for (const test of tests) {
    const plain = test(a, b);
    for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
      const [x, y] = [a, b].map((values) => values.map((v) => v * scale));
      const scaled = test(x!, y!);
      assertAlmostEquals(scaled.p, plain.p, 1e-9);
      assertAlmostEquals(scaled.error / scale, plain.error, 1e-9);
    }
  }
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
