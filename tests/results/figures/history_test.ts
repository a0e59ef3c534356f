import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { History } from "../../../core/store/history.ts";
import type { Problem } from "../../../core/store/run_file.ts";
import { groupReplicates } from "../../../results/compare/replicates.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import {
  listMeasures,
  readHistories,
} from "../../../results/figures/histories.ts";
import {
  drawHistory,
  type HistoryOptions,
} from "../../../results/figures/history.ts";
import { renderSvg } from "../../../results/figures/svg.ts";
import { makeHistories, readAllHistories } from "../../../testing/figures.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

interface Drawn {
  readonly at: number;
  readonly label: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly tooltip: string;
}

async function draw(
  runs: string,
  options: Partial<HistoryOptions> = {},
  problems: Problem[] = [],
) {
  const { spec, omitted } = await drawHistory(
    readAllHistories(runs, problems),
    {
      measure: "loss",
      ...options,
    },
  );
  // deno-lint-ignore no-explicit-any
  const { data, encoding, layer } = spec as any;
  return { curve: data.values as Drawn[], encoding, layer, omitted, spec };
}

Deno.test(
  "drawHistory() draws the mean of replicates with a band, and a single run as a line",
  async () => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (rate, seed) =>
        [1, 2].map((step) => ({ step, loss: 10 * rate + seed * step })),
    );
    const { curve, encoding, spec } = await draw(folder.path);
    assertEquals(encoding.x.title, "step");
    const [first, second, single] = curve;
    assertEquals([first!.label, first!.at, first!.mean], ["rate=1", 1, 12]);
    assertAlmostEquals(first!.high - first!.mean, 1 / Math.sqrt(3), 1e-12);
    assertEquals(second!.mean, 14);
    assertEquals([single!.label, single!.mean], ["rate=2", 21]);
    assert(Number.isNaN(single!.low));
    assertEquals(
      first!.tooltip,
      "rate=1 · step 1: loss 12.00\n± 0.58 between-seed, n = 3",
    );
    const svg = await renderSvg(spec);
    assert(svg.includes(">rate=1</text>") && svg.includes(">step</text>"));
    // R: 12 + qt(0.975, 2) / sqrt(3)
    const { curve: wide } = await draw(folder.path, { ci: 95 });
    assertEquals(wide[0]!.high.toFixed(6), "14.484138");
  },
);

Deno.test(
  "drawHistory() leaves a gap where a replicate is not finite",
  async () => {
    using folder = tempFolder();
    makeHistories(folder.path, (_, seed) =>
      [1, 2, 3].map((step) => ({
        step,
        loss: step === 2 && seed === 3 ? Infinity : seed,
      })));
    const { curve, spec, omitted } = await draw(folder.path);
    assertEquals(omitted, [
      "rate=1: loss is not finite at step 2 and possibly later",
    ]);
    assertEquals(curve.slice(0, 3).map(({ mean }) => mean), [2, Infinity, 2]);
    assertEquals((await renderSvg(spec)).includes("NaN"), false);
  },
);

Deno.test(
  "drawHistory() takes one value of each run at each place, and thins long histories",
  async () => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (_, seed) =>
        Array.from({ length: 3000 }, (_, index) => ({
          step: index + 1,
          epoch: 1 + (index >> 1),
          loss: index + seed,
        })),
    );
    const { curve } = await draw(folder.path, { x: "epoch" });
    // Of the two lines of an epoch the last, of three runs.
    assertEquals(curve[0]!.mean, 1 + 2);
    // Two curves of 240 parts, with a smallest and a largest value each.
    assert(curve.length <= 2 * 2 * 241, String(curve.length));
    assertEquals(curve.at(-1)!.at, 1500);
  },
);

Deno.test(
  "drawHistory() shows the extremes and the gaps of long histories, and both ends",
  async () => {
    using folder = tempFolder();
    const odd = new Map<number, number | string>([
      [1234, 90],
      [1235, -70],
      [4321, "NaN"],
    ]);
    makeHistories(
      folder.path,
      (rate, seed) =>
        Array.from({ length: 5000 }, (_, i) => ({
          step: i + 1,
          loss: rate === 2 ? odd.get(i) ?? i % 7 : seed * (1 + i % 7),
        })),
    );
    const { curve, omitted } = await draw(folder.path);
    const of = (label: string) =>
      curve.filter((point) => point.label === label);
    const single = of("rate=2"), several = of("rate=1");
    const means = single.map(({ mean }) => mean);
    assertEquals([single[0]!.at, single.at(-1)!.at], [1, 5000]);
    assert(means.includes(90) && means.includes(-70));
    assertEquals(single.filter(({ mean }) => Number.isNaN(mean)).length, 1);
    assertEquals(omitted, [
      "rate=2: loss is not finite at step 4322 and possibly later",
    ]);
    // Each point is a mean of all runs at its place, with the error of that.
    for (const { at, mean, low, high } of several) {
      const expected = 2 * (1 + (at - 1) % 7);
      assertAlmostEquals(mean, expected, 1e-12);
      assertAlmostEquals(high - low, expected / Math.sqrt(3), 1e-12);
    }
    // Neither of the two sides is thinner on a logarithmic axis.
    const log = (await draw(folder.path, { xScale: "log" })).curve;
    assert(log.filter(({ at }) => at <= 50).length > 50);
    assert(log.length < 2 * 2 * 241, String(log.length));
  },
);

