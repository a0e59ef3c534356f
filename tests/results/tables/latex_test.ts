import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  escapeLatex,
  formatLatex,
  formatLatexNotes,
} from "../../../results/tables/latex.ts";

Deno.test("escapeLatex() escapes every sign with a meaning in LaTeX", () => {
  assertEquals(
    escapeLatex("\\ { } $ & # % _ ~ ^ < > |"),
    "\\textbackslash{} \\{ \\} \\$ \\& \\# \\% \\_ \\textasciitilde{} " +
      "\\textasciicircum{} \\textless{} \\textgreater{} \\textbar{}",
  );
  assertEquals(
    escapeLatex('"±≈†α–−\uFFFD'),
    "''$\\pm$$\\approx$$\\dagger$$\\alpha$--$-$?",
  );
  assertEquals(escapeLatex("a_b é 漢"), "a\\_b é 漢");
});

Deno.test("formatLatex() makes a formula of each number", () => {
  const cell = (text: string, marks?: string, isBest?: boolean) => {
    const latex = formatLatex({
      columns: [{ heading: "x", isNumeric: true, isKey: false }],
      rows: [[{
        text,
        ...(marks ? { marks } : {}),
        ...(isBest ? { isBest } : {}),
      }]],
    });
    return latex.split("\n")[4];
  };
  assertEquals(cell("-0.31 ± 0.02"), "$-0.31 \\pm 0.02$ \\\\");
  assertEquals(
    cell("0.31 [0.29, 0.33]", "*", true),
    "$\\mathbf{0.31\\,[0.29, 0.33]}^{*}$ \\\\",
  );
  assertEquals(
    cell("(3.1 ± 0.2)e-7", "†≈"),
    "$(3.1 \\pm 0.2) \\times 10^{-7}{}^{\\dagger \\approx}$ \\\\",
  );
  assertEquals(cell("[-0.4, -0.3]"), "$[-0.4, -0.3]$ \\\\");
  assertEquals(cell("0.3 ± 0.1 (2 of 3)"), "$0.3 \\pm 0.1$ (2 of 3) \\\\");
  assertEquals(cell("*odd"), "{}*odd \\\\");
});

Deno.test("formatLatexNotes() prints what the signs mean", () => {
  assertStringIncludes(
    formatLatexNotes([{ text: "± is 5 %:", items: ["a_b: F = ∞"] }]),
    "\\par{\\footnotesize $\\pm$ is 5 \\%:}\n" +
      "\\par{\\footnotesize\\quad a\\_b: F = $\\infty$}",
  );
});
