import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { OptionError } from "../../../results/database/option_error.ts";
import { type Draw, fitFigure } from "../../../results/figures/fit.ts";
import { makeSpec } from "../../../results/figures/figure.ts";
import { drawReverse } from "../../../results/figures/samples_figure.ts";
import {
  measureSvg,
  parseSize,
  resizeSvg,
  type Size,
} from "../../../results/figures/size.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeSamples } from "../../../testing/figures.ts";

const TITLE =
  "mean over runs, bars: between-seed 95 % confidence interval of " +
  "all that was measured";

/** Points with a legend, in an inner area of a size. */
const draw: Draw = ({ width = 400, height = 100 }) => ({
  omitted: [],
  spec: makeSpec({}, [TITLE], {
    width,
    height,
    data: { values: [{ x: 1, s: "learning" }, { x: 2000, s: "rate" }] },
    mark: "point",
    encoding: {
      x: { field: "x", type: "quantitative" },
      y: { field: "x", type: "quantitative" },
      color: { field: "s", type: "nominal" },
    },
  }),
});

async function drawAt(size: Size, drawn = draw) {
  const svg = await renderSvg((await fitFigure(drawn, size)).spec);
  return { svg, whole: measureSvg(svg) };
}

Deno.test("fitFigure() draws figures whose whole has the width", async () => {
  for (const text of ["column", "text", "84mm"]) {
    const size = parseSize(text)!;
    const { svg, whole } = await drawAt(size);
    assert(Math.abs(whole.width - size.width!) <= 1, `${whole.width}`);
    // Letters have the same size in all.
    assert(svg.includes('font-size="11px"'), svg);
    const { width } = measureSvg(resizeSvg(svg, size));
    assertAlmostEquals(width, size.width!, 1e-3);
  }
});

Deno.test("fitFigure() fits the height too, and magnifies slides", async () => {
  const size = parseSize("slide")!;
  const { svg, whole } = await drawAt(size);
  assert(Math.abs(whole.width - 640) <= 1 && Math.abs(whole.height - 360) <= 1);
  const slide = resizeSvg(svg, size);
  assert(slide.includes('width="1280" height="720" viewBox="0 0 640 360"'));
  const { whole: high } = await drawAt({ height: 300, zoom: 1 });
  assert(Math.abs(high.height - 300) <= 1, `${high.height}`);
});

Deno.test("fitFigure() breaks titles that are wider than the figure", async () => {
  const { spec } = await fitFigure(draw, parseSize("column")!);
  const { text } = spec.title as unknown as { text: string[] };
  assertEquals([text.length > 1, text.join(" ")], [true, TITLE]);
});

Deno.test("fitFigure() divides the width among pictures", async () => {
  const samples = makeSamples(1);
  const { whole } = await drawAt(
    parseSize("text")!,
    (inner) => drawReverse(samples, inner),
  );
  assert(Math.abs(whole.width - 528) <= 2, `${whole.width}`);
});

Deno.test("fitFigure() refuses a size that text leaves nothing of", async () => {
  await assertRejects(
    () => fitFigure(draw, { width: 60, zoom: 1 }),
    OptionError,
    "its text leaves no room",
  );
});
