import { assertEquals } from "@std/assert";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, type Losses, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const rows = [3, 1, 4, 2, 5].map((mean, rate): Losses => [
  { rate },
  [mean, mean + 0.4, mean + 0.8],
]);

Deno.test("compare() corrects the best of five rows for the choice of it", async () => {
  const { columns: [column] } = await compareRuns(replicates(rows));
  const { label, nRows, mean, interval: [low, high] } = column!.winner!;
  assertEquals([label, nRows], ["rate=1", 5]);
  assertEquals(high - mean > mean - low, true);
  const few = await compareRuns(replicates(rows.slice(1)));
  assertEquals(few.columns[0]!.winner, undefined);
});

Deno.test("compare() corrects nothing of confirming runs", async () => {
  const { columns: [column] } = await compareRuns(replicates(rows), {
    confirms: ["runs"],
  });
  assertEquals(column!.winner, undefined);
});
