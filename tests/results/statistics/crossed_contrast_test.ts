import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import type { Contrast } from "../../../results/statistics/contrast.ts";
import {
  contrastCrossed,
  contrastObservations,
} from "../../../results/statistics/crossed_contrast.ts";
import {
  type CrossedMean,
  crossedMean,
} from "../../../results/statistics/crossed.ts";

const random = new RandomStream(3, "contrast");
const grid = new Map(Array.from({ length: 24 }, (_, i) => [
  `${i}`,
  { seed: `${i % 4}`, split: `${Math.trunc(i / 4)}` },
]));
const draw = (from: number, to: number) =>
  new Map(
    [...grid.keys()].slice(from, to).map((key) => [key, random.normal()]),
  );
const meanOf = (sample: ReadonlyMap<string, number>) =>
  crossedMean(Array.from(sample, ([key, value]) => ({
    at: grid.get(key)!,
    value,
  }))) as CrossedMean;

Deno.test("contrastCrossed() is of the differences on the grid that two rows share", () => {
  const [a, b] = [draw(0, 12), draw(0, 12)];
  const differences = new Map([...a].map(([key, x]) => [key, x - b.get(key)!]));
  const { mean, error, df } = meanOf(differences);
  const tested = contrastCrossed(a, b, grid) as Contrast;
  assertEquals(
    [tested.difference, tested.error, tested.df, tested.pairs],
    [mean, error, df, 12],
  );
});

Deno.test("contrastCrossed() takes two grids for independent", () => {
  const [a, b] = [draw(0, 12), draw(12, 24)];
  const { difference, error, pairs } = contrastCrossed(a, b, grid) as Contrast;
  const [first, second] = [meanOf(a), meanOf(b)];
  assertAlmostEquals(difference, first.mean - second.mean);
  assertAlmostEquals(error, Math.hypot(first.error, second.error));
  assertEquals(pairs, 0);
});

Deno.test("contrastCrossed() says why there is no test", () => {
  assertEquals(contrastCrossed(draw(0, 11), draw(0, 12), grid), {
    reason: "1 of 12 combinations of seed and split are missing",
  });
  assertEquals(contrastCrossed(draw(0, 2), draw(0, 2), grid), {
    reason: "fewer than 3 runs on a side",
  });
});

Deno.test("contrastCrossed() has no p where the differences do not vary", () => {
  const first = draw(0, 12);
  const second = new Map([...first].map(([key, x]) => [key, x + 0.1]));
  const { error, p } = contrastCrossed(first, second, grid) as Contrast;
  assertEquals([error, p], [0, NaN]);
});

Deno.test("contrastObservations() tests no rows with other observations", () => {
  const observe = (...rows: number[][]) =>
    new Map(rows.map((row, i) => [`seed=${i}`, row]));
  assertEquals(
    contrastObservations(
      observe([1, 2, 3], [1, 2, 4], [2, 2, 3]),
      observe([1, 2], [1, 3], [2, 2]),
    ),
    { reason: "the rows have different numbers of observations" },
  );
});
