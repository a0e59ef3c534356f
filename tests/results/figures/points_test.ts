import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  drawPoints,
  type PointsOptions,
} from "../../../results/figures/points.ts";
import { renderPng } from "../../../results/figures/png.ts";
import { isGeometric, isLogarithmic } from "../../../results/figures/scale.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import type {
  Column,
  CompareOptions,
} from "../../../results/compare/comparison.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const SWEEP = replicates([
  [{ rate: 0.001, model: "a" }, [5, 6, 7]],
  [{ rate: 0.01, model: "a" }, [3, 4, 5]],
  [{ rate: 0.1, model: "a" }, [1, 2, 3]],
  [{ rate: 0.001, model: "b" }, [7, 7.5, 8]],
  [{ rate: 0.1, model: "b" }, [2]],
]);

interface Drawn {
  readonly x: unknown;
  readonly series: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly kind: string;
  readonly tooltip: string;
}

async function draw(
  runs: readonly MadeRun[],
  options: PointsOptions & CompareOptions = {},
) {
  const { x, series } = options;
  const rows = [x, series].filter((key) => key !== undefined);
  const comparison = await compareRuns(runs, { ...options, rows });
  const [column] = comparison.columns as [Column];
  const { spec, omitted } = drawPoints(comparison, [column], options);
  // deno-lint-ignore no-explicit-any
  const { data, encoding, title } = spec as any;
  return { points: data.values as Drawn[], encoding, title, omitted, spec };
}

Deno.test(
  "drawPoints() draws a cell's mean and error, and tells what stands behind it",
  async () => {
    const { points, title } = await draw(SWEEP, { x: "rate", series: "model" });
    assertEquals(points.length, 5);
    const [first] = points;
    assertEquals([first!.x, first!.series, first!.mean], [0.001, "a", 6]);
    const error = 1 / Math.sqrt(3);
    assertEquals([first!.low, first!.high], [6 - error, 6 + error]);
    assertEquals(
      first!.tooltip,
      "rate=0.001, model=a\nloss: 6.00 ± 0.58\n" +
        "between-seed, n = 3: seed=1, seed=2, seed=3",
    );
    const single = points.find(({ kind }) => kind === "within-run")!;
    assertEquals([single.mean, single.low, single.high], [2, 1.5, 2.5]);
    assertMatch(single.tooltip, /within-run, n = 100, one run: seed=1/);
    assertEquals(title.text, [
      "mean over runs, bars: between-seed standard error",
      "hollow: one run, bars: within-run standard error",
    ]);
  },
);

Deno.test(
  "drawPoints() takes intervals for bars where they are asked for",
  async () => {
    const { points, title } = await draw(SWEEP.slice(0, 3), {
      x: "rate",
      ci: 95,
    });
    // R: t.test(5:7)$conf.int
    assertEquals(points[0]!.low.toFixed(6), "3.515862");
    assertEquals(title.text, [
      "mean over runs, bars: between-seed 95 % confidence interval",
    ]);
  },
);

Deno.test("drawPoints() takes the axes that the values ask for", async () => {
  const { encoding } = await draw(SWEEP, { x: "rate", series: "model" });
  assertEquals([encoding.x.type, encoding.x.scale.type], [
    "quantitative",
    "log",
  ]);
  const byModel = await draw(SWEEP.slice(0, 3).concat(SWEEP.slice(9, 12)), {
    x: "model",
  });
  assertEquals(byModel.encoding.x.type, "nominal");
  // Without a key each row has a line of its own.
  const lines = await draw(SWEEP);
  assertEquals(lines.encoding.y.type, "nominal");
  assertEquals(lines.points[0]!.x, "rate=0.001, model=a");
});

