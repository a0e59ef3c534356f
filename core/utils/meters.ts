/**
 * Running means with their standard errors, in one pass and constant memory.
 *
 * @module
 */

import { decodeNumber, encodeNumber, isJsonObject } from "./json.ts";
import type { JsonNumber } from "./json.ts";
import { ScalarResult } from "./results.ts";

/** What one update may bring: an observation, or many, for each measure. */
export type Observations = Readonly<
  Record<string, number | ArrayLike<number>>
>;

/** How an update is to be understood. */
export interface UpdateOptions {
  /** Of how many observations each number given is the mean; 1 by default. */
  readonly n?: number;
}

/** A measure as a file holds it. */
export interface MeasureJson {
  /** How many entries were seen, those still pending apart. */
  readonly entries: number;
  /** How many observations those entries stand for. */
  readonly observations: number;
  /** Their sum, in two parts: what the first cannot hold is in the second. */
  readonly sum: readonly [JsonNumber, JsonNumber];
  /** The sum of their squared deviations from the mean, likewise. */
  readonly squares: readonly [JsonNumber, JsonNumber];
  /** Entries not yet summed up. */
  readonly pending: readonly JsonNumber[];
  /** How many observations each pending entry stands for. */
  readonly pendingWeight: number;
}

/** A meter as a file holds it. */
export interface MeterJson {
  /** Every measure by its name. */
  readonly measures: Readonly<Record<string, MeasureJson>>;
}

/**
 * Means and standard errors of any number of measures at once.
 *
 * With entries xᵢ that each stand for nᵢ observations, k entries and W = Σnᵢ:
 * the mean is m = Σnᵢxᵢ / W, the sum of squares S = Σnᵢ(xᵢ − m)², the variance
 * of one observation S / (k − 1), and the standard error √(S / (k − 1) / W). It
 * is unbiased where the variance of xᵢ is σ²/nᵢ, as it is for batch means; for
 * single observations it is the sample's standard deviation over √n.
 *
 * The error assumes independent observations. The losses of successive steps
 * of one training are not: their spread is no error of anything.
 *
 * Entries are summed up in blocks, in two passes each, and blocks are joined
 * as by Chan, Golub & LeVeque (1983, "Algorithms for computing the sample
 * variance", The American Statistician 37, eq. 2.1), on sums that carry their
 * own rounding error along (Knuth's TwoSum). That holds where Σx² does not:
 * at values near 1e9 that differ by 0.1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Meter } from "whisker";
 *
 * const meter = new Meter();
 * meter.update({ loss: 0.5, gradNorm: 1.25 });
 * meter.update({ loss: new Float32Array([0.25, 0.75]) });
 * assertEquals(meter.mean("loss"), 0.5);
 * assertEquals(meter.count("loss"), 3);
 * assertEquals(String(meter.result("loss")), "0.50 ± 0.14");
 * ```
 */
export class Meter {
  readonly #measures = new Map<string, Measure>();
  /** The same measures in order: what is updated comes in the same order. */
  readonly #inOrder: Measure[] = [];

  /**
   * Adds observations: for each measure a number, or an array or typed array
   * of which each element is one.
   *
   * @param values The observations by measure.
   * @param options `n`, where each number is the mean of so many observations
   * (a batch mean, say).
   * @throws {TypeError} If a value is neither a number nor numbers, or an array
   * is given together with `n`.
   * @throws {RangeError} If `n` is no positive integer. Nothing is added then.
   */
  update(values: Observations, options?: UpdateOptions): void {
    const weight = options?.n;
    if (weight !== undefined && !(Number.isSafeInteger(weight) && weight > 0)) {
      throw new RangeError(
        `Cannot use n as it must be a positive integer: current value is ${weight}`,
      );
    }
    const known = this.#inOrder.length;
    let place = 0;
    for (const name in values) {
      const value = values[name];
      if (typeof value !== "number") {
        this.#withdraw(values, place, known);
        return this.#updateMixed(values, weight);
      }
      this.#measure(name, place++).add(value, weight ?? 1);
    }
  }

  /**
   * Adds one observation of one measure: what an inner loop calls, since it
   * makes no object.
   *
   * @param measure The measure's name.
   * @param value The observation.
   */
  observe(measure: string, value: number): void {
    this.#measure(measure, 0).add(value, 1);
  }

