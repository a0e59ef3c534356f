import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { CurveSet } from "../../results/web/dashboard/protocol.ts";
import {
  applyUpdate,
  indexAt,
  makeLines,
  rangeOfX,
  rangeOfY,
  smooth,
  thin,
} from "../../results/web/page/curve_data.js";
import { COLORS, DASHES } from "../../results/web/page/palette.js";
import {
  describeLines,
  makeLegendRows,
} from "../../results/web/page/curve_legend.js";
import {
  formatTicks,
  formatWithError,
  linearTicks,
  logTicks,
} from "../../results/web/page/ticks.js";
import {
  COLORS as FIGURE_COLORS,
  DASHES as FIGURE_DASHES,
} from "../../results/figures/style.ts";
import fc from "../../testing/properties.ts";

const SET: CurveSet = {
  measure: "loss",
  xs: ["step"],
  x: "step",
  curves: [{
    id: "a",
    group: 0,
    x: [0, 10, 20],
    y: [3, null, 1],
    end: "died",
    gaps: [10],
  }],
  bands: [{
    group: 0,
    x: [0, 10],
    mean: [2, 1],
    low: [1, null],
    high: [3, null],
    n: [2, 1],
  }],
  groups: ["model=mlp"],
  nPending: 0,
};
const POINTS = { type: "points", measure: "loss", end: null } as const;

const line = (x: number[], y: (number | null)[]) => ({
  key: "a",
  group: 0,
  x,
  y,
  marks: [],
});

Deno.test("an update appends what is new, and nothing twice", () => {
  const update = { ...POINTS, id: "a", x: [20, 30], y: [1, 0.5], gaps: [10] };
  const [curve] = applyUpdate(SET, update, 100)!.curves;
  assertEquals(curve!.x, [0, 10, 20, 30]);
  assertEquals(curve!.y, [3, null, 1, 0.5]);
  assertEquals([curve!.gaps, curve!.end], [[10], null]);
  assertEquals(SET.curves[0]!.x.length, 3);
});

Deno.test("an update of an unknown run, or a cut one, asks for all curves", () => {
  const update = { ...POINTS, id: "b", x: [1], y: [1], gaps: [] };
  assertEquals(applyUpdate(SET, update, 100), null);
  assertEquals(applyUpdate(SET, { type: "reload" }, 100), null);
});

Deno.test("thinning keeps the ends, the extremes of any part, and gaps", () => {
  fc.assert(fc.property(
    fc.array(fc.option(fc.integer({ min: -1000, max: 1000 })), {
      minLength: 1,
      maxLength: 300,
    }),
    (y) => {
      const x = y.map((_, i) => 2 * i);
      const thinned = thin(x, y, 20);
      const values = y.filter((value) => value !== null);
      const kept = thinned.y.filter((value) => value !== null);
      assertEquals(Math.max(...kept), Math.max(...values));
      assertEquals(Math.min(...kept), Math.min(...values));
      assertEquals(thinned.y.includes(null), y.includes(null));
      assertEquals([thinned.x[0], thinned.x.at(-1)], [x[0], x.at(-1)]);
      assertEquals(thinned.x, thinned.x.toSorted((a, b) => a - b));
      assert(thinned.x.length <= 3 * 11 + 2);
    },
  ));
});

Deno.test("smoothing is the weighted mean of the values so far", () => {
  const x = [0, 1, 4, 5], y = [1, 3, null, 2];
  const smoothed = smooth(x, y, 2);
  const weights = x.map((place) => Math.exp((place - 5) / 2));
  const expected = (weights[0]! * 1 + weights[1]! * 3 + weights[3]! * 2) /
    (weights[0]! + weights[1]! + weights[3]!);
  assertAlmostEquals(smoothed[3]!, expected, 1e-12);
  assertEquals([smoothed[0], smoothed[2]], [1, null]);
});

Deno.test("smoothed lines keep the values themselves", () => {
  const [plain] = makeLines(SET, { by: "run", smoothing: 0 });
  assertEquals(plain!.raw, undefined);
  const [smoothed] = makeLines(SET, { by: "run", smoothing: 5 });
  assertEquals(smoothed!.raw, [3, null, 1]);
});

