import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { computeBand } from "../../../../results/web/dashboard/bands.ts";
import { Pyramid } from "../../../../results/web/dashboard/pyramid.ts";

function log(lines: readonly Record<string, number | string>[]): Pyramid {
  const pyramid = new Pyramid(64);
  lines.forEach((line, i) => pyramid.add(line, i));
  return pyramid;
}

const OPTIONS = { group: 3, measure: "loss", axis: "step" };

Deno.test("computeBand() is the mean ± t interval of the runs at each step", () => {
  const runs = [1, 2, 6].map((loss) =>
    log([{ step: 1, loss }, { step: 2, loss: 2 * loss }])
  );
  const { group, x, mean, low, high, n } = computeBand(runs, OPTIONS);
  assertEquals({ group, x, mean, n }, {
    ...{ group: 3, x: [1, 2], mean: [3, 6], n: [3, 3] },
  });
  // R: qt(0.975, 2) * sd(c(1, 2, 6)) / sqrt(3) is 6.57241060773
  assertAlmostEquals(high[0]! - 3, 6.57241060773, 1e-6);
  assertAlmostEquals(3 - low[0]!, 6.57241060773, 1e-6);
  assertAlmostEquals(high[1]! - 6, 2 * 6.57241060773, 2e-6);
});

Deno.test("computeBand() invents no interval for one run", () => {
  const short = log([{ step: 1, loss: 1 }]);
  const long = log([{ step: 1, loss: 3 }, { step: 2, loss: 5 }]);
  const { x, mean, low, high, n } = computeBand([short, long], OPTIONS);
  assertEquals({ x, mean, n }, { x: [1, 2], mean: [2, 5], n: [2, 1] });
  assert(low[0] !== null && high[0] !== null);
  assertEquals([low[1], high[1]], [null, null]);
});

Deno.test("computeBand() has no mean where a run has NaN, and none between steps", () => {
  const a = log([{ step: 1, loss: "NaN" }, { step: 2, loss: 1 }]);
  const b = log([{ step: 1, loss: 1 }, { step: 2, loss: 3 }]);
  const band = computeBand([a, b], OPTIONS);
  assertEquals(band.mean, [null, 2]);
  assertEquals(band.low[0], null);
  const sparse = log([{ step: 1, loss: 1 }, { step: 3, loss: 3 }]);
  const dense = log([1, 2, 3].map((step) => ({ step, loss: 0 })));
  assertEquals(computeBand([sparse, dense], OPTIONS).x, [1, 3]);
});

Deno.test("computeBand() reads between times, which two runs never share", () => {
  const a = log([{ time: 0, loss: 0 }, { time: 2, loss: 2 }]);
  const b = log([{ time: 1, loss: 3 }]);
  const band = computeBand([a, b], { ...OPTIONS, axis: "time" });
  assertEquals([band.x, band.mean], [[0, 1, 2], [0, 2, 2]]);
});
