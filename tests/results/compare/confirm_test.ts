import { assertThrows } from "@std/assert";
import { checkFresh } from "../../../results/compare/confirm.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test("checkFresh() refuses confirming runs that repeat others", () => {
  using searched = tempFolder();
  using confirming = tempFolder();
  makeRun(searched.path, { id: "old", config: { seed: 1, rate: 2 } });
  makeRun(confirming.path, { id: "new", config: { seed: 2, rate: 2 } });
  const check = () =>
    checkFresh(
      new RunDatabase(confirming.path),
      new RunDatabase(searched.path),
    );
  check();
  makeRun(confirming.path, { id: "again", config: { rate: 2, seed: 1 } });
  assertThrows(check, RangeError, "Cannot confirm with again: it repeats old");
});
