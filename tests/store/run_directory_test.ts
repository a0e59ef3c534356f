import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { History } from "../../core/store/history.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import {
  createRunDirectory,
  hasBegun,
  isStarting,
  runIdFromPath,
} from "../../core/store/run_directory.ts";
import { readRecords, writeRecordsFile } from "../../core/store/records.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { addRun } from "../../testing/runs.ts";

skipUnlessGranted("files");

const record = (name: string, mean: number) =>
  new ResultRecord(
    ResultMetadata.of({ name }),
    new ScalarResult({ mean, error: 1, n: 2 }),
  );

Deno.test(
  "createRunDirectory() names the run by its UTC start and eight hexadecimal digits",
  () => {
    using folder = tempFolder();
    const path = createRunDirectory(`${folder.path}/new/runs`);
    assertMatch(runIdFromPath(path), /^\d{8}T\d{6}_[0-9a-f]{8}$/);
    assert(Deno.statSync(path).isDirectory);
  },
);

Deno.test("createRunDirectory() never gives two runs one directory", () => {
  using folder = tempFolder();
  const paths = Array.from(
    { length: 200 },
    () => createRunDirectory(folder.path),
  );
  assertEquals(new Set(paths).size, 200);
});

Deno.test(
  "isStarting() is true for a run that is just being made, and not for a damaged one",
  () => {
    using folder = tempFolder();
    const path = createRunDirectory(folder.path);
    assertEquals(isStarting(path), true);
    {
      using history = new History(path, "run");
      assertEquals(isStarting(path), true);
      history.close(); // Killed before it said that it was running.
      assertEquals(isStarting(path), true);
    }
    {
      using history = new History(path, "run", { isResumed: true });
      history.truncateTo(0);
      history.append({ step: 1 }); // What has begun has a run.json.
      assertEquals(isStarting(path), false);
    }
    const old = createRunDirectory(folder.path);
    Deno.utimeSync(old, new Date(0), new Date(0));
    assertEquals(isStarting(old), false);
    assertEquals(isStarting(addRun(folder.path, "whole")), false);
    assertEquals(isStarting(`${folder.path}/nowhere`), false);
  },
);

Deno.test("readers follow no link out of a run", () => {
  using folder = tempFolder();
  using outside = tempFolder();
  const path = addRun(folder.path, "run");
  const far = addRun(outside.path, "far");
  writeRecordsFile(far, "train", {
    records: new ResultCollection([record("a", 1)]),
  });
  const problems: Problem[] = [];
  Deno.removeSync(`${path}/results`);
  Deno.symlinkSync(`${far}/results`, `${path}/results`);
  assertEquals(readRecords(path, problems).size, 0);
  Deno.removeSync(`${path}/results`);
  Deno.mkdirSync(`${path}/results`);
  Deno.symlinkSync(`${far}/results/train.json`, `${path}/results/train.json`);
  assertEquals(readRecords(path, problems).size, 0);
  assertEquals(problems.length, 2);
  Deno.removeSync(`${path}/run.json`);
  Deno.symlinkSync(`${far}/run.json`, `${path}/run.json`);
  assertThrows(() => readRunInfo(path), RangeError, "leads out of the run");
});

Deno.test(
  "hasBegun() is false for a run killed before its run.json, at any age",
  () => {
    using folder = tempFolder();
    const path = createRunDirectory(folder.path);
    new History(path, "run").close();
    Deno.utimeSync(path, new Date(0), new Date(0));
    assertEquals([hasBegun(path), isStarting(path)], [false, false]);
    {
      using history = new History(path, "run", { isResumed: true });
      history.truncateTo(0);
      history.append({ step: 1 });
    }
    assertEquals(hasBegun(path), true); // Its run.json is lost.
    assertEquals(hasBegun(addRun(folder.path, "whole")), true);
    assertEquals(hasBegun(`${folder.path}/nowhere`), true);
  },
);
