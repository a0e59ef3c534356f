import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { findEntry, findRun, listRuns } from "../../core/store/find_run.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { addRun } from "../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test(
  "listRuns() skips dots, files and lost+found, and refuses odd names and links that lead out",
  () => {
    using folder = tempFolder();
    using other = tempFolder();
    const runs = `${folder.path}/runs`;
    addRun(runs, "b");
    addRun(runs, "a");
    addRun(runs, ".index");
    addRun(runs, "no run");
    Deno.mkdirSync(`${runs}/lost+found`);
    Deno.writeTextFileSync(`${runs}/README`, "");
    Deno.symlinkSync(addRun(other.path, "far"), `${runs}/out`);
    Deno.symlinkSync(`${runs}/a`, `${runs}/within`);
    const entries = listRuns(runs);
    assertEquals(
      entries.map(({ id, refused }) => [id, refused !== undefined]),
      [
        ["a", false],
        ["b", false],
        ["no run", true],
        ["out", true],
        ["within", false],
      ],
    );
    assertEquals(listRuns(`${folder.path}/nowhere`), []);
  },
);

Deno.test("listRuns() skips a directory of runs within, and refuses a run", () => {
  using folder = tempFolder();
  const runs = folder.path;
  const run = addRun(runs, "a");
  addRun(`${runs}/confirm`, "b");
  // A damaged run, which must not go unnoticed.
  Deno.mkdirSync(`${runs}/c/results`, { recursive: true });
  assertEquals(listRuns(runs).map(({ id }) => id), ["a", "c"]);
  assertEquals(listRuns(`${runs}/confirm`).map(({ id }) => id), ["b"]);
  assertThrows(
    () => listRuns(run),
    RangeError,
    "it is a run, not a directory of runs",
  );
});

Deno.test("listRuns() takes a runs directory that is itself a link", () => {
  using folder = tempFolder();
  addRun(`${folder.path}/scratch`, "a");
  Deno.symlinkSync(`${folder.path}/scratch`, `${folder.path}/runs`);
  const runs = `${folder.path}/runs`;
  assertEquals(listRuns(runs), [{ id: "a", path: `${runs}/a` }]);
  assertEquals(findRun(runs, `${runs}/a`), `${runs}/a`);
});

Deno.test(
  "findRun() takes an id, a prefix, the hexadecimal part, a path and latest",
  () => {
    using folder = tempFolder();
    const runs = folder.path;
    const first = addRun(runs, "20261122T175203_3f9a1c2e");
    const second = addRun(runs, "20261123T080000_77aa0b1c", {
      startedAt: "2026-11-23T08:00:00.000Z",
      status: "failed",
    });
    const third = addRun(runs, "imported", {
      startedAt: "2020-01-01T00:00:00.000Z",
    });
    const found: [string, string][] = [
      ["20261122T175203_3f9a1c2e", first],
      ["20261122", first],
      ["3f9a", first],
      ["77aa0b1c", second],
      [first, first],
      [`${second}/`, second],
      ["imp", third],
      ["latest", second],
    ];
    for (const [name, path] of found) assertEquals(findRun(runs, name), path);
    assertEquals(findRun(runs, `${first}/.`), first);
    const coin = addRun(runs, "old_coin", {
      startedAt: "2019-01-01T00:00:00.000Z",
      experiment: "coin",
    });
    const latestOf = (experiment: string) =>
      findRun(runs, "latest", { completed: true, experiment });
    assertEquals(latestOf("coin"), coin);
    assertEquals(latestOf("test"), first);
    assertEquals(latestOf("nothing"), first);
    assertEquals(findRun(runs, "latest", { completed: true }), first);
    assertEquals(findRun(runs, "latest", { folder: "samples" }), second);
    Deno.mkdirSync(`${third}/samples`);
    assertEquals(findRun(runs, "latest", { folder: "samples" }), third);
  },
);

Deno.test("findRun() gives a run its own name, also by a link", () => {
  using folder = tempFolder();
  const runs = folder.path;
  const run = addRun(runs, "a1");
  Deno.symlinkSync("a1", `${runs}/favourite`);
  Deno.symlinkSync("a1/results", `${runs}/part`);
  for (const name of ["favourite", "fav", `${runs}/favourite`, "latest"]) {
    assertEquals(findRun(runs, name), run, name);
  }
  assertEquals(findEntry(runs, "fav"), `${runs}/favourite`);
  assertThrows(() => findRun(runs, "part"), RangeError, "runs lie right in");
});

Deno.test("findRun() says what is wrong with a name", () => {
  using folder = tempFolder();
  using other = tempFolder();
  const runs = `${folder.path}/runs`;
  Deno.mkdirSync(runs);
  const message = (name: string) =>
    assertThrows(() => findRun(runs, name), RangeError).message;
  assertMatch(message("x"), /Cannot find run "x" .* it has no runs yet/);
  assertMatch(message("latest"), /Cannot find a run in .* deno task train/);
  for (let i = 0; i < 6; i++) addRun(runs, `2026_${i}a`);
  addRun(other.path, "far");
  Deno.symlinkSync(`${other.path}/far`, `${runs}/out`);
  assertMatch(message("x"), /the last of its 6 runs is 2026_5a/);
  assertMatch(message("2026"), /"2026" is: 2026_0a, .*, 2026_3a and 2 more/);
  assertMatch(message(""), /its name is empty/);
  assertMatch(message("../x"), /Cannot find run \.\.\/x/);
  assertMatch(message(`${runs}/../../`), /lies outside .* --runs DIR/);
  assertMatch(message(`${other.path}/far`), /lies outside/);
  assertMatch(message("out"), /is a link that leads out/);
  assertMatch(message(`${runs}/out`), /lies outside/);
  assertMatch(message(`${runs}/2026_0a/run.json`), /it is a file/);
  addRun(runs, ".trash/2026_0a");
  assertMatch(message(`${runs}/.trash/2026_0a`), /runs lie right in/);
});

Deno.test("findRun() never takes a damaged run for the latest", () => {
  using folder = tempFolder();
  const good = addRun(folder.path, "a");
  Deno.writeTextFileSync(`${addRun(folder.path, "b")}/run.json`, "{");
  assertEquals(findRun(folder.path, "latest"), good);
});

Deno.test("findRun() reports the damaged runs that it skipped", () => {
  using folder = tempFolder();
  addRun(folder.path, "a");
  const bad = `${addRun(folder.path, "b")}/run.json`;
  Deno.writeTextFileSync(bad, "{");
  const problems: Problem[] = [];
  findRun(folder.path, "latest", { problems });
  assertEquals(problems.map(({ run, file }) => [run, file]), [["b", bad]]);
  assertMatch(problems[0]!.reason, /^Cannot read .* as JSON/);
});
