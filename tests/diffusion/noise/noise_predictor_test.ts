import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  computeDenoisingLosses,
  createExactScore,
  IDENTITY,
} from "../../../core/diffusion/noise/noise_predictor.ts";

Deno.test("IDENTITY predicts that rows are noise, and copies them", async () => {
  const rows = Float64Array.of(1, -2, 3);
  const levels = {
    times: Float64Array.of(1, 1, 1),
    alphaBars: Float64Array.of(0.1, 0.5, 0.9),
  };
  const noise = await IDENTITY.predictNoise(rows, levels);
  assertEquals(noise, rows);
  assert(noise !== rows, "the rows are moved in place");
});

Deno.test("createExactScore() predicts the expected noise of a normal distribution", async () => {
  const means = [0.8, -0.5], deviations = [0.3, 1.4];
  const mixture = [{ weight: 1, means, deviations }];
  const rows = Float64Array.of(1, -2, 3, 0.5), left = Float64Array.of(0.2, 0.7);
  const noise = await createExactScore(mixture).predictNoise(rows, {
    times: Float64Array.of(1, 0.5),
    alphaBars: left,
  });
  rows.forEach((x, i) => {
    const alphaBar = left[i >> 1]!, column = i % 2;
    // E[ε | x] of two normal variables, by their regression.
    const variance = alphaBar * deviations[column]! ** 2 + 1 - alphaBar;
    const away = x - Math.sqrt(alphaBar) * means[column]!;
    const expected = Math.sqrt(1 - alphaBar) / variance * away;
    assertAlmostEquals(noise[i]!, expected, 1e-14);
  });
});

Deno.test("computeDenoisingLosses() is the mean square over the columns of each row", async () => {
  const losses = await computeDenoisingLosses(IDENTITY, {
    nRows: 2,
    clean: Float32Array.of(0, 0, 0, 0),
    noisy: Float32Array.of(1, 2, 3, 4),
    noise: Float32Array.of(1, 4, 0, 0),
    times: Float32Array.of(1, 1),
    alphaBars: Float32Array.of(0.5, 0.5),
  });
  assertEquals(losses, Float64Array.of((0 + 4) / 2, (9 + 16) / 2));
});
