import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "csv-parse/sync";
import type { Comparison } from "../../../results/compare/comparison.ts";
import { FORMATS, render } from "../../../results/tables/render.ts";
import { formatComparison } from "../../../results/tables/text.ts";
import type {
  MetadataFields,
  ScalarFields,
} from "../../../core/utils/results.ts";
import { testWith, testWithProgram } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, replicates, startOf } from "../../../testing/made.ts";

/** Two rows of one run each, with all that is odd in their names. */
function single(): Promise<Comparison> {
  return compareRuns([
    {
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
    },
    {
      id: "b",
      config: { seed: 1, sizes: [128], note: "漢字" },
      records: [
        [{ name: "loss" }, { mean: 0.5, error: 0.2, n: 50 }],
        [{ name: "sampling", nSteps: 50, nSamples: 9 }, {
          mean: 2,
          error: 0,
          n: 9,
        }],
      ],
    },
  ]);
}

const MODELS = replicates([
  [{ model: "identity" }, [1, 1.2, 1.1, 1.3, 1.0]],
  [{ model: "mlp" }, [0.5, 0.7, 0.65, 0.8, 0.4]],
  [{ model: "copy" }, [1.05, 1.15, 1.15, 1.25, 1.02]],
  [{ model: "once" }, [3]],
]);

testWith(
  "files",
  "render() writes a table for the terminal, numbers to the right",
  async () => {
    const lines = (await render(await single(), "table")).split("\n");
    assertEquals(lines, [
      "run  sizes   note               loss    loss/final  sampling (nSteps=5)  sampling (nSteps=50)",
      "─".repeat(lines[0]!.length + " †".length),
      'a    128,64  x|y, "z"  0.333 ± 0.012 †    0.142857                  NaN                     –',
      "b    128     漢字        0.50 ± 0.20 †           –                    –                 2 ± 0 †",
      "",
      "† is the within-run standard error of one run. Observations behind each:",
      "  loss: 50 to 100",
      "  sampling (nSamples=9, nSteps=50): 9",
      "Warnings:",
      '  sampling (nSamples=9, nSteps=5) of sizes=128,64, note=x|y, "z" is NaN in a',
    ]);
  },
);

testWith(
  "files",
  "render() tells errors between seeds from those within a run, and what is best",
  async () => {
    const three = await compareRuns(MODELS.slice(0, 10));
    assertEquals((await render(three, "table")).split("\n"), [
      "runs  model              loss",
      "───────────────────────────────",
      "   5  identity  1.120 ± 0.058",
      "   5  mlp       0.610 ± 0.071 *",
      "",
      "± is the between-seed standard error of the mean over the runs of a row.",
      "* best: significantly different from every other row of its column (two-sided t tests of all pairs of rows, Holm, α = 0.05).",
    ]);
    const text = await render(await compareRuns(MODELS), "table");
    assertMatch(text, /^ +1 +once +3.00 ± 0.50 †≈$/m);
    assertMatch(text, /^ +5 +mlp +0.610 ± 0.071 ≈$/m);
    assertStringIncludes(
      text,
      "  loss: best mean model=mlp; tied with model=once (fewer than 3 runs on a side)",
    );
  },
);

testWith(
  "files",
  "render() says what would tell a tie, in seeds",
  async () => {
    const some = MODELS.filter(({ config }) =>
      ["identity", "copy"].includes((config as { model: string }).model)
    );
    const text = await render(await compareRuns(some), "table");
    // R: d <- c(1,1.2,1.1,1.3,1) - c(1.05,1.15,1.15,1.25,1.02)
    //    power.t.test(n = 5, sd = sd(d), power = .8, type = "paired")$delta
    assertMatch(
      text,
      /loss: best mean model=identity; tied with model=copy \(more than 100 more seeds needed for 80 % power; 5 seeds detect differences of 0.085 or more\)/,
    );
  },
);

testWith(
  "files",
  "render() writes a table of verdicts against the baseline",
  async () => {
    const comparison = await compareRuns(MODELS, {
      baseline: ["model=identity"],
    });
    const text = await render(comparison, "table");
    const lines = text.split("\n");
    const start = lines.findIndex((line) => line.startsWith("Against"));
    assertEquals(
      [...lines.slice(start, start + 3), ...lines.slice(start + 4)],
      [
        "Against model=identity: two-sided tests; p adjusted by Holm over the rows of a column; intervals by Student's t, not adjusted.",
        "",
        "model      difference     95 % interval        p  p (Holm)  test               verdict",
        "mlp    -0.510 ± 0.024  [-0.578, -0.442]  <0.0001   <0.0001  paired t, 5 pairs  better",
        "copy    0.004 ± 0.023   [-0.059, 0.067]     0.87      0.87  paired t, 5 pairs  not resolved",
        "once                –                 –        –         –  –                  no verdict",
        "",
        "Not resolved:",
        "  model=copy: more than 100 more seeds needed for 80 % power; 5 seeds detect differences of 0.1 or more",
        "  model=once: fewer than 3 runs on a side",
      ],
    );
  },
);

