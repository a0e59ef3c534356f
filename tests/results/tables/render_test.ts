import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "csv-parse/sync";
import type { LatexOptions } from "../../../results/tables/latex.ts";
import { FORMATS, render } from "../../../results/tables/render.ts";
import {
  skipUnlessGranted,
  testWithProgram,
} from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { compileLatex } from "../../../testing/latex.ts";
import { MODELS, single } from "../../../testing/tables.ts";

skipUnlessGranted("files");

/** All numbers of a text as it rounds them, in their order. */
const numbersOf = (text: string) => text.match(/\d+\.\d+|<0.0001/g) ?? [];

/** Values that are written with a power of ten, and signs behind them. */
const TINY = replicates([
  [{ rate: 1 }, [1e-9, 1.1e-9, 1.3e-9]],
  [{ rate: 2 }, [1.1e-9, 1.15e-9, 1.2e-9]],
  [{ rate: 3 }, [5e-9]],
]);

Deno.test(
  "render() shows intervals instead of errors on request",
  async () => {
    const comparison = await compareRuns(MODELS.slice(5, 10), { ci: 95 });
    const text = await render(comparison, "table");
    // R: t.test(c(.5,.7,.65,.8,.4))$conf.int
    assertMatch(text, /^ +5 +0\.61 \[0\.41, 0\.81\]$/m);
    assertStringIncludes(
      text,
      "[low, high] is the between-seed 95 % confidence interval of the mean (Student's t).",
    );
  },
);

Deno.test("render() writes Markdown with its bars escaped", async () => {
  const text = await render(await single(), "md");
  const [header, rule, first] = text.split("\n");
  assertEquals(header!.split(" | ").length, 7);
  assertEquals(rule!.includes("---: |"), true);
  assertStringIncludes(first!, 'x\\|y, "z"');
  assertStringIncludes(first!, "0.333 ± 0.012 †");
  const best = await render(await compareRuns(MODELS.slice(0, 10)), "md");
  assertStringIncludes(best, "| **0.610 ± 0.071** \\* |");
});

Deno.test("render() writes the same numbers in every format", async () => {
  const comparison = await compareRuns(MODELS, {
    baseline: ["model=identity"],
    ci: 95,
  });
  const [table, md, latex, html] = await Promise.all(
    (["table", "md", "latex", "html"] as const)
      // Wide enough for all columns.
      .map((format) =>
        render(comparison, format, { latex: { width: "20in" } })
      ),
  );
  const numbers = numbersOf(table!);
  assert(numbers.length > 20);
  // Tables and notes alike; LaTeX and HTML have signs of their own for < .
  const plain = (text: string) =>
    text.replaceAll("\\textless{}", "<").replaceAll("&#x3C;", "<")
      .replaceAll("\\<", "<");
  for (const text of [md!, latex!, html!]) {
    assertEquals(numbersOf(plain(text)), numbers);
  }
  // Data are in full precision, and the same in both.
  const { rows } = JSON.parse(await render(comparison, "json"));
  const lines = parse(await render(comparison, "csv"), {
    columns: true,
  }) as unknown as Record<string, string>[];
  lines.forEach((line, index) => {
    const { loss } = rows[index].cells;
    const { comparison: verdict = {} } = loss;
    const read = (name: string) => line[`loss ${name}`]!;
    assertEquals(
      ["mean", "error", "low", "high"].map((name) => Number(read(name))),
      [loss.mean, loss.error, ...loss.interval],
    );
    assertEquals(read("p"), verdict.p === undefined ? "" : `${verdict.p}`);
  });
  // And what readers see is that, rounded.
  assertStringIncludes(table!, rows[1].cells.loss.mean.toFixed(2));
});

Deno.test("render() folds all notes of Markdown but its legend", async () => {
  const failed = {
    id: "f",
    config: { model: "identity", seed: 9 },
    info: { status: "failed" as const },
  };
  const md = await render(
    await compareRuns([...MODELS.slice(0, 10), failed]),
    "md",
  );
  const [, legend, opening, notes, closing] = md.split("\n\n");
  assertMatch(legend!, /^± is [^.]*\.$/);
  assertEquals(opening, "<details>\n<summary>Notes</summary>");
  assertMatch(notes!, /^- Not ranked, [^]*\n {2}- f failed$/);
  assertEquals(closing, "</details>");
});

testWithProgram(
  "pdflatex",
  "render() writes LaTeX that compiles as it is and fits its width",
  async () => {
    const odd = '[1] \x07 50% & $x_1$ {a}^2 ~ #1 \\ <b> | "q"';
    const runs = MODELS.map((run) => ({
      ...run,
      config: { ...run.config, note: odd },
    }));
    runs[0] = { ...runs[0]!, config: { ...runs[0]!.config, note: "plain" } };
    const baseline = ["model=identity", "note=plain"];
    const made = await Promise.all([
      compareRuns(runs, { baseline }),
      compareRuns(MODELS, { ci: 95, baseline: ["model=identity"] }),
      compareRuns(TINY),
      compareRuns(makeDatasets(), {
        across: "dataset",
        margin: "0.1",
        baseline: ["model=mlp"],
      }),
    ]);
    const settings: LatexOptions[] = [
      {},
      { caption: odd, label: "tab:a_b" },
      { caption: "Wide", label: "tab:wide", width: "text", siunitx: true },
      { caption: "Narrow", label: "tab:narrow", siunitx: true },
    ];
    const tables = await Promise.all(
      made.flatMap((comparison, index) =>
        settings.map((latex) =>
          render(comparison, "latex", {
            latex: {
              ...latex,
              ...(latex.label ? { label: `${latex.label}${index}` } : {}),
            },
          })
        )
      ),
    );
    const { complaints, nPages } = await compileLatex(tables.join("\n\n"));
    assertEquals(complaints, []);
    assert(nPages > 1);
  },
);

Deno.test("render() writes all FORMATS", async () => {
  const comparison = await single();
  for (const format of FORMATS) {
    assert((await render(comparison, format)).length > 100, format);
  }
});
