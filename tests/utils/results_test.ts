import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  formatMeanError,
  type MetadataFields,
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";

const fieldName = fc.string({ minLength: 1 })
  .filter((name) => !/^-?\d+$/.test(name) && name !== "name");
const fieldValue = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const metadataFields = fc.record({
  name: fc.string({ minLength: 1 }),
  others: fc.array(fc.tuple(fieldName, fieldValue)),
}).map(({ name, others }): MetadataFields => ({
  ...Object.fromEntries(others),
  name,
}));
const scalarResult = fc.record({
  mean: fc.double(),
  error: fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(NaN)),
  n: fc.nat(),
  df: fc.option(fc.double({ min: 1e-3, max: 1e9, noNaN: true })),
}).map(({ df, ...fields }) =>
  new ScalarResult(df === null ? fields : { ...fields, df })
);
const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("ResultMetadata.of() gives the same object for equal fields in any order, also from a file", () => {
  fc.assert(fc.property(metadataFields, (fields) => {
    const metadata = ResultMetadata.of(fields);
    const reversed = Object.fromEntries(Object.entries(fields).reverse());
    assertStrictEquals(
      ResultMetadata.of(reversed as unknown as MetadataFields),
      metadata,
    );
    assertStrictEquals(ResultMetadata.of(throughJson(metadata)), metadata);
  }));
});

Deno.test("ResultMetadata.of() tells different fields apart, types included", () => {
  const all = [
    { name: "a" },
    { name: "a", x: 1 },
    { name: "a", x: "1" },
    { name: "a", x: true },
    { name: "a", x: "true" },
    { name: "a", y: 1 },
    { name: "b", x: 1 },
    { name: 'a (x="1")' },
  ].map(ResultMetadata.of);
  assertEquals(new Set(all).size, all.length);
});

Deno.test("ResultMetadata.of() has one zero, as JSON has", () => {
  const metadata = ResultMetadata.of({ name: "a", negative: -0 });
  assertEquals(metadata.fields.negative, 0);
});

Deno.test("ResultMetadata.of() keeps a field called __proto__ as a field", () => {
  const fields = JSON.parse('{"name":"a","__proto__":"x"}');
  assertEquals(
    JSON.stringify(ResultMetadata.of(fields)),
    '{"name":"a","__proto__":"x"}',
  );
});

Deno.test("ResultMetadata.of() refuses other values and integer names", () => {
  const wrong: [object, string][] = [
    [{}, "without a name"],
    [{ name: "" }, "without a name"],
    [{ name: "a", 1: 2 }, ": it is an integer"],
    [{ name: "a", x: NaN }, "current value is NaN"],
    [{ name: "a", x: null }, "current value is null"],
    [{ name: "a", x: [1] }, "current value is [1]"],
  ];
  for (const [fields, message] of wrong) {
    assertThrows(
      () => ResultMetadata.of(fields as MetadataFields),
      TypeError,
      message,
    );
  }
});

Deno.test("String(ResultMetadata) has the fields in alphabetical order and strings in quotes", () => {
  assertEquals(String(ResultMetadata.of({ name: "loss" })), "loss");
  assertEquals(
    String(ResultMetadata.of({ nSteps: 50, name: "s", kind: "x y", b: true })),
    's (b=true, kind="x y", nSteps=50)',
  );
});

Deno.test("ResultMetadata is immutable", () => {
  const metadata = ResultMetadata.of({ name: "a", x: 1 });
  assertThrows(() => Object.assign(metadata, { name: "b" }), TypeError);
  assertThrows(() => Object.assign(metadata.fields, { x: 2 }), TypeError);
});

Deno.test("ScalarResult, ResultRecord and ResultCollection go through JSON unchanged", () => {
  fc.assert(fc.property(metadataFields, scalarResult, (fields, result) => {
    const record = new ResultRecord(ResultMetadata.of(fields), result);
    const records = new ResultCollection([record]);
    assertEquals(ScalarResult.fromJSON(throughJson(result)), result);
    assertEquals(ResultRecord.fromJSON(throughJson(record)), record);
    const [read] = ResultCollection.fromJSON(throughJson(records));
    assertEquals(read, record);
  }));
});

