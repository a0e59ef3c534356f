import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  addNoise,
  computeAlphaBars,
  computeBetas,
  warnOfSignal,
} from "../../../core/diffusion/noise/noise_schedule.ts";
import { RandomStream } from "../../../core/utils/random.ts";

const linear = { betaSchedule: "linear", nTimesteps: 1000 } as const;
const cosine = { betaSchedule: "cosine", nTimesteps: 1000 } as const;

Deno.test("computeBetas() with schedule linear gives those of DDPM: 1e-4 to 0.02 in equal steps", () => {
  const beta = computeBetas(linear);
  assertAlmostEquals(beta[0]!, 1e-4, 1e-18);
  assertAlmostEquals(beta[999]!, 0.02, 1e-16);
  assertAlmostEquals(beta[500]! - beta[499]!, (0.02 - 1e-4) / 999, 1e-16);
  assertEquals(computeBetas({ ...linear, nTimesteps: 1 }).length, 1);
});

// Rscript -e 'b <- seq(1e-4, 0.02, length.out = 1000);
//   cat(sprintf("%.17g\n", cumprod(1 - b)[c(1, 500, 1000)]))'
Deno.test("computeAlphaBars() with schedule linear gives the same running products as R", () => {
  const alphaBar = computeAlphaBars(linear);
  assertAlmostEquals(alphaBar[0]!, 0.99990000000000001, 1e-15);
  assertAlmostEquals(alphaBar[499]!, 0.078587242881778235, 1e-14);
  assertAlmostEquals(alphaBar[999]!, 4.0358297653756849e-05, 1e-16);
});

Deno.test("computeAlphaBars() with schedule cosine follows the closed form until β is limited to 0.999", () => {
  const f = (t: number) =>
    Math.cos((t / 1000 + 0.008) / 1.008 * Math.PI / 2) ** 2;
  const alphaBar = computeAlphaBars(cosine);
  for (const t of [1, 10, 500, 990]) {
    assertAlmostEquals(alphaBar[t - 1]!, f(t) / f(0), 1e-12);
  }
  assertEquals(Math.max(...computeBetas(cosine)), 0.999);
});

Deno.test("computeAlphaBars() falls, and leaves little of the data at the end", () => {
  for (const config of [linear, cosine]) {
    const alphaBar = computeAlphaBars(config);
    assert(alphaBar.every((value, t) => t === 0 || value < alphaBar[t - 1]!));
    assert(alphaBar[0]! > 0.999 && alphaBar[999]! < 1e-4);
  }
});

Deno.test("computeBetas() with schedule quadratic is linear in √β", () => {
  const roots = computeBetas({ betaSchedule: "quadratic", nTimesteps: 1000 })
    .map(Math.sqrt);
  const step = (Math.sqrt(0.02) - 0.01) / 999;
  for (const t of [0, 1, 500, 999]) {
    assertAlmostEquals(roots[t]!, 0.01 + t * step, 1e-15);
  }
});

Deno.test("warnOfSignal() warns of a schedule that ends far from noise, with the value", () => {
  assertEquals(warnOfSignal(linear), undefined);
  assertEquals(warnOfSignal(cosine), undefined);
  const short = { betaSchedule: "linear", nTimesteps: 50 } as const;
  assert(warnOfSignal(short)!.includes("ᾱ of the last step is 0.60"));
});

Deno.test("addNoise() accepts one level for all rows", () => {
  const values = new Float32Array(20);
  const batch = addNoise({ nRows: 10, values }, {
    schedule: computeAlphaBars(linear),
    random: new RandomStream(1, "noise"),
    level: { time: 0.35, alphaBar: 0.64 },
  });
  assertEquals(batch.times, new Float32Array(10).fill(0.35));
  assertEquals(batch.alphaBars, new Float32Array(10).fill(0.64));
  // The rows are 0: what is left is their noise.
  batch.noisy.forEach((value, i) =>
    assertAlmostEquals(value, 0.6 * batch.noise[i]!, 1e-6)
  );
});

Deno.test("addNoise() mixes data and noise by the schedule", () => {
  const schedule = computeAlphaBars({ ...linear, nTimesteps: 10 });
  const values = Float32Array.from({ length: 3000 }, (_, i) => i / 1000);
  const { nRows, noisy, noise, times } = addNoise({ nRows: 1000, values }, {
    schedule,
    random: new RandomStream(1, "noise"),
  });
  assertEquals(nRows, 1000);
  times.forEach((time, row) => {
    const alphaBar = schedule[Math.round(time * 10) - 1]!;
    for (let i = 3 * row; i < 3 * row + 3; i++) {
      const expected = Math.sqrt(alphaBar) * values[i]! +
        Math.sqrt(1 - alphaBar) * noise[i]!;
      assertAlmostEquals(noisy[i]!, expected, 1e-5);
    }
  });
  // Every time is drawn about equally often, the last one included.
  const counts = new Map<number, number>();
  for (const time of times) counts.set(time, (counts.get(time) ?? 0) + 1);
  assertEquals(counts.size, 10);
  assert(times.includes(1));
  for (const count of counts.values()) assert(Math.abs(count - 100) < 50);
});
