import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../../testing/properties.ts";
import {
  computeEmaDecay,
  computeLearningRate,
  Optimizer,
} from "../../../core/diffusion/engines/optimizer.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../../core/diffusion/model_config.ts";
import { RandomStream } from "../../../core/utils/random.ts";

const CONFIG: ModelConfig = {
  ...modelConfigSchema.defaults,
  optimizer: "adam",
  learningRate: 0.01,
  learningRateSchedule: "constant",
  warmupSteps: 0,
  weightDecay: 0,
  gradientClip: 0,
  emaDecay: 0.9,
};

const N_WEIGHTS = 12, N_STEPS = 20;
/** Two matrices, and biases after each. */
const SHAPES = [[2, 2], [2], [5, 1], [1]];
/** Which weights are in a matrix, and decay. */
const DECAYS = Array.from(
  { length: N_WEIGHTS },
  (_, i) => i < 4 || (i >= 6 && i < 11),
);

const random = (stream: string) => new RandomStream(12, stream);

const START = random("weights").fillNormal(new Float32Array(N_WEIGHTS));

/** Random gradients of very different norm. */
const GRADIENTS = Array.from({ length: N_STEPS }, (_, step) => {
  const numbers = random(`gradient ${step}`)
    .fillNormal(new Float32Array(N_WEIGHTS));
  return numbers.map((value) => value * 10 ** (step % 4 - 2));
});

const createOptimizer = (config: ModelConfig) =>
  new Optimizer(START, { config, nSteps: N_STEPS, shapes: SHAPES });

const computeNorm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));

function assertWeightsEqual(
  actual: Float32Array,
  expected: ArrayLike<number>,
  tolerance = 2e-6,
) {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) =>
    assertAlmostEquals(value, expected[i]!, tolerance)
  );
}

/** Kingma & Ba (2015), algorithm 1, and Loshchilov & Hutter (2019), algorithm 2. */
function reference(config: ModelConfig, gradients = GRADIENTS) {
  const { optimizer, learningRate, warmupSteps, weightDecay } = config;
  let w = Array.from(START), average = Array.from(START);
  let m = w.map(() => 0), v = w.map(() => 0);
  gradients.forEach((gradient, step) => {
    const t = step + 1;
    let rate = learningRate;
    if (t <= warmupSteps) rate *= t / warmupSteps;
    else if (config.learningRateSchedule === "cosine") {
      const share = (step - warmupSteps) / (N_STEPS - warmupSteps);
      rate *= Math.cos(share * Math.PI / 2) ** 2;
    }
    const norm = computeNorm(gradient);
    const isLong = config.gradientClip > 0 && norm > config.gradientClip;
    const clipped = Array.from(
      gradient,
      (g) => isLong ? g / norm * config.gradientClip : g,
    );
    const decay = DECAYS.map((does) => does ? weightDecay : 0);
    const g = optimizer === "adam"
      ? clipped.map((g, i) => g + decay[i]! * w[i]!)
      : clipped;
    m = m.map((m, i) => 0.9 * m + 0.1 * g[i]!);
    v = v.map((v, i) => 0.999 * v + 0.001 * g[i]! ** 2);
    w = w.map((w, i) => {
      const mean = m[i]! / (1 - 0.9 ** t), square = v[i]! / (1 - 0.999 ** t);
      const apart = optimizer === "adamw" ? decay[i]! * w : 0;
      return w - rate * (mean / (Math.sqrt(square) + 1e-8) + apart);
    });
    const kept = Math.min(config.emaDecay, t / (t + 9));
    average = average.map((a, i) => kept * a + (1 - kept) * w[i]!);
  });
  return { w, average };
}

Deno.test("Optimizer is Adam and AdamW as published, to the precision of its weights", () => {
  for (const optimizer of ["adam", "adamw"] as const) {
    for (const weightDecay of [0, 0.3]) {
      for (const gradientClip of [0, 0.5]) {
        for (const learningRateSchedule of ["constant", "cosine"] as const) {
          for (const warmupSteps of [0, 5]) {
            const config = {
              ...CONFIG,
              optimizer,
              weightDecay,
              gradientClip,
              learningRateSchedule,
              warmupSteps,
            };
            const own = createOptimizer(config);
            GRADIENTS.forEach((gradient, step) => {
              own.update(gradient);
              const before = GRADIENTS.slice(0, step + 1);
              const { w, average } = reference(config, before);
              assertWeightsEqual(own.weights, w);
              assertWeightsEqual(own.averaged, average);
            });
          }
        }
      }
    }
  }
});

