import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "csv-parse/sync";
import { FORMATS, render } from "../../../results/tables/render.ts";
import {
  skipUnlessGranted,
  testWithProgram,
} from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";
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
      "[low, high] is the between-seed 95 % confidence interval of the mean over the runs of a row (Student's t).",
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
      .map((format) => render(comparison, format)),
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

testWithProgram(
  "pdflatex",
  "render() writes LaTeX that compiles as it is",
  async () => {
    const odd = '[1] \x07 50% & $x_1$ {a}^2 ~ #1 \\ <b> | "q"';
    const runs = MODELS.map((run) => ({
      ...run,
      config: { ...run.config, note: odd },
    }));
    runs[0] = { ...runs[0]!, config: { ...runs[0]!.config, note: "plain" } };
    const folder = Deno.makeTempDirSync();
    try {
      const tables = await Promise.all([
        compareRuns(runs, { baseline: ["model=identity", "note=plain"] }),
        compareRuns(MODELS, { ci: 95 }),
        compareRuns(TINY),
      ].map(async (comparison) => render(await comparison, "latex")));
      const text = [
        "\\documentclass{article}",
        "\\usepackage{booktabs}",
        "\\begin{document}",
        ...tables,
        "\\end{document}",
      ].join("\n");
      Deno.writeTextFileSync(`${folder}/table.tex`, text);
      const { success, stdout } = await new Deno.Command("pdflatex", {
        args: ["-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd: folder,
      }).output();
      assert(success, new TextDecoder().decode(stdout));
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

Deno.test("render() writes all FORMATS", async () => {
  const comparison = await single();
  for (const format of FORMATS) {
    assert((await render(comparison, format)).length > 100, format);
  }
});
