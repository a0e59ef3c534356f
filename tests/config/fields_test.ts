import { assertEquals, assertThrows } from "@std/assert";
import {
  choice,
  type Field,
  integer,
  integers,
  number,
  text,
  texts,
  toggle,
} from "../../core/config/fields.ts";

const description = "";

/** What a field makes of the text of a flag; undefined where it is refused. */
const parse = <T>(field: Field<T>, given: string) =>
  field.check(field.fromText(given));

Deno.test("number() takes finite numbers within its range", () => {
  const field = number({ default: 1, above: 0, max: 10, description });
  assertEquals(field.rule, "a number above 0 and of at most 10");
  assertEquals(parse(field, "0.05"), 0.05);
  assertEquals(parse(field, "1e-3"), 1e-3);
  assertEquals(parse(field, "10"), 10);
  for (const wrong of ["0", "-1", "10.1", "", " ", "abc", "NaN", "Infinity"]) {
    assertEquals(parse(field, wrong), undefined);
  }
  for (const wrong of ["1", null, [1], true]) {
    assertEquals(field.check(wrong), undefined);
  }
});

Deno.test("integer() takes whole numbers that a double holds exactly", () => {
  const field = integer({ default: 1, min: 1, description });
  assertEquals(field.rule, "a whole number of at least 1");
  assertEquals(parse(field, "32"), 32);
  for (const wrong of ["0", "-3", "1.5", "9007199254740993", "x"]) {
    assertEquals(parse(field, wrong), undefined);
  }
});

Deno.test("integers() takes lists, as text parted by commas", () => {
  const field = integers({ default: [1], min: 1, minLength: 1, description });
  assertEquals(field.rule, "a list of at least 1 whole numbers of at least 1");
  assertEquals(parse(field, "128,64,32"), [128, 64, 32]);
  assertEquals(parse(field, "7"), [7]);
  for (const wrong of ["", "1,,2", "1,x", "0", "1 2"]) {
    assertEquals(parse(field, wrong), undefined);
  }
  const free = integers({ default: [], description });
  assertEquals(parse(free, ""), []);
});

Deno.test("choice() takes what it names, and nothing else", () => {
  const field = choice({ default: "a", choices: ["a", "b"], description });
  assertEquals(field.rule, 'one of "a", "b"');
  assertEquals(parse(field, "b"), "b");
  assertEquals(parse(field, "A"), undefined);
});

Deno.test("text() takes what its rule allows", () => {
  const allows = (path: string) => path.endsWith(".csv");
  const field = text({ default: "a.csv", rule: "a file", allows, description });
  assertEquals(parse(field, "b.csv"), "b.csv");
  assertEquals(parse(field, "b"), undefined);
  assertEquals(field.check(3), undefined);
});

Deno.test("texts() and toggle() take what they say", () => {
  assertEquals(texts({ default: [], description }).check(["a"]), ["a"]);
  assertEquals(texts({ default: [], description }).check("a"), undefined);
  const field = toggle({ default: false, description });
  assertEquals(parse(field, "true"), true);
  assertEquals(parse(field, "false"), false);
  assertEquals(parse(field, "yes"), undefined);
});

Deno.test("fields refuse a default that breaks their own rule", () => {
  assertThrows(
    () => integer({ default: 0, min: 1, description: "rows a step" }),
    RangeError,
    'default of "rows a step" as it must be a whole number of at least 1',
  );
});
