import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
} from "@std/assert";
import {
  createExactScore,
  type NoiseLevels,
  type NoisePredictor,
  type Numbers,
} from "../../../core/diffusion/noise/noise_predictor.ts";
import {
  computeAlphaBars,
  computeBetas,
} from "../../../core/diffusion/noise/noise_schedule.ts";
import {
  sample,
  type SampleOptions,
  type SamplerName,
} from "../../../core/diffusion/noise/samplers.ts";
import {
  computeLogSnr,
  computeSamplingTimes,
} from "../../../core/diffusion/noise/sampling_times.ts";
import { RandomStream } from "../../../core/utils/random.ts";

const SAMPLERS = ["ddpm", "ddim", "dpm-solver++"] as const;

// Data that are one normal distribution, so that every answer is in closed form.
const MEANS = [0.8, -0.5], DEVIATIONS = [0.3, 1.4];
const N_COLUMNS = 2;
const PREDICTOR = createExactScore([
  { weight: 1, means: MEANS, deviations: DEVIATIONS },
]);

const SCHEDULE = computeAlphaBars({ betaSchedule: "cosine", nTimesteps: 100 });
const ALL = computeSamplingTimes(SCHEDULE, { nSteps: 100, spacing: "time" });
const FEW = computeSamplingTimes(SCHEDULE, { nSteps: 7, spacing: "log-snr" });

/** A fresh stream, the same each time. */
const stream = () => new RandomStream(3, "sampler");

/** Draws samples, and what the rows were before each step. */
async function trace(
  sampler: SamplerName,
  options: Partial<SampleOptions> & {
    readonly nRows?: number;
    readonly predictor?: NoisePredictor;
  } = {},
) {
  const { predictor = PREDICTOR, ...others } = options;
  const before: Float64Array[] = [];
  const { at = FEW } = others;
  const rows = await sample(sampler, predictor, {
    nRows: 5,
    nColumns: N_COLUMNS,
    random: stream(),
    observer: {
      shownSteps: new Set(at.times.keys()),
      keepStep: (rows) => void before.push(rows.slice()),
    },
    ...others,
    at,
  });
  return [...before, rows];
}

function assertRowsEqual(
  actual: Float64Array,
  expected: Float64Array,
  tolerance = 1e-10,
) {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) =>
    assertAlmostEquals(value, expected[i]!, tolerance)
  );
}

/** The variance of noisy data, by column. */
const varianceAt = (alphaBar: number, column: number) =>
  alphaBar * DEVIATIONS[column]! ** 2 + 1 - alphaBar;

/** E[x₀ | xₜ] of two normal variables, by their regression. */
const dataAt = (alphaBar: number, x: number, column: number) => {
  const slope = Math.sqrt(alphaBar) * DEVIATIONS[column]! ** 2 /
    varianceAt(alphaBar, column);
  return MEANS[column]! + slope * (x - Math.sqrt(alphaBar) * MEANS[column]!);
};

Deno.test("sample() by ddim without fresh noise is the linear map of a normal distribution", async () => {
  for (const at of [ALL, FEW]) {
    const rows = await trace("ddim", { at });
    assertEquals(rows.length, at.times.length + 1);
    for (let step = 0; step < at.times.length; step++) {
      const from = at.alphaBars[step]!, to = at.alphaBars[step + 1] ?? 1;
      // What lies off the mean is scaled by the correlation of both times,
      // were the noise the same, over the variance at the former.
      const expected = rows[step]!.map((x, i) => {
        const column = i % N_COLUMNS, mean = MEANS[column]!;
        const shared = Math.sqrt(from * to) * DEVIATIONS[column]! ** 2 +
          Math.sqrt((1 - from) * (1 - to));
        return Math.sqrt(to) * mean +
          shared / varianceAt(from, column) * (x - Math.sqrt(from) * mean);
      });
      assertRowsEqual(rows[step + 1]!, expected);
    }
  }
});

/** Stops at λs that rise along a path, between the same ends for any number. */
function along(
  nSteps: number,
  path: (share: number) => number,
): NoiseLevels {
  const first = computeLogSnr(1e-4), last = computeLogSnr(0.999);
  const alphaBars = Float64Array.from({ length: nSteps + 1 }, (_, i) => {
    const lambda = first + (last - first) * path(i / nSteps);
    return 1 / (1 + Math.exp(-2 * lambda));
  });
  return { times: alphaBars.map((_, i) => 1 - i / (nSteps + 1)), alphaBars };
}

