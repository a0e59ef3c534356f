import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  estimateFreedom,
  findPriors,
  trigamma,
} from "../../../results/statistics/moderated.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

testWithProgram("Rscript", "trigamma() agrees with R", () => {
  assertAgreesWithR(
    [1e-3, 0.5, 1, 2.7, 9.9, 10, 30, 1e4].map((x) =>
      [trigamma(x), `trigamma(${x})`] as const
    ),
  );
});

testWithProgram("Rscript", "estimateFreedom() solves Smyth's equation", () => {
  const deviations = [0.1, 3, 0.5, 2.2, 8, 0.02, 1.1];
  const e = `log(${vector(deviations)}^2)`;
  // limma's fitFDist(): the mean of (e - ē)² n / (n - 1) less trigamma(ν / 2).
  const n = deviations.length;
  const excess = `mean((${e} - mean(${e}))^2 * ${n} / ${
    n - 1
  } - trigamma(2 / 2))`;
  assertAgreesWithR([[
    estimateFreedom(deviations, 2),
    `2 * uniroot(function(x) trigamma(x) - ${excess}, c(1e-3, 50), tol = 1e-14)$root`,
  ]]);
  assertEquals(estimateFreedom([1, 1, 1], 4), Infinity);
});

Deno.test("findPriors() takes the larger variance of all pairs and a row's own", () => {
  const random = new RandomStream(1, "priors");
  const rows = Array.from(
    { length: 8 },
    (_, row) =>
      Array.from({ length: 4 }, () => (row === 0 ? 20 : 1) * random.normal()),
  );
  const variance = (a: readonly number[], b: readonly number[]) => {
    const d = a.map((x, i) => x - b[i]!);
    const mean = d.reduce((sum, x) => sum + x, 0) / 4;
    return d.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3;
  };
  const average = (values: number[]) =>
    values.reduce((sum, x) => sum + x, 0) / values.length;
  const all = average(
    rows.flatMap((a, i) => rows.slice(i + 1).map((b) => variance(a, b))),
  );
  const noisy = average(rows.slice(1).map((b) => variance(rows[0]!, b)));
  const priors = findPriors(rows);
  assertAlmostEquals(priors[0]!.deviation, Math.sqrt(noisy), 1e-9);
  assertAlmostEquals(priors[1]!.deviation, Math.sqrt(all), 1e-9);
  assertEquals(priors.every(({ df }) => df > 0 && df <= 3), true);
});

Deno.test("findPriors() says nothing of few rows, or without variance", () => {
  const row = [1, 2, 3];
  assertEquals(findPriors(Array(6).fill(row)), []);
  assertEquals(findPriors(Array(9).fill(row)), []);
});