  /**
   * The mean of all observations of a measure.
   *
   * @param measure The measure's name.
   * @returns The mean; NaN before the first observation, and after one that is
   * NaN or infinite or makes the sum exceed the largest double.
   * @throws {RangeError} If there is no such measure.
   */
  mean(measure: string): number {
    return this.#known(measure).total().mean;
  }

  /**
   * The standard error of the mean.
   *
   * @param measure The measure's name.
   * @returns The error; NaN while there are fewer than two entries.
   * @throws {RangeError} If there is no such measure.
   */
  error(measure: string): number {
    return this.#known(measure).total().error;
  }

  /**
   * How many observations a measure has seen.
   *
   * @param measure The measure's name.
   * @returns Their number, those that are NaN or infinite included.
   * @throws {RangeError} If there is no such measure.
   */
  count(measure: string): number {
    return this.#known(measure).total().observations;
  }

  /**
   * Mean, error and count of a measure.
   *
   * @param measure The measure's name.
   * @returns The result; `df` is there where entries are means of several
   * observations.
   * @throws {RangeError} If there is no such measure.
   */
  result(measure: string): ScalarResult {
    const { mean, error, observations: n, entries } = this.#known(measure)
      .total();
    const df = entries - 1;
    return new ScalarResult(
      df === n - 1 ? { mean, error, n } : { mean, error, n, df },
    );
  }

  /** The names of the measures, in the order in which they first came. */
  get measures(): readonly string[] {
    return this.#inOrder.map(({ name }) => name);
  }

  /**
   * Adds all that another meter has seen, as if this one had seen it too.
   *
   * @param other The other meter, which stays as it is.
   */
  merge(other: Meter): void {
    for (const theirs of other.#inOrder) {
      this.#measure(theirs.name).absorb(theirs.total());
    }
  }

  /** Everything the meter knows, so that `Meter.fromJSON` goes on with it. */
  toJSON(): MeterJson {
    return {
      measures: Object.fromEntries(
        this.#inOrder.map((measure) => [measure.name, measure.toJSON()]),
      ),
    };
  }

  /**
   * Makes a meter that goes on, bit for bit, where another one was saved.
   *
   * @param value What `toJSON` gave, through `JSON.parse` or not.
   * @returns The meter.
   * @throws {TypeError} If the value has no such fields.
   */
  static fromJSON(value: unknown): Meter {
    const meter = new Meter();
    meter.restore(value as MeterJson);
    return meter;
  }

  /** Forgets all observations, and the measures with them. */
  clear(): void {
    this.#measures.clear();
    this.#inOrder.length = 0;
  }

  /** The same as `toJSON`, under the name that checkpoints use. */
  get state(): MeterJson {
    return this.toJSON();
  }

  /**
   * Goes on, bit for bit, from where another meter stood.
   *
   * @param state What {@linkcode Meter.state} gave.
   * @throws {TypeError} If the value has no such fields.
   */
  restore(state: MeterJson): void {
    if (!isJsonObject(state) || !isJsonObject(state.measures)) {
      throw new TypeError("Cannot read a meter as it must have measures");
    }
    this.clear();
    for (const [name, measure] of Object.entries(state.measures)) {
      this.#measure(name).restore(measure);
    }
  }

  /** One measure a line, with its error and count. */
  toString(): string {
    return this.#inOrder.map(({ name }) => {
      const result = this.result(name);
      return `${name} = ${result} (n = ${result.n})`;
    }).join("\n");
  }

  /** How `console.log` prints it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** Takes back the first entries of an update, and measures made for them. */
  #withdraw(values: Observations, count: number, known: number): void {
    for (const name in values) {
      if (count-- > 0) this.#measure(name).withdraw();
    }
    for (const { name } of this.#inOrder.splice(known)) {
      this.#measures.delete(name);
    }
  }

  /** An update that has arrays: all is checked before anything is added. */
  #updateMixed(values: Observations, weight: number | undefined): void {
    for (const name in values) checkObservations(name, values[name], weight);
    let place = 0;
    for (const name in values) {
      const value = values[name]!;
      const measure = this.#measure(name, place++);
      if (typeof value === "number") measure.add(value, weight ?? 1);
      else measure.addAll(value);
    }
  }

  /** Finds or makes a measure; `place` is where it stood the last time. */
  #measure(name: string, place = -1): Measure {
    const guess = this.#inOrder[place];
    if (guess?.name === name) return guess;
    let measure = this.#measures.get(name);
    if (!measure) {
      measure = new Measure(name);
      this.#measures.set(name, measure);
      this.#inOrder.push(measure);
    }
    return measure;
  }

  #known(name: string): Measure {
    const measure = this.#measures.get(name);
    if (measure) return measure;
    const known = this.measures.length
      ? `the measures are ${this.measures.join(", ")}`
      : "it has none yet";
    throw new RangeError(
      `Cannot read measure "${name}" of this meter: ${known}`,
    );
  }
}