/** Steps of one length in λ. */
const evenly = (share: number) => share;
/** Every other step about three times as long as the one before. */
const unevenly = (nSteps: number) => (share: number) =>
  share + (Math.round(share * nSteps) % 2) / nSteps / 2;

/**
 * How far a sampler is, where it comes to its last time, from the solution of
 * the probability flow (Song et al. 2021, "Score-based generative modeling",
 * eq. 13), by which each point stays as many standard deviations off the mean as
 * it began.
 */
async function errorOfFlow(sampler: SamplerName, at: NoiseLevels) {
  const rows = await trace(sampler, { at, nRows: 20 });
  const first = at.alphaBars[0]!, last = at.alphaBars.at(-1)!;
  const errors = rows[0]!.map((x, i) => {
    const column = i % N_COLUMNS, mean = MEANS[column]!;
    const widening = Math.sqrt(
      varianceAt(last, column) / varianceAt(first, column),
    );
    const exact = Math.sqrt(last) * mean +
      widening * (x - Math.sqrt(first) * mean);
    return Math.abs(rows.at(-2)![i]! - exact);
  });
  return Math.max(...errors);
}

/** By what errors shrink as steps are doubled, and the last error. */
async function convergence(
  sampler: SamplerName,
  stops: (nSteps: number) => NoiseLevels,
) {
  const errors: number[] = [];
  for (const n of [80, 160, 320]) {
    errors.push(await errorOfFlow(sampler, stops(n)));
  }
  const [a, b, c] = errors as [number, number, number];
  return { ratios: [a / b, b / c], last: c };
}

Deno.test("sample() by ddim converges to the probability flow with first order", async () => {
  const { ratios, last } = await convergence("ddim", (n) => along(n, evenly));
  assert(last < 0.05, `${last}`);
  assert(ratios.every((ratio) => ratio > 1.8 && ratio < 2.2), `${ratios}`);
});

Deno.test("sample() by dpm-solver++ converges to the probability flow with second order", async () => {
  const even = await convergence("dpm-solver++", (n) => along(n, evenly));
  assert(even.last < 0.001, `${even.last}`);
  assert(
    even.ratios.every((ratio) => ratio > 3 && ratio < 5),
    `${even.ratios}`,
  );
  const uneven = await convergence(
    "dpm-solver++",
    (n) => along(n, unevenly(n)),
  );
  assert(uneven.ratios.every((ratio) => ratio > 3), `${uneven.ratios}`);
});

Deno.test("sample() by dpm-solver++ is algorithm 2 of Lu et al. (2022), first and last step as ddim", async () => {
  // Steps equally long in λ, and such that are not.
  const inTime = computeSamplingTimes(SCHEDULE, { nSteps: 7, spacing: "time" });
  for (const at of [FEW, inTime]) {
    const rows = await trace("dpm-solver++", { at });
    const { alphaBars } = at;
    const lambdas = alphaBars.map(computeLogSnr);
    const data = (step: number) =>
      rows[step]!.map((x, i) => dataAt(alphaBars[step]!, x, i % N_COLUMNS));
    for (let step = 1; step < alphaBars.length - 1; step++) {
      const from = alphaBars[step]!, to = alphaBars[step + 1]!;
      const h = lambdas[step + 1]! - lambdas[step]!;
      const r = (lambdas[step]! - lambdas[step - 1]!) / h;
      const now = data(step), before = data(step - 1);
      const expected = rows[step]!.map((x, i) => {
        const d = (1 + 1 / (2 * r)) * now[i]! - 1 / (2 * r) * before[i]!;
        return Math.sqrt(1 - to) / Math.sqrt(1 - from) * x -
          Math.sqrt(to) * (Math.exp(-h) - 1) * d;
      });
      assertRowsEqual(rows[step + 1]!, expected);
    }
    assertRowsEqual(rows[1]!, (await trace("ddim", { at }))[1]!);
    assertRowsEqual(rows.at(-1)!, data(alphaBars.length - 1));
  }
});

/**
 * The posterior of Ho, Jain & Abbeel (2020, eq. 7) with E[x₀ | xₜ] for x₀: the
 * mean is slope · x + shift.
 */
function posterior(
  { beta, from, to }: {
    /** β of the step. */
    readonly beta: number;
    /** ᾱ before and after it. */
    readonly from: number;
    readonly to: number;
  },
  column: number,
) {
  const ofData = Math.sqrt(to) * beta / (1 - from);
  const ofRow = Math.sqrt(1 - beta) * (1 - to) / (1 - from);
  const shift = ofData * dataAt(from, 0, column);
  return {
    slope: ofRow + ofData * dataAt(from, 1, column) - shift,
    shift,
    variance: (1 - to) / (1 - from) * beta,
  };
}

