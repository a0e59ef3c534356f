import { assertEquals, assertStringIncludes } from "@std/assert";
import { toHtml } from "hast-util-to-html";
import { formatHtml, makeTable } from "../../../results/tables/html.ts";

const TABLE = {
  columns: [
    { heading: "runs", isNumeric: true, isKey: true },
    { heading: "loss", isNumeric: true, isKey: false },
  ],
  rows: [[
    { text: "2", value: 2, paths: ["runs/a b", "runs/c"] },
    { text: "0.3", marks: "*", isBest: true, value: 0.31, detail: "n = 2" },
  ]],
};

Deno.test("formatHtml() writes no links and nothing to sort by", () => {
  assertEquals(
    formatHtml([{
      heading: "Verdicts",
      title: "A < B",
      table: TABLE,
      notes: [
        { text: "detail", items: ["item"] },
        { text: "± is this.", role: "legend" },
        { text: "* is that.", role: "legend" },
      ],
    }]),
    [
      "<p>A &#x3C; B</p>",
      '<table><thead><tr><th style="text-align: right">runs</th>' +
      '<th style="text-align: right">loss</th></tr></thead><tbody><tr>' +
      '<td style="text-align: right">2</td><td style="text-align: right">' +
      "<strong>0.3</strong><sup>*</sup></td></tr></tbody></table>",
      "<p>± is this. * is that.</p>",
      "<details><summary>Notes</summary><p>detail</p><ul><li>item</li></ul>" +
      "</details>",
    ].join("\n"),
  );
});

Deno.test("makeTable() links to runs from the folder of a page, and sorts by full precision", () => {
  const html = toHtml(makeTable(TABLE, "reports"));
  assertStringIncludes(
    html,
    "<details><summary>2</summary>" +
      '<div><a href="../runs/a%20b/">a b</a></div>' +
      '<div><a href="../runs/c/">c</a></div></details>',
  );
  assertStringIncludes(html, 'data-sort="0.31" title="n = 2"');
  // One run whose id the cell shows is itself the link.
  const { columns } = TABLE;
  const one = { columns, rows: [[{ text: "c", paths: ["runs/c"] }]] };
  assertStringIncludes(
    toHtml(makeTable(one, "reports")),
    '<a href="../runs/c/">c</a></td>',
  );
});
