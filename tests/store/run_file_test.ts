import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { writeJsonFile } from "../../core/store/json_file.ts";
import { MAX_KEYS } from "../../core/store/limits.ts";
import {
  listJsonFiles,
  type Problem,
  readConfigFile,
  writeConfigFile,
} from "../../core/store/run_file.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("readConfigFile() reads what writeConfigFile() wrote", () => {
  using folder = tempFolder();
  writeConfigFile(folder.path, { seed: 1, rate: Infinity });
  assertEquals(readConfigFile(folder.path), { seed: 1, rate: "Infinity" });
});

Deno.test(
  "readConfigFile() refuses too many keys, and those that every object has",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/config.json`;
    const many = Array.from({ length: MAX_KEYS + 1 }, (_, i) => [`k${i}`, i]);
    const configs: [object, string][] = [
      [Object.fromEntries(many), "at most 1000 keys; current count is 1001"],
      [{ constructor: 1 }, "every object has; current key is constructor"],
    ];
    for (const [config, reason] of configs) {
      writeJsonFile(path, config);
      assertThrows(() => readConfigFile(folder.path), RangeError, reason);
    }
  },
);

Deno.test("listJsonFiles() reports a missing folder only if required", () => {
  using folder = tempFolder();
  const problems: Problem[] = [];
  assertEquals(listJsonFiles(folder.path, "results", problems), []);
  assertEquals(problems, []);
  assertEquals(listJsonFiles(folder.path, "results", problems, true), []);
  assertMatch(problems[0]!.reason, /No such file/);
  Deno.mkdirSync(`${folder.path}/results`);
  for (const name of ["b.json", "a.json", ".c.json", "d.txt"]) {
    Deno.writeTextFileSync(`${folder.path}/results/${name}`, "{}");
  }
  const found = listJsonFiles(folder.path, "results", problems);
  assertEquals(found, ["results/a.json", "results/b.json"]);
});
