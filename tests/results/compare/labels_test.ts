import { assertEquals } from "@std/assert";
import {
  formatLabel,
  nameValue,
  singleLine,
  summarizeList,
} from "../../../results/compare/labels.ts";

Deno.test("singleLine() breaks no line, and cuts what is longer than a name", () => {
  assertEquals(singleLine("a\nb\u2028c\u2029d"), "a b c d");
  assertEquals(
    singleLine("x".repeat(1001)),
    `${"x".repeat(1000)}… (1 more characters)`,
  );
});

Deno.test("formatLabel() names a row by the values that it has", () => {
  const config = { rate: 0.1, sizes: [8, 4], model: undefined };
  assertEquals(formatLabel(config), "rate=0.1, sizes=8,4");
  assertEquals(formatLabel({ model: undefined }), "all runs");
});

Deno.test("nameValue() names a ratio, or how runs are summarised", () => {
  assertEquals(nameValue({}), "mean");
  assertEquals(nameValue({ aggregate: "iqm" }), "iqm");
  assertEquals(nameValue({ relativeTo: ["steps=5"] }), "ratio");
});

Deno.test("summarizeList() lists five, and counts the others", () => {
  assertEquals(summarizeList([..."abcde"]), "a; b; c; d; e");
  assertEquals(summarizeList([..."abcdefg"]), "a; b; c; d; e; and 2 more");
});
