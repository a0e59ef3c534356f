import { assertEquals, assertMatch } from "@std/assert";
import { formatRanks } from "../../../results/tables/rank_table.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test("formatRanks() lists the rows by their ranks", async () => {
  const across = "dataset";
  const [section] = formatRanks(await compareRuns(makeDatasets(), { across }));
  const { title, table, notes } = section!;
  assertEquals(title, "loss: ranks over 6 values of dataset");
  assertEquals(
    table.rows.map((row) => row.slice(0, 2).map(({ text }) => text)),
    [["mlp", "1"], ["gru", "2"], ["rnn", "3"]],
  );
  assertEquals(table.rows[0]!.slice(2).map(({ text }) => text), ["–", "–"]);
  assertMatch(
    notes[0]!.text,
    /^Ranks differ with p = 0.00013 \(Friedman's χ² = 12, exact\)/,
  );
});

Deno.test("formatRanks() says why there is no probability", async () => {
  const runs = makeDatasets().filter(({ id }) => !id.endsWith("4"));
  const [section] = formatRanks(await compareRuns(runs, { across: "dataset" }));
  assertEquals(
    section!.notes[2]!.text,
    "No probability that the best is better: fewer than 5 runs of a row on a dataset.",
  );
});