function checkObservations(
  name: string,
  value: unknown,
  weight: number | undefined,
): void {
  if (typeof value === "number") return;
  const isTyped = ArrayBuffer.isView(value) && "length" in value &&
    !(value instanceof BigInt64Array || value instanceof BigUint64Array);
  const isNumbers = isTyped ||
    Array.isArray(value) && value.every((item) => typeof item === "number");
  if (!isNumbers) {
    throw new TypeError(
      `Cannot use the value of measure "${name}" as it must be a number or ` +
        `an array of numbers: current value is ${
          Array.isArray(value) ? "an array of other things" : typeof value
        }`,
    );
  }
  if (weight !== undefined) {
    throw new TypeError(
      `Cannot use n with an array as each element of measure "${name}" is ` +
        "one observation: give the batch mean, or leave n out",
    );
  }
}

/**
 * How many entries are summed up at a time: the more, the faster; the fewer,
 * the less their sum is rounded.
 */
const BLOCK = 256;

/**
 * What is known of some entries. The sums are in two parts, of which the
 * second is what the first rounds away.
 */
class Moments {
  entries = 0;
  observations = 0;
  sum = 0;
  sumRest = 0;
  squares = 0;
  squaresRest = 0;

  /** The mean, rounded to a double. */
  get mean(): number {
    if (this.observations === 0) return NaN;
    return (this.sum + this.sumRest) / this.observations;
  }

  /** The standard error of the mean; NaN below two entries. */
  get error(): number {
    if (this.entries < 2 || Number.isNaN(this.sum)) return NaN;
    const variance = (this.squares + this.squaresRest) / (this.entries - 1);
    return Math.sqrt(variance / this.observations);
  }