Deno.test(
  "drawHistory() aligns runs whose steps are not in order",
  async () => {
    using folder = tempFolder();
    makeHistories(folder.path, (_, seed) => {
      const lines = [1, 2, 3].map((step) => ({ step, loss: step + seed }));
      return seed === 2 ? [...lines.reverse(), { step: 2, loss: 40 }] : lines;
    });
    const { curve } = await draw(folder.path);
    assertEquals(curve.slice(0, 3).map(({ at, mean }) => [at, mean]), [
      [1, 3],
      [2, (3 + 40 + 5) / 3],
      [3, 5],
    ]);
  },
);

Deno.test(
  "drawHistory() draws a damaged history up to the damage, and reports it",
  async () => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (_, seed) => [1, 2, 3].map((step) => ({ step, loss: seed })),
    );
    const path = `${folder.path}/r2s1/metrics.jsonl`;
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, text.replace(/.*"step":3.*/, "null"));
    const problems: Problem[] = [];
    const { curve } = await draw(folder.path, {}, problems);
    assertEquals(
      problems.map(({ run, reason }) => [run, reason]),
      [["r2s1", `Cannot read ${path}:4: it is no JSON object`]],
    );
    const drawn = curve.filter(({ label }) => label === "rate=2");
    assertEquals(drawn.map(({ at }) => at), [1, 2]);
  },
);

Deno.test(
  "drawHistory() has a legend entry for each curve, with a band or without",
  async () => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (rate) => [1, 2].map((step) => ({ step, loss: rate })),
    );
    const svg = await renderSvg((await draw(folder.path)).spec);
    // A row of three runs and one of a single run.
    assert(svg.includes(">rate=1</text>") && svg.includes(">rate=2</text>"));
  },
);

Deno.test(
  "drawHistory() counts lines without a step, and skips texts",
  async () => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (_, seed) =>
        seed === 3
          ? [{ loss: 5 }]
          : [{ loss: 1 }, { loss: "lost" }, { loss: 3, late: 1 }],
    );
    const { curve, encoding, omitted } = await draw(folder.path);
    assertEquals(encoding.x.title, "line");
    assertEquals(curve.slice(0, 2).map(({ at }) => at), [1, 3]);
    assertEquals(omitted, [
      "rate=1: at line 3 and possibly elsewhere the mean is of 2 of 3 runs",
    ]);
    assertEquals(listMeasures(readAllHistories(folder.path)), ["loss", "late"]);
  },
);

Deno.test(
  "drawHistory() names unknown measures, and what it cannot read",
  async () => {
    using folder = tempFolder();
    makeHistories(folder.path, () => [{ step: 1, loss: 1, "time/step": 2 }]);
    await assertRejects(
      () => draw(folder.path, { measure: "los" }),
      Error,
      "did you mean loss?",
    );
    await assertRejects(
      () => draw(folder.path, { x: "stp" }),
      Error,
      "did you mean step?",
    );
    Deno.writeTextFileSync(`${folder.path}/r1s2/metrics.jsonl`, "torn\nx\n");
    const problems: Problem[] = [];
    const { curve } = await draw(folder.path, {}, problems);
    assertEquals(problems.map(({ run }) => run), ["r1s2"]);
    assertEquals(curve[0]!.tooltip.endsWith("n = 2"), true);
    assertEquals(listMeasures(readAllHistories(folder.path)), ["loss"]);
  },
);

Deno.test(
  "drawHistory() refuses more curves than can be told apart",
  async () => {
    using folder = tempFolder();
    for (let rate = 0; rate < 41; rate++) {
      const path = makeRun(folder.path, { id: `r${rate}`, config: { rate } });
      using history = new History(path, `r${rate}`);
      history.append({ step: 1, loss: rate });
    }
    await assertRejects(
      () => draw(folder.path),
      Error,
      "41 curves: more than 40",
    );
  },
);

Deno.test(
  "drawHistory() has no legend entry for a curve without the measure",
  async () => {
    using folder = tempFolder();
    makeHistories(folder.path, (rate) => [{ step: 1, [`loss${rate}`]: 1 }]);
    const { layer, omitted } = await draw(folder.path, { measure: "loss2" });
    const { scale, legend } = layer[1].encoding.stroke;
    assertEquals(scale.domain, ["rate=1", "rate=2"]);
    assertEquals(legend.values, ["rate=2"]);
    assertEquals(omitted, ["rate=1: no loss2"]);
  },
);

Deno.test("drawHistory() breaks long labels between keys", async () => {
  using folder = tempFolder();
  const long = "x".repeat(50);
  for (const id of ["a", "b"]) {
    const config = { first: `${id}${long}`, second: `${id}${long}` };
    const path = makeRun(folder.path, { id, config });
    using history = new History(path, id);
    history.append({ step: 1, loss: 1 });
  }
  const svg = await renderSvg((await draw(folder.path)).spec);
  for (const key of ["first", "second"]) {
    assertMatch(svg, new RegExp(`>${key}=a${long},?<`));
  }
});

