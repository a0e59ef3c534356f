import { assertEquals } from "@std/assert";
import {
  inspectRuns,
  readChunks,
} from "../../../results/database/_start_threads.ts";
import {
  readStamp,
  RUNS_AT_ONCE,
  STAMP_LENGTH,
} from "../../../results/database/_threads.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { addRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test("inspectRuns() finds in several threads which runs have not changed", () => {
  using folder = tempFolder();
  // So many that other threads help; nearly all of them were removed.
  const ids = Array.from({ length: 12_000 }, (_, i) => `run${i}`);
  const stamps = new Float64Array(STAMP_LENGTH * ids.length);
  const there = ids.filter((_, i) => i % 500 === 7);
  for (const id of there) {
    const path = addRun(folder.path, id);
    const start = STAMP_LENGTH * ids.indexOf(id);
    readStamp(path, stamps.subarray(start, start + STAMP_LENGTH));
  }
  const [edited, ...unchanged] = there;
  Deno.writeTextFileSync(`${folder.path}/${edited}/run.json`, "{}");
  const found = inspectRuns(folder.path, { ids, stamps }).finish();
  assertEquals(ids.filter((_, i) => found[i]), unchanged);
});

Deno.test("readChunks() reads each run once, in several threads", () => {
  using folder = tempFolder();
  const ids = Array.from({ length: 3000 }, (_, i) => `run${i}`);
  const there = ids.filter((_, i) => i % 100 === 7);
  there.forEach((id) => addRun(folder.path, id));
  const found = Array.from(
    readChunks(folder.path, ids),
    ({ place, runs }) =>
      runs.map((run, i) => ({ run, i: RUNS_AT_ONCE * place + i })),
  ).flat().sort((a, b) => a.i - b.i);
  assertEquals(found.map(({ i }) => ids[i]), ids);
  assertEquals(found.filter(({ run }) => run).map(({ i }) => ids[i]), there);
});
