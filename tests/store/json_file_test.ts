import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  checkVersion,
  parseVersioned,
  readJsonFile,
  UnknownVersionError,
  writeJsonFile,
} from "../../core/store/json_file.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("parseVersioned() names the file of what it cannot read", () => {
  const cases: [string, typeof Error, RegExp][] = [
    ["", SyntaxError, /^Cannot read a\.json as JSON: it is empty$/],
    ['{"schemaVersion":1', SyntaxError, /^Cannot read a\.json as JSON: /],
    ["[]", TypeError, /^Cannot read a\.json: it holds no JSON object$/],
    ["{}", RangeError, /a\.json: .* must be 1; current value is undefined$/],
    ['{"schemaVersion":2}', RangeError, /a\.json: .* current value is 2$/],
  ];
  for (const [text, errorClass, message] of cases) {
    const error = assertThrows(
      () => parseVersioned(text, "a.json"),
      errorClass,
    );
    assertMatch(error.message, message);
  }
});

Deno.test("writeJsonFile() writes what readJsonFile() reads", () => {
  using folder = tempFolder();
  writeJsonFile(`${folder.path}/a.json`, { mean: NaN, runs: ["x"] });
  assertEquals(readJsonFile(`${folder.path}/a.json`), {
    schemaVersion: 1,
    mean: "NaN",
    runs: ["x"],
  });
});

Deno.test("readJsonFile() says which file is missing", () => {
  assertThrows(
    () => readJsonFile("nowhere/a.json"),
    Deno.errors.NotFound,
    "Cannot read nowhere/a.json: no such file",
  );
});

Deno.test("checkVersion() throws an error that carries the version", () => {
  checkVersion(1, "a.json");
  for (const version of [2, "1", null, undefined]) {
    const error = assertThrows(
      () => checkVersion(version, "a.json"),
      UnknownVersionError,
    );
    assertEquals(error.version, version);
  }
});
