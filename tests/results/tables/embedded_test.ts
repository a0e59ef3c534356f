import { assertEquals, assertThrows } from "@std/assert";
import {
  fillTables,
  findTables,
  isSameText,
} from "../../../results/tables/embedded.ts";

const TEXT = `# Page

<!-- whisker: compare --where 'note=two words' --ci 95 -->
old
<!-- /whisker -->

- in a list

  <!--whisker: compare-->

  | a |
  | --- |
  <!-- /whisker -->

\`\`\`md
<!-- whisker: compare -->
\`\`\`

<!-- another comment -->
`;

Deno.test("findTables() finds tables between comments, but none in code", () => {
  const tables = findTables(TEXT, "page.md");
  assertEquals(tables.map(({ args, line }) => [args, line]), [
    [["compare", "--where", "note=two words", "--ci", "95"], 3],
    [["compare"], 9],
  ]);
  assertEquals(tables[0]!.content, "\nold\n");
});

Deno.test("fillTables() changes only the text between the comments", () => {
  const tables = findTables(TEXT, "page.md");
  const filled = fillTables(TEXT, tables, ["new", "| a |\n| ---- |"]);
  assertEquals(filled, TEXT.replace("\nold\n", "\n\nnew\n\n"));
  // A second time nothing is left to do.
  const again = findTables(filled, "page.md");
  assertEquals(fillTables(filled, again, ["new", "| a |\n| ---- |"]), filled);
});

Deno.test("fillTables() indents a table as its comment is", () => {
  const text = "1. One\n\n   <!-- whisker: compare -->\n   <!-- /whisker -->\n";
  const filled = fillTables(text, findTables(text, "page.md"), [
    "| a |\n| - |",
  ]);
  assertEquals(
    filled,
    "1. One\n\n   <!-- whisker: compare -->\n\n   | a |\n   | - |\n\n" +
      "   <!-- /whisker -->\n",
  );
});

Deno.test("isSameText() ignores line breaks and the padding of columns", () => {
  assertEquals(
    isSameText("\n| a   |\n| ----: |\n", "| a |\n| -----: |"),
    true,
  );
  assertEquals(isSameText("one\ntwo", "one two"), true);
  assertEquals(isSameText("0.31", "0.32"), false);
  assertEquals(isSameText("| --- |", "| ---: |"), false);
});

Deno.test("findTables() names the line of a comment that has no partner", () => {
  const wrong = (text: string, message: string) =>
    assertThrows(() => findTables(text, "page.md"), SyntaxError, message);
  wrong(
    "\n<!-- whisker: compare -->\n",
    "Cannot use page.md:2: the table's comment is not closed",
  );
  wrong(
    "<details>\n<!-- whisker: compare -->\n</details>\n",
    "page.md:1: the table's comment must stand on a line of its own",
  );
  wrong("<!-- /whisker -->", "page.md:1: the table's comment closes what");
  wrong(
    "<!-- whisker: compare -->\n\n<!-- whisker: compare -->\n\n<!-- /whisker -->",
    "page.md:1: the table's comment is not closed before the next",
  );
});
