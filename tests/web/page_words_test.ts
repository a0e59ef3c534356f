import { assertEquals } from "@std/assert";
import {
  formatFlags,
  parseFlags,
  readFlag,
  writeFlag,
} from "../../results/web/page/flags.js";
import { joinWords, splitWords } from "../../results/web/page/words.js";
import fc from "../../testing/properties.ts";

Deno.test("splitWords() splits what joinWords() joins", () => {
  const words = fc.array(
    fc.string().filter((text) => !(text.includes("'") && text.includes('"'))),
  );
  fc.assert(fc.property(words, (words) => {
    assertEquals(splitWords(joinWords(words)), words);
  }));
});

Deno.test("splitWords() keeps together what is quoted", () => {
  assertEquals(splitWords(`a=1 note="two words"  'b c'`), [
    "a=1",
    "note=two words",
    "b c",
  ]);
  assertEquals(splitWords(`note="not closed`), ["note=not closed"]);
  assertEquals(splitWords(" "), []);
});

Deno.test("parseFlags() reads values, switches, and words of no flag", () => {
  const text = "--ci 95 --variance --metric 'loss/*' --alpha=0.01 what --all";
  const flags = parseFlags(text);
  assertEquals(flags, [
    ["ci", "95"],
    ["variance", "true"],
    ["metric", "loss/*"],
    ["alpha", "0.01"],
    ["", "what"],
    ["all", "true"],
  ]);
  assertEquals(
    formatFlags(flags),
    "--ci 95 --variance --metric 'loss/*' --alpha 0.01 what --all",
  );
  assertEquals(parseFlags(formatFlags(flags)), flags);
});

Deno.test("writeFlag() replaces all values of a flag where it was", () => {
  const flags = parseFlags("--metric a --ci 95 --metric 'b c'");
  assertEquals(readFlag(flags, "metric"), "a 'b c'");
  assertEquals(readFlag(flags, "sort"), "");
  assertEquals(formatFlags(writeFlag(flags, "metric", [])), "--ci 95");
  assertEquals(
    formatFlags(writeFlag(flags, "metric", ["d"])),
    "--metric d --ci 95",
  );
  assertEquals(
    formatFlags(writeFlag(flags, "sort", ["-x"])),
    "--metric a --ci 95 --metric 'b c' --sort -x",
  );
});
