/**
 * Random numbers that are the same on every machine: named, independent streams
 * of a counter-based generator, whose state is a few integers.
 *
 * @module
 */

import { hash64 } from "./hash.ts";
import { normalQuantile } from "./normal_quantile.ts";
import { philox4x32 } from "./_philox.ts";

/** The state of a stream. */
export interface RandomState {
  /** The seed it was made with. */
  readonly seed: number;
  /** Its name. */
  readonly stream: string;
  /** The number of 32-bit words drawn from it. */
  readonly position: number;
}

const WORD = 2 ** 32;

function checkWhole(name: string, value: number, min: number, max: number) {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(
    `Cannot use ${name} of a random stream: it must be a whole number from ` +
      `${min} to ${max}: current value is ${value}`,
  );
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
   * @throws {RangeError} If the seed is not such a number.
   */
  constructor(seed: number, stream: string) {
    checkWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    this.#seed = seed;
    this.#stream = stream;
    this.#key = [seed % WORD, Math.floor(seed / WORD)];
    this.#counter = [0, 0, ...hash64(stream)];
  }

  /**
   * Continues from what {@linkcode RandomStream.state} gave.
   *
   * @throws {RangeError} If it is not a state of this stream.
   */
  restore(state: RandomState): void {
    const { seed, stream, position } = state;
    if (seed !== this.#seed || stream !== this.#stream) {
      throw new RangeError(
        `Cannot restore stream ${this.#stream} of seed ${this.#seed}: the state ` +
          `is that of ${stream} of seed ${seed}`,
      );
    }
    checkWhole("position", position, 0, Number.MAX_SAFE_INTEGER);
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

  /**
   * The two words of the key, then the upper two of the counter. With these and the
   * position, other code can draw the same numbers.
   */
  get words(): readonly [number, number, number, number] {
    return [...this.#key, this.#counter[2], this.#counter[3]];
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
   * @throws {RangeError} If the bound is not a whole number from 1 to 2^32.
   */
  integer(bound: number): number {
    checkWhole("bound", bound, 1, WORD);
    const fair = WORD - WORD % bound;
    let word: number;
    do word = this.#word(); while (word >= fair);
    return word % bound;
  }

  /**
   * The whole numbers 0 … n − 1 in random order (Fisher & Yates).
   *
   * @throws {RangeError} If n is not a whole number from 0 to 2^32.
   */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    checkWhole("n", n, 0, WORD);
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const j = this.integer(i + 1);
      order[i] = order[j]!;
      order[j] = i;
    }
    return order;
  }

  /** Fills an array with standard normal numbers, and returns it. */
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
