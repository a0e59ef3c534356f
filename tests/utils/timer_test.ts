import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Timer } from "../../core/utils/timer.ts";

Deno.test("Timer has no mean before the first span has ended", () => {
  const timer = new Timer();
  using _span = timer.start();
  assertEquals(timer.result().mean, NaN);
  assertEquals(timer.result().n, 0);
});

Deno.test("Timer.start() counts a span when its scope ends, and once", () => {
  const timer = new Timer();
  {
    using span = timer.start();
    const seconds = span.stop();
    assert(seconds >= 0);
    assertEquals(span.stop(), seconds);
  }
  assertEquals(timer.result().n, 1);
});

Deno.test("Timer.start() counts a span that throws", () => {
  const timer = new Timer();
  assertThrows(
    () => {
      using _span = timer.start();
      throw new Error("inside");
    },
    Error,
    "inside",
  );
  assertEquals(timer.result().n, 1);
});

Deno.test("Timer measures seconds by the monotonic clock", () => {
  const timer = new Timer();
  const before = performance.now();
  const span = timer.start();
  while (performance.now() - before < 2);
  const seconds = span.stop();
  const most = (performance.now() - before) / 1000;
  assert(seconds > 0.001 && seconds <= most, `${seconds} of ${most}`);
  assertEquals(timer.result().mean, seconds);
});

Deno.test("Timer.timed() passes on this, arguments, result and error of a function", () => {
  const timer = new Timer();
  const counter = {
    total: 1,
    add: timer.timed(function (this: { total: number }, n: number) {
      if (n < 0) throw new RangeError("negative");
      return this.total += n;
    }),
  };
  assertEquals(counter.add(2), 3);
  assertThrows(() => counter.add(-1), RangeError, "negative");
  assertEquals(timer.result().n, 2);
});

Deno.test("Timer.timed() measures an async call until its promise settles", async () => {
  const timer = new Timer();
  const { promise, resolve } = Promise.withResolvers<number>();
  const slow = timer.timed(async (fails: boolean) => {
    const value = await promise;
    if (fails) throw new TypeError("async");
    return value;
  });
  const first = slow(false), second = slow(true);
  assertEquals(timer.result().n, 0); // Both are still under way.
  resolve(7);
  assertEquals(await first, 7);
  await assertRejects(() => second, TypeError, "async");
  assertEquals(timer.result().n, 2);
});

Deno.test("Timer.timed decorates sync and async methods", async () => {
  const timer = new Timer();
  class Model {
    readonly #weight = 3;
    @timer.timed
    predict(x: number): number {
      return this.#weight * x;
    }
    @timer.timed
    async load(): Promise<number> {
      await Promise.resolve();
      return this.#weight;
    }
  }
  const model = new Model();
  assertEquals(model.predict(2), 6);
  assertEquals(await model.load(), 3);
  assertEquals(timer.result().n, 2);
});

Deno.test("Timer prints its mean in seconds", () => {
  const timer = new Timer();
  assertEquals(`${timer}`, "NaN s (n = 0)");
  assertEquals(Deno.inspect(timer), `${timer}`);
});
