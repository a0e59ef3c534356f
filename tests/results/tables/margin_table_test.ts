import { assertEquals, assertMatch } from "@std/assert";
import { formatMargins } from "../../../results/tables/margin_table.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test("formatMargins() words the verdicts with a margin", async () => {
  const { title, table, notes } = formatMargins(
    await compareRuns(MODELS, { baseline: ["model=identity"], margin: "0.2" }),
  );
  assertEquals(title, "Differences from model=identity with a margin of 0.2");
  assertEquals(table.rows.map((row) => row.map(({ text }) => text)), [
    ["mlp", "better by more than 0.2"],
    ["copy", "equal within 0.2"],
    ["once", "–"],
  ]);
  assertEquals(notes[1]!.items, [
    "model=once, loss: fewer than 3 runs on a side",
  ]);
});

Deno.test("formatMargins() says what shares a chance to err", async () => {
  const read = async (family: "column" | "table") => {
    const options = { baseline: ["model=identity"], margin: "0.2", family };
    return formatMargins(await compareRuns(MODELS, options)).notes[0]!.text;
  };
  assertMatch(
    await read("column"),
    /that any verdict of a column, .* is false/,
  );
  assertMatch(await read("table"), /that any verdict of a table, .* is false/);
});