Deno.test("drawPoints() names what has no place in it", async () => {
  const { points, omitted } = await draw(
    replicates([
      [{ rate: 1 }, [1, 2]],
      [{ rate: 2 }, [NaN, 2]],
      [{ rate: 3 }, [Infinity]],
    ]),
    { x: "rate" },
  );
  assertEquals(points.length, 1);
  assertEquals(omitted, ["rate=2: NaN", "rate=3: Infinity"]);
  // The axis is as the values ask, whether or not they have error bars.
  const { spec } = await draw(
    replicates([[{ rate: 1 }, [1, 1, 1]], [{ rate: 2 }, [90, 90, 90]]]),
    { x: "rate", aggregate: "median", yScale: "log" },
  );
  assertMatch(await renderSvg(spec), /loss/);
});

Deno.test("isLogarithmic() asks the values, and can be told", () => {
  assertEquals(isLogarithmic([8, 16, 160]), true);
  assertEquals(isLogarithmic([8, 16, 159]), false);
  assertEquals(isLogarithmic([-1, 0.01, 5]), false);
  assertEquals(isLogarithmic([1, 1000], "linear"), false);
  assertEquals(isLogarithmic([1, 2], "log"), true);
  assertThrows(
    () => isLogarithmic([0, 2], "log"),
    RangeError,
    "all values must be above 0: the smallest is 0",
  );
});

Deno.test("isGeometric() asks how the values of a key are spaced", () => {
  assertEquals(isGeometric([8, 16, 32, 64]), true);
  assertEquals(isGeometric([1, 2, 3, 4, 40]), true);
  assertEquals(isGeometric([1, 2, 3, 4]), false);
  assertEquals(isGeometric([0, 1, 10, 100]), false);
  assertEquals(isGeometric([1, 30, 30]), true); // By their span.
  assertEquals(isGeometric([1, 2, 4], "linear"), false);
});

Deno.test("renderSvg() draws all labels, and the same each time", async () => {
  const { spec } = await draw(SWEEP, {
    x: "rate",
    series: "model",
    title: "Rates & <models>",
  });
  const svg = await renderSvg(spec);
  for (const label of ["rate", "loss", "model", "0.001", "0.1"]) {
    assert(svg.includes(`>${label}</text>`), label);
  }
  assert(svg.includes("Rates &amp; &lt;models&gt;"));
  assert(svg.includes('aria-label="rate=0.001, model=a'));
  assertEquals(await renderSvg(spec), svg);
});

Deno.test(
  "renderSvg() says that values cannot be drawn, and logs nothing itself",
  async () => {
    const { spec } = await draw(replicates([
      [{ model: "a" }, [5e-324, 5e-324]],
      [{ model: "b" }, [1e-323, 1e-323]],
    ]));
    const { error: log } = console;
    const logged: unknown[] = [];
    console.error = (...args) => logged.push(args);
    try {
      await assertRejects(
        () => renderSvg(spec),
        RangeError,
        "Cannot draw these values",
      );
    } finally {
      console.error = log;
    }
    assertEquals(logged, []);
  },
);

Deno.test("renderSvg() tells series apart without colours", async () => {
  const { spec } = await draw(SWEEP.slice(0, 12), {
    x: "rate",
    series: "model",
  });
  const svg = await renderSvg(spec);
  const points = [...svg.matchAll(/aria-label="rate=[^>]*? d="([^"]*)"/gs)];
  assertEquals(points.length, 4);
  assertEquals(new Set(points.map(([, shape]) => shape)).size, 2);
});

Deno.test("renderPng() draws letters, which need a font of its own", () => {
  const draw = (text: string) =>
    renderPng(
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">' +
        `<text x="5" y="20" font-family="Inter">${text}</text></svg>`,
    );
  const png = draw("loss");
  assertEquals(String.fromCharCode(...png.slice(1, 4)), "PNG");
  // Big-endian in the header: three pixels for each of the SVG.
  const view = new DataView(png.buffer, png.byteOffset);
  assertEquals([view.getUint32(16), view.getUint32(20)], [270, 90]);
  const empty = draw("");
  assert(png.length > empty.length + 100, `${png.length} ${empty.length}`);
});
