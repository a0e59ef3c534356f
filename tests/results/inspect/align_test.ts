import { assertEquals } from "@std/assert";
import { align } from "../../../results/inspect/align.ts";

Deno.test("align() keeps each row on one line, without trailing spaces", () => {
  assertEquals(align([["a\nb", "1\n2"], ["longer", ""]]), [
    "  a b     1 2",
    "  longer",
  ]);
  assertEquals(align([]), []);
});
