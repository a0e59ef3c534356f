import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import { Meter, type MeterState } from "../../core/utils/meters.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { exactMeanError } from "../../testing/exact.ts";

/** More entries than a block holds, so that blocks are joined. */
const MANY = 5000;

function assertClose(actual: number, expected: number, relative: number) {
  const isClose = Object.is(actual, expected) ||
    Math.abs(actual - expected) <= relative * Math.abs(expected);
  assert(isClose, `${actual} is not within ${relative} of ${expected}`);
}

function createMeter(values: readonly number[]): Meter {
  const meter = new Meter();
  for (const x of values) meter.update({ x });
  return meter;
}

/**
 * Numbers up to a size. Where they are so small that their squares are beyond
 * the least double, no error can be exact, and they are 0 here.
 */
const numbers = (size: number) =>
  fc.double({ min: -size, max: size, noNaN: true })
    .map((value) => Math.abs(value) < 1e-100 ? 0 : value);

const values = fc.array(numbers(1e6), { minLength: 2, maxLength: 60 });

Deno.test("Meter agrees with exact arithmetic on mean and standard error of single observations", () => {
  fc.assert(fc.property(values, (xs) => {
    const exact = exactMeanError(xs.map((x) => [x, 1]));
    const meter = createMeter(xs);
    const size = Math.max(...xs.map(Math.abs));
    assert(Math.abs(meter.mean("x") - exact.mean) <= 1e-15 * size);
    assert(Math.abs(meter.error("x") - exact.error) <= 1e-14 * exact.error);
    assertEquals(meter.count("x"), xs.length);
  }));
});

Deno.test("Meter weights entries that are means of several observations", () => {
  const entries = fc.array(
    fc.tuple(
      numbers(1e3),
      fc.integer({ min: 1, max: 500 }),
    ),
    { minLength: 2, maxLength: 40 },
  );
  fc.assert(fc.property(entries, (list) => {
    const meter = new Meter();
    for (const [x, n] of list) meter.update({ x }, { n });
    const exact = exactMeanError(list);
    assert(Math.abs(meter.mean("x") - exact.mean) <= 1e-12);
    assertClose(meter.error("x"), exact.error, 1e-12);
    const result = meter.result("x");
    const total = list.reduce((sum, [, n]) => sum + n, 0);
    assertEquals(result.n, total);
    assertEquals(result.degreesOfFreedom, list.length - 1);
    assertEquals(
      result.df,
      total === list.length ? undefined : list.length - 1,
    );
  }));
});

Deno.test("Meter weights many entries of one weight, even if they are ill-conditioned", () => {
  const list = Array.from(
    { length: 1000 },
    (_, i) => [1e9 + (i % 3) / 10, i < 700 ? 32 : 7] as const,
  );
  const meter = new Meter();
  for (const [x, n] of list) meter.update({ x }, { n });
  const exact = exactMeanError(list);
  assertClose(meter.mean("x"), exact.mean, 1e-15);
  assertClose(meter.error("x"), exact.error, 1e-12);
});

Deno.test("Meter has the textbook error: std/√n with the sample variance", () => {
  const meter = createMeter([2, 4, 4, 4, 5, 5, 7, 9]);
  assertEquals(meter.mean("x"), 5);
  assertClose(meter.error("x"), Math.sqrt(32 / 7 / 8), 1e-15);
});

/** What Σx² loses entirely: values near 1e9 that differ by 0.1. */
const illConditioned: Record<string, (i: number) => number> = {
  "near 1e9, apart by 0.1": (i) => 1e9 + (i % 2) / 10,
  "near 1e15, apart by 1": (i) => 1e15 + (i % 7),
  "an outlier first": (i) => i === 0 ? 1e12 : 1 + i % 3,
  "a trend of a million standard deviations": (i) => i * 1e3 + (i % 2) * 1e-3,
  "a mean that is a thousandth": (i) => (i % 2 ? 1 : -1) + 1e-3,
};

for (const [name, at] of Object.entries(illConditioned)) {
  Deno.test(`Meter keeps 12 digits on ill-conditioned data: ${name}`, () => {
    const xs = Array.from({ length: MANY }, (_, i) => at(i));
    const order = new RandomStream(1, "order").permutation(MANY);
    const shuffled = Array.from(order, (i) => xs[i]!);
    const exact = exactMeanError(xs.map((x) => [x, 1]));
    for (const list of [xs, xs.toReversed(), shuffled]) {
      for (const size of [1, 7, 256, MANY]) {
        const meter = new Meter();
        for (let i = 0; i < list.length; i += size) {
          const batch = list.slice(i, i + size);
          meter.update({ x: size === 1 ? batch[0]! : batch });
        }
        assertClose(meter.mean("x"), exact.mean, 1e-12);
        assertClose(meter.error("x"), exact.error, 1e-12);
      }
    }
  });
}

