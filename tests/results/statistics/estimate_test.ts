import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  computeIqm,
  computeMean,
  computeMedian,
} from "../../../results/statistics/estimate.ts";
import {
  iqmInterval,
  medianInterval,
  tInterval,
} from "../../../results/statistics/intervals.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

function sample(n: number): number[] {
  const random = new RandomStream(n, "sample");
  return Array.from({ length: n }, () => 3 + random.normal());
}

testWithProgram("Rscript", "estimates and their intervals agree with R", () => {
  const sizes = [2, 3, 5, 10, 31];
  assertAgreesWithR([
    ...sizes.map(sample).flatMap((values) => {
      const { mean, error, n } = computeMean(values);
      const [low, high] = tInterval({ mean, error, df: n - 1 }, 0.95)!;
      const r = vector(values);
      return [
        [mean, `mean(${r})`],
        [error, `sd(${r}) / sqrt(length(${r}))`],
        [low, `t.test(${r})$conf.int[1]`],
        [high, `t.test(${r})$conf.int[2]`],
        [computeMedian(values), `median(${r})`],
      ] as const;
    }),
    ...[4, 5, 7, 8, 31].map(sample).map((values) =>
      [computeIqm(values), `mean(${vector(values)}, trim = 0.25)`] as const
    ),
    // The ranks of the median's interval, by the quantiles of the binomial.
    ...[6, 9, 17, 100].map(sample).flatMap((values) => {
      const [low, high] = medianInterval(values, 0.95)!;
      const r = `sort(${vector(values)})`, n = values.length;
      const rank = `qbinom(0.025, ${n}, 0.5)`;
      return [
        [low, `${r}[${rank}]`],
        [high, `${r}[${n} + 1 - ${rank}]`],
      ] as const;
    }),
  ]);
});

Deno.test("computeMean() never averages away what is not finite", () => {
  assertEquals(computeMean([1, NaN, 2]).mean, NaN);
  assertEquals(computeMean([1, Infinity]).mean, Infinity);
  assertEquals(computeMean([-Infinity, 1]).mean, -Infinity);
  assertEquals(computeMean([-Infinity, Infinity]).mean, NaN);
  assertEquals(computeMean([1, Infinity]).error, NaN);
  assertEquals(computeMean([7]).error, NaN);
});

Deno.test("computeMedian() and computeIqm() show a NaN, and stand an infinity", () => {
  assertEquals(computeMedian([1, NaN, 2]), NaN);
  assertEquals(computeIqm([1, NaN, 2, 3]), NaN);
  assertEquals(computeMedian([1, Infinity, 2]), 2);
  assertEquals(computeIqm([1, Infinity, 2, 3]), 2.5);
});

Deno.test("medianInterval() is none where the extremes cover too little", () => {
  assertEquals(medianInterval(sample(5), 0.95), undefined);
  const six = sample(6);
  assertEquals(medianInterval(six, 0.95), [Math.min(...six), Math.max(...six)]);
  assertEquals(medianInterval(six, 0.99), undefined);
  assertEquals(medianInterval([1, 2, 3, 4, 5, 6, NaN], 0.9), undefined);
});

Deno.test("computeIqm() is refused below 4 values, its interval below 10", () => {
  assertThrows(
    () => computeIqm([1, 2, 3]),
    RangeError,
    "of 3 values as it needs 4",
  );
  assertEquals(iqmInterval(sample(9), 0.95), undefined);
  const ten = sample(10);
  const [low, high] = iqmInterval(ten, 0.95)!;
  assertEquals(low < computeIqm(ten) && computeIqm(ten) < high, true);
  assertEquals(iqmInterval(ten, 0.95), [low, high]); // The same each time.
});

Deno.test("iqmInterval() covers what the bootstrap's own spread says", () => {
  // For many values the interval is near that of the normal approximation.
  const values = sample(400);
  const [low, high] = iqmInterval(values, 0.95)!;
  // An IQM of normal values has 1.195 times the variance of their mean: the
  // trimmed mean's asymptotic variance, by numerical integration in R.
  const error = Math.sqrt(1.195 / 400);
  assertAlmostEquals((high - low) / (2 * 1.96 * error), 1, 0.1);
});

Deno.test("tInterval() is none where there is no error or no freedom", () => {
  assertEquals(tInterval({ mean: 1, error: NaN, df: 4 }, 0.95), undefined);
  assertEquals(tInterval({ mean: 1, error: 0.1, df: 0 }, 0.95), undefined);
  assertEquals(tInterval({ mean: NaN, error: 0.1, df: 3 }, 0.95), undefined);
});
