/**
 * Sums of doubles without any rounding, in BigInt, as a reference for numeric
 * code: the same formulas, evaluated exactly.
 *
 * @module
 */

/** Every double is a whole number of these: 2^-1074. */
const POWER = 1074n;

/** A double as a whole number of 2^-1074. */
function toUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7FFn;
  const fraction = bits & 0xFFFFFFFFFFFFFn;
  const size = exponent === 0n
    ? fraction
    : (fraction | 1n << 52n) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** numerator / denominator · 2^-power, correct to about 60 bits. */
function toNumber(numerator: bigint, denominator: bigint, power: bigint) {
  if (numerator === 0n) return 0;
  const size = numerator < 0n ? -numerator : numerator;
  const BITS = 60;
  const shift = BITS + denominator.toString(2).length -
    size.toString(2).length;
  const quotient = shift >= 0
    ? (size << BigInt(shift)) / denominator
    : size / (denominator << BigInt(-shift));
  const result = scale(Number(quotient), -shift - Number(power));
  return numerator < 0n ? -result : result;
}

/** value · 2^power in steps that neither overflow nor underflow on the way. */
function scale(value: number, power: number): number {
  while (power < -1000) [value, power] = [value * 2 ** -1000, power + 1000];
  while (power > 1000) [value, power] = [value * 2 ** 1000, power - 1000];
  return value * 2 ** power;
}

/** Mean and standard error of entries with weights, by the definition. */
export function exactMeanError(
  entries: readonly (readonly [value: number, weight: number])[],
): { mean: number; error: number } {
  let weights = 0n, sum = 0n, sumOfSquares = 0n;
  for (const [value, weight] of entries) {
    const x = toUnits(value), n = BigInt(weight);
    weights += n;
    sum += n * x;
    sumOfSquares += n * x * x;
  }
  const mean = toNumber(sum, weights, POWER);
  const k = BigInt(entries.length);
  if (k < 2n) return { mean, error: NaN };
  // Σn(x − m)² / (k − 1) / W over one denominator.
  const squares = sumOfSquares * weights - sum * sum;
  const variance = toNumber(
    squares,
    weights * (k - 1n) * weights,
    2n * POWER,
  );
  return { mean, error: Math.sqrt(variance) };
}
