import { assertEquals } from "@std/assert";
import {
  readAhead,
  readChunk,
  RUNS_AT_ONCE,
  SLOTS_BYTES,
  takeChunk,
} from "../../../results/database/_threads.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeManyRuns } from "../../../testing/many_runs.ts";

skipUnlessGranted("files");

const N_RUNS = 2 * RUNS_AT_ONCE + 3;

const listIds = (folder: string) =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("readAhead() hands over what readChunk() reads", () => {
  using folder = tempFolder();
  makeManyRuns(folder.path, N_RUNS);
  const ids = listIds(folder.path);
  const directory = folder.path;
  const progress = new Int32Array(new SharedArrayBuffer(12));
  const slots = {
    counts: new Int32Array(new SharedArrayBuffer(8)),
    bytes: new Uint8Array(new SharedArrayBuffer(SLOTS_BYTES)),
  };
  readAhead({ directory, ids: ids.join("\n"), progress }, slots);
  let nRuns = 0;
  for (let place = 0; place < 3; place++) {
    const chunk = takeChunk(slots)!;
    assertEquals(chunk, readChunk(directory, ids, place));
    nRuns += chunk.runs.filter((run) => run?.files.length === 3).length;
  }
  assertEquals([nRuns, takeChunk(slots)], [N_RUNS, undefined]);
});

Deno.test("readChunk() leaves to others what is no plain run, or large", () => {
  using folder = tempFolder();
  makeManyRuns(folder.path, 6);
  const ids = listIds(folder.path);
  const at = (place: number) => `${folder.path}/${ids[place]}`;
  Deno.removeSync(at(0), { recursive: true });
  Deno.renameSync(`${at(1)}/run.json`, `${at(1)}/other.json`);
  Deno.symlinkSync("other.json", `${at(1)}/run.json`);
  Deno.renameSync(`${at(2)}/config.json`, `${at(2)}/other.json`);
  Deno.symlinkSync("other.json", `${at(2)}/config.json`);
  Deno.symlinkSync("train.json", `${at(3)}/results/other.json`);
  Deno.truncateSync(`${at(4)}/results/train.json`, 2 ** 21);
  Deno.writeTextFileSync(`${at(5)}/results/.temporary.json`, "{");
  const { runs } = readChunk(folder.path, ids, 0);
  assertEquals(runs.slice(0, 5), [null, null, null, null, null]);
  assertEquals(
    runs[5]?.files.map(([name]) => name),
    ["run.json", "config.json", "results/train.json"],
  );
});
