import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "csv-parse/sync";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { render } from "../../../results/tables/render.ts";
import { makeCrossed, makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns } from "../../../testing/made.ts";
import { MODELS, single } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() writes CSV in full precision, a column each for mean, error, n and kind",
  async () => {
    const text = await render(await single(), "csv");
    const [first, second] = parse(text, { columns: true }) as unknown as Record<
      string,
      string
    >[];
    assertEquals([first!.runs, first!.total], ["a", "1"]);
    assertEquals(first!.sizes, "128,64");
    assertEquals(first!.note, 'x|y, "z"');
    assertEquals(Number(first!["loss mean"]), 1 / 3);
    assertEquals(first!["loss error"], "0.0123");
    assertEquals(first!["loss n"], "100");
    assertEquals(first!["loss kind"], "within-run");
    assertEquals(first!["loss/final error"], "NaN");
    assertEquals(second!["loss/final mean"], "");
  },
);

Deno.test(
  "render() writes no CSV cell that a spreadsheet would run, and keeps numbers numbers",
  async () => {
    const runs = ["=1+1", "+1", "@a", "-x", "\uFF1D1", -0.5, "plain"]
      .map((value, index): MadeRun => ({
        id: `a${index}`,
        config: { value },
        records: [[{ name: "=loss" }, {
          mean: index ? -1.5 : -Infinity,
          error: NaN,
          n: 9,
        }]],
      }));
    const text = await render(await compareRuns(runs), "csv");
    const [header, ...lines] = parse(text);
    assertEquals(header!.slice(2, 5), ["value", "'=loss mean", "'=loss error"]);
    assertEquals(lines.map((cells) => cells[2]).sort(), [
      ...["'+1", "'-x", "'=1+1", "'@a", "'\uFF1D1", "-0.5", "plain"],
    ]);
    assertEquals(
      new Set(lines.map((cells) => cells[3])),
      new Set(["-Infinity", "-1.5"]),
    );
    assertEquals(new Set(lines.map((cells) => cells[4])), new Set(["NaN"]));
  },
);

Deno.test("render() writes verdicts into CSV too", async () => {
  const options = { baseline: ["model=identity"], ci: 95, detect: 0.5 };
  const text = await render(await compareRuns(MODELS, options), "csv");
  const [base, mlp, copy] = parse(text, { columns: true }) as unknown as Record<
    string,
    string
  >[];
  assertEquals(
    Object.keys(mlp!).slice(3),
    [
      ...["mean", "error", "n", "kind", "low", "high", "standing"],
      ...["difference", "difference low", "difference high", "p", "p adjusted"],
      ...["test", "resolved", "pairs", "detectable", "seeds needed"],
    ].map((part) => `loss ${part}`),
  );
  assertEquals(base!["loss p"], "");
  assertEquals(mlp!["loss test"], "paired t");
  assertEquals(mlp!["loss detectable"], "");
  assertEquals(Number(copy!["loss detectable"]) > 0.1, true);
  assertEquals(copy!["loss seeds needed"], "3");
});

Deno.test("render() writes ranks and sources of the variance into CSV too", async () => {
  const read = async (runs: MadeRun[], options: CompareOptions) =>
    parse(await render(await compareRuns(runs, options), "csv"), {
      columns: true,
    }) as unknown as Record<string, string>[];
  const ranks = await read(makeDatasets(), { across: "dataset" });
  assertEquals(ranks.map((row) => row["loss rank"]), ["2", "1", "3"]);
  assertEquals(ranks.map((row) => row["loss best is better"] === ""), [
    false,
    true,
    false,
  ]);
  const [row] = await read(makeCrossed(), {
    nuisance: ["split"],
    variance: true,
  });
  const sources = ["split", "seed", "remainder", "evaluation"];
  const sum = sources.reduce(
    (sum, name) => sum + Number(row![`loss share of ${name}`]),
    0,
  );
  assertAlmostEquals(sum, 1, 1e-9);
  assertEquals(Number(row!["loss share of split low"]) > 0.7, true);
});

Deno.test(
  "render() names ratios and medians in data and in words",
  async () => {
    const runs = MODELS.slice(0, 10);
    const cols = { rows: ["experiment"], cols: ["model"] };
    const ratio = await compareRuns(runs, {
      ...cols,
      relativeTo: ["model=mlp"],
      ci: 95,
    });
    assertStringIncludes(
      await render(ratio, "table"),
      "[low, high] is the between-seed 95 % confidence interval of the ratio of two means (Fieller's).",
    );
    assertMatch(await render(ratio, "csv"), /"loss \(model=""mlp""\) ratio"/);
    const median = await compareRuns(runs, { aggregate: "median", ci: 95 });
    assertMatch(await render(median, "csv"), /,loss median,/);
    assertStringIncludes(
      await render(median, "table"),
      "A median has no interval if there are too few runs",
    );
    const { settings } = JSON.parse(await render(median, "json"));
    assertEquals(settings, {
      value: "median",
      level: 0.95,
      test: "t",
      alpha: 0.05,
      family: "column",
    });
  },
);

Deno.test("render() writes rows, cells and settings as JSON", async () => {
  const { rows, problems } = JSON.parse(await render(await single(), "json"));
  assertEquals(problems, []);
  assertEquals(rows[0], {
    config: { sizes: [128, 64], note: 'x|y, "z"' },
    runs: ["a"],
    total: 1,
    cells: {
      "loss": {
        mean: 1 / 3,
        error: 0.0123,
        n: 100,
        df: 9,
        kind: "within-run",
      },
      "loss/final": { mean: 1 / 7, error: "NaN", n: 1, kind: "within-run" },
      "sampling (nSamples=9, nSteps=5)": {
        mean: "NaN",
        error: "NaN",
        n: 9,
        kind: "within-run",
      },
    },
  });
  const options = { baseline: ["model=identity"], ci: 95 };
  const json = JSON.parse(
    await render(await compareRuns(MODELS, options), "json"),
  );
  const { loss } = json.rows[1].cells;
  assertEquals(loss.standing, "best");
  assertEquals(loss.interval.length, 2);
  const { difference, interval, p, pAdjusted, ...rest } = loss.comparison;
  assertEquals([difference < 0, interval.length, p < pAdjusted], [
    true,
    2,
    true,
  ]);
  assertEquals(rest, {
    baseline: "model=identity",
    test: "paired t",
    pairs: 5,
    isResolved: true,
  });
  assertEquals(json.rows[3].cells.loss.comparison, {
    baseline: "model=identity",
    reason: "fewer than 3 runs on a side",
  });
});

Deno.test("render() writes with which α the verdicts of a column are reached", async () => {
  const options = { baseline: ["model=identity"], family: "table" } as const;
  const { columns } = JSON.parse(
    await render(await compareRuns(MODELS, options), "json"),
  );
  // A baseline and ranks share α.
  assertEquals([columns.loss.better, columns.loss.method.alpha], [
    "lower",
    0.025,
  ]);
});
