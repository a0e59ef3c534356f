import { assertEquals } from "@std/assert";
import { hash64, hash64Hex, sha256 } from "../../core/utils/hash.ts";

Deno.test("hash64Hex() gives the vectors published with FNV-1a", () => {
  assertEquals(hash64Hex(""), "cbf29ce484222325");
  assertEquals(hash64Hex("a"), "af63dc4c8601ec8c");
  assertEquals(hash64Hex("foobar"), "85944171f73967e8");
});

Deno.test("hash64() gives the lower word first", () => {
  assertEquals(hash64("foobar"), [0xf73967e8, 0x85944171]);
});

Deno.test("sha256() gives the vector of the standard", async () => {
  assertEquals(
    await sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