Deno.test("Meter.merge() equals one meter that saw both, to 1e-12", () => {
  for (const at of Object.values(illConditioned)) {
    const xs = Array.from({ length: MANY }, (_, i) => at(i));
    for (const cut of [0, 1, 700, MANY - 1, MANY]) {
      const first = createMeter(xs.slice(0, cut)),
        second = createMeter(xs.slice(cut));
      first.merge(second);
      const whole = createMeter(xs);
      assertClose(first.mean("x"), whole.mean("x"), 1e-12);
      assertClose(first.error("x"), whole.error("x"), 1e-12);
      assertEquals(first.count("x"), MANY);
      if (cut < MANY) assertEquals(second.count("x"), MANY - cut);
    }
  }
});

Deno.test("Meter.merge() adds measures that only one side has, and accepts the meter itself", () => {
  const meter = createMeter([1, 3]);
  const other = new Meter();
  other.update({ y: [5, 7, 9] });
  meter.merge(other);
  assertEquals(meter.measures, ["x", "y"]);
  assertEquals(meter.mean("y"), 7);
  meter.merge(meter);
  assertEquals([meter.mean("x"), meter.count("x")], [2, 4]);
  assertEquals(meter.count("y"), 6);
});

Deno.test("Meter takes arrays and typed arrays of any length as single observations", () => {
  const random = new RandomStream(3, "values");
  for (const length of [0, 1, 3, 255, 256, 257, 4099]) {
    const list = random.fillNormal(new Float64Array(length));
    const list32 = Float32Array.from(list);
    const arrays = [
      list,
      [...list],
      list32,
      Int16Array.from(list, (x) => x * 9),
    ];
    for (const array of arrays) {
      const meter = new Meter();
      meter.update({ x: array });
      assertEquals(meter.count("x"), length);
      if (length < 2) continue;
      const exact = exactMeanError(Array.from(array, (x) => [x, 1]));
      assertClose(meter.mean("x"), exact.mean, 1e-12);
      assertClose(meter.error("x"), exact.error, 1e-12);
    }
  }
});

Deno.test("Meter takes any number of measures at once, in any order", () => {
  const meter = new Meter();
  meter.update({ loss: 1, gradNorm: 10 });
  meter.update({ gradNorm: 20, loss: 3 });
  meter.update({ gradNorm: [30, 40], accuracy: 0.5 });
  assertEquals(meter.measures, ["loss", "gradNorm", "accuracy"]);
  assertEquals(meter.mean("loss"), 2);
  assertEquals(meter.mean("gradNorm"), 25);
  assertEquals(meter.count("accuracy"), 1);
});

Deno.test("Meter.observe() is Meter.update() of one observation", () => {
  const meter = new Meter(), other = new Meter();
  for (let i = 0; i < MANY; i++) {
    meter.observe("x", i ** 2);
    other.update({ x: i ** 2 });
  }
  assertEquals(meter.state, other.state);
});

Deno.test("Meter counts a NaN or infinite observation, and its mean is NaN", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const place of [0, 500, 2999]) {
      const xs = Array.from({ length: 3000 }, (_, i) => i === place ? bad : i);
      const batch = new Meter();
      batch.update({ x: Float64Array.from(xs) });
      for (const meter of [createMeter(xs), batch]) {
        assertEquals(meter.mean("x"), NaN);
        assertEquals(meter.error("x"), NaN);
        assertEquals(meter.count("x"), 3000);
      }
    }
  }
});

Deno.test("Meter gives NaN if the sum exceeds the largest double", () => {
  assertEquals(createMeter([1.5e308, 1.5e308]).mean("x"), NaN);
  assertClose(createMeter([1.5e308]).mean("x"), 1.5e308, 1e-15);
  assertClose(createMeter([5e307, 1e308]).mean("x"), 7.5e307, 1e-15);
});

Deno.test("Meter has no error below two entries", () => {
  const meter = new Meter();
  meter.update({ x: 1 }, { n: 32 });
  assertEquals(meter.error("x"), NaN);
  assertEquals(meter.result("x").n, 32);
  assertEquals(meter.result("x").degreesOfFreedom, 0);
  meter.update({ y: [] });
  assertEquals([meter.mean("y"), meter.count("y")], [NaN, 0]);
});

