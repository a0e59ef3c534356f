import { assertEquals, assertMatch } from "@std/assert";
import { formatVariance } from "../../../results/tables/variance_table.ts";
import { makeCrossed } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test("formatVariance() has a line for each source, or says why not", async () => {
  const { table, notes } = formatVariance(
    await compareRuns(makeCrossed().slice(1), {
      nuisance: ["split"],
      variance: true,
    }),
  );
  assertEquals(
    table.rows.map((row) => row.slice(0, 3).map(({ text }) => text)),
    ["split", "seed", "remainder", "evaluation"]
      .map((source) => ["gru", "loss", source]),
  );
  assertMatch(table.rows[0]![4]!.text, /^[\d.]+ \[[\d.]+, [\d.]+\]$/);
  assertEquals(notes[2]!.items, [
    "model=mlp, loss: 1 of 20 combinations of split and seed are missing",
  ]);
});
