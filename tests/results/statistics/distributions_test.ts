import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  chiSquare,
  chiSquareQuantile,
  fairCoin,
  fUpper,
  noncentralT,
  normalRange,
  normalTwoSided,
  tCritical,
  tTwoSided,
} from "../../../results/statistics/distributions.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR } from "../../../testing/r.ts";

const DF = [1, 2, 2.5, 3.7, 4, 9, 30, 99.3, 1999, 1e6];

testWithProgram("Rscript", "distributions agree with R to 1e-9", () => {
  const ts = [-400, -12.7, -2.1, -0.3, 0, 0.9, 3.3, 50];
  const levels = [0.5, 0.68, 0.9, 0.95, 0.99, 0.9999];
  const shifts = [0, 0.1, 1.3, 2.8, 5, 10, 38.5, -2];
  assertAgreesWithR([
    ...DF.flatMap((df) =>
      ts.map((t) => [tTwoSided(t, df), `2 * pt(-abs(${t}), ${df})`] as const)
    ),
    ...DF.flatMap((df) =>
      levels.map((level) =>
        [tCritical(level, df), `qt(${(1 + level) / 2}, ${df})`] as const
      )
    ),
    ...[1, 5, 6, 30].flatMap((n) =>
      [0, 1, 3].map((k) => [fairCoin(k, n), `pbinom(${k}, ${n}, 0.5)`] as const)
    ),
  ]);
  // Power is a sum of such probabilities, none of them of use far in a tail.
  assertAgreesWithR([
    ...DF.slice(0, 8).flatMap((df) =>
      shifts.flatMap((shift) =>
        // R itself is said to be good to ncp 37.62; beyond, it says so.
        Math.abs(shift) > 37.62
          ? []
          : ts.map((t) =>
            [noncentralT(t, df, shift), `pt(${t}, ${df}, ${shift})`] as const
          )
      )
    ),
  ], 1e-11);
});

testWithProgram(
  "Rscript",
  "distributions of squares and ranges agree with R",
  () => {
    assertAgreesWithR([
      ...DF.slice(0, 9).flatMap((df) => [
        [chiSquare(0.7 * df, df), `pchisq(${0.7 * df}, ${df})`] as const,
        [chiSquareQuantile(0.2, df), `qchisq(0.2, ${df})`] as const,
        [chiSquareQuantile(0.001, df), `qchisq(0.001, ${df})`] as const,
        ...[0.3, 3.69, 400].map((x) =>
          [
            fUpper(x, [df, 39]),
            `pf(${x}, ${df}, 39, lower.tail = FALSE)`,
          ] as const
        ),
      ]),
      [normalTwoSided(-1.7), "2 * pnorm(-1.7)"],
    ]);
    // R's own ptukey() is good to 1e-7 alone.
    const integral = (x: number, k: number) =>
      `${k} * integrate(function(z) dnorm(z) * (pnorm(z) - pnorm(z - ${x}))^` +
      `${k - 1}, -9, 9, rel.tol = 1e-13, subdivisions = 2000)$value`;
    assertAgreesWithR(
      [2, 4, 10, 30].flatMap((k) =>
        [0.5, 2, 3.633, 6].map((x) =>
          [normalRange(x, k), integral(x, k)] as const
        )
      ),
      1e-11,
    );
  },
);

Deno.test("noncentralT() is a distribution function where R's gives up", () => {
  const at = (x: number) => noncentralT(x, 3, 60);
  assertAlmostEquals(at(1e6), 1, 1e-12);
  const ladder = [1, 20, 40, 60, 80, 200].map(at);
  assertEquals(ladder, ladder.toSorted((a, b) => a - b));
});

Deno.test("tTwoSided() holds far in the tail, where 1 − p would be 1", () => {
  // R: 2 * pt(-1e4, 9)
  assertAlmostEquals(tTwoSided(1e4, 9) / 5.0917921995084184e-33, 1, 1e-9);
});