Deno.test(
  "drawHistory() across a key averages its runs, and shows the error between its values",
  async () => {
    using folder = tempFolder();
    // The means of the datasets are 1, 3 and 8, whatever the number of runs.
    const losses = [[0, 2], [3, 3, 3], [8]];
    losses.forEach((values, dataset) =>
      values.forEach((loss, seed) => {
        const id = `d${dataset}s${seed}`;
        const path = makeRun(folder.path, { id, config: { dataset, seed } });
        using history = new History(path, id);
        history.append({ step: 1, loss });
      })
    );
    const nuisance = ["seed", "dataset"];
    const groups = groupReplicates([...new RunDatabase(folder.path)], nuisance);
    const drawAcross = async (across: string) => {
      const histories = readHistories(groups, { nuisance, across });
      const options = { measure: "loss", across };
      // deno-lint-ignore no-explicit-any
      return (await drawHistory(histories, options)).spec as any;
    };
    const { data, title } = await drawAcross("dataset");
    const [{ mean, low, tooltip }] = data.values;
    assertEquals(mean, 4);
    // R: sd(c(1, 3, 8)) / sqrt(3)
    assertAlmostEquals(mean - low, 2.081666, 1e-6);
    assertMatch(tooltip, /± 2.1 between-dataset, n = 3$/);
    // A flag that was not given is an empty text.
    const [pooled] = (await drawAcross("")).data.values;
    assertMatch(pooled.tooltip, /between-seed, n = 6$/);
    assertEquals(title.text, [
      "mean over the values of dataset, band: between-dataset standard error",
    ]);
  },
);

Deno.test("drawHistory() marks the ends of runs that are not completed", async () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    (rate, seed) =>
      Array.from({ length: seed === 2 ? 3 : 5 }, (_, step) => ({
        step,
        loss: rate + step,
      })),
  );
  const info = JSON.parse(
    Deno.readTextFileSync(`${folder.path}/r1s2/run.json`),
  );
  Deno.writeTextFileSync(
    `${folder.path}/r1s2/run.json`,
    JSON.stringify({ ...info, status: "failed" }),
  );
  const { layer, spec } = await draw(folder.path);
  const ends = layer.find((
    { encoding }: { encoding: { shape?: object } },
  ) => encoding.shape);
  assertEquals(ends.data.values, [
    { label: "rate=1", at: 2, mean: 3, end: "run failed" },
  ]);
  assertMatch(await renderSvg(spec), />run failed<\/text>/);
});

Deno.test("drawHistory() draws a panel for each value of a key, and each measure", async () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    (rate) => [1, 2].map((step) => ({ step, loss: rate, "time/step": step })),
  );
  const histories = readAllHistories(folder.path);
  const list = async (options: HistoryOptions) => {
    // deno-lint-ignore no-explicit-any
    const { concat } = (await drawHistory(histories, options)).spec as any;
    // deno-lint-ignore no-explicit-any
    return concat.map(({ title, data, encoding }: any) => [
      title.text,
      data.values[0].label,
      encoding.y.title,
    ]);
  };
  assertEquals(await list({ measure: "loss", facet: "rate" }), [
    ["rate=1", "all runs", "loss"],
    ["rate=2", "all runs", null],
  ]);
  // Times are in seconds.
  assertEquals(await list({ measure: ["loss", "time/step"] }), [
    ["loss", "rate=1", null],
    ["time/step [s]", "rate=1", null],
  ]);
  await assertRejects(
    () => list({ measure: "loss", facet: "rat" }),
    Error,
    "did you mean rate?",
  );
});

Deno.test("drawHistory() draws noise without dashes", async () => {
  const listDashes = async (noise: number) => {
    using folder = tempFolder();
    makeHistories(
      folder.path,
      (rate) =>
        Array.from({ length: 100 }, (_, step) => ({
          step,
          loss: rate + step / 100 + noise * (step % 2),
        })),
    );
    const { layer } = await draw(folder.path);
    return layer[1].encoding.strokeDash.scale.range as number[][];
  };
  assertEquals((await listDashes(0.5)).every(([dash]) => dash === 1), true);
  assertEquals((await listDashes(0)).every(([dash]) => dash === 1), false);
});

Deno.test("drawHistory() draws no panel without a curve, and says what is missing", async () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    (rate) => [1, 2].map((step) => ({ step, [`loss${rate}`]: 1 })),
  );
  const { spec, omitted } = await drawHistory(readAllHistories(folder.path), {
    measure: "loss2",
    facet: "rate",
  });
  // deno-lint-ignore no-explicit-any
  assertEquals((spec as any).title.text, [
    "mean over runs, band: between-seed standard error",
  ]);
  // deno-lint-ignore no-explicit-any
  assertEquals((spec as any).concat.length, 1);
  assertEquals(omitted, ["rate=1, all runs: no loss2"]);
});
