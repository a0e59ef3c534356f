import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "csv-parse/sync";
import { compare, type Comparison } from "../../results/compare.ts";
import { RunDatabase } from "../../results/database.ts";
import { FORMATS, render } from "../../results/render.ts";
import { tempFolder, testWith } from "../_helpers.ts";
import { makeRun } from "../_runs.ts";

function comparisonOf(): Comparison {
  using folder = tempFolder();
  makeRun(folder.path, {
    id: "a",
    config: { seed: 1, sizes: [128, 64], note: 'x|y, "z"' },
    records: [
      [{ name: "loss" }, { mean: 1 / 3, error: 0.0123, n: 100, df: 9 }],
      [{ name: "loss/final" }, { mean: 1 / 7, error: NaN, n: 1 }],
      [{ name: "sampling", nSteps: 5, nSamples: 9 }, {
        mean: NaN,
        error: NaN,
        n: 9,
      }],
    ],
  });
  makeRun(folder.path, {
    id: "b",
    config: { seed: 2, sizes: [128], note: "漢字" },
    records: [
      [{ name: "loss" }, { mean: 0.5, error: 0.2, n: 50 }],
      [{ name: "sampling", nSteps: 50, nSamples: 9 }, {
        mean: 2,
        error: 0,
        n: 9,
      }],
    ],
  });
  return compare(new RunDatabase(folder.path));
}

testWith(
  "files",
  "render() writes a table for the terminal, numbers to the right",
  async () => {
    const lines = (await render(comparisonOf(), "table")).split("\n");
    assertEquals(lines, [
      "run  seed  sizes   note               loss  loss/final  sampling (nSteps=5)  sampling (nSteps=50)",
      "─".repeat(lines[0]!.length),
      'a       1  128,64  x|y, "z"  0.333 ± 0.012    0.142857            NaN ± NaN                     –',
      "b       2  128     漢字        0.50 ± 0.20           –                    –                 2 ± 0",
      "",
      "± is the within-run standard error. Observations behind each value:",
      "  loss: 50 to 100",
      "  loss/final: 1",
      "  sampling (nSamples=9, nSteps=5): 9",
      "  sampling (nSamples=9, nSteps=50): 9",
    ]);
  },
);

testWith(
  "files",
  "render() writes Markdown with its bars escaped",
  async () => {
    const text = await render(comparisonOf(), "md");
    const [header, rule, first] = text.split("\n");
    assertEquals(header!.split(" | ").length, 8);
    assertEquals(rule!.includes("---: |"), true);
    assertStringIncludes(first!, 'x\\|y, "z"');
    assertStringIncludes(first!, "0.333 ± 0.012");
  },
);

testWith(
  "files",
  "render() writes CSV in full precision, a column each for mean, error, n and kind",
  async () => {
    const text = await render(comparisonOf(), "csv");
    const [first, second] = parse(text, { columns: true }) as unknown as Record<
      string,
      string
    >[];
    assertEquals(first!.run, "a");
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

testWith("files", "render() writes JSON as the design has it", async () => {
  const { rows, problems } = JSON.parse(await render(comparisonOf(), "json"));
  assertEquals(problems, []);
  assertEquals(rows[0], {
    config: { seed: 1, sizes: [128, 64], note: 'x|y, "z"' },
    runs: ["a"],
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
});

testWith(
  "files",
  "render() carries the same numbers in every format",
  async () => {
    const comparison = comparisonOf();
    for (const format of FORMATS) {
      const text = await render(comparison, format);
      assertStringIncludes(
        text,
        format === "table" || format === "md" ? "0.333" : "0.3333333333333333",
      );
    }
  },
);
