import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  explainWidth,
  fitTable,
  parseWidth,
} from "../../../results/tables/latex_fit.ts";
import { makeColumns } from "../../../results/tables/text_table.ts";
import { formatTabular } from "../../../results/tables/latex.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { compileLatex } from "../../../testing/latex.ts";

const TABLE = {
  columns: [
    ...makeColumns(["learningRate", "optimizer"], "key"),
    ...makeColumns(["loss/held-out", "error", "p"], "number")
      .map((column) => ({ ...column, isOptional: column.heading === "p" })),
  ],
  rows: [
    [
      { text: "0.003" },
      { text: "AdamW, decay=0.01" },
      { text: "34.352 ± 0.013", marks: "≈" },
      { text: "(-9.2 ± 6.2)e-5" },
      { text: "<0.0001" },
    ],
    [
      { text: "0.1" },
      { text: "SGD with Nesterov momentum" },
      { text: "-4.1 [-5.0, -3.2]", marks: "*", isBest: true },
      { text: "NaN" },
      { text: "0.034" },
    ],
  ],
};

Deno.test("parseWidth() reads names and lengths", () => {
  assertEquals(
    ["column", "text", "2in", "10 cm", "345.5pt", "50mm"].map((width) =>
      Math.round(parseWidth(width)!)
    ),
    [235, 397, 145, 285, 346, 142],
  );
  for (const wrong of ["", "wide", "0in", "-1in", "3", "1em", "constructor"]) {
    assertEquals(parseWidth(wrong), undefined, wrong);
  }
});

Deno.test("fitTable() makes letters smaller, breaks texts, then leaves columns out", () => {
  const shapes = ["8in", "text", "4in", "column"].map((width) => {
    const { size, gap, omitted, columns } = fitTable(TABLE, { width });
    const isBroken = columns[1]!.cells[1]!.includes("tabular");
    return { size, gap, isBroken, omitted };
  });
  assertEquals(shapes, [
    { size: "\\small", gap: 6, isBroken: false, omitted: [] },
    { size: "\\small", gap: 3, isBroken: false, omitted: [] },
    { size: "\\footnotesize", gap: 3, isBroken: true, omitted: [] },
    { size: "\\footnotesize", gap: 3, isBroken: true, omitted: ["p"] },
  ]);
});

Deno.test("explainWidth() says what to leave out", () => {
  const width = "1in";
  const fitted = fitTable(TABLE, { width });
  assertMatch(
    explainWidth(fitted, { width })!,
    /^it has 4 columns and is about [\d.]+ in wide, of 1.0 in: choose fewer /,
  );
  assertMatch(
    explainWidth({ ...fitted, width: 300 }, { width: "column" })!,
    /about 4.2 in wide, of 3.3 in: give --width text, or choose/,
  );
  assertEquals(explainWidth(fitted, { width: "9in" }), undefined);
});

testWithProgram(
  "pdflatex",
  "fitTable() estimates widths that are no less than what LaTeX makes, nor much more",
  async () => {
    const fitted = ["8in", "4in", "column"].flatMap((width) =>
      [false, true].map((siunitx) => fitTable(TABLE, { width, siunitx }))
    );
    const boxes = fitted.map((table) => {
      const { stretch: _, ...natural } = table;
      return `\\setbox0\\hbox{${table.size}\\setlength{\\tabcolsep}{${table.gap}pt}` +
        `${formatTabular(natural).join("\n")}}\\typeout{WIDTH \\the\\wd0}`;
    });
    const { log } = await compileLatex(boxes.join("\n") + "\n\\mbox{}");
    const real = [...log.matchAll(/^WIDTH ([\d.]+)pt$/gm)]
      .map(([, points]) => Number(points));
    assertEquals(real.length, fitted.length);
    fitted.forEach(({ width }, i) => {
      assert(
        width >= real[i]! && width < 1.2 * real[i]!,
        `${width} ${real[i]}`,
      );
    });
  },
);