testWith(
  "files",
  "render() names the runs that no pair has a use for",
  async () => {
    const shifted = MODELS.slice(0, 10).map((run) => {
      const config = run.config as { model: string; seed: number };
      const seed = config.model === "mlp" ? config.seed + 2 : config.seed;
      return { ...run, config: { ...config, seed } };
    });
    const options = { baseline: ["model=identity"] };
    const text = await render(await compareRuns(shifted, options), "table");
    assertMatch(text, /paired t, 3 pairs/);
    assertStringIncludes(
      text,
      "Not used, because only one of the two rows has the seed:\n" +
        "  model=mlp: seed=6; seed=7; seed=1; seed=2",
    );
  },
);

testWith(
  "files",
  "render() shows an exact test that cannot resolve, and what it needs",
  async () => {
    const comparison = await compareRuns(MODELS.slice(0, 10), {
      baseline: ["model=identity"],
      test: "sign-flip",
    });
    const text = await render(comparison, "table");
    assertMatch(
      text,
      /0.063 +sign flips, 5 pairs +not resolved$/m,
    );
    assertStringIncludes(
      text,
      "model=mlp: n = 5 cannot be significant, at least 6 needed",
    );
    assertMatch(text, /mlp .* ≈$/m); // And so nothing is best.
  },
);

testWith(
  "files",
  "render() shows intervals in place of errors where they are asked for",
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

testWith(
  "files",
  "render() shows how many runs have a record, and are completed",
  async () => {
    const [first, ...others] = MODELS.slice(0, 10);
    const { records: _, ...bare } = first!;
    const text = await render(
      await compareRuns([
        bare,
        ...others,
        {
          id: "f",
          config: { model: "mlp", seed: 9 },
          info: {
            status: "failed",
            error: { name: "RangeError", message: "non-finite loss" },
          },
        },
        { ...others[8]!, id: "old", info: { startedAt: startOf(0) } },
      ]),
      "table",
    );
    assertMatch(text, /^ +5 +identity +1.150 ± 0.065 \(4 of 5\)/m);
    assertMatch(text, /^5 of 6 +mlp +0.610 ± 0.071$/m);
    assertStringIncludes(
      text,
      "Not completed, and in no mean:\n  f failed: non-finite loss",
    );
    assertMatch(text, /Superseded by a newer run .*:\n {2}old/);
  },
);

testWith(
  "files",
  "render() writes Markdown with its bars escaped",
  async () => {
    const text = await render(await single(), "md");
    const [header, rule, first] = text.split("\n");
    assertEquals(header!.split(" | ").length, 7);
    assertEquals(rule!.includes("---: |"), true);
    assertStringIncludes(first!, 'x\\|y, "z"');
    assertStringIncludes(first!, "0.333 ± 0.012 †");
    const best = await render(await compareRuns(MODELS.slice(0, 10)), "md");
    assertStringIncludes(best, "| **0.610 ± 0.071** \\* |");
  },
);

testWith(
  "files",
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

testWith(
  "files",
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

testWith("files", "render() writes verdicts into CSV too", async () => {
  const options = { baseline: ["model=identity"], ci: 95 };
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
      ...["test", "resolved", "pairs", "more seeds"],
    ].map((part) => `loss ${part}`),
  );
  assertEquals(base!["loss p"], "");
  assertEquals(mlp!["loss test"], "paired t");
  assertEquals(mlp!["loss more seeds"], "0");
  assertEquals(copy!["loss more seeds"], ">100");
});

testWith(
  "files",
  "render() calls a ratio a ratio and a median a median, in data and in words",
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
    });
  },
);

