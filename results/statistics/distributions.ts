/**
 * The distributions behind intervals and verdicts.
 *
 * @module
 */

import { normalQuantile } from "../../core/utils/normal_quantile.ts";
import {
  betaFactor,
  gammaFactor,
  incompleteBeta,
  incompleteGammas,
} from "./special_functions.ts";

/** More steps than Newton's method needs. */
const MAX_STEPS = 100;

/** Computes a / (a + b) and b / (a + b). */
function computeShares(a: number, b: number): readonly [number, number] {
  // One of them may be infinite.
  return [1 / (1 + b / a), 1 / (1 + a / b)];
}

/**
 * Solves P(x) = p where ln P is a concave function of ln x, by Newton's method in
 * these logarithms, which then approaches the solution from one side.
 *
 * @param p The probability, in (0, 1).
 * @param start A first x.
 * @param evaluate Returns P(x), and x times its derivative.
 * @returns The x.
 */
function solve(
  p: number,
  start: number,
  evaluate: (x: number) => readonly [value: number, slope: number],
): number {
  let x = start;
  for (let i = 0; i < MAX_STEPS; i++) {
    const [value, slope] = evaluate(x);
    const step = Math.log(value / p) * value / slope;
    x *= Math.exp(-step);
    if (Math.abs(step) < Number.EPSILON * 4) break;
  }
  return x;
}

/**
 * The two-sided p-value of Student's t.
 *
 * @param statistic The statistic t.
 * @param df The degrees of freedom, above 0.
 * @returns P(|T| ≥ |t|).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { tTwoSided } from "./distributions.ts";
 *
 * // R: 2 * pt(-2.776445105197793, 4)
 * assertAlmostEquals(tTwoSided(2.776445105197793, 4), 0.05, 1e-12);
 * ```
 */
export function tTwoSided(statistic: number, df: number): number {
  const [x, y] = computeShares(statistic * statistic, df);
  return incompleteBeta([y, x], [df / 2, 1 / 2]);
}

/**
 * How many standard errors an interval of Student's t reaches to either side.
 *
 * @param level The confidence level, in (0, 1).
 * @param df The degrees of freedom, above 0.
 * @returns The quantile of (1 + level) / 2.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { tCritical } from "./distributions.ts";
 *
 * assertAlmostEquals(tCritical(0.95, 4), 2.776445105197793, 1e-12);
 * ```
 */
export function tCritical(level: number, df: number): number {
  return solve(1 - level, normalCritical(level), (t) => {
    const [x, y] = computeShares(t * t, df);
    const shapes = [df / 2, 1 / 2] as const;
    const factor = betaFactor([y, x], shapes);
    return [incompleteBeta([y, x], shapes, factor), -2 * factor];
  });
}

/** Terms beyond so many deviations of their weights are below rounding. */
const DEVIATIONS = 9;
const MIN_TERMS = 30;

/**
 * The distribution function of Student's noncentral t: a normal probability
 * and a sum of incomplete beta functions whose weights are those of a Poisson
 * distribution, at whole and at half numbers (Lenth 1989, algorithm AS 243,
 * Applied Statistics 38, 185–189). The sum runs about the mode of the weights,
 * so that none underflows; each term follows from the one before.
 *
 * @param x Where.
 * @param df The degrees of freedom, above 0.
 * @param noncentrality The mean of the normal number in the numerator.
 * @returns P(T ≤ x).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { noncentralT } from "./distributions.ts";
 *
 * // R: pt(2.5, 4, 1.3)
 * assertAlmostEquals(noncentralT(2.5, 4, 1.3), 0.78576284646033523, 1e-12);
 * ```
 */
export function noncentralT(
  x: number,
  df: number,
  noncentrality: number,
): number {
  if (x < 0) return 1 - noncentralT(-x, df, -noncentrality);
  if (noncentrality === 0) return 1 - tTwoSided(x, df) / 2;
  const mode = noncentrality ** 2 / 2;
  const width = Math.ceil(DEVIATIONS * Math.sqrt(mode) + MIN_TERMS);
  const first = Math.max(0, Math.floor(mode) - width);
  const shares = computeShares(x * x, df);
  const range = { first, last: mode + width, mode, shares, b: df / 2 };
  return normalCdf(-noncentrality) +
    (weighted(range, 1 / 2) + Math.sign(noncentrality) * weighted(range, 1)) /
      2;
}

