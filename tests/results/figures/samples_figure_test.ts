import type { FigureOptions } from "../../../results/figures/figure.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  drawReverse,
  drawSamples,
} from "../../../results/figures/samples_figure.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeRows, makeSamples } from "../../../testing/figures.ts";

// deno-lint-ignore no-explicit-any
const listLayers = (figure: { spec: object }) => (figure.spec as any).layer;

Deno.test("drawSamples() draws points in two dimensions over those of the data", () => {
  const figure = drawSamples(makeSamples(2), { title: "Two" });
  const layers = listLayers(figure);
  assertEquals(layers.length, 2);
  assertEquals(layers[0].data.values.length, 40);
  assertEquals(layers[1].data.values.length, 50);
  assertEquals(layers[1].data.values[10], { x: 0.2, y: 0.2 });
  assertEquals(
    layers.map((layer: { encoding: { color: { datum: string } } }) =>
      layer.encoding.color.datum
    ),
    ["data", "samples"],
  );
  assertEquals(figure.omitted, []);
  // deno-lint-ignore no-explicit-any
  const { title } = figure.spec as any;
  assertEquals(title.subtitle, ["50 samples: sampler=ddpm, nSteps=1000"]);
});

Deno.test("drawSamples() draws a histogram of area 1, and the density over it", () => {
  const density = [[0.2, 1], [0.5, 2], [9, 9]];
  const [bars, curve] = listLayers(drawSamples(makeSamples(1, { density })));
  type Bar = { x: number; to: number; density: number };
  const area = bars.data.values.reduce(
    (sum: number, { x, to, density }: Bar) => sum + (to - x) * density,
    0,
  );
  assert(Math.abs(area - 1) < 1e-12);
  // What lies beyond the points is not drawn.
  assertEquals(curve.data.values, [{ x: 0.2, density: 1 }, {
    x: 0.5,
    density: 2,
  }]);
  // Where it is not known, the outline of the data's own histogram.
  const [, outline] = listLayers(drawSamples(makeSamples(1)));
  assertEquals(outline.mark.interpolate, "step-after");
  assertEquals(outline.data.values.length, 12); // 40 points: wide bins.
  assertEquals(listLayers(drawSamples(makeSamples(1, { data: [] }))).length, 1);
});

Deno.test("drawSamples() says what it cannot show", () => {
  const three = drawSamples(makeSamples(3));
  assertEquals(three.omitted, ["columns beyond the first two: z"]);
  const samples = [...makeRows(5, 2), [NaN, 1], [1, Infinity]];
  const diverged = drawSamples(makeSamples(2, { samples }));
  assertEquals(diverged.omitted, ["2 points, not finite"]);
  assertEquals(listLayers(diverged)[1].data.values.length, 5);
  const none = drawSamples(makeSamples(1, { samples: [[NaN]], data: [] }));
  assertEquals(none.omitted, ["1 point, not finite"]);
});

Deno.test("drawReverse() draws a picture for each share of noise, on the same axes", () => {
  const wide = makeRows(10, 2).map(([x, y]) => [10 * x!, y!]);
  const { spec } = drawReverse(makeSamples(2, {
    frames: [{ noise: 0.95, rows: wide }, { noise: 0, rows: makeRows(10, 2) }],
  }));
  // deno-lint-ignore no-explicit-any
  const pictures = (spec as any).hconcat;
  assertEquals(
    pictures.map(({ title }: { title: { text: string } }) => title.text),
    ["0.95", "samples"],
  );
  const [first, last] = pictures;
  assertEquals(first.encoding.x.scale.domain, last.encoding.x.scale.domain);
  assert(first.encoding.x.scale.domain[1] > 9);
  assertThrows(
    () => drawReverse(makeSamples(1, { frames: [] })),
    RangeError,
    ": the samples have no frames",
  );
});

Deno.test("figures of samples compile, in one dimension and two", async () => {
  for (const nColumns of [1, 2]) {
    const samples = makeSamples(nColumns, {
      density: nColumns === 1 ? [[0.1, 1], [0.9, 1]] : [],
    });
    for (const draw of [drawSamples, drawReverse]) {
      const svg = await renderSvg(draw(samples).spec);
      assert(svg.startsWith("<svg") && svg.length > 2000);
      assertEquals(svg.includes("NaN"), false);
    }
  }
});

Deno.test("figures of samples have one scale for both axes, unless the units differ", () => {
  const draw = (yFactor: number, options: FigureOptions = {}) => {
    const rows = makeRows(50, 2).map(([x, y]) => [x!, yFactor * y!]);
    const samples = makeSamples(2, { samples: rows, data: rows });
    const { spec } = drawSamples(samples, options);
    // deno-lint-ignore no-explicit-any
    const { width, height, encoding } = spec as any;
    const [x, y] = [encoding.x, encoding.y].map(({ scale: { domain } }) =>
      domain[1] - domain[0]
    );
    return { width, height, ratio: (width / x!) / (height / y!) };
  };
  for (const factor of [0.3, 1, 2]) {
    const { width, height, ratio } = draw(factor);
    assert(Math.abs(ratio - 1) < 0.01, `${factor}: ${ratio}`);
    assertEquals(Math.max(width, height), 320);
  }
  assert(Math.abs(draw(2, { width: 200, height: 100 }).ratio - 1) < 1e-9);
  assertEquals(draw(1000).width, draw(1000).height);
});

Deno.test("points of samples are small where there are many, and never invisible", () => {
  const measure = (n: number, options: FigureOptions = {}) => {
    const samples = makeSamples(2, { samples: makeRows(n, 2) });
    const [, { mark: { size } }] = listLayers(drawSamples(samples, options));
    return 2 * Math.sqrt(size / Math.PI);
  };
  assert(measure(10) > measure(1000));
  assert(measure(100_000) >= 1.99);
  assert(measure(1000, { width: 60 }) >= 1.99);
});
