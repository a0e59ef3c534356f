import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  betaFactor,
  gammaFactor,
  incompleteBeta,
  incompleteGammas,
} from "../../../results/statistics/special_functions.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { askR } from "../../../testing/r.ts";

/** A value of ours, what R calls it, and the largest relative error. */
type Case = readonly [value: number, expression: string, error: number];

function assertNearR(cases: readonly Case[]): void {
  const expected = askR(cases.map(([, expression]) => expression));
  cases.forEach(([value, expression, error], i) => {
    const truth = expected[i]!;
    // Below, doubles lose digits.
    if (truth < 1e-290) return assert(value < 1e-289, expression);
    assertAlmostEquals(value / truth, 1, error, expression);
  });
}

const SHAPES = [0.1, 0.5, 1, 1.5, 2.7, 4.5, 15, 49.65, 1000, 5e5];

/** In standard deviations from the mean. */
const PLACES = [-9, -3, -1, -0.2, 0, 0.3, 1, 4, 8];

testWithProgram(
  "Rscript",
  "incompleteBeta() agrees with R to 1e-13, and 1e-12 at half a million",
  () => {
    assertNearR(
      SHAPES.flatMap((a) =>
        SHAPES.flatMap((b) =>
          PLACES.map((place): Case => {
            const mean = a / (a + b);
            const deviation = Math.sqrt(mean * (1 - mean) / (a + b + 1));
            const x = Math.min(
              Math.max(mean + place * deviation, 1e-4),
              1 - 1e-4,
            );
            const value = incompleteBeta([x, 1 - x], [a, b]);
            const error = Math.min(a, b) > 1000 ? 1e-12 : 1e-13;
            return [value, `pbeta(${x}, ${a}, ${b})`, error];
          })
        )
      ),
    );
  },
);

testWithProgram(
  "Rscript",
  "incompleteGammas() agree with R to 1e-13, and 1e-12 at half a million",
  () => {
    assertNearR(
      SHAPES.flatMap((a) =>
        PLACES.flatMap((place): Case[] => {
          const x = Math.max(a + place * Math.sqrt(a), 1e-3 * a);
          const [p, q] = incompleteGammas(x, a);
          const error = a > 1000 ? 1e-12 : 1e-13;
          return [
            [p, `pgamma(${x}, ${a})`, error],
            [q, `pgamma(${x}, ${a}, lower.tail = FALSE)`, error],
          ];
        })
      ),
    );
  },
);

Deno.test("the factors are variable times density", () => {
  // Γ(1/2)² = π, and Γ(3) = 2.
  assertAlmostEquals(
    betaFactor([0.2, 0.8], [0.5, 0.5]),
    0.4 / Math.PI,
    1e-16,
  );
  assertAlmostEquals(gammaFactor(2, 3), 4 * Math.exp(-2), 1e-15);
});

Deno.test("incomplete functions are 0 and 1 at the ends", () => {
  assertEquals(incompleteBeta([0, 1], [2, 3]), 0);
  assertEquals(incompleteBeta([1, 0], [2, 3]), 1);
  assertEquals(incompleteGammas(0, 2), [0, 1]);
  assertEquals(incompleteGammas(1e4, 2), [1, 0]);
  assertEquals(betaFactor([1, 0], [2, 3]), 0);
});

Deno.test("incompleteBeta() keeps its digits where a share is close to 1", () => {
  // For a = 1 it is 1 − yᵇ.
  const x = 1e-9;
  assertAlmostEquals(
    incompleteBeta([x, 1 - x], [1, 1e9]) / -Math.expm1(1e9 * Math.log1p(-x)),
    1,
    1e-14,
  );
});
