import { assert, assertEquals } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  formatCount,
  formatMeanError,
} from "../../core/utils/format_number.ts";

Deno.test("formatMeanError() rounds by the error: two digits of it, the mean to the same decimal", () => {
  const cases: [number, number, string][] = [
    [0.03118, 0.00207, "0.0312 ± 0.0021"],
    [0.03118, 0.0996, "0.03 ± 0.10"], // Rounding makes it a digit longer.
    [12.3456, 1, "12.3 ± 1.0"],
    [-0.004, 0.5, "0.00 ± 0.50"], // No negative zero.
    [1234.4, 567, "1230 ± 570"],
    [99_950, 120, "99950 ± 120"],
    [0, 3, "0.0 ± 3.0"],
    [0.001, 52, "0 ± 52"],
    [1.5e9, 2.5e7, "(1.500 ± 0.025)e9"],
    [-3.1e-7, 4.24e-9, "(-3.100 ± 0.042)e-7"],
    [5e-9, 3e-3, "0.0000 ± 0.0030"],
    [1, 1e-20, "1 ± 1e-20"], // Beyond the digits of the mean.
  ];
  for (const [mean, error, text] of cases) {
    assertEquals(formatMeanError(mean, error), text);
  }
});

Deno.test("formatMeanError() shows no error that is undefined, and never 0 for it", () => {
  assertEquals(formatMeanError(0.25, NaN), "0.25");
  assertEquals(formatMeanError(NaN, NaN), "NaN");
  assertEquals(formatMeanError(Infinity, NaN), "Infinity");
  assertEquals(formatMeanError(2, Infinity), "2 ± Infinity");
  assertEquals(formatMeanError(1 / 3, 0), "0.333333 ± 0");
});

Deno.test("formatMeanError() is within half a unit of its last digit", () => {
  const magnitude = fc.tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.integer({ min: -12, max: 12 }),
  ).map(([digits, power]) => digits * 10 ** power);
  fc.assert(fc.property(magnitude, magnitude, (mean, size) => {
    const error = Math.abs(size);
    fc.pre(error > 1e-300 && Math.abs(mean) / error < 1e12);
    const text = formatMeanError(mean, error);
    const [, base = "", power = "0"] = /^\((.*)\)e(.*)$/.exec(text) ??
      [text, text];
    const [shownMean, shownError] = base.split(" ± ")
      .map((part) => Number(part) * 10 ** Number(power));
    const unit = 10 ** (Math.floor(Math.log10(error)) - 1);
    assert(Math.abs(shownMean! - mean) <= 5.001 * unit, text);
    assert(Math.abs(shownError! - error) <= 0.0501 * error, text);
  }));
});

Deno.test("formatCount() uses the plural except for one", () => {
  assertEquals(formatCount(0, "run"), "0 runs");
  assertEquals(formatCount(1, "run"), "1 run");
  assertEquals(formatCount(2, "entry", "entries"), "2 entries");
});
