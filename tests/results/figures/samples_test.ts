import { assert, assertEquals, assertThrows } from "@std/assert";
import { writeJsonFile } from "../../../core/store/json_file.ts";
import { readSamples, type Samples } from "../../../results/figures/samples.ts";
import {
  drawReverse,
  drawSamples,
} from "../../../results/figures/samples_figure.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

const SETTING = { sampler: "ddpm", nSteps: 1000 };

/** Points on a line, in one dimension or two. */
function line(n: number, nColumns: number): number[][] {
  return Array.from({ length: n }, (_, i) => new Array(nColumns).fill(i / n));
}

function samplesIn(nColumns: number, values: Partial<Samples> = {}): Samples {
  return {
    setting: SETTING,
    columns: ["x", "y", "z"].slice(0, nColumns),
    samples: line(50, nColumns),
    data: line(40, nColumns),
    density: [],
    frames: [
      { noise: 0.9, rows: line(10, nColumns) },
      { noise: 0, rows: line(10, nColumns) },
    ],
    ...values,
  };
}

// deno-lint-ignore no-explicit-any
const layersOf = (figure: { spec: object }) => (figure.spec as any).layer;

Deno.test(
  "readSamples() takes the last setting, or the one that is named",
  () => {
    using folder = tempFolder();
    assertThrows(
      () => readSamples(folder.path),
      RangeError,
      "it has none. deno task eval draws them",
    );
    Deno.mkdirSync(`${folder.path}/samples`);
    const write = (name: string, time: number) => {
      const path = `${folder.path}/samples/${name}.json`;
      writeJsonFile(path, samplesIn(1, { setting: { name } }));
      Deno.utimeSync(path, time, time);
    };
    write("b", 100);
    write("a", 200);
    write(".hidden", 300);
    const found = readSamples(folder.path);
    assertEquals(found.samples.setting, { name: "a" });
    assertEquals(found.others, ["b"]);
    assertEquals(readSamples(folder.path, "b").samples.setting, { name: "b" });
    assertThrows(
      () => readSamples(folder.path, "c"),
      RangeError,
      "Unknown setting c: did you mean",
    );
  },
);

Deno.test("readSamples() says which field of a file is wrong", () => {
  using folder = tempFolder();
  Deno.mkdirSync(`${folder.path}/samples`);
  const attempt = (values: object, message: string) => {
    const fields = { ...samplesIn(1), ...values };
    writeJsonFile(`${folder.path}/samples/a.json`, fields);
    assertThrows(() => readSamples(folder.path), TypeError, message);
  };
  attempt({ samples: "many" }, "samples/a.json: samples: Invalid");
  attempt({ samples: [[1], ["one"]] }, ": samples.1.0: Invalid");
  attempt({ columns: [] }, ": columns: Invalid");
  attempt({ data: [[1], []] }, ": data.1: Invalid");
  attempt({ frames: [{ rows: [] }] }, ": frames.0.noise: Invalid");
  // What diverged is no error.
  writeJsonFile(`${folder.path}/samples/a.json`, {
    columns: ["x"],
    samples: [[1], ["NaN"]],
  });
  assertEquals(readSamples(folder.path).samples, {
    setting: {},
    columns: ["x"],
    samples: [[1], [NaN]],
    data: [],
    density: [],
    frames: [],
  });
});

Deno.test("readSamples() follows no link out of the run", () => {
  using folder = tempFolder();
  using elsewhere = tempFolder();
  writeJsonFile(`${elsewhere.path}/a.json`, samplesIn(1));
  Deno.symlinkSync(elsewhere.path, `${folder.path}/samples`);
  assertThrows(() => readSamples(folder.path), Error, "leads out");
});

Deno.test("drawSamples() draws points of two dimensions over those of the data", () => {
  const figure = drawSamples(samplesIn(2), { title: "Two" });
  const layers = layersOf(figure);
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

Deno.test("drawSamples() draws a histogram of area 1, and the density upon it", () => {
  const density = [[0.2, 1], [0.5, 2], [9, 9]];
  const [bars, curve] = layersOf(drawSamples(samplesIn(1, { density })));
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
  const [, outline] = layersOf(drawSamples(samplesIn(1)));
  assertEquals(outline.mark.interpolate, "step-after");
  assertEquals(outline.data.values.length, 12); // 40 points: wide bins.
  assertEquals(layersOf(drawSamples(samplesIn(1, { data: [] }))).length, 1);
});

Deno.test("drawSamples() says what it cannot show", () => {
  const three = drawSamples(samplesIn(3));
  assertEquals(three.omitted, ["columns beyond the first two: z"]);
  const samples = [...line(5, 2), [NaN, 1], [1, Infinity]];
  const diverged = drawSamples(samplesIn(2, { samples }));
  assertEquals(diverged.omitted, ["2 points, not finite"]);
  assertEquals(layersOf(diverged)[1].data.values.length, 5);
  const none = drawSamples(samplesIn(1, { samples: [[NaN]], data: [] }));
  assertEquals(none.omitted, ["1 point, not finite"]);
});

Deno.test("drawReverse() draws a picture for each share of noise, on the same axes", () => {
  const wide = line(10, 2).map(([x, y]) => [10 * x!, y!]);
  const { spec } = drawReverse(samplesIn(2, {
    frames: [{ noise: 0.95, rows: wide }, { noise: 0, rows: line(10, 2) }],
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
    () => drawReverse(samplesIn(1, { frames: [] })),
    RangeError,
    ": the samples have no frames",
  );
});

Deno.test("figures of samples compile, in one dimension and two", async () => {
  for (const nColumns of [1, 2]) {
    const samples = samplesIn(nColumns, {
      density: nColumns === 1 ? [[0.1, 1], [0.9, 1]] : [],
    });
    for (const draw of [drawSamples, drawReverse]) {
      const svg = await renderSvg(draw(samples).spec);
      assert(svg.startsWith("<svg") && svg.length > 2000);
      assertEquals(svg.includes("NaN"), false);
    }
  }
});
