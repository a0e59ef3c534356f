import { assertEquals, assertMatch } from "@std/assert";
import { renderSvg } from "../../../results/figures/svg.ts";
import { drawColumn, SWEEP } from "../../../testing/figures.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { type Losses, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test(
  "drawPoints() draws the mean and error of each cell, with a tooltip",
  async () => {
    const { points, title } = await drawColumn(SWEEP, {
      x: "rate",
      series: "model",
    });
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
  "drawPoints() draws confidence intervals if asked for",
  async () => {
    const { points, title } = await drawColumn(SWEEP.slice(0, 3), {
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

Deno.test("drawPoints() chooses axes by the values", async () => {
  const { encoding } = await drawColumn(SWEEP, { x: "rate", series: "model" });
  assertEquals([encoding.x.type, encoding.x.scale.type], [
    "quantitative",
    "log",
  ]);
  const byModel = await drawColumn(
    SWEEP.slice(0, 3).concat(SWEEP.slice(9, 12)),
    {
      x: "model",
    },
  );
  assertEquals(byModel.encoding.x.type, "nominal");
  // Without a key each row has a line of its own.
  const lines = await drawColumn(SWEEP);
  assertEquals(lines.encoding.y.type, "nominal");
  assertEquals(lines.points[0]!.x, "rate=0.001, model=a");
});

Deno.test("drawPoints() lists what it leaves out", async () => {
  const { points, omitted } = await drawColumn(
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
  const { spec } = await drawColumn(
    replicates([[{ rate: 1 }, [1, 1, 1]], [{ rate: 2 }, [90, 90, 90]]]),
    { x: "rate", aggregate: "median", yScale: "log" },
  );
  assertMatch(await renderSvg(spec), /loss/);
});

Deno.test("drawPoints() orders series by their values, drawn or not", async () => {
  const { encoding, points } = await drawColumn(
    replicates([
      [{ rate: 1, size: 20 }, [2, 3]],
      [{ rate: 1, size: 100 }, [4, 5]],
      [{ rate: 2, size: 3 }, [NaN, 6]],
    ]),
    { x: "rate", series: "size" },
  );
  assertEquals(points.map(({ series }) => series), ["20", "100"]);
  assertEquals(encoding.stroke.scale.domain, ["3", "20", "100"]);
  assertEquals(encoding.stroke.legend.values, ["20", "100"]);
});

Deno.test("drawPoints() names the key that means are across", async () => {
  const { points, title } = await drawColumn(makeDatasets(), {
    across: "dataset",
  });
  assertEquals(title.text, [
    "mean over the values of dataset, bars: between-dataset standard error",
  ]);
  assertMatch(
    points[0]!.tooltip,
    /between-dataset, n = 6: dataset=0, .*, dataset=5$/,
  );
});

Deno.test("drawPoints() puts points side by side where bars would cover each other", async () => {
  const draw = async (gap: number) => {
    const { points, encoding } = await drawColumn(
      replicates(
        [1, 2, 4].flatMap((rate) =>
          ["a", "b"].map((model, i): Losses => [
            { rate, model },
            [rate + gap * i, rate + gap * i + 1],
          ])
        ),
      ),
      { x: "rate", series: "model" },
    );
    assertEquals(encoding.x.field, "at");
    const [low, high] = encoding.x.scale.domain;
    const pixels = (value: number) =>
      420 * Math.log(value / low) / Math.log(high / low);
    const shifts = (points as unknown as { x: number; at: number }[])
      .map(({ x, at }) => Math.round(pixels(at) - pixels(x)));
    return shifts;
  };
  assertEquals(await draw(0.5), [-5, 5, -5, 5, -5, 5]);
  // Bars of one place that are apart stay there.
  assertEquals(await draw(100), [0, 0, 0, 0, 0, 0]);
});

Deno.test("drawPoints() ends axes a little beyond the values, with ticks at those of a key", async () => {
  const { encoding } = await drawColumn(
    replicates([
      [{ rate: 0.98 }, [0.03, 0.03]],
      [{ rate: 0.99 }, [0.2, 0.2]],
      [{ rate: 1 }, [0.7, 0.7]],
    ]),
    { x: "rate" },
  );
  assertEquals(encoding.x.axis.values, [0.98, 0.99, 1]);
  // Vega's own labels were 1, 1 and 1.
  assertMatch(encoding.x.axis.labelExpr, /^\["0.98","0.99","1"\]/);
  assertEquals(encoding.y.scale.type, "log");
  const [low, high] = encoding.y.scale.domain;
  // Whole decades would reach from 0.01 to 1.
  assertEquals([low > 0.025, high < 0.8], [true, true]);
});