/** The posteriors of all timesteps, from the last to the first. */
const posteriors = (nTimesteps: number, column: number) => {
  const config = { betaSchedule: "cosine", nTimesteps } as const;
  const beta = computeBetas(config), left = computeAlphaBars(config);
  return Array.from({ length: nTimesteps }, (_, step) => {
    const t = nTimesteps - 1 - step;
    const to = left[t - 1] ?? 1;
    return posterior({ beta: beta[t]!, from: left[t]!, to }, column);
  });
};

/** Mean and variance of the samples that ancestral sampling comes to. */
const momentsBy = (nTimesteps: number, column: number) =>
  posteriors(nTimesteps, column).reduce(
    ({ mean, variance }, by) => ({
      mean: by.slope * mean + by.shift,
      variance: by.slope ** 2 * variance + by.variance,
    }),
    { mean: 0, variance: 1 },
  );

Deno.test("sample() by ddpm takes the posterior of Ho et al. (2020) and adds noise row by row", async () => {
  const rows = await trace("ddpm", { at: ALL });
  const random = stream();
  assertEquals(rows[0], random.fillNormal(new Float64Array(10)));
  const steps = MEANS.map((_, column) => posteriors(100, column));
  for (let step = 0; step < 100; step++) {
    const expected = rows[step]!.map((x, i) => {
      const { slope, shift, variance } = steps[i % N_COLUMNS]![step]!;
      const added = step < 99 ? Math.sqrt(variance) * random.normal() : 0;
      return slope * x + shift + added;
    });
    assertRowsEqual(rows[step + 1]!, expected);
  }
});

Deno.test("sample() by ddpm over fewer steps takes the posterior between the times", async () => {
  const rows = await trace("ddpm");
  const random = stream();
  random.fillNormal(new Float64Array(10));
  const { alphaBars } = FEW;
  for (let step = 0; step < alphaBars.length; step++) {
    const from = alphaBars[step]!, to = alphaBars[step + 1] ?? 1;
    const beta = 1 - from / to;
    const expected = rows[step]!.map((x, i) => {
      const by = posterior({ beta, from, to }, i % N_COLUMNS);
      const added = to < 1 ? Math.sqrt(by.variance) * random.normal() : 0;
      return by.slope * x + by.shift + added;
    });
    assertRowsEqual(rows[step + 1]!, expected);
  }
});

Deno.test("sample() by ddpm has the mean and variance that its recursion comes to, near those of the data", async () => {
  const N = 20_000;
  const rows = await sample("ddpm", PREDICTOR, {
    at: ALL,
    nRows: N,
    nColumns: N_COLUMNS,
    random: stream(),
  });
  for (const column of [0, 1]) {
    const own = rows.filter((_, i) => i % N_COLUMNS === column);
    const mean = own.reduce((sum, x) => sum + x, 0) / N;
    const variance = own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (N - 1);
    const expected = momentsBy(100, column);
    assertAlmostEquals(
      mean,
      expected.mean,
      5 * Math.sqrt(expected.variance / N),
    );
    assertAlmostEquals(
      variance,
      expected.variance,
      5 * expected.variance * Math.sqrt(2 / N),
    );
    // Of the data themselves the mean is right already, and the variance comes
    // near as timesteps are added.
    assertAlmostEquals(
      mean,
      MEANS[column]!,
      5 * DEVIATIONS[column]! / Math.sqrt(N),
    );
    const lost = (nTimesteps: number) =>
      1 - momentsBy(nTimesteps, column).variance / DEVIATIONS[column]! ** 2;
    assert(lost(1000) > 0 && lost(1000) < 0.015, `${lost(1000)}`);
    const ratio = lost(500) / lost(1000);
    assert(ratio > 1.9 && ratio < 2.1, `${ratio}`);
  }
});

