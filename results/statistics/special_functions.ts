/**
 * The incomplete beta and gamma functions, from which the distributions follow.
 *
 * They are our own because every comparison with verdicts needs them, and a library
 * takes 50 ms to load, longer than Deno to start. The tests compare them with R.
 *
 * @module
 */

/** Continued fractions and series end when their relative change is this small. */
const PRECISION = 4e-16;

/** Replaces 0 in denominators. */
const TINY = 1e-300;

/** From here on, five terms of Stirling's series are exact in double precision. */
const LARGE = 15;

/**
 * The error of Stirling's formula for ln Γ(n + 1) (Loader 2000, "Fast and
 * Accurate Computation of Binomial Probabilities").
 *
 * @param n Above 0.
 * @returns ln Γ(n + 1) − (n + ½) ln n + n − ½ ln 2π.
 */
function stirlingError(n: number): number {
  let sum = 0;
  for (; n < LARGE; n++) sum += (n + 0.5) * Math.log1p(1 / n) - 1;
  const s = 1 / (n * n);
  return sum +
    (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / n;
}

/** Loader's deviance, k ln(k / mean) + mean − k, without cancellation. */
function deviance(k: number, mean: number): number {
  const d = (mean - k) / k;
  return k * (d - (d > -1 / 2 ? Math.log1p(d) : Math.log(mean / k)));
}

/**
 * Computes xᵃ yᵇ / B(a, b), where y = 1 − x.
 *
 * @param shares x and y; both are given, as 1 − x is not precise where x is near 1.
 * @param shapes The parameters a and b, above 0.
 * @returns The value; x y times the density of the beta distribution.
 */
export function betaFactor(
  [x, y]: readonly [x: number, y: number],
  [a, b]: readonly [a: number, b: number],
): number {
  if (x <= 0 || y <= 0) return 0;
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) -
    deviance(a, n * x) - deviance(b, n * y);
  return Math.sqrt(a * b / (2 * Math.PI * n)) * Math.exp(exponent);
}

/**
 * The regularised incomplete beta function I(x; a, b), by the even part of its
 * continued fraction (DLMF 8.17.22), which has no cancellation, for x or 1 − x,
 * whichever converges fast.
 *
 * @param shares x and y = 1 − x.
 * @param shapes The parameters a and b, above 0.
 * @param factor What {@linkcode betaFactor} returns for the same.
 * @returns The value in [0, 1]; `pbeta(x, a, b)` in R.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { incompleteBeta } from "./special_functions.ts";
 *
 * // R: pbeta(0.3, 2, 3)
 * assertAlmostEquals(incompleteBeta([0.3, 0.7], [2, 3]), 0.3483, 1e-14);
 * ```
 */
export function incompleteBeta(
  [x, y]: readonly [x: number, y: number],
  [a, b]: readonly [a: number, b: number],
  factor: number = betaFactor([x, y], [a, b]),
): number {
  if (x * (b + 1) > y * (a + 1)) {
    return 1 - incompleteBeta([y, x], [b, a], factor);
  }
  const lead = (m: number) =>
    (a + m) * (a * y - b * x + 1 + m * (1 + y)) / (a + 2 * m + 1);
  const fraction = continuedFraction(lead(0), (m) => {
    const part = x / (a + 2 * m - 1), rest = m * (b - m) * part;
    return [rest * (a + m - 1) * (a + b + m - 1) * part, m + rest + lead(m)];
  });
  return factor / fraction;
}

/**
 * Computes xᵃ e⁻ˣ / Γ(a).
 *
 * @param x Not negative.
 * @param a The parameter, above 0.
 * @returns The value; x times the density of the gamma distribution.
 */
export function gammaFactor(x: number, a: number): number {
  if (x <= 0) return 0;
  return Math.sqrt(a / (2 * Math.PI)) *
    Math.exp(-stirlingError(a) - deviance(a, x));
}

/**
 * Both regularised incomplete gamma functions, P(a, x) and Q(a, x) = 1 − P, by
 * the series of P or the continued fraction of Q (DLMF 8.11.4, 8.9.2).
 *
 * @param x Not negative.
 * @param a The parameter, above 0.
 * @returns P and Q; the lower and the upper tail of `pgamma(x, a)` in R.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { incompleteGammas } from "./special_functions.ts";
 *
 * assertAlmostEquals(incompleteGammas(0.3, 1)[1], Math.exp(-0.3), 1e-15);
 * ```
 */
export function incompleteGammas(
  x: number,
  a: number,
): readonly [p: number, q: number] {
  const factor = gammaFactor(x, a);
  if (x < a + 1) {
    let term = 1 / a, sum = term;
    for (let n = a + 1; term > PRECISION * sum; n++) sum += term *= x / n;
    return [factor * sum, 1 - factor * sum];
  }
  const fraction = continuedFraction(
    x + 1 - a,
    (i) => [i * (a - i), x + 1 - a + 2 * i],
  );
  return [1 - factor / fraction, factor / fraction];
}

/** Evaluates b₀ + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method (DLMF 3.10(iii)). */
function continuedFraction(
  first: number,
  part: (i: number) => readonly [a: number, b: number],
): number {
  let value = first, c = first, d = 0, step = 0;
  for (let i = 1; Math.abs(step - 1) > PRECISION; i++) {
    const [a, b] = part(i);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    step = c * d;
    value *= step;
  }
  return value;
}
