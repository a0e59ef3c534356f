import { assert, assertEquals, assertThrows } from "@std/assert";
import { CHOICE_TABLES } from "../../studies/honesty/choice_tables.ts";
import { DESIGN_TABLES } from "../../studies/honesty/design_tables.ts";
import { SWEEP_TABLES } from "../../studies/honesty/sweep_tables.ts";
import { VERDICT_TABLES } from "../../studies/honesty/verdict_tables.ts";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { fillPage } from "../../testing/page.ts";

skipUnlessGranted("files");

/** The first cells of the rows of a Markdown table; numbers of repeats differ. */
const readLabels = (table: string) =>
  table.trim().split("\n").slice(2)
    .map((row) => row.split("|")[1]!.trim().replace(/\d+ repeats/, "repeats"));

const PAGES = {
  "honesty.md": { ...DESIGN_TABLES, ...CHOICE_TABLES, ...VERDICT_TABLES },
  "sweeps.md": SWEEP_TABLES,
};

for (const [name, tables] of Object.entries(PAGES)) {
  for (const [place, make] of Object.entries(tables)) {
    Deno.test(`docs/${name} has the rows of the table ${place}`, async () => {
      const page = Deno.readTextFileSync(`${ROOT}/docs/${name}`);
      const [, shown] = page.split(new RegExp(`<!-- /?${place} -->`));
      assert(shown, `there is no place for ${place}`);
      assertEquals(readLabels(await make(2)), readLabels(shown));
    });
  }
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
