/**
 * Reads one file of a run in a process of its own, whose memory is small:
 * prints what the reader said.
 *
 * @module
 */

import { readConfigSource } from "../../core/config/schema.ts";
import { readTable } from "../../core/data/table.ts";
import { readHistory } from "../../testing/history.ts";
import { runIdFromPath } from "../../core/store/run_directory.ts";
import { RunDatabase } from "../../results/database/run_database.ts";

const [runs, ...paths] = Deno.args;

function report(read: () => unknown): void {
  try {
    read();
    console.log("read");
  } catch (error) {
    console.log((error as Error).message);
  }
}

for (const path of paths) {
  if (path.endsWith(".csv")) report(() => readTable(path));
  else if (path.endsWith(".json")) report(() => readConfigSource(path));
  else report(() => readHistory(path));
}
const database = new RunDatabase(runs!);
for (const { run, reason } of database.problems) {
  console.log(`${run} ${reason}`);
}
console.log([...database].map(({ path }) => runIdFromPath(path)).join());
