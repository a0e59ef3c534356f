import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatLatex } from "../../../results/tables/latex.ts";
import { makeColumns } from "../../../results/tables/text_table.ts";

const RUNS = { heading: "runs", isNumeric: true, isKey: true, isRuns: true };

const TABLE = {
  columns: [
    RUNS,
    ...makeColumns(["a_b"], "key"),
    ...makeColumns(["x"], "number"),
  ],
  rows: [
    [{ text: "5" }, { text: "*one" }, { text: "1 ± 2", marks: "≈" }],
    [{ text: "5" }, { text: "two" }, { text: "2 ± 2" }],
  ],
};

const SECTION = {
  heading: "Results",
  table: TABLE,
  notes: [
    { text: "≈ is close.", role: "legend" as const },
    { text: "Warnings:", items: ["50 % a_b"], role: "caveat" as const },
    { text: "Ties:", items: ["one & two"] },
  ],
};

Deno.test("formatLatex() puts notes below the table, and details into comments", () => {
  assertEquals(formatLatex([SECTION]).split("\n"), [
    "% \\usepackage{booktabs,threeparttable}",
    "",
    "\\begin{threeparttable}",
    "\\small\\setlength{\\tabcolsep}{6pt}",
    "\\begin{tabular*}{164pt}{@{\\extracolsep{\\fill}}lr@{\\hspace{6pt}}}",
    "\\toprule",
    "a\\_b & x \\\\",
    "\\midrule",
    "{}*one & $1 \\pm 2$\\tnote{$\\approx$} \\\\",
    "two & $2 \\pm 2$ \\\\",
    "\\bottomrule",
    "\\end{tabular*}",
    "\\begin{tablenotes}[flushleft]",
    "\\footnotesize\\raggedright\\setlength{\\labelsep}{0pt}",
    "\\item",
    "5 runs a row.",
    "$\\approx$ is close.",
    "50 \\% a\\_\\allowbreak{}b.",
    "\\end{tablenotes}",
    "\\end{threeparttable}",
    "% Ties:",
    "%   one & two",
  ]);
});

Deno.test("formatLatex() makes floats of tables with a caption, which refer to the first", () => {
  const verdicts = {
    ...SECTION,
    heading: "Verdicts",
    title: "Differences from a_b",
  };
  const ranks = { ...SECTION, heading: "Ranks" };
  const caption = "Of 50% & {more}\n\\end";
  const text = formatLatex([SECTION, verdicts, ranks, ranks], {
    caption,
    label: "tab:x",
  });
  assertEquals(text.match(/^\\(caption|label|(begin|end)\{table\}).*$/gm), [
    "\\begin{table}[tb]",
    "\\caption{Of 50\\% \\& \\{more\\} \\textbackslash{}end}",
    "\\label{tab:x}",
    "\\end{table}",
    "\\begin{table}[tb]",
    "\\caption{Differences from a\\_b (Table~\\ref{tab:x})}",
    "\\label{tab:x-verdicts}",
    "\\end{table}",
    ...["", "-2"].flatMap((number) => [
      "\\begin{table}[tb]",
      "\\caption{Ranks (Table~\\ref{tab:x})}",
      `\\label{tab:x-ranks${number}}`,
      "\\end{table}",
    ]),
  ]);
  const wide = formatLatex([verdicts], {
    caption,
    width: "text",
    siunitx: true,
  });
  assertMatch(wide, /^% \\usepackage\{booktabs,threeparttable,siunitx\}$/m);
  assertStringIncludes(wide, "\\begin{table*}[t]");
  // Without a caption, a title is the first of the notes.
  assertStringIncludes(
    formatLatex([verdicts]),
    "\\item\nDifferences from a\\_\\allowbreak{}b.",
  );
});

Deno.test("formatLatex() says in a note what all rows share", () => {
  const columns = [
    ...makeColumns(["metric", "a"], "key"),
    ...makeColumns(["x"], "number"),
  ];
  const id = { ...RUNS, heading: "run", isNumeric: false };
  const cells = ["loss", "one", "1"].map((text) => ({ text }));
  const write = (rows: readonly string[], all = [id, ...columns]) =>
    formatLatex([{
      heading: "Results",
      table: {
        columns: all,
        rows: rows.map((
          run,
        ) => [{ text: run }, ...cells.with(1, { text: run })]),
      },
      notes: [],
    }]);
  const text = write(["b1", "b2"]);
  assertMatch(text, /^a & x /m);
  assertMatch(text, /^metric = loss\.$/m);
  // Where nothing else names a row, its id does; counts that differ are kept.
  assertMatch(
    formatLatex([{
      heading: "R",
      table: { columns: [id], rows: [[{ text: "b1" }]] },
      notes: [],
    }]),
    /^run \\\\$/m,
  );
  assertMatch(write(["4 of 5", "5"], [RUNS, ...columns]), /^runs & a & x /m);
});

Deno.test("formatLatex() says what is too wide or left out", () => {
  const columns = makeColumns(["first", "second"], "number");
  const long = { text: "0.123456789012345 ± 0.000000000000001" };
  const table = {
    columns: [columns[0]!, { ...columns[1]!, isOptional: true }],
    rows: [[long, long]],
  };
  const warnings: string[] = [];
  const write = (width: string) =>
    formatLatex([{ heading: "Results", table, notes: [] }], {
      width,
      warn: (message) => warnings.push(message),
    });
  assertMatch(write("8cm"), /^% Left out, so that the table fits: second\.$/m);
  assertEquals(warnings, []);
  assertMatch(write("1in"), /^% Too wide: it has 1 column and/m);
  assertMatch(
    warnings.join(),
    /^the table of results is too wide: it has 1 column/,
  );
});
