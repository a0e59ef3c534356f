import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { listFacts } from "../../core/run/environment.ts";
import { History } from "../../core/store/history.ts";
import { writeJsonFile } from "../../core/store/json_file.ts";
import {
  readRunInfo,
  readStatus,
  writeRunInfo,
} from "../../core/store/run_info.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { addRun, INFO } from "../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test("readRunInfo() reads what writeRunInfo() wrote", () => {
  using folder = tempFolder();
  const info = { ...INFO, tags: ["a"], error: { name: "E", message: "m" } };
  const path = addRun(folder.path, "run", info);
  assertEquals<object>(readRunInfo(path), {
    schemaVersion: 1,
    ...info,
    runId: "run",
  });
});

Deno.test("readRunInfo() names file and field of what is wrong", () => {
  using folder = tempFolder();
  const path = `${folder.path}/run`;
  Deno.mkdirSync(path);
  const cases: [object, RegExp][] = [
    [
      { ...INFO, status: "done" },
      /run\.json: status must be one of running, .* current value is "done"/,
    ],
    [{ ...INFO, startedAt: "now" }, /run\.json: startedAt must be a date/],
    [{ ...INFO, experiment: 3 }, /run\.json: experiment must be a name/],
  ];
  for (const [fields, message] of cases) {
    writeJsonFile(`${path}/run.json`, fields);
    const error = assertThrows(() => readRunInfo(path), TypeError);
    assertMatch(error.message, message);
  }
});

Deno.test("readStatus() shows a run whose process is gone as died", () => {
  using folder = tempFolder();
  const path = addRun(folder.path, "run", { status: "running" });
  const info = readRunInfo(path);
  assertEquals(readStatus(path, info), "died");
  const history = new History(path, "run");
  assertEquals(readStatus(path, info), "running");
  history.close();
  assertEquals(readStatus(path, info), "died");
  assertEquals(readStatus(path, { ...info, status: "failed" }), "failed");
});

Deno.test("readStatus() looks again before it says that a run has died", () => {
  using folder = tempFolder();
  const path = addRun(folder.path, "run", { status: "running" });
  const info = readRunInfo(path);
  writeRunInfo(path, { ...INFO, runId: "run" }); // It ends meanwhile.
  assertEquals(readStatus(path, info), "completed");
});

Deno.test(
  "readRunInfo() treats fields of other types as empty, and keeps unknown fields",
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

Deno.test(
  "readRunInfo() gives fields of other types empty values",
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
    assertEquals(listFacts(resumed![1]!).engine, undefined);
  },
);
