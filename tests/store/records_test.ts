import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { writeJsonFile } from "../../core/store/json_file.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import { readRecords, writeRecordsFile } from "../../core/store/records.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { MAX_RECORDS } from "../../core/store/limits.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

const record = (name: string, mean: number) =>
  new ResultRecord(
    ResultMetadata.of({ name }),
    new ScalarResult({ mean, error: 1, n: 2 }),
  );

Deno.test(
  "readRecords() reads all files, training first, and skips temporary ones",
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

Deno.test("readRecords() reports a damaged file and reads the others", () => {
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
});

Deno.test("readRecords() reads a limited number of records, and says so", () => {
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
});

Deno.test(
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
