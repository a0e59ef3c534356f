/**
 * Roots of functions.
 *
 * @module
 */

const MAX_STEPS = 100;
const TOLERANCE = 1e-13;

/**
 * Finds where a rising function crosses 0, by false position with halved ends (the
 * Illinois algorithm: Dowell & Jarratt 1971, BIT 11, 168–174).
 *
 * @param f The function.
 * @param low Where it is at most 0.
 * @param high Where it is at least 0.
 * @returns Where it is 0.
 */
export function findRoot(
  f: (x: number) => number,
  low: number,
  high: number,
): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  for (let i = 0; i < MAX_STEPS && fb !== fa; i++) {
    const c = b - fb * (b - a) / (fb - fa);
    const fc = f(c);
    if (fc * fb < 0) [a, fa] = [b, fb];
    else fa /= 2;
    [b, fb] = [c, fc];
    if (
      Math.abs(b - a) <= TOLERANCE * Math.abs(b) || Math.abs(fb) < TOLERANCE
    ) {
      break;
    }
  }
  return b;
}
