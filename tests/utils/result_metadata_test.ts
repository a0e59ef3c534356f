import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  type MetadataFields,
  ResultMetadata,
} from "../../core/utils/results.ts";
import { metadataFields, throughJson } from "../../testing/metadata.ts";

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

Deno.test("ResultMetadata.of() distinguishes different fields, and types of values", () => {
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

Deno.test("ResultMetadata.field() finds fields of any name, and only its own", () => {
  const fields = JSON.parse('{"name":"a","__proto__":"x","constructor":1}');
  const metadata = ResultMetadata.of(fields);
  assertEquals(metadata.field("__proto__"), "x");
  assertEquals(metadata.field("constructor"), 1);
  assertEquals(metadata.field("toString"), undefined);
  assertEquals(ResultMetadata.of({ name: "a" }).field("__proto__"), undefined);
});
