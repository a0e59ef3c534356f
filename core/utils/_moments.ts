/**
 * Sums of entries, in two passes for each block, and their combination.
 *
 * @module
 */

/** The number of entries summed at a time: larger is faster, smaller is more exact. */
export const BLOCK = 256;

/**
 * The moments of some entries. The sums have two parts: a rounded sum, and its
 * rounding error.
 */
export class Moments {
  entries = 0;
  observations = 0;
  sum = 0;
  sumRest = 0;
  squares = 0;
  squaresRest = 0;

  /** The mean, rounded to a double. */
  get mean(): number {
    return (this.sum + this.sumRest) / this.observations;
  }

  /** The standard error of the mean; NaN below two entries, as 0 / 0 is. */
  get error(): number {
    const variance = (this.squares + this.squaresRest) / (this.entries - 1);
    return Math.sqrt(variance / this.observations);
  }

  /** Adds other entries to these: Chan, Golub & LeVeque (1983), eq. 2.1. */
  absorb(other: Moments): void {
    if (other.entries === 0) return;
    if (this.entries > 0) {
      const observations = this.observations + other.observations;
      const weight = this.observations / observations * other.observations;
      const difference = meanDifference(this, other);
      this.#addSquares(difference * difference * weight, 0);
    }
    this.#addSquares(other.squares, other.squaresRest);
    this.entries += other.entries;
    this.observations += other.observations;
    const sum = this.sum + other.sum;
    this.sumRest += other.sumRest + roundedAway(this.sum, other.sum, sum);
    this.sum = sum;
  }

  #addSquares(squares: number, rest: number): void {
    const sum = this.squares + squares;
    const lost = roundedAway(this.squares, squares, sum);
    this.squaresRest += rest + (Number.isFinite(lost) ? lost : 0);
    this.squares = sum;
  }
}

/** The rounding error of a + b = `sum`, exactly: Knuth's TwoSum. */
function roundedAway(a: number, b: number, sum: number): number {
  const part = sum - a;
  return (a - (sum - part)) + (b - part);
}

/** The rounding error of a · b = `product`: Dekker's TwoProduct. */
function roundedAwayProduct(a: number, b: number, product: number): number {
  const SPLIT = 2 ** 27 + 1;
  const aHigh = a * SPLIT - (a * SPLIT - a);
  const bHigh = b * SPLIT - (b * SPLIT - b);
  const aLow = a - aHigh, bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The difference of two means, without cancellation. */
function meanDifference(a: Moments, b: Moments): number {
  const from = a.sum / a.observations, to = b.sum / b.observations;
  const high = to - from;
  const low = meanRest(b) - meanRest(a);
  return high + (roundedAway(to, -from, high) + low);
}

/** The rounding error of the mean, sum / observations. */
function meanRest({ sum, sumRest, observations }: Moments): number {
  const mean = sum / observations;
  const product = mean * observations;
  const lost = roundedAwayProduct(mean, observations, product);
  const rest = ((sum - product) - lost + sumRest) / observations;
  // Near the largest double the splitting overflows, and nothing can be gained.
  return Number.isFinite(rest) ? rest : 0;
}

/** The moments of one block, reused by every update. */
const block = new Moments();

/** Sums numbers, each the mean of `weight` observations, from `start` to `end`. */
export function sumUp(
  values: Float64Array,
  start: number,
  end: number,
  weight: number,
): Moments {
  const length = end - start, whole = end - length % 4;
  // Four sums at once: no addition waits for the one before it.
  let a = 0, b = 0, c = 0, d = 0;
  for (let i = start; i < whole; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (let i = whole; i < end; i++) a += values[i]!;
  const mean = (a + b + (c + d)) / length;
  let rest = 0, squares = 0;
  // Two of the four at a time: V8 does not keep eight sums in registers.
  for (let lane = 0; lane < 4; lane += 2) {
    let a = 0, b = 0, e = 0, f = 0;
    for (let i = start + lane; i < whole; i += 4) {
      const p = values[i]! - mean, q = values[i + 1]! - mean;
      a += p;
      b += q;
      e += p * p;
      f += q * q;
    }
    for (let i = whole; i < end && lane === 0; i++) {
      const p = values[i]! - mean;
      a += p;
      e += p * p;
    }
    rest += a + b;
    squares += e + f;
  }
  // Without rounding of the mean, the deviations would add up to 0.
  squares -= rest * rest / length;
  block.entries = length;
  block.observations = length * weight;
  block.sum = Number.isFinite(mean) ? mean * block.observations : NaN;
  block.sumRest = rest * weight +
    roundedAwayProduct(mean, block.observations, block.sum);
  if (!Number.isFinite(block.sumRest)) block.sumRest = 0;
  block.squares = Math.max(squares, 0) * weight;
  block.squaresRest = 0;
  return block;
}