testWith(
  "files",
  "render() says what is not ranked, and why",
  async () => {
    const bounded = MODELS.slice(0, 10).map((run, index) => ({
      ...run,
      records: [
        ...run.records!,
        [{ name: "width" }, { mean: index, error: 0.1, n: 9 }] as const,
        [{ name: "cost" }, { mean: 1, error: 0.1, n: 9 }] as const,
      ],
    }));
    const failed = {
      id: "f",
      config: { model: "identity", seed: 9 },
      info: { status: "failed" as const },
    };
    const text = await render(await compareRuns([...bounded, failed]), "table");
    assertMatch(
      text,
      /Not ranked, because a run has failed:\n {2}model=identity: loss/,
    );
    assertMatch(
      text,
      /not known which way is better \(--lower-is-better, .*:\n {2}width\n/,
    );
    assertMatch(
      text,
      /Not tested, because the values of all rows are identical:\n {2}cost/,
    );
    const alone = await compareRuns(MODELS.slice(0, 5), {
      baseline: ["model=identity"],
    });
    assertStringIncludes(
      await render(alone, "table"),
      "There is no other row to compare with model=identity.",
    );
  },
);

testWith(
  "files",
  "render() counts the runs of a cell, not those of other columns",
  async () => {
    const pivot = await compareRuns(MODELS.slice(0, 10), {
      rows: ["experiment"],
      cols: ["model"],
    });
    const text = await render(pivot, "table");
    assertMatch(text, /^ +5 +test +1\.120 ± 0\.058 +0\.610 ± 0\.071$/m);
    assertEquals(text.includes("of 10"), false);
  },
);

testWith("files", "render() writes JSON as the design has it", async () => {
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
  assertEquals(loss.standing, "tied");
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
    moreSeeds: 0,
  });
  assertEquals(json.rows[3].cells.loss.comparison, {
    baseline: "model=identity",
    reason: "fewer than 3 runs on a side",
  });
});

/** All numbers of a text as it rounds them, in their order. */
const numbersOf = (text: string) => text.match(/\d+\.\d+|<0.0001/g) ?? [];

testWith(
  "files",
  "render() carries the same numbers in every format",
  async () => {
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
  },
);

testWith(
  "files",
  "render() parts a table that is wider than the terminal, and loses nothing",
  async () => {
    const comparison = await single();
    const whole = await render(comparison, "table");
    const narrow = await render(comparison, "table", { width: 50 });
    const [first, second, third] = narrow.split("\n\n");
    for (const block of [first!, second!, third!]) {
      assertMatch(block, /^run {2}sizes {3}note/);
      for (const line of block.split("\n")) assert(line.length <= 50, line);
    }
    const sorted = (text: string) =>
      [...new Set(text.match(/\d+\.\d+( ± \d+\.\d+)?/g))].sort();
    assertEquals(sorted(narrow), sorted(whole));
  },
);

testWith("files", "render() has colours where they are asked for", async () => {
  const comparison = await compareRuns(MODELS.slice(0, 10));
  const plain = await render(comparison, "table");
  const colored = await render(comparison, "table", { color: true });
  assertStringIncludes(colored, "\x1b[1m0.610 ± 0.071\x1b[0m *");
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

testWith(
  "files",
  "render() lets no name of a file move the cursor",
  async () => {
    const comparison = await compareRuns([
      { id: "a", config: { seed: 1, note: "red\x1b[31m\nx" } },
      { id: "b", config: { seed: 1, note: "<b>&\x07" } },
    ]);
    for (const format of ["table", "md", "latex", "html"] as const) {
      const text = await render(comparison, format);
      // deno-lint-ignore no-control-regex
      assertEquals(/[\x00-\x09\x0b-\x1f]/.test(text), false, format);
    }
    assertStringIncludes(await render(comparison, "html"), "&#x3C;b>&#x26;");
    assertStringIncludes(await render(comparison, "md"), "\\<b\\>&");
  },
);

/** Values that are written with a power of ten, and signs behind them. */
const TINY = replicates([
  [{ rate: 1 }, [1e-9, 1.1e-9, 1.3e-9]],
  [{ rate: 2 }, [1.1e-9, 1.15e-9, 1.2e-9]],
  [{ rate: 3 }, [5e-9]],
]);

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

testWith(
  "files",
  "render() shows keys that are wider than the terminal",
  async () => {
    const runs = ["x", "y"].map((letter) => ({
      id: letter,
      config: { seed: 1, note: letter.repeat(90) },
    }));
    const text = await render(await compareRuns(runs), "table", { width: 40 });
    assertStringIncludes(text, "y".repeat(90));
  },
);

testWith("files", "FORMATS are all written", async () => {
  const comparison = await single();
  for (const format of FORMATS) {
    assert((await render(comparison, format)).length > 100, format);
  }
});

testWith(
  "files",
  "render() names ten thousand columns, each by what tells it from others",
  async () => {
    const records = Array.from(
      { length: 10_000 },
      (_, i) =>
        [{ name: "loss", level: i, kind: "x" }, {
          mean: i,
          error: 1,
          n: 2,
        }] as [
          MetadataFields,
          ScalarFields,
        ],
    );
    const comparison = await compareRuns([{ id: "a", records }]);
    const [section] = await formatComparison(comparison);
    assertEquals(section!.table.columns.at(-1)!.heading, "loss (level=9999)");
  },
);
