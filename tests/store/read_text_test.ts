import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import { checkFile, readLines, readText } from "../../core/store/read_text.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

Deno.test("readText() refuses what is larger than it may be", () => {
  using folder = tempFolder();
  const path = `${folder.path}/a`;
  Deno.writeTextFileSync(path, "x".repeat(1024));
  assertEquals(readText(path, 1024).length, 1024);
  assertThrows(
    () => readText(path, 1023),
    RangeError,
    `Cannot read ${path}: it may have at most 1023 bytes; it has ` +
      "1 KiB",
  );
});

Deno.test(
  "checkFile() refuses directories, devices and pipes, none of which it opens",
  () => {
    using folder = tempFolder();
    const pipe = `${folder.path}/pipe`;
    new Deno.Command("mkfifo", { args: [pipe] }).outputSync();
    for (const path of [pipe, "/dev/zero"]) {
      const error = assertThrows(() => checkFile(path, Infinity), RangeError);
      assertMatch(error.message, /it is a pipe or a device, not a file$/);
    }
    assertThrows(
      () => checkFile(folder.path, Infinity),
      RangeError,
      "it is a directory",
    );
    assertThrows(
      () => checkFile(`${folder.path}/none`, Infinity),
      Deno.errors.NotFound,
      "no such file",
    );
  },
);

Deno.test(
  "readLines() gives the lines of any text, across the chunks it reads",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/a`;
    const line = fc.oneof(
      fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")),
      fc.integer({ min: 0, max: 300_000 }).map((n) => "ä".repeat(n)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), line, (lines, rest) => {
        const text = lines.map((line) => line + "\n").join("") + rest;
        Deno.writeTextFileSync(path, text);
        assertEquals([...readLines(path, Infinity)], [
          ...lines.map((text) => ({ text, isWhole: true })),
          ...(rest === "" ? [] : [{ text: rest, isWhole: false }]),
        ]);
      }),
      { numRuns: 50 },
    );
  },
);

Deno.test(
  "readLines() gives the lines before one that is too long, and names it",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/a`;
    for (const end of ["\n", "", "\nmore\n"]) {
      Deno.writeTextFileSync(path, `first\nsecond\n${"x".repeat(11)}${end}`);
      const lines = readLines(path, 10);
      assertEquals(lines.next().value?.text, "first");
      assertEquals(lines.next().value?.text, "second");
      assertThrows(
        () => lines.next(),
        RangeError,
        `${path}:3: it may have at most 10 bytes`,
      );
    }
    Deno.writeTextFileSync(path, `${"x".repeat(10)}\n`);
    assertEquals([...readLines(path, 10)].length, 1);
  },
);

Deno.test(
  "readLines() ends in a file that grows faster than it reads",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/a`;
    Deno.writeTextFileSync(path, "x\n".repeat(200_000));
    using writer = Deno.openSync(path, { append: true });
    const more = new TextEncoder().encode("y\n".repeat(100));
    let nLines = 0;
    for (const { text } of readLines(path, 10)) {
      assertEquals(text, "x");
      if (nLines++ % 50 === 0) writer.writeSync(more);
    }
    assertEquals(nLines, 200_000);
  },
);
