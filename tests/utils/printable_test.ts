import { assertEquals } from "@std/assert";
import { printable } from "../../core/utils/printable.ts";

Deno.test("printable() lets line ends through, and nothing that steers a terminal", () => {
  assertEquals(printable("a\nb\tc"), "a\nb c");
  assertEquals(
    printable("\x1b]0;title\x07\x9b2J\r"),
    "\uFFFD]0;title\uFFFD\uFFFD2J\uFFFD",
  );
  assertEquals(printable("\u202Egnp.exe\u2066"), "\uFFFDgnp.exe\uFFFD");
  assertEquals(printable("漢字 ± é"), "漢字 ± é");
});
