/** Four 32-bit words. */
export type Words = readonly [number, number, number, number];

/**
 * The Philox4x32-10 bijection (Salmon, Moraes, Dror & Shaw 2011, "Parallel
 * random numbers: as easy as 1, 2, 3", SC '11): encrypts a counter.
 *
 * @param counter The index of the block, four 32-bit words.
 * @param key The sequence, two 32-bit words.
 * @param into Receives the four words of the block.
 * @returns `into`.
 */
export function philox4x32(
  counter: Words,
  key: readonly [number, number],
  into: Uint32Array,
): Uint32Array {
  const ROUNDS = 10;
  let a = counter[0], b = counter[1], c = counter[2], d = counter[3];
  let left = key[0], right = key[1];
  for (let round = 0; round < ROUNDS; round++) {
    const aHigh = highWord(a, 0xD251, 0x1F53);
    const cHigh = highWord(c, 0xCD9E, 0x8D57);
    const aLow = Math.imul(a, 0xD2511F53);
    const cLow = Math.imul(c, 0xCD9E8D57);
    a = cHigh ^ b ^ left;
    b = cLow;
    c = aHigh ^ d ^ right;
    d = aLow;
    left = (left + 0x9E3779B9) | 0;
    right = (right + 0xBB67AE85) | 0;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
  return into;
}

/**
 * The high word of a product of two 32-bit words, the second given as its two
 * halves: by halves, so that nothing exceeds the 32 bits of integer arithmetic.
 */
function highWord(word: number, high: number, low: number): number {
  const wordHigh = word >>> 16, wordLow = word & 0xFFFF;
  const middle = Math.imul(wordHigh, low), other = Math.imul(wordLow, high);
  const carried = (Math.imul(wordLow, low) >>> 16) + (middle & 0xFFFF) +
    (other & 0xFFFF);
  return (Math.imul(wordHigh, high) + (middle >>> 16) + (other >>> 16) +
    (carried >>> 16)) | 0;
}
