import { assertEquals, assertThrows } from "@std/assert";
import {
  choice,
  choices,
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

Deno.test("choices() allows a list of its choices, at least one", () => {
  const field = choices({
    default: ["a"],
    choices: ["a", "b"],
    description: "some",
  });
  assertEquals(field.check(field.fromText("b, a")), ["b", "a"]);
  assertEquals(field.check(field.fromText("c")), undefined);
  assertEquals(field.check(field.fromText("")), undefined);
  assertEquals(field.check([]), undefined);
  assertEquals(field.rule, 'a list of "a", "b"');
});

Deno.test("integer() allows only multiples if it has multipleOf", () => {
  const field = integer({ default: 4, multipleOf: 2, description: "even" });
  assertEquals([field.check(6), field.check(7)], [6, undefined]);
  assertEquals(field.rule, "a whole number divisible by 2");
});

Deno.test("fields know the value of runs that are older, by default the default", () => {
  const since = integer({ default: 4, before: 1, description: "new" });
  assertEquals([since.before, since.default], [1, 4]);
  assertEquals(integer({ default: 4, description: "old" }).before, 4);
  assertThrows(
    () => integer({ default: 4, before: -1, min: 0, description: "wrong" }),
    RangeError,
    "not -1",
  );
});

Deno.test("number() allows finite numbers within its range", () => {
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

Deno.test("integer() allows whole numbers that a double represents exactly", () => {
  const field = integer({ default: 1, min: 1, description });
  assertEquals(field.rule, "a whole number of at least 1");
  assertEquals(parse(field, "32"), 32);
  for (const wrong of ["0", "-3", "1.5", "9007199254740993", "x"]) {
    assertEquals(parse(field, wrong), undefined);
  }
});

Deno.test("integers() allows lists, as text separated by commas", () => {
  const field = integers({ default: [1], min: 1, minLength: 1, description });
  assertEquals(field.rule, "a list of at least 1 whole numbers of at least 1");
  assertEquals(parse(field, "128,64,32"), [128, 64, 32]);
  assertEquals(parse(field, "7"), [7]);
  for (const wrong of ["", "1,,2", "1,x", "0", "1 2"]) {
    assertEquals(parse(field, wrong), undefined);
  }
  const free = integers({ default: [], description });
  assertEquals(parse(free, " "), undefined);
  assertEquals(free.check([]), []);
});

Deno.test("choice() allows only its choices", () => {
  const field = choice({ default: "a", choices: ["a", "b"], description });
  assertEquals(field.rule, 'one of "a", "b"');
  assertEquals(parse(field, "b"), "b");
  assertEquals(parse(field, "A"), undefined);
});

Deno.test("choice() without its choices tells how it is called", () => {
  for (const make of [choice, choices]) {
    assertThrows(
      () => (make as CallableFunction)(["a", "b"], { default: "a" }),
      TypeError,
      "write choice({ choices: [",
    );
  }
});

Deno.test("text() allows what its rule allows", () => {
  const allows = (path: string) => path.endsWith(".csv");
  const field = text({ default: "a.csv", rule: "a file", allows, description });
  assertEquals(parse(field, "b.csv"), "b.csv");
  assertEquals(parse(field, "b"), undefined);
  assertEquals(field.check(3), undefined);
});

Deno.test("texts() allows lists of texts, and toggle() true or false", () => {
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
    'default of "rows a step": it must be a whole number of at least 1',
  );
});
