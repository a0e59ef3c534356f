import { assertEquals } from "@std/assert";
import fc from "../../testing/properties.ts";
import { philox4x32, type Words } from "../../core/utils/_philox.ts";

Deno.test("philox4x32() gives the vectors published with Random123", () => {
  const F = 0xFFFFFFFF;
  const vectors: [Words, [number, number], string][] = [
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [[F, F, F, F], [F, F], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
      [0xA4093822, 0x299F31D0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ];
  for (const [counter, key, words] of vectors) {
    const block = philox4x32(counter, key, new Uint32Array(4));
    const hex = Array.from(block, (w) => w.toString(16).padStart(8, "0"));
    assertEquals(hex.join(" "), words);
  }
});

Deno.test("philox4x32() multiplies as BigInt does", () => {
  const word = fc.integer({ min: 0, max: 0xFFFFFFFF });
  const reference = (counter: Words, key: readonly [number, number]) => {
    let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
    let [k0, k1] = key.map(BigInt) as [bigint, bigint];
    const mask = 0xFFFFFFFFn;
    for (let round = 0; round < 10; round++) {
      const first = 0xD2511F53n * a, second = 0xCD9E8D57n * c;
      [a, b, c, d] = [
        (second >> 32n) ^ b ^ k0,
        second & mask,
        (first >> 32n) ^ d ^ k1,
        first & mask,
      ];
      k0 = (k0 + 0x9E3779B9n) & mask;
      k1 = (k1 + 0xBB67AE85n) & mask;
    }
    return [a, b, c, d].map(Number);
  };
  fc.assert(fc.property(
    fc.tuple(word, word, word, word),
    fc.tuple(word, word),
    (counter, key) => {
      const block = philox4x32(counter, key, new Uint32Array(4));
      assertEquals([...block], reference(counter, key));
    },
  ));
});