Deno.test("Optimizer is Adam for tiny and huge gradients, with an epsilon of 1e-8", () => {
  const tiny = GRADIENTS.map((gradient) => gradient.map((g) => g * 1e-7));
  const own = createOptimizer(CONFIG);
  for (const gradient of tiny) own.update(gradient);
  assertWeightsEqual(own.weights, reference(CONFIG, tiny).w);
  const huge = GRADIENTS.map((gradient) => gradient.map((g) => g * 1e6));
  const other = createOptimizer(CONFIG);
  for (const gradient of huge) other.update(gradient);
  assertWeightsEqual(other.weights, reference(CONFIG, huge).w);
});

Deno.test("Optimizer decays matrices only; adamw by the rate times the decay", () => {
  const none = new Float32Array(N_WEIGHTS);
  const config = { ...CONFIG, weightDecay: 0.5 };
  const decoupled = createOptimizer({ ...config, optimizer: "adamw" });
  decoupled.update(none);
  const coupled = createOptimizer(config);
  coupled.update(none);
  for (const [i, decays] of DECAYS.entries()) {
    const w = START[i]!;
    const factor = decays ? 1 - 0.01 * 0.5 : 1;
    assertAlmostEquals(decoupled.weights[i]!, w * factor, 1e-7);
    // Adam's first step is as long as the rate, whatever the gradient.
    const moved = decays ? 0.01 * Math.sign(w) : 0;
    assertAlmostEquals(coupled.weights[i]!, w - moved, 1e-6);
  }
});

Deno.test("Optimizer copies its initial weights", () => {
  const start = START.slice();
  const own = new Optimizer(start, {
    config: CONFIG,
    nSteps: N_STEPS,
    shapes: SHAPES,
  });
  own.update(GRADIENTS[0]!);
  assertEquals(start, START);
  assert(own.weights.every((weight, i) => weight !== START[i]));
  assert(own.averaged !== own.weights);
});

Deno.test("Optimizer.update() returns the norm before clipping, and does not change the gradient", () => {
  for (const gradientClip of [0, 1e-3, 1e3]) {
    const own = createOptimizer({ ...CONFIG, gradientClip });
    for (const gradient of GRADIENTS) {
      const before = gradient.slice();
      assertAlmostEquals(own.update(gradient), computeNorm(before), 1e-12);
      assertEquals(gradient, before);
    }
  }
});

Deno.test("Optimizer.update() clips a gradient to the norm, and none below it", () => {
  const gradientClip = 0.5;
  const clipped = GRADIENTS.map((gradient) => {
    const norm = computeNorm(gradient);
    return norm > gradientClip
      ? gradient.map((g) => g * gradientClip / norm)
      : gradient;
  });
  assert(clipped.some((gradient, step) => gradient === GRADIENTS[step]));
  assert(clipped.some((gradient, step) => gradient !== GRADIENTS[step]));
  const clips = createOptimizer({ ...CONFIG, gradientClip });
  const all = createOptimizer(CONFIG), short = createOptimizer(CONFIG);
  GRADIENTS.forEach((gradient, step) => {
    clips.update(gradient);
    all.update(gradient);
    short.update(clipped[step]!);
  });
  assertWeightsEqual(clips.weights, short.weights, 1e-6);
  const distance = Math.max(
    ...clips.weights.map((weight, i) => Math.abs(weight - all.weights[i]!)),
  );
  assert(distance > 1e-3, "clipping makes no difference here");
});

Deno.test("Optimizer.update() ignores a gradient that is not finite, and returns its norm", () => {
  for (const [value, norm] of [[NaN, NaN], [-Infinity, Infinity]] as const) {
    const own = createOptimizer(CONFIG), other = createOptimizer(CONFIG);
    own.update(GRADIENTS[0]!);
    other.update(GRADIENTS[0]!);
    assertEquals(own.update(GRADIENTS[1]!.with(3, value)), norm);
    assertEquals(own.weights, other.weights);
    assertEquals(own.averaged, other.averaged);
    // Neither moments nor the count of steps have changed.
    own.update(GRADIENTS[2]!);
    other.update(GRADIENTS[2]!);
    assertEquals(own.weights, other.weights);
    assertEquals(own.averaged, other.averaged);
  }
});