  /** Joins other entries to these: Chan, Golub & LeVeque (1983), eq. 2.1. */
  absorb(other: Moments): void {
    if (other.entries === 0) return;
    if (this.entries > 0) {
      const observations = this.observations + other.observations;
      const difference = meanDifference(this, other);
      this.#addSquares(
        difference * difference *
          (this.observations / observations * other.observations),
        0,
      );
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

/** What a + b loses when it is rounded to `sum`, exactly: Knuth's TwoSum. */
function roundedAway(a: number, b: number, sum: number): number {
  const part = sum - a;
  return (a - (sum - part)) + (b - part);
}

/** What a · b loses when it is rounded to `product`: Dekker's TwoProduct. */
function roundedAwayProduct(a: number, b: number, product: number): number {
  const SPLIT = 2 ** 27 + 1;
  const aHigh = a * SPLIT - (a * SPLIT - a);
  const bHigh = b * SPLIT - (b * SPLIT - b);
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The difference of two means, correct to the spread and not to the mean. */
function meanDifference(a: Moments, b: Moments): number {
  const high = b.sum / b.observations - a.sum / a.observations;
  const low = meanRest(b) - meanRest(a);
  const rest = roundedAway(
    b.sum / b.observations,
    -(a.sum / a.observations),
    high,
  );
  return high + (rest + low);
}

/** What the quotient sum / observations leaves out of the mean. */
function meanRest({ sum, sumRest, observations }: Moments): number {
  const mean = sum / observations;
  const product = mean * observations;
  const lost = roundedAwayProduct(mean, observations, product);
  const rest = ((sum - product) - lost + sumRest) / observations;
  // Near the largest double the splitting overflows; there is no digit to win.
  return Number.isFinite(rest) ? rest : 0;
}

/** Reused by every update: what one block came to. */
const block = new Moments();
const copied = new Float64Array(BLOCK);

/** Sums up `length` numbers that each stand for `weight` observations. */
function sumUp(values: Float64Array, length: number, weight: number): Moments {
  // Four sums at once: an addition need not wait for the one before it.
  let a = 0, b = 0, c = 0, d = 0, i = 0;
  const whole = length & ~3;
  for (; i < whole; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (; i < length; i++) a += values[i]!;
  const mean = (a + b + (c + d)) / length;
  a = 0, b = 0, c = 0, d = 0;
  let e = 0, f = 0, g = 0, h = 0;
  for (i = 0; i < whole; i += 4) {
    const p = values[i]! - mean;
    const q = values[i + 1]! - mean;
    const r = values[i + 2]! - mean;
    const s = values[i + 3]! - mean;
    a += p;
    b += q;
    c += r;
    d += s;
    e += p * p;
    f += q * q;
    g += r * r;
    h += s * s;
  }
  for (; i < length; i++) {
    const p = values[i]! - mean;
    a += p;
    e += p * p;
  }
  // Had the mean not been rounded, the deviations would add up to nothing.
  const rest = a + b + (c + d);
  const squares = e + f + (g + h) - rest * rest / length;
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

/** The entries of one measure: those summed up, and a block of pending ones. */
class Measure {
  readonly name: string;
  readonly #moments = new Moments();
  readonly #pending = new Float64Array(BLOCK);
  #length = 0;
  #weight = 1;

  constructor(name: string) {
    this.name = name;
  }

  add(value: number, weight: number): void {
    if (weight !== this.#weight || this.#length === BLOCK) this.#settle(weight);
    this.#pending[this.#length++] = value;
  }

  /** Takes back the last entry, which is still pending. */
  withdraw(): void {
    this.#length--;
  }

  addAll(values: ArrayLike<number>): void {
    this.#settle(1);
    for (let start = 0; start < values.length; start += BLOCK) {
      const length = Math.min(BLOCK, values.length - start);
      if (values instanceof Float64Array) {
        this.#moments.absorb(
          sumUp(values.subarray(start, start + length), length, 1),
        );
        continue;
      }
      if (Array.isArray(values)) {
        for (let i = 0; i < length; i++) copied[i] = values[start + i];
      } else {
        const typed = values as Float32Array;
        copied.set(typed.subarray(start, start + length));
      }
      this.#moments.absorb(sumUp(copied, length, 1));
    }
  }

  absorb(moments: Moments): void {
    this.#moments.absorb(moments);
  }

  /** All entries, the pending ones included, which stay as they are. */
  total(): Moments {
    const total = new Moments();
    total.absorb(this.#moments);
    if (this.#length > 0) {
      total.absorb(sumUp(this.#pending, this.#length, this.#weight));
    }
    return total;
  }

  #settle(weight: number): void {
    if (this.#length > 0) {
      this.#moments.absorb(sumUp(this.#pending, this.#length, this.#weight));
      this.#length = 0;
    }
    this.#weight = weight;
  }

  toJSON(): MeasureJson {
    const { entries, observations, ...sums } = this.#moments;
    return {
      entries,
      observations,
      sum: [encodeNumber(sums.sum), encodeNumber(sums.sumRest)],
      squares: [encodeNumber(sums.squares), encodeNumber(sums.squaresRest)],
      pending: Array.from(
        this.#pending.subarray(0, this.#length),
        encodeNumber,
      ),
      pendingWeight: this.#weight,
    };
  }

  restore(value: unknown): void {
    const fields = isJsonObject(value) ? value : {};
    const numbers = (name: string, length: number) => {
      const list = fields[name];
      if (!Array.isArray(list) || list.length > length) {
        throw new TypeError(
          `Cannot read measure "${this.name}" of a meter as ${name} must ` +
            `be a list of at most ${length} numbers`,
        );
      }
      return list.map((item) => decodeNumber(item, name));
    };
    const moments = this.#moments;
    moments.entries = decodeNumber(fields.entries, "entries");
    moments.observations = decodeNumber(fields.observations, "observations");
    [moments.sum = 0, moments.sumRest = 0] = numbers("sum", 2);
    [moments.squares = 0, moments.squaresRest = 0] = numbers("squares", 2);
    const pending = numbers("pending", BLOCK);
    this.#pending.set(pending);
    this.#length = pending.length;
    this.#weight = decodeNumber(fields.pendingWeight, "pendingWeight");
  }
}
