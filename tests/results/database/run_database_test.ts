import { assertEquals, assertMatch } from "@std/assert";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

const LOSS = [{ name: "loss" }, { mean: 1, error: 0.1, n: 9 }] as const;

Deno.test(
  "RunDatabase iterates over runs, oldest first, with all that their files say",
  () => {
    using folder = tempFolder();
    const startedAt = "2026-11-21T12:00:00.000Z";
    makeRun(folder.path, { id: "a", config: { seed: 1, x: [1, 2] } });
    makeRun(folder.path, { id: "b", info: { startedAt }, records: [LOSS] });
    const database = new RunDatabase(folder.path);
    assertEquals(Array.from(database, ({ id }) => id), ["b", "a"]);
    const [first, second] = [...database];
    assertEquals(first!.records.size, 1);
    assertEquals(second!.config, { seed: 1, x: [1, 2] });
    assertEquals(second!.status, "completed");
    assertEquals(database.problems, []);
    assertEquals(database.size, 2);
  },
);

Deno.test(
  "RunDatabase reads several directories, and no runs from a missing one",
  () => {
    using folder = tempFolder();
    makeRun(`${folder.path}/x`, { id: "a" });
    makeRun(`${folder.path}/y`, { id: "b" });
    const directories = ["x", "y", "z"].map((name) => `${folder.path}/${name}`);
    assertEquals(new RunDatabase(...directories).size, 2);
    Deno.symlinkSync(`${folder.path}/x`, `${folder.path}/link`);
    const same = [`${folder.path}/x`, `${folder.path}/y/../x`];
    assertEquals(new RunDatabase(...same, `${folder.path}/link`).size, 1);
  },
);

Deno.test(
  "RunDatabase lists a damaged run with file and reason, and reads all others",
  () => {
    const damages: [file: string, content: string | null, reason: RegExp][] = [
      ["run.json", null, /run\.json: no such file/],
      ["run.json", "", /run\.json as JSON: it is empty/],
      ["run.json", '{"schemaVersion":1}', /status must be one of/],
      ["config.json", '{"schemaVersion": 1, "seed"', /config\.json as JSON/],
      ["config.json", null, /config\.json: no such file/],
      ["config.json", '{"schemaVersion": 7}', /schemaVersion must be 1/],
      ["results/train.json", "[]", /holds no JSON object/],
      ["results/train.json", '{"schemaVersion":1}', /must be an array/],
    ];
    for (const [file, content, reason] of damages) {
      using folder = tempFolder();
      makeRun(folder.path, { id: "good", records: [LOSS] });
      const bad = makeRun(folder.path, { id: "bad", records: [LOSS] });
      if (content === null) Deno.removeSync(`${bad}/${file}`);
      else Deno.writeTextFileSync(`${bad}/${file}`, content);
      const database = new RunDatabase(folder.path);
      const good = [...database].find(({ id }) => id === "good");
      assertEquals(good?.records.size, 1);
      assertEquals(database.size, file.startsWith("results") ? 2 : 1);
      assertEquals(database.problems.length, 1);
      const [problem] = database.problems;
      assertEquals(problem!.run, "bad");
      assertEquals(problem!.file, `${bad}/${file}`);
      assertMatch(problem!.reason, reason);
    }
  },
);

Deno.test("RunDatabase refuses a link that leads out of the runs", () => {
  using folder = tempFolder();
  using other = tempFolder();
  makeRun(other.path, { id: "far" });
  Deno.symlinkSync(`${other.path}/far`, `${folder.path}/near`);
  const database = new RunDatabase(folder.path);
  assertEquals(database.size, 0);
  assertMatch(database.problems[0]!.reason, /a link that leads out/);
});
