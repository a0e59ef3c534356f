import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { computeMean } from "../../../results/statistics/estimate.ts";
import { tInterval } from "../../../results/statistics/intervals.ts";
import { winnerInterval } from "../../../results/statistics/winner.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR } from "../../../testing/r.ts";

testWithProgram("Rscript", "winnerInterval() agrees with R's quantiles", () => {
  const rows = [3, 1, 2, 5, 4].map((mean) => ({
    mean,
    error: mean / 10,
    n: 4,
  }));
  const [low, high] = winnerInterval(rows, { better: "lower" })!;
  // The variances of the values are 4 · (0.3² + 0.1² + …) / 5 on average.
  const error = "sqrt((0.55 / 5 + 0.01) / 2)";
  assertAgreesWithR([
    [low, `1 - qt(0.975, 6) * ${error}`],
    [high, `1 + qt(1 - 0.025 / 5, 6) * ${error}`],
  ]);
});

Deno.test("winnerInterval() covers the best of 20 equal rows, where Student's does not", () => {
  const random = new RandomStream(9, "winner");
  let plain = 0, corrected = 0;
  for (let i = 0; i < 500; i++) {
    const rows = Array.from(
      { length: 20 },
      () => computeMean(Array.from({ length: 3 }, () => random.normal())),
    );
    const best = rows.reduce((a, b) => b.mean > a.mean ? b : a);
    const misses = ([low, high]: readonly [number, number]) =>
      low > 0 || high < 0 ? 1 : 0;
    plain += misses(tInterval({ ...best, df: 2 }, 0.95)!);
    corrected += misses(winnerInterval(rows, { better: "higher" })!);
  }
  assertEquals(plain > 60 && corrected < 10, true, `${plain}, ${corrected}`);
});

Deno.test("winnerInterval() covers a row that is best by far and spreads more", () => {
  const random = new RandomStream(10, "winner");
  let misses = 0;
  for (let i = 0; i < 500; i++) {
    const rows = [50, 0, 0, 0, 0].map((mean) =>
      computeMean(
        Array.from({ length: 5 }, () =>
          mean + (mean > 0 ? 10 : 1) * random.normal()),
      )
    );
    const [low, high] = winnerInterval(rows, { better: "higher" })!;
    misses += low > 50 || high < 50 ? 1 : 0;
  }
  assertEquals(misses < 40, true, `${misses}`);
});

Deno.test("winnerInterval() is of five rows or more, all finite", () => {
  const row = { mean: 1, error: 1, n: 3 };
  const options = { better: "lower" } as const;
  assertEquals(winnerInterval([row, row, row, row], options), undefined);
  const single = { ...row, error: NaN, n: 1 };
  assertEquals(winnerInterval(Array(5).fill(single), options), undefined);
});

Deno.test("winnerInterval() is the same at any scale", () => {
  const find = (scale: number) =>
    winnerInterval(
      [3, 1, 2, 5, 4].map((mean) => ({
        mean: scale * mean,
        error: scale * mean / 10,
        n: 4,
      })),
      { better: "lower" },
    )!.map((end) => end / scale);
  const ends = find(1);
  for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
    find(scale).forEach((end, i) => assertAlmostEquals(end, ends[i]!, 1e-12));
  }
});
