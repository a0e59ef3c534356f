import { assertEquals } from "@std/assert";
import { makeColumn } from "../../../results/tables/latex_columns.ts";
import type { TextCell } from "../../../results/tables/text_table.ts";

const NUMBERS = { heading: "x", isNumeric: true, isKey: false };
const STYLE = { maxText: Infinity };
const SIUNITX = { ...STYLE, siunitx: true };

function cells(...made: TextCell[]): readonly string[] {
  return makeColumn(NUMBERS, made, STYLE).cells;
}

Deno.test("makeColumn() makes a formula of each number", () => {
  assertEquals(
    cells(
      { text: "-0.31 ± 0.02" },
      { text: "0.31 [0.29, 0.33]", marks: "*", isBest: true },
      { text: "(3.1 ± 0.2)e-7", marks: "†≈" },
      { text: "[-0.4, -0.3]" },
      { text: "0.3 ± 0.1 (2 of 3)" },
      { text: "5e-9" },
      { text: "<0.0001" },
      { text: "NaN" },
    ),
    [
      "$-0.31 \\pm 0.02$",
      "$\\mathbf{0.31\\,[0.29, 0.33]}$\\tnote{*}",
      "$(3.1 \\pm 0.2) \\times 10^{-7}$\\tnote{$\\dagger$$\\approx$}",
      "$[-0.4, -0.3]$",
      "$0.3 \\pm 0.1$ (2 of 3)",
      "$5 \\times 10^{-9}$",
      "$<0.0001$",
      "NaN",
    ],
  );
});

Deno.test("makeColumn() lets siunitx align numbers and their errors", () => {
  const { spec, heading, cells } = makeColumn(
    NUMBERS,
    [
      { text: "39.167 ± 0.080", marks: "≈" },
      { text: "-5.05 ± 0.11", isBest: true },
      { text: "(3.1 ± 0.2)e-7" },
      { text: "–" },
    ],
    SIUNITX,
  );
  assertEquals(
    spec,
    "S[table-format=-2.3(2),group-minimum-digits=9,separate-uncertainty,detect-weight]",
  );
  assertEquals(heading, "{x}");
  assertEquals(cells, [
    "39.167 +- 0.080\\rlap{\\tnote{$\\approx$}}",
    "\\bfseries -5.05 +- 0.11",
    "\\multicolumn{1}{c}{$(3.1 \\pm 0.2) \\times 10^{-7}$}",
    "\\multicolumn{1}{c}{--}",
  ]);
});

Deno.test("makeColumn() puts intervals beside numbers that siunitx aligns", () => {
  const { spec, heading, cells } = makeColumn(
    { ...NUMBERS, heading: "a/b" },
    [{ text: "39.17 [38.9, 39.4]", marks: "≈", isBest: true }, { text: "1" }],
    SIUNITX,
  );
  assertEquals(
    spec,
    "S[table-format=2.2,group-minimum-digits=9,detect-weight]@{\\;}l",
  );
  assertEquals(heading, "\\multicolumn{2}{c}{a/b}");
  assertEquals(cells, [
    "\\bfseries 39.17 & $\\mathbf{[38.9, 39.4]}$\\tnote{$\\approx$}",
    "1 & ",
  ]);
});

Deno.test("makeColumn() aligns words to the left, and breaks those that are too wide", () => {
  const { spec, cells } = makeColumn(
    { ...NUMBERS, isNumeric: false },
    [{ text: "1" }, { text: "not resolved" }],
    { maxText: 45, siunitx: true },
  );
  assertEquals(spec, "l");
  assertEquals(cells, [
    "1",
    "\\begin{tabular}[t]{@{}l@{}}not\\\\resolved\\end{tabular}",
  ]);
});
