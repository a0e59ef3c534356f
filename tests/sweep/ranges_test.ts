import { assert, assertEquals, assertThrows } from "@std/assert";
import { choice, integer, integers, number } from "../../core/config/fields.ts";
import {
  formatRange,
  isRange,
  parseRange,
  parseValue,
  splitOutsideBrackets,
  valueAt,
} from "../../core/sweep/ranges.ts";

const rate = number({ default: 1, above: 0, description: "" });
const size = integer({ default: 1, min: 1, description: "" });
const sizes = integers({ default: [1], description: "" });
const kind = choice({ default: "a", choices: ["a", "b"], description: "" });

Deno.test("values are split at commas outside of brackets", () => {
  assertEquals(splitOutsideBrackets("[64,64], [256,256]"), [
    "[64,64]",
    "[256,256]",
  ]);
  assertEquals(splitOutsideBrackets("1e-4,1e-3"), ["1e-4", "1e-3"]);
  assertEquals(parseValue("[64,64]", sizes), [64, 64]);
  assertEquals(parseValue("64", sizes), [64]);
});

Deno.test("a range is log, linear or choice", () => {
  const log = parseRange("log(1e-5,1e-1)", rate);
  assertEquals(log, { log: [1e-5, 0.1] });
  assertEquals(parseRange(formatRange(log!), rate), log);
  assertEquals(parseRange("choice([1,2],[3])", sizes), {
    choice: [[1, 2], [3]],
  });
  const wrong = ["log(0,1)", "log(2,1)", "linear(1)", "1,2", "exp(1,2)", "log"];
  for (const text of wrong) assertEquals(parseRange(text, rate), undefined);
  for (const value of [null, {}, { log: [1, 2], linear: [1, 2] }, { log: 1 }]) {
    assertEquals(isRange(value), false);
  }
});

Deno.test("valueAt() gives values that can be read, and that the key takes", () => {
  assertEquals(valueAt({ log: [1e-4, 1] }, 0.5, rate, "rate"), 0.01);
  assertEquals(valueAt({ linear: [0, 3] }, 1 / 3 + 1e-9, rate, "rate"), 1);
  assertEquals(valueAt({ linear: [1, 10] }, 0.3, size, "size"), 4);
  assertEquals(valueAt({ choice: ["a", "b"] }, 0.99, kind, "kind"), "b");
  const error = assertThrows(() =>
    valueAt({ linear: [-3, -1] }, 0.5, rate, "rate")
  );
  assert(/rate must be a number above 0/.test((error as Error).message));
});