Deno.test("marks say where a run died and where it was not a number", () => {
  const [line] = makeLines(SET, { by: "run", smoothing: 0 });
  assertEquals(line!.marks, [
    { x: 10, y: null, kind: "not a number" },
    { x: 20, y: 1, kind: "died" },
  ]);
});

Deno.test("the mean of a group has a band only where there are two runs", () => {
  const lines = makeLines(SET, { by: "group", smoothing: 0 });
  assertEquals(describeLines(lines, 0), "2.0 ± 1.0 (2)");
  assertEquals(describeLines(lines, 10), "1 (1)");
  assertEquals(describeLines(lines, 30), "–");
});

Deno.test("a place finds the nearest value, and none beyond the ends", () => {
  const places = [0, 4, 5, 6, 10, 11].map((x) =>
    indexAt(line([0, 10], [1, 2]), x)
  );
  assertEquals(places, [0, 0, 0, 1, 1, -1]);
});

Deno.test("a logarithmic axis shows only what is above 0", () => {
  const lines = [line([0, 1, 100], [-1, 10, 1000])];
  assertEquals(rangeOfX(lines, true), [1, 100]);
  const [low, high] = rangeOfY(lines, [1, 100], true);
  assert(low > 5 && low < 10 && high > 1000 && high < 2000);
});

Deno.test("a band of two runs does not flatten the lines", () => {
  const wide = {
    ...line([0, 1], [1, 2]),
    low: [-100, null],
    high: [100, null],
  };
  const [low, high] = rangeOfY([wide], [0, 1], false);
  assert(low > -1 && high < 4);
});

Deno.test("values that are all equal, or none, still have a range", () => {
  for (const y of [[2, 2], [0, 0], [null, null]]) {
    for (const log of [false, true]) {
      const [low, high] = rangeOfY([line([0, 1], y)], [0, 1], log);
      assert(Number.isFinite(low) && low < high);
    }
  }
});

Deno.test("more lines than a legend holds share one row for each group", () => {
  const lines = Array.from({ length: 50 }, (_, i) => ({
    ...line([0], [i]),
    key: `run-${i}`,
    group: i % 2,
  }));
  const rows = makeLegendRows([lines], ["first", "second"], new Map());
  assertEquals(rows.map(({ key }) => key), ["first", "second"]);
  assertEquals(describeLines(rows[0]!.lines[0]!, null), "0 … 48");
});

Deno.test("the page and the figures share colours and dashes", () => {
  const colors = COLORS.map((color) =>
    color === "currentColor" ? "#000000" : color
  );
  assertEquals(colors, [...FIGURE_COLORS]);
  const [solid, ...dashes] = FIGURE_DASHES;
  assertEquals(DASHES.slice(1), dashes.map((dash) => [...dash]));
  assertEquals([solid?.[1], DASHES[0]], [0, []]);
});

Deno.test("ticks lie within the axis and are told apart", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    (low, length) => {
      const high = low + length;
      if ((high - low) / Math.abs(low) < 1e-9) return;
      const ticks = linearTicks(low, high, 5);
      assert(ticks.length >= 2 && ticks.length <= 6);
      const slack = 1e-9 * length;
      assert(
        ticks.every((tick) => tick >= low - slack && tick <= high + slack),
      );
      assertEquals(new Set(formatTicks(ticks)).size, ticks.length);
    },
  ));
});

Deno.test("logarithmic ticks are 1, 2, 5 and powers of ten", () => {
  assertEquals(logTicks(1, 50, 9), [1, 2, 5, 10, 20, 50]);
  assertEquals(logTicks(1e-4, 1, 9), [1e-4, 1e-3, 0.01, 0.1, 1]);
  assertEquals(logTicks(0.95, 1.05, 4), [0.95, 1, 1.05]);
});

Deno.test("ticks are written as they are", () => {
  assertEquals(formatTicks([0.98, 0.99, 1]), ["0.98", "0.99", "1"]);
  assertEquals(formatTicks([0, 2e-5, 4e-5]), ["0", "2e-5", "4e-5"]);
  assertEquals(formatTicks([1e6, 1.5e6]), ["1e6", "1.5e6"]);
  assertEquals(formatTicks([0, 20000]), ["0", "20,000"]);
  assertEquals(formatWithError(0.12345, 0.0123), "0.123 ± 0.012");
});