Deno.test("ScalarResult refuses what is no result", () => {
  const good = { mean: 0, error: 1, n: 2 };
  const wrong = [
    { ...good, error: -1 },
    { ...good, n: 1.5 },
    { ...good, n: -1 },
    { ...good, df: -1 },
  ];
  for (const fields of wrong) {
    assertThrows(() => new ScalarResult(fields), RangeError);
  }
  for (const value of [null, 3, [], { ...good, mean: "0" }, { mean: 0 }]) {
    assertThrows(() => ScalarResult.fromJSON(value), TypeError);
  }
});

Deno.test("ScalarResult.degreesOfFreedom is df where there is one, else n − 1", () => {
  const fields = { mean: 0, error: 1, n: 64 };
  assertEquals(new ScalarResult(fields).degreesOfFreedom, 63);
  assertEquals(new ScalarResult({ ...fields, df: 1 }).degreesOfFreedom, 1);
});

Deno.test("formatMeanError() rounds by the error: two digits of it, the mean to the same decimal", () => {
  const cases: [number, number, string][] = [
    [0.03118, 0.00207, "0.0312 ± 0.0021"],
    [0.03118, 0.0996, "0.03 ± 0.10"], // Rounding makes it a digit longer.
    [12.3456, 1, "12.3 ± 1.0"],
    [-0.004, 0.5, "0.00 ± 0.50"], // No negative zero.
    [1234.4, 567, "1230 ± 570"],
    [99_950, 120, "99950 ± 120"],
    [0, 3, "0.0 ± 3.0"],
    [0.001, 52, "0 ± 52"],
    [1.5e9, 2.5e7, "(1.500 ± 0.025)e9"],
    [-3.1e-7, 4.24e-9, "(-3.100 ± 0.042)e-7"],
    [5e-9, 3e-3, "0.0000 ± 0.0030"],
    [1, 1e-20, "1 ± 1e-20"], // Beyond the digits of the mean.
  ];
  for (const [mean, error, text] of cases) {
    assertEquals(formatMeanError(mean, error), text);
  }
});

Deno.test("formatMeanError() says what is undefined or not finite, and never 0 for it", () => {
  assertEquals(formatMeanError(0.25, NaN), "0.25 ± undefined");
  assertEquals(formatMeanError(NaN, NaN), "NaN ± NaN");
  assertEquals(formatMeanError(Infinity, NaN), "Infinity ± NaN");
  assertEquals(formatMeanError(2, Infinity), "2 ± Infinity");
  assertEquals(formatMeanError(1 / 3, 0), "0.333333 ± 0");
});

Deno.test("formatMeanError() is within half a unit of its last digit", () => {
  const magnitude = fc.tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.integer({ min: -12, max: 12 }),
  ).map(([digits, power]) => digits * 10 ** power);
  fc.assert(fc.property(magnitude, magnitude, (mean, size) => {
    const error = Math.abs(size);
    fc.pre(error > 1e-300 && Math.abs(mean) / error < 1e12);
    const text = formatMeanError(mean, error);
    const [, base = "", power = "0"] = /^\((.*)\)e(.*)$/.exec(text) ??
      [text, text];
    const [shownMean, shownError] = base.split(" ± ")
      .map((part) => Number(part) * 10 ** Number(power));
    const unit = 10 ** (Math.floor(Math.log10(error)) - 1);
    assert(Math.abs(shownMean! - mean) <= 5.001 * unit, text);
    assert(Math.abs(shownError! - error) <= 0.0501 * error, text);
  }));
});

Deno.test("results print the same through String, templates and console.log", () => {
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

Deno.test("ResultCollection looks records up by metadata and by name", () => {
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

Deno.test("ResultCollection.with() replaces in place and leaves the old collection as it is", () => {
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

Deno.test("ResultMetadata finds a field of any name, and none that it has not", () => {
  const fields = JSON.parse('{"name":"a","__proto__":"x","constructor":1}');
  const metadata = ResultMetadata.of(fields);
  assertEquals(metadata.field("__proto__"), "x");
  assertEquals(metadata.field("constructor"), 1);
  assertEquals(metadata.field("toString"), undefined);
  assertEquals(ResultMetadata.of({ name: "a" }).field("__proto__"), undefined);
});
