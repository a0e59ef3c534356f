import { assert, assertEquals } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  printable,
  printableJson,
  truncate,
} from "../../core/utils/terminal.ts";

Deno.test("printable() keeps line ends, and replaces what controls a terminal", () => {
  assertEquals(printable("a\nb\tc"), "a\nb c");
  assertEquals(
    printable("\x1b]0;title\x07\x9b2J\r"),
    "\uFFFD]0;title\uFFFD\uFFFD2J\uFFFD",
  );
  assertEquals(printable("\u202Egnp.exe\u2066"), "\uFFFDgnp.exe\uFFFD");
  assertEquals(printable("a\u200E\u200F\u061Cb"), "a\uFFFD\uFFFD\uFFFDb");
  // What joins letters, as Persian and families of emoji need it, steers nothing.
  assertEquals(printable("\u200C\u200D"), "\u200C\u200D");
  assertEquals(printable("漢字 ± é"), "漢字 ± é");
});

Deno.test("printableJson() escapes what controls a terminal, and changes no value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary-ascii" }), (value) => {
      const text = printableJson(JSON.stringify(value, null, 2));
      // deno-lint-ignore no-control-regex
      assert(!/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(text));
      assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
  assertEquals(printableJson('"\x9b\u202e"'), '"\\u009b\\u202e"');
});

Deno.test("truncate() cuts a long message, and says by how much", () => {
  assertEquals(truncate("a\x1b", 2), "a\uFFFD");
  assertEquals(truncate("ab\x1bcd", 3), "ab\uFFFD… (2 more characters)");
  assertEquals(truncate("x".repeat(1e7)).length, 10_027);
});
