import { assert, assertEquals, assertThrows } from "@std/assert";
import { CHOICE_TABLES } from "../../studies/honesty/choice_tables.ts";
import { DESIGN_TABLES } from "../../studies/honesty/design_tables.ts";
import { VERDICT_TABLES } from "../../studies/honesty/verdict_tables.ts";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { fillPage } from "../../testing/page.ts";

skipUnlessGranted("files");

/** The first cells of the rows of a Markdown table; numbers of repeats differ. */
const readLabels = (table: string) =>
  table.trim().split("\n").slice(2)
    .map((row) => row.split("|")[1]!.trim().replace(/\d+ repeats/, "repeats"));

for (
  const [name, make] of Object.entries({
    ...DESIGN_TABLES,
    ...CHOICE_TABLES,
    ...VERDICT_TABLES,
  })
) {
  Deno.test(`docs/honesty.md has the rows of the table ${name}`, async () => {
    const page = Deno.readTextFileSync(`${ROOT}/docs/honesty.md`);
    const [, shown] = page.split(new RegExp(`<!-- /?${name} -->`));
    assert(shown, `there is no place for ${name}`);
    assertEquals(readLabels(await make(2)), readLabels(shown));
  });
}

Deno.test("fillPage() fills the places of a page, and refuses unknown ones", () => {
  using folder = tempFolder();
  const path = `${folder.path}/page.md`;
  Deno.writeTextFileSync(path, "a\n<!-- x -->old<!-- /x -->\nb");
  fillPage(path, { x: "new $1" });
  const filled = "a\n<!-- x -->\n\nnew $1\n\n<!-- /x -->\nb";
  assertEquals(Deno.readTextFileSync(path), filled);
  assertThrows(() => fillPage(path, { y: "" }), SyntaxError, "no place for y");
  assertEquals(Deno.readTextFileSync(path), filled);
});
