import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../../testing/properties.ts";
import type { Numbers } from "../../../core/diffusion/noise/noise_predictor.ts";
import { computeAlphaBars } from "../../../core/diffusion/noise/noise_schedule.ts";
import {
  computeLogSnr,
  computeSamplingTimes,
  findLevel,
} from "../../../core/diffusion/noise/sampling_times.ts";

const BETA_SCHEDULES = ["linear", "quadratic", "cosine"] as const;
const SPACINGS = ["time", "log-snr"] as const;

/** A schedule, and in how many steps it is sampled. */
const plan = fc.integer({ min: 1, max: 300 }).chain((nTimesteps) =>
  fc.record({
    betaSchedule: fc.constantFrom(...BETA_SCHEDULES),
    nTimesteps: fc.constant(nTimesteps),
    nSteps: fc.integer({ min: 1, max: nTimesteps }),
  })
);

const differences = (values: Numbers) =>
  Array.from(values.subarray(1), (value, i) => value - values[i]!);

Deno.test("computeLogSnr() is half the log of ᾱ / (1 − ᾱ), even near 0 and 1", () => {
  assertEquals(computeLogSnr(0.5), 0);
  assertAlmostEquals(computeLogSnr(0.9), Math.log(3), 1e-15);
  assertAlmostEquals(computeLogSnr(0.1), -Math.log(3), 1e-15);
  assertAlmostEquals(computeLogSnr(1e-30), -15 * Math.log(10), 1e-13);
  assertAlmostEquals(computeLogSnr(1 - 2 ** -40), 20 * Math.log(2), 1e-11);
});

Deno.test("computeSamplingTimes() spaced in time gives the timesteps themselves for as many steps", () => {
  for (const betaSchedule of BETA_SCHEDULES) {
    for (const nTimesteps of [1, 2, 3, 10, 50, 99, 100, 200, 1000]) {
      const schedule = computeAlphaBars({ betaSchedule, nTimesteps });
      const at = computeSamplingTimes(schedule, {
        nSteps: nTimesteps,
        spacing: "time",
      });
      assertEquals(at.alphaBars, schedule.toReversed());
      assertEquals(
        [...at.times],
        Array.from(schedule, (_, i) => (nTimesteps - i) / nTimesteps),
      );
    }
  }
});

Deno.test("computeSamplingTimes() spaced in time gives times with equal gaps", () => {
  fc.assert(fc.property(plan, ({ nSteps, ...config }) => {
    const schedule = computeAlphaBars(config);
    const { times } = computeSamplingTimes(schedule, {
      nSteps,
      spacing: "time",
    });
    const gap = (1 - 1 / schedule.length) / (nSteps - 1);
    for (const difference of differences(times)) {
      assertAlmostEquals(difference, -gap, 1e-12);
    }
  }));
});

Deno.test("computeSamplingTimes() spaced in log-snr gives equal gaps in computeLogSnr()", () => {
  fc.assert(fc.property(plan, ({ nSteps, ...config }) => {
    const schedule = computeAlphaBars(config);
    const at = computeSamplingTimes(schedule, { nSteps, spacing: "log-snr" });
    const gap =
      (computeLogSnr(schedule[0]!) - computeLogSnr(schedule.at(-1)!)) /
      (nSteps - 1);
    for (const difference of differences(at.alphaBars.map(computeLogSnr))) {
      assertAlmostEquals(difference, gap, 1e-9);
    }
  }));
});

Deno.test("computeSamplingTimes() interpolates computeLogSnr() linearly between timesteps", () => {
  for (const spacing of SPACINGS) {
    fc.assert(fc.property(plan, ({ nSteps, ...config }) => {
      const schedule = computeAlphaBars(config);
      const at = computeSamplingTimes(schedule, { nSteps, spacing });
      at.times.forEach((time, step) => {
        const t = time * schedule.length;
        // The timesteps before and after, counted from 1.
        const before = Math.max(1, Math.floor(t - 1e-9));
        const after = Math.min(schedule.length, before + 1);
        const a = computeLogSnr(schedule[before - 1]!);
        const b = computeLogSnr(schedule[after - 1]!);
        const expected = a + (b - a) * (t - before);
        assertAlmostEquals(computeLogSnr(at.alphaBars[step]!), expected, 1e-9);
      });
    }));
  }
});

Deno.test("computeSamplingTimes() falls from the last timestep to the first, and ᾱ rises", () => {
  for (const spacing of SPACINGS) {
    fc.assert(fc.property(plan, ({ nSteps, ...config }) => {
      const schedule = computeAlphaBars(config);
      const at = computeSamplingTimes(schedule, { nSteps, spacing });
      assertEquals([at.times.length, at.alphaBars.length], [nSteps, nSteps]);
      assertEquals([at.times[0], at.alphaBars[0]], [1, schedule.at(-1)]);
      if (nSteps > 1) {
        assertEquals(at.times.at(-1), 1 / schedule.length);
        assertEquals(at.alphaBars.at(-1), schedule[0]);
      }
      assert(differences(at.times).every((difference) => difference < 0));
      assert(differences(at.alphaBars).every((difference) => difference > 0));
    }));
  }
});

Deno.test("computeSamplingTimes() with one step is the last timestep", () => {
  for (const betaSchedule of BETA_SCHEDULES) {
    for (const spacing of SPACINGS) {
      const schedule = computeAlphaBars({ betaSchedule, nTimesteps: 100 });
      assertEquals(computeSamplingTimes(schedule, { nSteps: 1, spacing }), {
        times: Float64Array.of(1),
        alphaBars: schedule.subarray(99),
      });
    }
  }
});

Deno.test("findLevel() finds a share of noise between timesteps, as samplers do", () => {
  const schedule = computeAlphaBars({
    betaSchedule: "linear",
    nTimesteps: 1000,
  });
  for (const noise of [0.02, 0.5, 0.999]) {
    const { time, alphaBar } = findLevel(schedule, noise)!;
    assertAlmostEquals(Math.sqrt(1 - alphaBar), noise, 1e-12);
    // Between its neighbours among the timesteps.
    const t = time * 1000;
    assert(schedule[Math.floor(t) - 1]! >= alphaBar);
    assert(schedule[Math.ceil(t) - 1]! <= alphaBar);
  }
  const { times, alphaBars: kept } = computeSamplingTimes(schedule, {
    nSteps: 3,
    spacing: "log-snr",
  });
  const middle = findLevel(schedule, Math.sqrt(1 - kept[1]!))!;
  assertAlmostEquals(middle.time, times[1]!, 1e-9);
  // Beyond both ends.
  assertEquals(findLevel(schedule, 0.001), undefined);
  assertEquals(findLevel(schedule, 0.999999), undefined);
});

Deno.test("computeSamplingTimes() refuses more steps than there are timesteps", () => {
  const schedule = computeAlphaBars({ betaSchedule: "linear", nTimesteps: 10 });
  for (const spacing of SPACINGS) {
    assertThrows(
      () => computeSamplingTimes(schedule, { nSteps: 11, spacing }),
      RangeError,
      "Cannot sample in 11 steps: the noise schedule has only 10; use " +
        "--n-steps 10 or fewer",
    );
    assertEquals(
      computeSamplingTimes(schedule, { nSteps: 10, spacing }).times.length,
      10,
    );
  }
});
