import { assertAlmostEquals, assertEquals } from "@std/assert";
import { anytimeReach, anytimeT } from "../../../results/statistics/anytime.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

const FIRST = [3.1, 4.2, 7.9, 5.5, 6.1];
const SECOND = [1.2, 3.3, 4.1, 4.9, 3.2];

testWithProgram(
  "Rscript",
  "anytimeT() is a ratio of integrated likelihoods",
  () => {
    const { p, difference, error } = anytimeT(FIRST, SECOND);
    const t = difference / error;
    // The noncentral t with a normal prior of scale 1 on the standardised
    // difference, over the central one: another way to the same number.
    const e = `integrate(function(d) dt(${t}, 4, d * sqrt(5)) * dnorm(d), ` +
      `-8, 8, rel.tol = 1e-10)$value / dt(${t}, 4)`;
    assertAgreesWithR([
      [difference, `mean(${vector(FIRST)} - ${vector(SECOND)})`],
    ]);
    assertAgreesWithR([[p, `1 / (${e})`]], 1e-7);
  },
);

Deno.test("anytimeT() has the same p in one direction, and at most 1", () => {
  const test = anytimeT(FIRST, SECOND);
  assertEquals([test.pOneSided, test.df], [test.p, 4]);
  assertEquals(anytimeT([1, 2, 3], [1.1, 1.9, 3]).p, 1);
  assertEquals(anytimeT([1, 2, 3], [2, 3, 4]).p, NaN);
  const [a, b] = [FIRST, SECOND].map((some) => some.map((x) => x * 1e300));
  assertAlmostEquals(anytimeT(a!, b!).p, test.p, 1e-9);
  // However far apart, three pairs can show no more than this.
  const apart = anytimeT([1e9, 1e9, 1e9 + 1], [0, 0, 0]);
  assertEquals(apart.smallestP, 1 / 4);
  assertAlmostEquals(apart.p, 1 / 4, 1e-9);
});

Deno.test("anytimeReach() is where p is the level", () => {
  for (const n of [3, 5, 12, 60]) {
    for (const level of [0.5, 0.8, 0.95]) {
      const t = anytimeReach(level, n);
      if (t === Infinity) continue;
      // Pairs with this t: ±1 about a mean, so that the error is known.
      const signs = Array.from({ length: n }, (_, i) => i - (n - 1) / 2);
      const error = Math.sqrt(
        signs.reduce((sum, x) => sum + x * x, 0) / (n - 1) / n,
      );
      const first = signs.map((x) => x + t * error);
      assertAlmostEquals(
        anytimeT(first, signs.map(() => 0)).p,
        1 - level,
        1e-9,
      );
    }
  }
  assertEquals(anytimeReach(0.999, 3), Infinity);
});
