import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatSize, tooLarge } from "../../core/store/limits.ts";

Deno.test("formatSize() uses the largest unit that gives one or more", () => {
  const sizes: [number, string][] = [
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1536, "1.5 KiB"],
    [32 * 2 ** 20, "32 MiB"],
    [2 ** 31, "2 GiB"],
  ];
  for (const [bytes, text] of sizes) assertEquals(formatSize(bytes), text);
});

Deno.test("tooLarge() says how large it is, where that is known", () => {
  const { message } = tooLarge("a:2", 1024);
  assertEquals(
    message,
    "Cannot read a:2: it may have at most 1 KiB; it has more",
  );
  assertStringIncludes(tooLarge("a", 1, 2).message, "; it has 2 bytes");
});
