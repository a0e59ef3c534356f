import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { estimateRatio, pairMeans } from "../../../results/statistics/ratio.ts";
import { pairedT } from "../../../results/statistics/tests.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

const random = new RandomStream(3, "ratio");
const OVER = Array.from({ length: 6 }, () => 4 + random.normal());
const UNDER = OVER.map((value) => 10 + value / 2 + 0.3 * random.normal());

testWithProgram(
  "Rscript",
  "estimateRatio() has the error of a − Rb, as R has it",
  () => {
    const { mean, error } = estimateRatio(pairMeans(OVER, UNDER), 0.95);
    const [a, b] = [vector(OVER), vector(UNDER)];
    const ratio = `(mean(${a}) / mean(${b}))`;
    assertAgreesWithR([
      [mean, ratio],
      [error, `sd(${a} - ${ratio} * ${b}) / sqrt(6) / mean(${b})`],
    ]);
  },
);

Deno.test("estimateRatio() ends its interval where a test of the ratio has p = 0.05", () => {
  // Fieller's interval holds the ratios θ at which a − θb may have mean 0.
  const { interval } = estimateRatio(pairMeans(OVER, UNDER), 0.95);
  for (const theta of interval!) {
    const { p } = pairedT(OVER, UNDER.map((value) => theta * value));
    assertAlmostEquals(p, 0.05, 1e-9);
  }
});

Deno.test("estimateRatio() has no interval where the lower mean may be 0", () => {
  const { mean, interval } = estimateRatio(
    pairMeans([1, 2, 3], [-1, 0.5, 2]),
    0.95,
  );
  assertEquals([mean, interval], [4, undefined]);
  assertEquals(estimateRatio(pairMeans([1, 2], [0, 0]), 0.95).mean, Infinity);
  assertEquals(estimateRatio(pairMeans([1, 2], [3, 5]), 0).interval, undefined);
});

Deno.test("estimateRatio() is the same at any scale", () => {
  const move = (values: readonly number[], scale: number) =>
    values.map((value) => scale * value);
  const { mean, error, interval } = estimateRatio(pairMeans(OVER, UNDER), 0.95);
  for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
    const pair = pairMeans(move(OVER, scale), move(UNDER, scale));
    const scaled = estimateRatio(pair, 0.95);
    assertAlmostEquals(scaled.mean, mean, 1e-12);
    assertAlmostEquals(scaled.error, error, 1e-12);
    interval!.forEach((end, i) =>
      assertAlmostEquals(scaled.interval![i]!, end, 1e-12)
    );
  }
});