Deno.test("Optimizer with emaDecay 0 has averaged weights equal to the weights", () => {
  const own = createOptimizer({ ...CONFIG, emaDecay: 0 });
  for (const gradient of GRADIENTS) {
    own.update(gradient);
    assertEquals(own.averaged, own.weights);
  }
});

Deno.test("computeLearningRate() with schedule constant is the learning rate at every step", () => {
  for (const step of [0, 1, 50, 99, 100, 1000]) {
    assertEquals(computeLearningRate(CONFIG, step, 100), 0.01);
  }
});

Deno.test("computeLearningRate() rises linearly over the warm-up", () => {
  for (const learningRateSchedule of ["constant", "cosine"] as const) {
    const config = { ...CONFIG, learningRateSchedule, warmupSteps: 4 };
    const rates = [0, 1, 2, 3, 4].map((s) =>
      computeLearningRate(config, s, 100)
    );
    const expected = [0.0025, 0.005, 0.0075, 0.01, 0.01];
    rates.forEach((rate, i) => assertAlmostEquals(rate, expected[i]!, 1e-17));
  }
});

Deno.test("computeLearningRate() with schedule cosine falls to 0 by half a cosine", () => {
  for (const warmupSteps of [0, 20]) {
    const config = {
      ...CONFIG,
      learningRateSchedule: "cosine",
      warmupSteps,
    } as const;
    const nSteps = 100 + warmupSteps;
    const at = (step: number) =>
      computeLearningRate(config, warmupSteps + step, nSteps);
    assertEquals(at(0), 0.01);
    assertAlmostEquals(at(25), 0.01 * (1 + Math.SQRT1_2) / 2, 1e-17);
    assertAlmostEquals(at(50), 0.005, 1e-17);
    assertAlmostEquals(at(99), 0.01 * Math.sin(Math.PI / 200) ** 2, 1e-17);
    assertAlmostEquals(at(100), 0, 1e-17);
    // Beyond its end it does not rise again.
    assertAlmostEquals(at(150), 0, 1e-17);
    for (let step = 0; step < 100; step++) assert(at(step + 1) < at(step));
  }
});

Deno.test("computeLearningRate() is positive until the end and at most the learning rate, even if all steps are warm-up", () => {
  fc.assert(fc.property(
    fc.constantFrom("constant", "cosine"),
    fc.nat({ max: 50 }),
    fc.integer({ min: 1, max: 50 }),
    (learningRateSchedule, warmupSteps, nSteps) => {
      const config = { ...CONFIG, learningRateSchedule, warmupSteps };
      for (let step = 0; step < nSteps; step++) {
        const rate = computeLearningRate(config, step, nSteps);
        assert(rate > 0 && rate <= 0.01);
      }
      const end = computeLearningRate(config, nSteps, nSteps);
      assert(end >= 0 && end <= 0.01);
      // As many steps as the warm-up has: nothing is left to fall over.
      const last = { ...config, warmupSteps: nSteps };
      assertEquals(computeLearningRate(last, nSteps, nSteps), 0.01);
    },
  ));
});

Deno.test("computeEmaDecay() keeps one over a binomial coefficient of the first weights", () => {
  // ∏ (1 + s) / (10 + s) over n steps is 1 / C(n + 9, 9).
  let left = 1, coefficient = 1;
  for (let step = 0; step < 100; step++) {
    left *= computeEmaDecay(0.9999, step);
    coefficient *= (step + 10) / (step + 1);
    assertAlmostEquals(left * coefficient, 1, 1e-12);
  }
});

Deno.test("computeEmaDecay() rises from a tenth to the decay, and is never above it", () => {
  assertEquals(computeEmaDecay(0.999, 0), 0.1);
  assertEquals(computeEmaDecay(0.999, 8), 0.5);
  assertAlmostEquals(computeEmaDecay(0.999, 8989), 8990 / 8999, 1e-15);
  assertEquals(computeEmaDecay(0.999, 8991), 0.999);
  assertEquals(computeEmaDecay(0.999, 1e6), 0.999);
  assertEquals(computeEmaDecay(0.05, 0), 0.05);
  assertEquals(computeEmaDecay(0, 5), 0);
});
