import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { computeMean } from "../../../results/statistics/estimate.ts";
import {
  computePower,
  countSeeds,
  type Design,
  findDetectable,
  forecast,
} from "../../../results/statistics/power.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { askR, assertAgreesWithR } from "../../../testing/r.ts";

const r = (parts: string) => `power.t.test(${parts}, strict = TRUE)`;

testWithProgram(
  "Rscript",
  "computePower() agrees with R's power.t.test, and with pt() for two samples",
  () => {
    const cases = [3, 5, 10, 40].flatMap((n) =>
      [0.1, 0.7, 1.5, 4].flatMap((delta) =>
        [0.05, 0.005].map((alpha) => ({ n, delta, alpha }))
      )
    );
    assertAgreesWithR(
      cases.flatMap(({ n, delta, alpha }) => {
        const given =
          `n = ${n}, delta = ${delta}, sd = 1.3, sig.level = ${alpha}`;
        const pairs = { deviations: [1.3], counts: [n], alpha };
        const two = { deviations: [1.3, 2], counts: [n, 2 * n], alpha };
        const critical = `qt(1 - ${alpha} / 2, ${n - 1})`;
        const shift = `${delta} / sqrt(1.3^2 / ${n} + 2^2 / ${2 * n})`;
        const tail = (t: string, sign: string) =>
          `pt(${t}, ${n - 1}, ${sign}${shift})`;
        return [
          [
            computePower(delta, pairs),
            r(`${given}, type = "paired"`) + "$power",
          ],
          [
            computePower(-delta, two),
            `1 - ${tail(critical, "")} + ${tail(`-${critical}`, "")}`,
          ],
        ] as const;
      }),
      1e-11,
    );
  },
);

testWithProgram(
  "Rscript",
  "forecast() is R's power.t.test at the upper 80 % limit of the deviation",
  () => {
    // R's own root is found to tol = .Machine$double.eps^.25 by default.
    assertAgreesWithR(
      [3, 5, 20].flatMap((n) =>
        forecast({ deviations: [2], counts: [n], alpha: 0.05 })
          .map(({ counts, detectable }) => {
            const sd = `2 * sqrt(${n - 1} / qchisq(0.2, ${n - 1}))`;
            const given = `n = ${counts}, sd = ${sd}, power = 0.8, tol = 1e-13`;
            return [
              detectable,
              r(`${given}, type = "paired"`) + "$delta",
            ] as const;
          })
      ),
    );
  },
);

testWithProgram("Rscript", "countSeeds() is R's n at the same limit", () => {
  const cases = [[3, 12], [5, 0.9], [5, 0.5], [10, 0.4]] as const;
  const expected = askR(cases.map(([n, delta]) => {
    const sd = `sqrt(${n - 1} / qchisq(0.2, ${n - 1}))`;
    const given = `delta = ${delta}, sd = ${sd}, power = 0.8`;
    return `ceiling(${r(`${given}, type = "paired"`)}$n)`;
  }));
  const actual = cases.map(([n, difference]) =>
    countSeeds(difference, { deviations: [1], counts: [n], alpha: 0.05 })
  );
  assertEquals(actual, expected.map((n) => Math.max(3, n)));
});

Deno.test("countSeeds() gives up beyond ten thousand", () => {
  const design = { deviations: [1], counts: [5], alpha: 0.05 };
  assertEquals(countSeeds(0.001, design), Infinity);
  assertEquals(countSeeds(0, design), Infinity);
});

Deno.test("computePower() of no difference is the level of the test", () => {
  for (const alpha of [0.05, 0.001]) {
    const two = { deviations: [1, 3], counts: [4, 9], alpha };
    assertAlmostEquals(computePower(0, two), alpha, 1e-12);
  }
});

Deno.test("the seeds that a pilot asks for reach 80 % power in 80 % of pilots", () => {
  const random = new RandomStream(5, "pilots");
  const share = (
    n: number,
    deviations: readonly number[],
    difference: number,
  ) => {
    const reached = Array.from({ length: 300 }, () => {
      const design: Design = {
        deviations: deviations.map((deviation) => {
          const values = Array.from({ length: n }, () => random.normal());
          return deviation * computeMean(values).error * Math.sqrt(n);
        }),
        counts: deviations.map(() => n),
        alpha: 0.05,
      };
      const needed = countSeeds(difference, design);
      const counts = deviations.map(() => needed);
      return computePower(difference, { deviations, counts, alpha: 0.05 }) >=
        0.8;
    });
    return reached.filter((is) => is).length / reached.length;
  };
  for (
    const actual of [
      share(5, [1], 0.8),
      share(10, [1], 0.8),
      share(5, [1, 1], 1),
    ]
  ) assertAlmostEquals(actual, 0.83, 0.07);
});

Deno.test("findDetectable() has the power that it is said to have", () => {
  const design = { deviations: [2, 1], counts: [4, 6], alpha: 0.01 };
  assertAlmostEquals(computePower(findDetectable(design), design), 0.8, 1e-9);
});
