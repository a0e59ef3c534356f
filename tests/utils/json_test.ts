import { assertEquals, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  decodeNumber,
  encodeNumber,
  isInherited,
  isPlainObject,
  MAX_DEPTH,
  parseJson,
  preview,
  stringify,
} from "../../core/utils/json.ts";

Deno.test("decodeNumber() restores every number that encodeNumber() encoded", () => {
  fc.assert(fc.property(fc.double(), (value) => {
    const text = JSON.stringify(encodeNumber(value));
    const read = decodeNumber(JSON.parse(text), "value");
    // JSON has one zero.
    assertEquals(read, value === 0 ? 0 : value);
  }));
});

Deno.test("decodeNumber() refuses what is not a number, and names it", () => {
  for (const value of ["1", null, [], {}, true]) {
    assertThrows(
      () => decodeNumber(value, "mean"),
      TypeError,
      "Cannot read mean as a number",
    );
  }
  assertThrows(
    () => decodeNumber(undefined, "mean"),
    TypeError,
    "Cannot read mean: the field is missing",
  );
});

Deno.test("stringify() keeps NaN and the infinities at any depth", () => {
  assertEquals(
    stringify({ a: NaN, b: [Infinity, { c: -Infinity }] }),
    '{"a":"NaN","b":["Infinity",{"c":"-Infinity"}]}',
  );
});

Deno.test("parseJson() refuses what is nested too deeply, before it is parsed", () => {
  const nested = (depth: number, open: string, close: string) =>
    open.repeat(depth) + "1" + close.repeat(depth);
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
    parseJson(nested(MAX_DEPTH, open, close), "a.json");
    assertThrows(
      () => parseJson(nested(MAX_DEPTH + 1, open, close), "a.json"),
      RangeError,
      "Cannot read a.json: JSON may be nested at most 100 deep",
    );
  }
  // Whatever it is, it ends before it ends a stack.
  assertThrows(() => parseJson("[".repeat(1e7), "a.json"), RangeError);
});

Deno.test("parseJson() ignores brackets in strings, and subtracts closed ones", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.string(), (value, text) => {
      const wide = [value, text, "[".repeat(200), '\\"{['.repeat(100), {
        [`"${"{".repeat(200)}`]: Array(200).fill([]),
      }];
      const json = JSON.stringify(wide);
      assertEquals(parseJson(json, "a"), JSON.parse(json));
    }),
  );
});

Deno.test("preview() quotes a value as JSON, and cuts what is long", () => {
  assertEquals(preview("a"), '"a"');
  assertEquals(preview(NaN), "NaN");
  assertEquals(preview(undefined), "undefined");
  assertEquals(preview("a".repeat(1e6)).length, 201);
});

Deno.test("isInherited() knows the properties that every object has", () => {
  assertEquals(isInherited("constructor"), true);
  assertEquals(isInherited("__proto__"), true);
  assertEquals(isInherited("seed"), false);
});

Deno.test("isPlainObject() takes only objects of which JSON keeps every field", () => {
  for (const value of [{}, { a: 1 }, Object.create(null)]) {
    assertEquals(isPlainObject(value), true);
  }
  for (const value of [null, [], 1, new Map(), { toJSON: () => 1 }]) {
    assertEquals(isPlainObject(value), false);
  }
});