/**
 * The sum of I(x; j + offset, b) over j, with weights that are Poisson's
 * where the offset is 1/2, and lie halfway between those where it is 1.
 */
function weighted(
  { first, last, mode, shares, b }: {
    readonly first: number;
    readonly last: number;
    readonly mode: number;
    readonly shares: readonly [x: number, y: number];
    readonly b: number;
  },
  offset: number,
): number {
  let a = first + offset;
  let weight = gammaFactor(mode, a + 1 / 2) / mode;
  const factor = betaFactor(shares, [a, b]);
  let value = incompleteBeta(shares, [a, b], factor);
  // By how much the next value is smaller (DLMF 8.17.20).
  let step = factor / a;
  let sum = 0;
  for (let j = first; j <= last; j++) {
    sum += weight * value;
    weight *= mode / (a + 1 / 2);
    value -= step;
    step *= shares[0] * (a + b) / (a + 1);
    a++;
  }
  return sum;
}

/**
 * The probability of at most k heads in n tosses of a fair coin.
 *
 * @param k The number of heads.
 * @param n The number of tosses.
 * @returns P(K ≤ k).
 */
export function fairCoin(k: number, n: number): number {
  return k < n ? incompleteBeta([1 / 2, 1 / 2], [n - k, k + 1]) : 1;
}

/**
 * The distribution function of χ².
 *
 * @param x Where.
 * @param df The degrees of freedom, above 0.
 * @returns P(X ≤ x); `pchisq(x, df)` in R.
 */
export function chiSquare(x: number, df: number): number {
  return incompleteGammas(x / 2, df / 2)[0];
}

/**
 * The quantile of χ².
 *
 * @param p The probability, in (0, 1).
 * @param df The degrees of freedom, above 0.
 * @returns The x of which P(X ≤ x) = p; `qchisq(p, df)` in R.
 */
export function chiSquareQuantile(p: number, df: number): number {
  const a = df / 2;
  // The logarithm of the smaller tail is more precise.
  const isLower = p < 1 / 2;
  return 2 * solve(isLower ? p : 1 - p, a, (x) => {
    const [lower, upper] = incompleteGammas(x, a);
    const factor = gammaFactor(x, a);
    return isLower ? [lower, factor] : [upper, -factor];
  });
}

/**
 * The p-value of an F test.
 *
 * @param statistic The statistic F.
 * @param df The degrees of freedom of numerator and denominator.
 * @returns P(X ≥ F).
 */
export function fUpper(
  statistic: number,
  [above, below]: readonly [numerator: number, denominator: number],
): number {
  // Not 1 - P(X ≤ F), which is 0 far in the tail.
  return incompleteBeta(computeShares(below, above * statistic), [
    below / 2,
    above / 2,
  ]);
}

/** The distribution function of the standard normal distribution. */
function normalCdf(z: number): number {
  const [inside, outside] = incompleteGammas(z * z / 2, 1 / 2);
  return z < 0 ? outside / 2 : (1 + inside) / 2;
}

/**
 * The two-sided p-value of a standard normal number.
 *
 * @param z The number.
 * @returns P(|Z| ≥ |z|).
 */
export function normalTwoSided(z: number): number {
  return 2 * normalCdf(-Math.abs(z));
}

/**
 * How many standard errors a normal interval reaches to either side.
 *
 * @param level The confidence level, in (0, 1).
 * @returns The quantile of (1 + level) / 2.
 */
export function normalCritical(level: number): number {
  return -normalQuantile((1 - level) / 2);
}

const RANGE_END = 9, RANGE_STEPS_PER_UNIT = 8;

/**
 * The distribution function of the range of standard normal numbers, by the
 * trapezoidal rule, whose error is below 1e-12 here.
 *
 * @param x Where.
 * @param k How many numbers there are.
 * @returns P(range ≤ x); `ptukey(x, k, Inf)` in R.
 */
export function normalRange(x: number, k: number): number {
  let sum = 0;
  const last = RANGE_END * RANGE_STEPS_PER_UNIT;
  for (let i = -last; i <= last; i++) {
    const z = i / RANGE_STEPS_PER_UNIT;
    const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    sum += density * (normalCdf(z) - normalCdf(z - x)) ** (k - 1);
  }
  return k * sum / RANGE_STEPS_PER_UNIT;
}
