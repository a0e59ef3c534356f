/**
 * Sobol sequences: points that fill a cube more evenly than random ones.
 *
 * Direction numbers: Joe & Kuo (2008), Constructing Sobol sequences with better
 * two-dimensional projections, file new-joe-kuo-6. Order by Gray code: Antonov &
 * Saleev (1979).
 *
 * @module
 */

import { RandomStream } from "../utils/random.ts";

/**
 * For each dimension after the first: the inner coefficients of its primitive
 * polynomial as bits, then its initial direction numbers.
 */
const DIRECTIONS: readonly (readonly number[])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
];

/** The number of dimensions with direction numbers. */
export const MAX_SOBOL_DIMENSIONS = DIRECTIONS.length + 1;

const BITS = 32;

/**
 * Generates the first points of a Sobol sequence with a random digital shift, which
 * keeps them as even.
 *
 * @param n The number of points; powers of two fill the cube most evenly.
 * @param dimensions The number of coordinates; at most
 * {@linkcode MAX_SOBOL_DIMENSIONS}.
 * @param seed Fixes the shift; null for the sequence itself.
 * @returns The points, each with coordinates from 0 to below 1.
 */
export function sobolPoints(
  n: number,
  dimensions: number,
  seed: number | null,
): number[][] {
  const stream = new RandomStream(seed ?? 0, "sweep/sobol");
  const shift = Array.from(
    { length: dimensions },
    () => seed === null ? 0 : stream.integer(2 ** BITS),
  );
  const directions = Array.from({ length: dimensions }, (_, d) => expand(d));
  const at = new Array<number>(dimensions).fill(0);
  return Array.from({ length: n }, (_, index) => {
    if (index > 0) {
      // The bit in which the Gray codes of index − 1 and index differ.
      const bit = 31 - Math.clz32(index & -index);
      directions.forEach((numbers, d) => at[d]! ^= numbers[bit]!);
    }
    return at.map((value, d) => ((value ^ shift[d]!) >>> 0) / 2 ** BITS);
  });
}

/** Computes all direction numbers of a dimension, shifted to the left. */
function expand(dimension: number): number[] {
  if (dimension === 0) {
    return Array.from({ length: BITS }, (_, i) => (1 << (BITS - 1 - i)) >>> 0);
  }
  const [inner = 0, ...first] = DIRECTIONS[dimension - 1]!;
  const degree = first.length;
  const numbers = first.map((m, i) => (m << (BITS - 1 - i)) >>> 0);
  for (let i = degree; i < BITS; i++) {
    let value = numbers[i - degree]! ^ (numbers[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) {
      if ((inner >> (degree - 1 - k)) & 1) value ^= numbers[i - k]!;
    }
    numbers.push(value >>> 0);
  }
  return numbers;
}
