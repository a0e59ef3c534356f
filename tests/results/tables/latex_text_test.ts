import { assertEquals } from "@std/assert";
import {
  breakLines,
  escapeLatex,
  escapeParagraph,
  measureText,
  stackLines,
} from "../../../results/tables/latex_text.ts";

Deno.test("escapeLatex() escapes every sign with a meaning in LaTeX", () => {
  assertEquals(
    escapeLatex("\\ { } $ & # % _ ~ ^ < > |"),
    "\\textbackslash{} \\{ \\} \\$ \\& \\# \\% \\_ \\textasciitilde{} " +
      "\\textasciicircum{} \\textless{} \\textgreater{} \\textbar{}",
  );
  assertEquals(
    escapeLatex('"±≈†αχ²–−\uFFFD'),
    "''$\\pm$$\\approx$$\\dagger$$\\alpha$$\\chi$$^2$--$-$?",
  );
  assertEquals(escapeLatex("a_b é 漢"), "a\\_b é 漢");
  assertEquals(escapeLatex("≤∞"), "$\\le$$\\infty$");
  // Else LaTeX makes a dash of it.
  assertEquals(escapeLatex("--family a-b"), "-{}-family a-b");
});

Deno.test("escapeParagraph() lets long names break, and no numbers", () => {
  assertEquals(
    escapeParagraph("learningRate=0.05/a_b, 1.5"),
    "learning\\allowbreak{}Rate=0.05/\\allowbreak{}a\\_\\allowbreak{}b,\\allowbreak{} 1.5",
  );
});

Deno.test("breakLines() breaks after signs, and inside words only if it must", () => {
  const width = measureText("squared-error/");
  assertEquals(
    breakLines("squared-error/held-out", width),
    ["squared-error/", "held-out"],
  );
  assertEquals(
    breakLines("squared-error/held-out", measureText("squared-")),
    ["squared-", "error/", "held-out"],
  );
  assertEquals(breakLines("learningRate", 1), ["learning", "Rate"]);
  assertEquals(breakLines("a b", Infinity), ["a b"]);
  assertEquals(breakLines("", 1), [""]);
});

Deno.test("stackLines() puts escaped lines on top of each other", () => {
  const place = { vertical: "b", align: "r" } as const;
  assertEquals(stackLines(["a_b"], place), "a\\_b");
  assertEquals(
    stackLines(["a", "[b]"], place),
    "\\begin{tabular}[b]{@{}r@{}}a\\\\{}[b]\\end{tabular}",
  );
});
