import { assertEquals } from "@std/assert";
import {
  type EvaluationInfo,
  readEvaluations,
  writeEvaluation,
} from "../../core/store/evaluations.ts";
import { readRecords } from "../../core/store/records.ts";
import type { Problem } from "../../core/store/run_file.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { INFO, makeRun } from "../../testing/runs.ts";

skipUnlessGranted("files");

const INFO_OF_EVALUATION: EvaluationInfo = { ...INFO, evalConfig: {} };

/** Writes an evaluation that has measured some means, by name. */
function evaluate(
  runPath: string,
  info: Partial<EvaluationInfo>,
  means: Readonly<Record<string, number>>,
): void {
  const records = Object.entries(means).map(([name, mean]) =>
    new ResultRecord(
      ResultMetadata.of({ name }),
      new ScalarResult({ mean, error: 1, n: 9 }),
    )
  );
  writeEvaluation(
    runPath,
    { ...INFO_OF_EVALUATION, ...info },
    new ResultCollection(records),
  );
}

const meansOf = (runPath: string, problems: Problem[] = []) =>
  Object.fromEntries(
    Array.from(
      readRecords(runPath, problems),
      ({ metadata, result }) => [metadata.name, result.mean],
    ),
  );

Deno.test(
  "writeEvaluation() replaces an evaluation of the same settings, and no other",
  () => {
    using folder = tempFolder();
    const run = makeRun(folder.path, { id: "run" });
    evaluate(run, { evalConfig: { n: 1, m: "a" } }, { a: 1 });
    evaluate(run, { evalConfig: { n: 2, m: "a" } }, { b: 2 });
    evaluate(run, { evalConfig: { m: "a", n: 1 } }, { c: 3 });
    assertEquals(meansOf(run), { b: 2, c: 3 });
    assertEquals(readEvaluations(run).length, 2);
    // Values of other types are other settings.
    for (const n of ["1", true, [1], null]) {
      evaluate(run, { evalConfig: { n, m: "a" } }, {});
    }
    assertEquals(readEvaluations(run).length, 6);
  },
);

Deno.test(
  "of two evaluations that measured the same, the one that finished last counts",
  () => {
    using folder = tempFolder();
    const at = (hour: number) => `2026-11-22T${hour}:00:00.000Z`;
    const times = [{ n: 1, hour: 12 }, { n: 2, hour: 15 }, { n: 3, hour: 13 }];
    const run = makeRun(folder.path, { id: "run" });
    for (const { n, hour } of times) {
      evaluate(run, { evalConfig: { n }, finishedAt: at(hour) }, { a: n });
    }
    const unfinished = { status: "running", finishedAt: null } as const;
    evaluate(run, { evalConfig: { n: 4 }, ...unfinished }, { a: 4, b: 4 });
    const problems: Problem[] = [];
    assertEquals(meansOf(run, problems), { a: 2, b: 4 });
    assertEquals(problems, []);
  },
);

Deno.test("an evaluation does not hide what the training has recorded", () => {
  using folder = tempFolder();
  const run = makeRun(folder.path, {
    id: "run",
    records: [[{ name: "a" }, { mean: 1, error: 1, n: 9 }]],
  });
  evaluate(run, {}, { a: 2, b: 3 });
  const problems: Problem[] = [];
  assertEquals(meansOf(run, problems), { a: 1, b: 3 });
  assertEquals(problems.map(({ reason }) => reason), [
    "Cannot use a: another file has it too",
  ]);
});

Deno.test("readEvaluations() also reads those of older runs", () => {
  using folder = tempFolder();
  const run = makeRun(folder.path, { id: "run" });
  Deno.mkdirSync(`${run}/evaluations`);
  const old = { ...INFO_OF_EVALUATION, evalConfig: { n: 0 } };
  Deno.writeTextFileSync(
    `${run}/evaluations/0123.json`,
    JSON.stringify({ schemaVersion: 1, ...old }),
  );
  evaluate(run, { evalConfig: { n: 1 }, startedAt: INFO.finishedAt! }, {});
  Deno.writeTextFileSync(`${run}/evaluations/bad.json`, "{}");
  const problems: Problem[] = [];
  assertEquals(
    readEvaluations(run, problems).map(({ evalConfig }) => evalConfig.n),
    [0, 1],
  );
  assertEquals(problems.length, 1);
});
