import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeSpec } from "../../../results/figures/figure.ts";
import { drawHistory } from "../../../results/figures/history.ts";
import { drawSamples } from "../../../results/figures/samples_figure.ts";
import { measureLine } from "../../../results/figures/svg.ts";
import { renderText } from "../../../results/figures/terminal.ts";
import {
  makeHistories,
  makeSamples,
  readAllHistories,
} from "../../../testing/figures.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

/** Two series of points with error bars, joined by lines. */
function drawBars({ width = 0, height = 96 }) {
  const values = [
    ...[[1, 1], [2, 3], [3, 4]].map(([x, y]) => ({ x, y, s: "a" })),
    ...[[1, 4], [2, 2], [3, 1]].map(([x, y]) => ({ x, y, s: "b" })),
  ].map((point) => ({ ...point, low: point.y! - 1, high: point.y! + 1 }));
  const y = { field: "y", type: "quantitative", title: "loss" };
  const series = { field: "s", type: "nominal", title: null };
  return {
    omitted: ["a row"],
    spec: makeSpec({}, ["mean over runs"], {
      width,
      height,
      data: { values },
      encoding: {
        x: { field: "x", type: "quantitative", axis: { values: [1, 2, 3] } },
        y,
        stroke: series,
      },
      layer: [
        { mark: "line" },
        {
          mark: "rule",
          encoding: { y: { ...y, field: "low" }, y2: { field: "high" } },
        },
        { mark: "point", encoding: { shape: series, fill: series } },
      ],
    }),
  };
}

// A person has looked at these pictures.
const BARS = `mean over runs

 loss
 │⡇                                   ⢸    ● a
4┤■⣀⡀               ⡄             ⣀⣀⣀⡤●    ■ b
 │⡇ ⠉⠙⠒⠦⢄⣀          ⡇ ⢀⣀⣀⣠⠤⠤⠔⠒⠒⠋⠉⠉⠁   ⢸
 │⠁       ⠉⠑⠲⠤⣄⣀⣀⡤⠴⠒●⠉⠉               ⠈
2┤⡀       ⣀⡠⠴⠒⠋⠉⠉⠓⠲⠤■⣀⣀               ⢀
 │⡇ ⣀⣠⠤⠖⠊⠉          ⡇ ⠈⠉⠉⠙⠒⠒⠢⠤⠤⣄⣀⣀⡀   ⢸
 │●⠉⠁               ⠃             ⠉⠉⠉⠓■
 │⡇                                   ⢸
0┤┬─────────────────┬──────────────────┬
  1.0              2.0              3.0
                    x`;

Deno.test("renderText() draws points, error bars, axes and a legend", async () => {
  const { text, omitted } = await renderText(drawBars, { columns: 48 });
  assertEquals(text, BARS);
  assertEquals(omitted, ["a row"]);
  assert(text.split("\n").every((line) => line.length <= 48));
});

Deno.test("renderText() colours series only where asked to", async () => {
  const plain = await renderText(drawBars, { columns: 48 });
  assertEquals(plain.text.includes("\x1b"), false);
  const { text } = await renderText(drawBars, { columns: 48, color: true });
  for (const code of [34, 33]) assert(text.includes(`\x1b[${code}m`));
  // deno-lint-ignore no-control-regex
  assertEquals(text.replaceAll(/\x1b\[\d+m/g, ""), plain.text);
});

Deno.test("renderText() marks curves with signs, and draws bands", async () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    (rate, seed) =>
      Array.from(
        { length: 40 },
        (_, i) => ({ step: i + 1, loss: (1 + 4 * seed) / rate - i / 20 }),
      ),
  );
  const histories = readAllHistories(folder.path);
  const { text } = await renderText(
    (inner) =>
      drawHistory(histories, { ...inner, height: 120, measure: ["loss"] }),
    { columns: 60, signsOnCurves: true },
  );
  assertMatch(text, /\* ?rate=1$/m);
  assertMatch(text, /\+ ?rate=2$/m);
  assert(text.split("\n").filter((line) => line.includes("*")).length > 2);
  assertMatch(text, /⠅⠅⠅/);
});

Deno.test("renderText() draws bars of histograms and single dots", async () => {
  const draw = async (nColumns: number) =>
    (await renderText((inner) => drawSamples(makeSamples(nColumns), inner), {
      columns: 60,
    })).text;
  assertMatch(await draw(1), /⡪⡪⡪/);
  assertMatch(await draw(2), /[⠁⠂⠄⡀⠈⠐⠠⢀]/);
});

Deno.test("renderText() writes no control characters, and measures as before after it", async () => {
  const before = measureLine("loss", {});
  const { text } = await renderText(({ width = 0 }) => ({
    omitted: [],
    spec: makeSpec({ title: "a\x1b[2Jb" }, ["c"], {
      width,
      height: { step: 26 },
      data: { values: [{ x: 1, y: "bad\x07name" }] },
      mark: "point",
      encoding: {
        x: { field: "x", type: "quantitative" },
        y: { field: "y", type: "nominal" },
      },
    }),
  }));
  assertMatch(text, /a\uFFFD\[2Jb\n/);
  assertMatch(text, /bad\uFFFDname┤/);
  assertEquals(measureLine("loss", {}), before);
});
