import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { makeAxis } from "../../../results/figures/axis.ts";

Deno.test("makeAxis() reaches little further than its values, on both scales", () => {
  const log = makeAxis([0.03, 0.7], { pixels: 200 });
  assertEquals(log.isLog, true);
  // Whole decades would reach from 0.01 to 1.
  assert(log.domain[0] > 0.025 && log.domain[1] < 0.82, String(log.domain));
  const linear = makeAxis([34, NaN, 39], { pixels: 200 });
  assertEquals(linear.domain.map((end) => end.toFixed(1)), ["33.8", "39.2"]);
  // Values that are not below 0 have no axis below it.
  assertEquals(
    makeAxis([0.01, 9], { pixels: 200, scale: "linear" }).domain[0],
    0,
  );
});

Deno.test("makeAxis() finds positions, and values at positions", () => {
  for (const scale of ["linear", "log"] as const) {
    const { domain, position, invert } = makeAxis([2, 90], {
      pixels: 300,
      scale,
    });
    assertAlmostEquals(position(domain[0]), 0, 1e-9);
    assertAlmostEquals(position(domain[1]), 300, 1e-9);
    assertAlmostEquals(invert(position(7)), 7, 1e-9);
  }
});

Deno.test("makeAxis() has no more labels than there is room for", () => {
  const count = (pixels: number, isHorizontal: boolean) =>
    makeAxis([0, 100_000], { pixels, isHorizontal }).ticks.length;
  assert(count(90, true) < count(90, false));
  assert(count(90, true) < count(500, true));
});

Deno.test("makeAxis() takes values that only rounding sets apart for one", () => {
  const { domain, ticks } = makeAxis([1, 1 + Number.EPSILON], { pixels: 200 });
  assertEquals(domain.map((end) => end.toFixed(1)), ["0.9", "1.1"]);
  assertEquals(ticks.some(({ label }) => label === "1.00"), true);
  for (const values of [[5e-324, 1e-323], [-1e308, 1e308]]) {
    assertThrows(
      () => makeAxis(values, { pixels: 200 }),
      RangeError,
      "Cannot draw these values",
    );
  }
});
