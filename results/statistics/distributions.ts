/**
 * The distributions behind intervals and verdicts: stdlib's, and Student's
 * noncentral t as a sum over them.
 *
 * @module
 */

import stdlib from "@stdlib/dist-stats-base-dists-flat";

/** What of stdlib is in use; the bundle comes without types. */
interface Distributions {
  readonly t: {
    cdf(x: number, df: number): number;
    quantile(p: number, df: number): number;
  };
  readonly normal: {
    cdf(x: number, mean: number, sd: number): number;
    pdf(x: number, mean: number, sd: number): number;
    quantile(p: number, mean: number, sd: number): number;
  };
  readonly chisquare: {
    cdf(x: number, df: number): number;
    quantile(p: number, df: number): number;
  };
  readonly beta: {
    cdf(x: number, alpha: number, beta: number): number;
    pdf(x: number, alpha: number, beta: number): number;
  };
  readonly gamma: { pdf(x: number, shape: number, rate: number): number };
  readonly binomial: { cdf(x: number, n: number, p: number): number };
}

const { t, normal, chisquare, beta, gamma, binomial } =
  (stdlib as unknown as { base: { dists: Distributions } }).base.dists;

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
  return 2 * t.cdf(-Math.abs(statistic), df);
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
  return t.quantile((1 + level) / 2, df);
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
  const share = x * x / (x * x + df);
  const mode = noncentrality ** 2 / 2;
  const width = Math.ceil(DEVIATIONS * Math.sqrt(mode) + MIN_TERMS);
  const first = Math.max(0, Math.floor(mode) - width);
  const range = { first, last: mode + width, mode, share, b: df / 2 };
  return normal.cdf(-noncentrality, 0, 1) +
    (weighted(range, 1 / 2) + Math.sign(noncentrality) * weighted(range, 1)) /
      2;
}

/**
 * The sum of I(share; j + offset, b) over j, with weights that are Poisson's
 * where the offset is 1/2, and lie halfway between those where it is 1.
 */
function weighted(
  { first, last, mode, share, b }: {
    readonly first: number;
    readonly last: number;
    readonly mode: number;
    readonly share: number;
    readonly b: number;
  },
  offset: number,
): number {
  let a = first + offset;
  let weight = gamma.pdf(mode, a + 1 / 2, 1);
  let value = beta.cdf(share, a, b);
  // By how much the next value is smaller (DLMF 8.17.20).
  let step = share === 0 || share === 1
    ? 0
    : beta.pdf(share, a, b) * share * (1 - share) / a;
  let sum = 0;
  for (let j = first; j <= last; j++) {
    sum += weight * value;
    weight *= mode / (a + 1 / 2);
    value -= step;
    step *= share * (a + b) / (a + 1);
    a++;
  }
  return sum;
}

/**
 * How often so many tosses of a fair coin show heads at most k times.
 *
 * @param k The number of heads.
 * @param n The number of tosses.
 * @returns P(K ≤ k).
 */
export function fairCoin(k: number, n: number): number {
  return binomial.cdf(k, n, 1 / 2);
}

/**
 * The distribution function of χ².
 *
 * @param x Where.
 * @param df The degrees of freedom, above 0.
 * @returns P(X ≤ x); `pchisq(x, df)` in R.
 */
export function chiSquare(x: number, df: number): number {
  return chisquare.cdf(x, df);
}

/**
 * The quantile of χ².
 *
 * @param p The probability.
 * @param df The degrees of freedom, above 0.
 * @returns The x of which P(X ≤ x) = p; `qchisq(p, df)` in R.
 */
export function chiSquareQuantile(p: number, df: number): number {
  return chisquare.quantile(p, df);
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
  return beta.cdf(below / (below + above * statistic), below / 2, above / 2);
}

/**
 * The two-sided p-value of a standard normal number.
 *
 * @param z The number.
 * @returns P(|Z| ≥ |z|).
 */
export function normalTwoSided(z: number): number {
  return 2 * normal.cdf(-Math.abs(z), 0, 1);
}

/**
 * How many standard errors a normal interval reaches to either side.
 *
 * @param level The confidence level, in (0, 1).
 * @returns The quantile of (1 + level) / 2.
 */
export function normalCritical(level: number): number {
  return normal.quantile((1 + level) / 2, 0, 1);
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
    const within = normal.cdf(z, 0, 1) - normal.cdf(z - x, 0, 1);
    sum += normal.pdf(z, 0, 1) * within ** (k - 1);
  }
  return k * sum / RANGE_STEPS_PER_UNIT;
}
