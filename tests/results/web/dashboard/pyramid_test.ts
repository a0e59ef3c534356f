import { assert, assertEquals } from "@std/assert";
import fc from "../../../../testing/properties.ts";
import { Pyramid } from "../../../../results/web/dashboard/pyramid.ts";
import { thinCurve } from "../../../../results/web/dashboard/thin.ts";

const CAPACITY = 16;

/** Values, some of which are not finite. */
const values = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -50, max: 50 }) },
    fc.constant("NaN"),
  ),
  { minLength: 1, maxLength: 400 },
);

function fill(
  logged: readonly (number | string)[],
  capacity = CAPACITY,
): Pyramid {
  const pyramid = new Pyramid(capacity);
  logged.forEach((loss, i) => pyramid.add({ step: i + 1, loss }, 100 * i));
  return pyramid;
}

Deno.test("Pyramid keeps what was logged, the extremes and both ends", () => {
  fc.assert(fc.property(values, (logged) => {
    const { x, y } = fill(logged).listPoints("loss", "step");
    // Every point was logged, in order.
    x.forEach((at, i) => {
      assertEquals(Number(logged[at - 1]), y[i]);
      assert(i === 0 || at > x[i - 1]!);
    });
    assertEquals([x[0], x.at(-1)], [1, logged.length]);
    const finite = logged.map(Number).filter(Number.isFinite);
    const kept = y.filter(Number.isFinite);
    if (finite.length === 0) return;
    assertEquals(Math.min(...kept), Math.min(...finite));
    assertEquals(Math.max(...kept), Math.max(...finite));
    assertEquals(kept.length < y.length, finite.length < logged.length);
  }));
});

Deno.test("Pyramid keeps the extremes of each bucket, in constant memory", () => {
  fc.assert(fc.property(values, (logged) => {
    const pyramid = fill(logged);
    const { x, y } = pyramid.listPoints("loss", "step");
    assert(x.length <= 3 * CAPACITY + 2);
    const size = pyramid.linesPerBucket;
    for (let first = 0; first < logged.length; first += size) {
      const all = logged.slice(first, first + size).map(Number)
        .filter(Number.isFinite);
      const kept = y.filter((value, i) =>
        x[i]! > first && x[i]! <= first + size && Number.isFinite(value)
      );
      if (all.length === 0) continue;
      assertEquals(Math.min(...kept), Math.min(...all));
      assertEquals(Math.max(...kept), Math.max(...all));
    }
  }));
});

Deno.test("Pyramid that is made smaller is one that was small from the start", () => {
  fc.assert(fc.property(values, (logged) => {
    const large = fill(logged, 512);
    large.shrink(CAPACITY);
    assertEquals(
      large.listPoints("loss", "step"),
      fill(logged).listPoints("loss", "step"),
    );
  }));
});

Deno.test("Pyramid finds the bytes that hold a part of the axis", () => {
  const pyramid = fill(Array.from({ length: 400 }, (_, i) => i));
  const size = pyramid.linesPerBucket;
  const { begin, end, firstLine } = pyramid.findBytes("loss", "step", {
    from: 100,
    to: 150,
  })!;
  assert(firstLine < 100 && firstLine > 100 - 2 * size);
  assertEquals(begin, 100 * firstLine);
  assert(end >= 100 * 150 && end <= 100 * (150 + size));
  assertEquals(
    pyramid.findBytes("other", "step", { from: 1, to: 2 }),
    undefined,
  );
});

Deno.test("Pyramid counts lines where nothing counts steps", () => {
  const pyramid = new Pyramid(CAPACITY);
  pyramid.add({ loss: 1, time: 0.5 }, 0);
  pyramid.add({ loss: 2, time: 0.7, text: "not a number" }, 10);
  assertEquals(pyramid.measures, ["loss"]);
  assertEquals(pyramid.listAxes("loss").toSorted(), ["line", "time"]);
  assertEquals(pyramid.listPoints("loss", "line"), { x: [1, 2], y: [1, 2] });
  assertEquals(pyramid.readLast("loss"), 2);
  assertEquals(pyramid.findExtent("loss", "time"), { from: 0.5, to: 0.7 });
  assertEquals(pyramid.listPoints("loss", "epoch"), { x: [], y: [] });
});

Deno.test("Pyramid sorts places that were logged in another order", () => {
  const pyramid = new Pyramid(CAPACITY);
  [3, 1, 2].forEach((step) => pyramid.add({ step, loss: 10 * step }, step));
  assertEquals(pyramid.listPoints("loss", "step"), {
    x: [1, 2, 3],
    y: [10, 20, 30],
  });
  assertEquals(
    pyramid.findBytes("loss", "step", { from: 1, to: 2 }),
    undefined,
  );
});

Deno.test("thinCurve() keeps the extremes of each pixel, and a point on either side", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 30 }), (logged, n) => {
      const points = {
        x: logged.map((_, i) => i),
        y: logged.map(Number),
      };
      const [from, to] = [logged.length / 4, logged.length / 2 + 1];
      const view = { from, to, nPlaces: n, isLog: false };
      const { x, y } = thinCurve(points, view);
      const within = (at: number) => at >= from && at <= to;
      const seen = points.y.filter((value, i) =>
        within(points.x[i]!) && Number.isFinite(value)
      );
      const kept = y.filter((value, i) =>
        within(x[i]!) && Number.isFinite(value)
      );
      if (seen.length > 0) {
        assertEquals(Math.min(...kept), Math.min(...seen));
        assertEquals(Math.max(...kept), Math.max(...seen));
      }
      assert(x.length <= 3 * (n + 1) + 2);
      x.forEach((at, i) => {
        assertEquals(points.y[at], y[i]);
        assert(i === 0 || at > x[i - 1]!);
      });
    }),
  );
});

Deno.test("thinCurve() divides a logarithmic axis by ratios", () => {
  const x = Array.from({ length: 1000 }, (_, i) => i + 1);
  const thinned = thinCurve({ x, y: x }, {
    ...{ from: 1, to: 1000, nPlaces: 3, isLog: true },
  });
  assertEquals(thinned.x.slice(0, 4), [1, 9, 10, 99]);
});
