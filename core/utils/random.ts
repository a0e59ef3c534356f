/**
 * Random numbers that are the same on every machine: named, independent streams
 * of a counter-based generator, whose state is a few integers.
 *
 * @module
 */

import { hash64 } from "./hash.ts";
import { normalQuantile } from "./_normal_quantile.ts";

/** The state of a stream. */
export interface RandomState {
  /** The seed it was made with. */
  readonly seed: number;
  /** Its name. */
  readonly stream: string;
  /** The number of 32-bit words drawn from it. */
  readonly position: number;
}

/** Four 32-bit words. */
export type Words = readonly [number, number, number, number];

const WORD = 2 ** 32;

/**
 * The Philox4x32-10 bijection (Salmon, Moraes, Dror & Shaw 2011, "Parallel
 * random numbers: as easy as 1, 2, 3", SC '11): encrypts a counter.
 *
 * @param counter The index of the block, four 32-bit words.
 * @param key The sequence, two 32-bit words.
 * @param into Receives the four words of the block.
 * @returns `into`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { philox4x32 } from "./random.ts";
 *
 * const [first] = philox4x32([0, 0, 0, 0], [0, 0], new Uint32Array(4));
 * assertEquals(first!.toString(16), "6627e8d5");
 * ```
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

/**
 * A named stream of random numbers. Streams with different seeds never overlap,
 * nor do streams with different names, unless their 64-bit hashes are equal:
 * seed and name are different parts of the generator's input. The numbers depend
 * only on the seed, the name and the position.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RandomStream } from "whisker";
 *
 * const noise = new RandomStream(42, "noise");
 * noise.normal();
 * const saved = noise.state;
 * const next = noise.normal();
 * noise.restore(saved);
 * assertEquals(noise.normal(), next);
 * ```
 */
export class RandomStream {
  readonly #seed: number;
  readonly #stream: string;
  readonly #key: readonly [number, number];
  /** The block in the lower words, the stream in the upper ones. */
  readonly #counter: [number, number, number, number];
  readonly #block = new Uint32Array(4);
  #position = 0;

  /**
   * Opens a stream at its beginning.
   *
   * @param seed A whole number from 0 to 2^53 − 1.
   * @param stream The stream's name: `init`, `order`, `noise`, `eval`, …
   * @throws {RangeError} If the seed is no such number.
   */
  constructor(seed: number, stream: string) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `Cannot use a seed that is no whole number from 0 to 2^53 − 1: ` +
          `current value is ${seed}`,
      );
    }
    this.#seed = seed;
    this.#stream = stream;
    this.#key = [seed % WORD, Math.floor(seed / WORD)];
    this.#counter = [0, 0, ...hash64(stream)];
  }

  /**
   * Continues from a state of this stream.
   *
   * @param state What {@linkcode RandomStream.state} gave.
   * @throws {RangeError} If it is the state of another stream, or not one.
   */
  restore(state: RandomState): void {
    const { seed, stream, position } = state;
    if (seed !== this.#seed || stream !== this.#stream) {
      throw new RangeError(
        `Cannot restore stream ${this.#stream} of seed ${this.#seed}: the state ` +
          `is that of ${stream} of seed ${seed}`,
      );
    }
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new RangeError(
        `Cannot use a position that is not a count of words: ` +
          `current value is ${position}`,
      );
    }
    this.#position = position;
    if (position % 4 !== 0) this.#fillBlock();
  }

  /** The state of the stream: a few integers, and its name. */
  get state(): RandomState {
    return {
      seed: this.#seed,
      stream: this.#stream,
      position: this.#position,
    };
  }

  /** A number uniform in [0, 1), a multiple of 2^−53. */
  uniform(): number {
    const high = this.#word() >>> 5, low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /**
   * A standard normal number, by inversion: one uniform number makes one
   * normal, so that its place in the stream is known beforehand.
   */
  normal(): number {
    const high = this.#word() >>> 6, low = this.#word() >>> 6;
    // In the middle of its cell: never 0, never 1.
    return normalQuantile((high * 2 ** 26 + low + 0.5) * 2 ** -52);
  }

  /**
   * A whole number uniform in [0, bound), without bias.
   *
   * @param bound How many numbers there are to choose from, 1 to 2^32.
   * @throws {RangeError} If the bound is no such number.
   */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > WORD) {
      throw new RangeError(
        `Cannot draw below a bound that is no whole number from 1 to 2^32: ` +
          `current value is ${bound}`,
      );
    }
    const fair = WORD - WORD % bound;
    let word: number;
    do word = this.#word(); while (word >= fair);
    return word % bound;
  }

  /**
   * The whole numbers below n in random order (Fisher & Yates).
   *
   * @param n How many there are.
   * @returns Each of 0 … n − 1 once.
   * @throws {RangeError} If n is no whole number from 0 to 2^32.
   */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    if (!Number.isInteger(n) || n < 0 || n > WORD) {
      throw new RangeError(
        `Cannot permute numbers: their count must be a whole number: ` +
          `current value is ${n}`,
      );
    }
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const j = this.integer(i + 1);
      order[i] = order[j]!;
      order[j] = i;
    }
    return order;
  }

  /**
   * Fills an array with standard normal numbers.
   *
   * @param into Any floating-point array.
   * @returns `into`.
   */
  fillNormal<T extends Float32Array | Float64Array>(into: T): T {
    for (let i = 0; i < into.length; i++) into[i] = this.normal();
    return into;
  }

  #word(): number {
    const place = this.#position & 3;
    if (place === 0) this.#fillBlock();
    this.#position++;
    return this.#block[place]!;
  }

  #fillBlock(): void {
    const block = Math.floor(this.#position / 4);
    this.#counter[0] = block % WORD;
    this.#counter[1] = Math.floor(block / WORD);
    philox4x32(this.#counter, this.#key, this.#block);
  }
}