Deno.test("Meter refuses what it cannot count, and then adds nothing", () => {
  const meter = new Meter();
  meter.update({ x: 1, y: 1 });
  const wrong: [object, object | undefined, typeof Error][] = [
    [{ x: 2, y: "3" }, undefined, TypeError],
    [{ x: 2, y: [1, "3"] }, undefined, TypeError],
    [{ x: 2, y: null }, undefined, TypeError],
    [{ x: 2, y: new BigInt64Array(2) }, undefined, TypeError],
    [{ x: 2, y: [3] }, { n: 2 }, TypeError],
    [{ x: 2 }, { n: 0 }, RangeError],
    [{ x: 2 }, { n: 1.5 }, RangeError],
    [{ x: 2 }, { n: NaN }, RangeError],
  ];
  for (const [observations, options, errorClass] of wrong) {
    assertThrows(
      // deno-lint-ignore no-explicit-any
      () => meter.update(observations as any, options as any),
      errorClass,
    );
  }
  assertEquals([meter.count("x"), meter.mean("x")], [1, 1]);
  assertEquals([meter.count("y"), meter.mean("y")], [1, 1]);
  // deno-lint-ignore no-explicit-any
  assertThrows(() => meter.update({ new: 1, y: "3" } as any), TypeError);
  assertEquals(meter.measures, ["x", "y"]);
});

Deno.test("Meter.update() leaves the state as it was if it throws, at any length and weight", () => {
  const wrong = {
    x: 1,
    get y(): number {
      throw new RangeError("no value");
    },
  };
  for (const length of [0, 1, 255, 256, 257]) {
    for (const n of [1, 7]) {
      const meter = new Meter();
      for (let i = 0; i < length; i++) meter.update({ x: i, y: -i });
      const { state } = meter;
      // deno-lint-ignore no-explicit-any
      const text = { x: 2, y: "3" } as any;
      assertThrows(() => meter.update(text, { n }), TypeError);
      assertThrows(() => meter.update({ x: 2, new: [1] }, { n: 7 }), TypeError);
      assertThrows(() => meter.update(wrong, { n }), RangeError);
      assertEquals(meter.state, state);
    }
  }
});

Deno.test("Meter names the known measures when an unknown one is asked for", () => {
  const meter = new Meter();
  assertThrows(() => meter.mean("x"), RangeError, "the measures are none yet");
  meter.update({ loss: 1, gradNorm: 2 });
  for (const read of ["mean", "error", "count", "result"] as const) {
    assertThrows(
      () => meter[read]("los"),
      RangeError,
      'measure "los" of this meter: the measures are loss, gradNorm',
    );
  }
});

function restore(state: unknown): Meter {
  const meter = new Meter();
  meter.restore(state as MeterState);
  return meter;
}

Deno.test("Meter.restore() continues bit for bit where the meter was saved", () => {
  const xs = new RandomStream(5, "values").fillNormal(new Float64Array(MANY));
  for (const cut of [0, 1, 255, 256, 3000]) {
    const whole = new Meter(), before = new Meter();
    xs.forEach((x) => whole.update({ x, y: -x }));
    xs.subarray(0, cut).forEach((x) => before.update({ x, y: -x }));
    if (cut > 0) before.mean("x"); // To look does not disturb.
    const after = restore(JSON.parse(JSON.stringify(before.state)));
    xs.subarray(cut).forEach((x) => after.update({ x, y: -x }));
    assertEquals(after.state, whole.state);
    assertEquals(after.result("x"), whole.result("x"));
  }
});

Deno.test("Meter.restore() keeps a mean of NaN and weights", () => {
  const meter = new Meter();
  meter.update({ x: [1, Infinity] });
  meter.update({ y: 2 }, { n: 7 });
  const read = restore(JSON.parse(JSON.stringify(meter.state)));
  assertEquals(read.mean("x"), NaN);
  assertEquals(read.count("y"), 7);
});

Deno.test("Meter.restore() refuses what is not a meter's state", () => {
  const { state } = new Meter();
  for (const value of [null, [], {}, { measures: { x: 1 } }, { measures: 3 }]) {
    assertThrows(() => restore(value), TypeError);
  }
  assertEquals(restore(state).measures, []);
});

Deno.test("Meter prints its measures with their errors", () => {
  const meter = new Meter();
  meter.update({ loss: [1, 2, 3], time: 4 });
  const text = "loss = 2.00 ± 0.58 (n = 3)\ntime = 4 (n = 1)";
  assertEquals(`${meter}`, text);
  assertEquals(Deno.inspect(meter), text);
});
