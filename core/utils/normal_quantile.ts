/** Below this distance from the middle one quotient of polynomials serves. */
const CENTRAL = 0.425;
const CENTRAL_SQUARED = 0.180625;
/** Where the nearer tail ends and the farther one begins, in √(−ln p). */
const FAR_TAIL = 5;
const NEAR_TAIL_ORIGIN = 1.6;

// Coefficients of falling powers, as published.
// deno-fmt-ignore
const CENTRE = {
  over: [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
    45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
    133.14166789178437745, 3.387132872796366608,
  ],
  under: [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061,
    21213.794301586595867, 5394.1960214247511077, 687.1870074920579083,
    42.313330701600911252, 1,
  ],
};
// deno-fmt-ignore
const NEAR = {
  over: [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
    1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
    4.6303378461565452959, 1.42343711074968357734,
  ],
  under: [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
    0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
    2.05319162663775882187, 1,
  ],
};
// deno-fmt-ignore
const FAR = {
  over: [
    2.01033439929228813265e-7, 2.71155556874348757815e-5,
    0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123,
    1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  under: [
    2.04426310338993978564e-15, 1.4215117583164458887e-7,
    1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525,
    0.13692988092273580531, 0.59983220655588793769, 1,
  ],
};

/**
 * The quantile function of the standard normal distribution, to about one part
 * in 10^16: algorithm AS 241, PPND16 (Wichura 1988, Applied Statistics 37,
 * 477–484). It needs a square root and a logarithm only in the tails, so that
 * other engines can do the same sum.
 *
 * @param p A probability in (0, 1).
 * @returns The z below which a standard normal number lies with probability p.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= CENTRAL) {
    return q * ratio(CENTRE, CENTRAL_SQUARED - q * q);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= FAR_TAIL
    ? ratio(NEAR, r - NEAR_TAIL_ORIGIN)
    : ratio(FAR, r - FAR_TAIL);
  return q < 0 ? -z : z;
}

function ratio(
  { over, under }: { over: readonly number[]; under: readonly number[] },
  x: number,
): number {
  let above = 0, below = 0;
  for (let i = 0; i < over.length; i++) {
    above = above * x + over[i]!;
    below = below * x + under[i]!;
  }
  return above / below;
}
