import { assertEquals, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import { metadataFields, throughJson } from "../../testing/metadata.ts";

const scalarResult = fc.record({
  mean: fc.double(),
  error: fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(NaN)),
  n: fc.nat(),
  df: fc.option(fc.double({ min: 1e-3, max: 1e9, noNaN: true })),
}).map(({ df, ...fields }) =>
  new ScalarResult(df === null ? fields : { ...fields, df })
);

Deno.test("ScalarResult, ResultRecord and ResultCollection survive a JSON round trip", () => {
  fc.assert(fc.property(metadataFields, scalarResult, (fields, result) => {
    const record = new ResultRecord(ResultMetadata.of(fields), result);
    const records = new ResultCollection([record]);
    assertEquals(ScalarResult.fromJSON(throughJson(result)), result);
    assertEquals(ResultRecord.fromJSON(throughJson(record)), record);
    const [read] = ResultCollection.fromJSON(throughJson(records));
    assertEquals(read, record);
  }));
});

Deno.test("results print the same by String, templates and console.log", () => {
  const metadata = ResultMetadata.of({ name: "loss" });
  const result = new ScalarResult({ mean: 1, error: 0.1, n: 4 });
  const record = new ResultRecord(metadata, result);
  assertEquals(`${record}`, "loss = 1.00 ± 0.10 (within-run, n = 4)");
  for (
    const value of [metadata, result, record, new ResultCollection([record])]
  ) {
    assertEquals(Deno.inspect(value), String(value));
  }
});

Deno.test("ResultCollection finds records by metadata and by name", () => {
  const make = (nSteps: number, mean: number) =>
    new ResultRecord(
      ResultMetadata.of({ name: "sampling", nSteps }),
      new ScalarResult({ mean, error: 1, n: 2 }),
    );
  const other = new ResultRecord(
    ResultMetadata.of({ name: "loss" }),
    new ScalarResult({ mean: 3, error: 1, n: 2 }),
  );
  const records = new ResultCollection([make(5, 1), other, make(50, 2)]);
  assertEquals(records.size, 3);
  assertEquals(records.get(make(50, 0).metadata)?.mean, 2);
  assertEquals(records.get(make(7, 0).metadata), undefined);
  assertEquals(
    Array.from(records.named("sampling"), ({ result }) => result.mean),
    [1, 2],
  );
});

Deno.test("ResultCollection.with() replaces in place and does not change the old collection", () => {
  const metadata = ResultMetadata.of({ name: "loss" });
  const make = (mean: number) =>
    new ResultRecord(metadata, new ScalarResult({ mean, error: 1, n: 2 }));
  const before = new ResultCollection([make(1)]);
  const after = before.with(make(2));
  assertEquals(before.get(metadata)?.mean, 1);
  assertEquals(after.get(metadata)?.mean, 2);
  assertEquals(after.size, 1);
});

Deno.test("ResultCollection refuses two records of the same metadata", () => {
  const record = new ResultRecord(
    ResultMetadata.of({ name: "loss" }),
    new ScalarResult({ mean: 1, error: 1, n: 2 }),
  );
  assertThrows(
    () => new ResultCollection([record, record]),
    RangeError,
    "two records of loss",
  );
  assertThrows(() => ResultCollection.fromJSON({}), TypeError);
  assertThrows(() => ResultRecord.fromJSON({ metadata: 1 }), TypeError);
});
