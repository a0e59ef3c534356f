import { assertEquals } from "@std/assert";
import {
  isList,
  makeKeyCells,
  makeKeyColumns,
} from "../../../results/tables/row_keys.ts";
import { SOURCES } from "../../../testing/comparisons.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test("makeKeyCells() keeps the number to sort by, and shows what is missing", async () => {
  const list = await compareRuns(SOURCES, { isForReaders: true });
  assertEquals(
    makeKeyColumns(list).map(({ heading, isNumeric }) => [heading, isNumeric]),
    [["metric", false], ["nSteps", false]], // The loss has no steps.
  );
  const [first, , loss] = list.rows;
  assertEquals(makeKeyCells(list, first!.config), [
    { text: "distance" },
    { text: "5", value: 5 },
  ]);
  assertEquals(makeKeyCells(list, loss!.config), [
    { text: "loss" },
    { text: "–" },
  ]);
});

Deno.test("isList() tells a list of one row's records from rows of different runs", async () => {
  const rows = ["metric", "nSteps"];
  const metric = ["distance"];
  const where = ["source=model"];
  const options = { rows, metric, where };
  assertEquals(isList(await compareRuns(SOURCES, options)), true);
  const other = { ...SOURCES[0]!, id: "other", config: { model: "other" } };
  const two = [...SOURCES, other];
  const apart = { ...options, rows: ["metric", "nSteps", "model"] };
  assertEquals(isList(await compareRuns(two, apart)), false);
  assertEquals(isList(await compareRuns(SOURCES)), false);
});