Deno.test("sample() by ddim with eta is equation 12 of Song et al. (2021)", async () => {
  const eta = 0.6;
  const rows = await trace("ddim", { eta });
  const random = stream();
  random.fillNormal(new Float64Array(10));
  const { alphaBars } = FEW;
  for (let step = 0; step < alphaBars.length - 1; step++) {
    const from = alphaBars[step]!, to = alphaBars[step + 1]!;
    // Equation 16: eta times the deviation of the posterior.
    const sigma = eta * Math.sqrt((1 - to) / (1 - from)) *
      Math.sqrt(1 - from / to);
    const expected = rows[step]!.map((x, i) => {
      const data = dataAt(from, x, i % N_COLUMNS);
      const noise = (x - Math.sqrt(from) * data) / Math.sqrt(1 - from);
      return Math.sqrt(to) * data + Math.sqrt(1 - to - sigma ** 2) * noise +
        sigma * random.normal();
    });
    assertRowsEqual(rows[step + 1]!, expected);
  }
});

Deno.test("sample() by ddim equals ddpm bit for bit with eta 1, and has eta 0 by default", async () => {
  for (const at of [ALL, FEW]) {
    const ddpm = await trace("ddpm", { at });
    assertEquals(await trace("ddim", { at, eta: 1 }), ddpm);
    const ddim = await trace("ddim", { at });
    assertEquals(await trace("ddim", { at, eta: 0 }), ddim);
    assertNotEquals(ddim, ddpm);
    // Only ddim has a choice.
    assertEquals(await trace("ddpm", { at, eta: 0 }), ddpm);
  }
});

Deno.test("sample() gives the same samples for the same seed, and others for another", async () => {
  for (const sampler of SAMPLERS) {
    const samples = await trace(sampler);
    assertEquals(await trace(sampler), samples);
    const random = new RandomStream(4, "sampler");
    assertNotEquals(await trace(sampler, { random }), samples);
  }
});

Deno.test("sample() draws one normal number per value and noisy step, none in the last step", async () => {
  const N = 3 * N_COLUMNS;
  const drawn = async (sampler: SamplerName, eta?: number) => {
    const random = stream();
    const options = eta === undefined ? {} : { eta };
    await trace(sampler, { nRows: 3, random, ...options });
    const reference = stream();
    let count = 0;
    while (reference.state.position < random.state.position) {
      reference.normal();
      count++;
    }
    return count;
  };
  assertEquals(await drawn("ddim"), N);
  assertEquals(await drawn("dpm-solver++"), N);
  assertEquals(await drawn("ddpm"), N * FEW.times.length);
  assertEquals(await drawn("ddim", 0.1), N * FEW.times.length);
});

Deno.test("sample() ends at the data that are predicted in the last step, and adds no noise", async () => {
  for (
    const at of [
      ALL,
      FEW,
      computeSamplingTimes(SCHEDULE, { nSteps: 1, spacing: "time" }),
    ]
  ) {
    for (const sampler of SAMPLERS) {
      const rows = await trace(sampler, { at });
      const last = at.alphaBars.at(-1)!;
      const expected = rows.at(-2)!.map((x, i) =>
        dataAt(last, x, i % N_COLUMNS)
      );
      assertRowsEqual(rows.at(-1)!, expected);
    }
  }
});

Deno.test("sample() awaits pause() before each prediction, and shows the rows before the steps asked for", async () => {
  for (const sampler of SAMPLERS) {
    const events: string[] = [];
    const whole = await trace(sampler);
    await trace(sampler, {
      observer: {
        shownSteps: new Set([4, 0]),
        keepStep(rows, step) {
          assertEquals(rows, whole[step]);
          events.push(`step ${step}`);
        },
      },
      pause: async () => {
        await Promise.resolve();
        events.push("pause");
      },
      predictor: {
        predictNoise: (noisy, levels) => {
          events.push("prediction");
          return PREDICTOR.predictNoise(noisy, levels);
        },
      },
    });
    const expected = Array.from(FEW.times, (_, step) => [
      ...(step === 0 || step === 4 ? [`step ${step}`] : []),
      ...["pause", "prediction"],
    ]);
    assertEquals(events, expected.flat());
  }
});

Deno.test("sample() calls the predictor once per step, for all rows at the step's noise level", async () => {
  const asked: [Numbers, Numbers][] = [];
  const predictor: NoisePredictor = {
    predictNoise: (noisy, { times, alphaBars }) => {
      asked.push([times, alphaBars]);
      return Promise.resolve(Float64Array.from(noisy));
    },
  };
  const rows = await trace("ddim", { predictor, nRows: 2 });
  assertEquals(rows.at(-1)!.length, 4);
  const twice = (values: Numbers) =>
    Array.from(values, (value) => Float64Array.of(value, value));
  assertEquals(asked.map(([times]) => times), twice(FEW.times));
  assertEquals(asked.map(([, alphaBars]) => alphaBars), twice(FEW.alphaBars));
});
