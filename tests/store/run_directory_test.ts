import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { factsOf } from "../../core/run/environment.ts";
import { History } from "../../core/store/history.ts";
import { writeJsonFile } from "../../core/store/json_file.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import {
  readRunInfo,
  readStatus,
  writeRunInfo,
} from "../../core/store/run_info.ts";
import {
  createRunDirectory,
  hasBegun,
  isStarting,
  runIdFromPath,
} from "../../core/store/run_directory.ts";
import { readRecords, writeRecordsFile } from "../../core/store/records.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { MAX_RECORDS } from "../../core/store/limits.ts";
import { tempFolder, testWith } from "../../testing/helpers.ts";
import { addRun, INFO } from "../../testing/runs.ts";

testWith(
  "files",
  "createRunDirectory() names the run by its UTC start and eight hexadecimal digits",
  () => {
    using folder = tempFolder();
    const startedAt = new Date("2026-11-22T17:52:03.999Z");
    const path = createRunDirectory(`${folder.path}/new/runs`, { startedAt });
    assertMatch(runIdFromPath(path), /^20261122T175203_[0-9a-f]{8}$/);
    assert(Deno.statSync(path).isDirectory);
  },
);

testWith(
  "files",
  "createRunDirectory() never gives two runs one directory",
  () => {
    using folder = tempFolder();
    const startedAt = new Date("2026-11-22T17:52:03Z");
    const paths = Array.from(
      { length: 200 },
      () => createRunDirectory(folder.path, { startedAt }),
    );
    assertEquals(new Set(paths).size, 200);
  },
);

testWith("files", "readRunInfo() reads what writeRunInfo() wrote", () => {
  using folder = tempFolder();
  const info = { ...INFO, tags: ["a"], error: { name: "E", message: "m" } };
  const path = addRun(folder.path, "run", info);
  assertEquals<object>(readRunInfo(path), {
    schemaVersion: 1,
    ...info,
    runId: "run",
  });
});

testWith("files", "readRunInfo() names file and field of what is wrong", () => {
  using folder = tempFolder();
  const path = `${folder.path}/run`;
  Deno.mkdirSync(path);
  const cases: [object, RegExp][] = [
    [
      { ...INFO, status: "done" },
      /run\.json as status must be one of running, .* current value is "done"/,
    ],
    [{ ...INFO, startedAt: "now" }, /run\.json as startedAt must be a date/],
    [{ ...INFO, experiment: 3 }, /run\.json as experiment must be a name/],
  ];
  for (const [fields, message] of cases) {
    writeJsonFile(`${path}/run.json`, fields);
    const error = assertThrows(() => readRunInfo(path), TypeError);
    assertMatch(error.message, message);
  }
});

testWith(
  "files",
  "readStatus() shows a run that nobody lives behind as died",
  () => {
    using folder = tempFolder();
    const path = addRun(folder.path, "run", { status: "running" });
    const info = readRunInfo(path);
    assertEquals(readStatus(path, info), "died");
    const history = new History(path, "run");
    assertEquals(readStatus(path, info), "running");
    history.close();
    assertEquals(readStatus(path, info), "died");
    assertEquals(readStatus(path, { ...info, status: "failed" }), "failed");
  },
);

testWith(
  "files",
  "readStatus() looks again before it says that a run has died",
  () => {
    using folder = tempFolder();
    const path = addRun(folder.path, "run", { status: "running" });
    const info = readRunInfo(path);
    writeRunInfo(path, { ...INFO, runId: "run" }); // It ends meanwhile.
    assertEquals(readStatus(path, info), "completed");
  },
);

testWith(
  "files",
  "isStarting() is true of a run that is just being made, and not of a damaged one",
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

testWith("files", "readers follow no link out of a run", () => {
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

const record = (name: string, mean: number) =>
  new ResultRecord(
    ResultMetadata.of({ name }),
    new ScalarResult({ mean, error: 1, n: 2 }),
  );

testWith(
  "files",
  "readRecords() reads all files, training first, and passes over temporary ones",
  () => {
    using folder = tempFolder();
    Deno.mkdirSync(`${folder.path}/results`);
    writeRecordsFile(folder.path, "eval", {
      records: new ResultCollection([record("b", 2)]),
    });
    writeRecordsFile(folder.path, "train", {
      records: new ResultCollection([record("a", 1)]),
    });
    Deno.writeTextFileSync(`${folder.path}/results/.train.json.1f`, "{");
    Deno.writeTextFileSync(`${folder.path}/results/._train.json`, "{");
    const problems: Problem[] = [];
    const names = Array.from(
      readRecords(folder.path, problems),
      ({ metadata }) => metadata.name,
    );
    assertEquals(names, ["a", "b"]);
    assertEquals(problems, []);
  },
);

testWith(
  "files",
  "readRecords() reports a damaged file and reads the others",
  () => {
    using folder = tempFolder();
    const results = `${folder.path}/results`;
    Deno.mkdirSync(results);
    writeRecordsFile(folder.path, "train", {
      records: new ResultCollection([record("a", 1)]),
    });
    const twice = [record("a", 2), record("b", 3)];
    writeRecordsFile(folder.path, "twice", {
      records: new ResultCollection(twice),
    });
    Deno.writeTextFileSync(`${results}/torn.json`, '{"schemaVersion":1,');
    writeJsonFile(`${results}/wrong.json`, { records: [{ metadata: {} }] });
    const problems: Problem[] = [];
    const records = readRecords(folder.path, problems);
    assertEquals(records.get(ResultMetadata.of({ name: "a" }))?.mean, 1);
    assertEquals(records.get(ResultMetadata.of({ name: "b" }))?.mean, 3);
    assertEquals(
      problems.map(({ file }) => file),
      ["torn", "wrong", "twice"].map((name) => `${results}/${name}.json`),
    );
  },
);

testWith(
  "files",
  "readRunInfo() takes fields of other types for empty, and keeps what it does not know",
  () => {
    using folder = tempFolder();
    const odd = { toString: null };
    const fields = {
      ...INFO,
      ...{ finishedAt: 1, seconds: "1", command: odd, args: [odd, "a"] },
      ...{ versions: { a: odd, b: "1" }, engine: odd, host: [], pid: odd },
      ...{ tags: [1, "t"], note: odd, before: [], unknown: odd },
    };
    const error = { name: odd, message: odd };
    writeRunInfo(folder.path, { ...fields, error } as never);
    assertEquals(readRunInfo(folder.path).error, { name: "", message: "" });
    for (const startedAt of ["now (\x1b)", "2026-01-01 (\x1b)", ["2026"], 0]) {
      writeRunInfo(folder.path, { ...fields, startedAt } as never);
      assertThrows(() => readRunInfo(folder.path), TypeError, "must be a date");
    }
    writeRunInfo(folder.path, { ...fields, error: "x" } as never);
    const info = readRunInfo(folder.path) as unknown as typeof fields;
    assertEquals(
      {
        ...{ finishedAt: info.finishedAt, seconds: info.seconds },
        ...{ command: info.command, args: info.args, engine: info.engine },
        ...{ versions: info.versions, host: info.host, pid: info.pid },
        ...{ tags: info.tags, note: info.note, unknown: info.unknown },
      } as unknown,
      {
        ...{ finishedAt: null, seconds: null, command: "", args: ["a"] },
        ...{ engine: null, versions: { a: null, b: "1" } },
        ...{ host: { os: "", arch: "", cpus: 0 }, pid: 0, tags: ["t"] },
        ...{ note: "", unknown: odd },
      },
    );
    assertEquals("before" in info || "error" in info, false);
  },
);

testWith(
  "files",
  "readRecords() reads so many records and files, and says so",
  () => {
    using folder = tempFolder();
    const run = `${folder.path}/run`;
    Deno.mkdirSync(`${run}/results`, { recursive: true });
    const result = new ScalarResult({ mean: 1, error: 1, n: 2 });
    const records = Array.from(
      { length: MAX_RECORDS + 1 },
      (_, i) => new ResultRecord(ResultMetadata.of({ name: `r${i}` }), result),
    );
    const file = { name: "train", records: new ResultCollection(records) };
    writeRecordsFile(run, file.name, file);
    const problems: Problem[] = [];
    assertEquals(readRecords(run, problems).size, MAX_RECORDS);
    assertMatch(
      problems[0]!.reason,
      /at most 10000 records, and the rest is ignored/,
    );
    assertEquals(problems.length, 1);
  },
);

testWith(
  "files",
  "hasBegun() is false of what was killed before its run.json, at any age",
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

testWith(
  "files",
  "readRunInfo() makes of fields of other types what says nothing",
  () => {
    using folder = tempFolder();
    const path = addRun(folder.path, "a", {
      source: { sha256: 5, files: "x", lock: {} },
      resumed: [{}, 7, { at: 3, versions: "no", numerics: [], host: null }],
      data: 3,
      permissions: { read: 7 },
      settings: "none",
    } as never);
    const { source, resumed, data, permissions, settings } = readRunInfo(path);
    assertEquals(source, { sha256: "", files: 0, lock: null });
    assertEquals([data, settings], [undefined, undefined]);
    assertEquals(permissions, {});
    assertEquals(resumed?.length, 2);
    assertEquals([resumed![1]!.at, resumed![1]!.versions], ["", {}]);
    assertEquals(factsOf(resumed![1]!).engine, undefined);
  },
);

testWith(
  "files",
  "writeRecordsFile() does not bring a run back that was removed",
  () => {
    using folder = tempFolder();
    assertThrows(
      () =>
        writeRecordsFile(`${folder.path}/gone`, "eval", {
          records: new ResultCollection(),
        }),
      Deno.errors.NotFound,
    );
    assertEquals([...Deno.readDirSync(folder.path)], []);
  },
);
