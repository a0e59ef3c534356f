/**
 * Running means with their standard errors, in one pass and constant memory.
 *
 * @module
 */

import { BLOCK, Moments, sumUp } from "./_moments.ts";
import {
  decodeNumber,
  decodeObject,
  encodeNumber,
  type JsonNumber,
} from "./json.ts";
import { ScalarResult } from "./scalar_result.ts";

/** The observations of one update: a number or many, for each measure. */
export type Observations = Readonly<
  Record<string, number | ArrayLike<number>>
>;

/** How an update counts. */
export interface UpdateOptions {
  /** The number of observations of which each number is the mean; 1 by default. */
  readonly n?: number;
}

/** A measure as a file holds it. */
export interface MeasureState {
  /** The number of entries summed, without the pending ones. */
  readonly entries: number;
  /** The number of observations that those entries stand for. */
  readonly observations: number;
  /** Their sum, and its rounding error. */
  readonly sum: readonly [JsonNumber, JsonNumber];
  /** The sum of their squared deviations from the mean, likewise. */
  readonly squares: readonly [JsonNumber, JsonNumber];
  /** Entries not yet summed. */
  readonly pending: readonly JsonNumber[];
  /** The number of observations that each pending entry stands for. */
  readonly pendingWeight: number;
}

/** A meter as a file holds it. */
export interface MeterState {
  /** Every measure by its name. */
  readonly measures: Readonly<Record<string, MeasureState>>;
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
  /** The same measures in order: updates usually come in the same order. */
  readonly #inOrder: Measure[] = [];

  /**
   * Adds observations: for each measure a number, or an array or typed array
   * of which each element is one.
   *
   * @param values The observations by measure.
   * @param options `n`, if each number is the mean of n observations, of a batch
   * for example.
   * @throws {TypeError} If a value is neither a number nor numbers, or an array
   * is given together with `n`. Nothing is added then.
   * @throws {RangeError} If `n` is not a positive integer.
   */
  update(values: Observations, options?: UpdateOptions): void {
    const weight = options?.n;
    if (weight !== undefined && !(Number.isSafeInteger(weight) && weight > 0)) {
      throw new RangeError(
        `Cannot use n: it must be a positive integer: current value is ${weight}`,
      );
    }
    if (!this.#addNumbers(values, weight ?? 1)) this.#addAny(values, weight);
  }

  /**
   * Adds one observation of one measure, without allocating: for inner loops.
   */
  observe(measure: string, value: number): void {
    this.#measure(measure, 0).add(value, 1);
  }

  /**
   * The mean of all observations of a measure: NaN before the first observation,
   * and after one that is NaN or infinite or makes the sum exceed the largest
   * double.
   *
   * @throws {RangeError} If there is no such measure.
   */
  mean(measure: string): number {
    return this.#known(measure).total().mean;
  }

  /**
   * The standard error of the mean; NaN while there are fewer than two entries.
   *
   * @throws {RangeError} If there is no such measure.
   */
  error(measure: string): number {
    return this.#known(measure).total().error;
  }

  /**
   * The number of observations of a measure, those that are NaN or infinite
   * included.
   *
   * @throws {RangeError} If there is no such measure.
   */
  count(measure: string): number {
    return this.#known(measure).total().observations;
  }

  /**
   * Mean, error and count of a measure, with `df` if entries are means of several
   * observations.
   *
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

  /** Adds all observations of another meter, which stays as it is. */
  merge(other: Meter): void {
    for (const [place, theirs] of other.#inOrder.entries()) {
      this.#measure(theirs.name, place).moments.absorb(theirs.total());
    }
  }

  /** Forgets all observations, and the measures with them. */
  clear(): void {
    this.#measures.clear();
    this.#inOrder.length = 0;
  }

  /** The state of the meter, as JSON can hold it. */
  get state(): MeterState {
    return {
      measures: Object.fromEntries(
        this.#inOrder.map(({ name, state }) => [name, state]),
      ),
    };
  }

  /**
   * Continues, bit for bit, from what {@linkcode Meter.state} gave.
   *
   * @throws {TypeError} If the value has no such fields.
   */
  restore(state: MeterState): void {
    const { measures } = decodeObject(state, "a meter");
    const states = decodeObject(measures, "the measures of a meter");
    this.clear();
    for (const [place, name] of Object.keys(states).entries()) {
      this.#measure(name, place).restore(states[name]);
    }
  }

  /** One measure per line, with its error and count. */
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

  /**
   * The fast path: adds a number to each of the first measures in their order,
   * or nothing if the values are anything else.
   */
  #addNumbers(values: Observations, weight: number): boolean {
    const known = this.#inOrder;
    let count = 0, isComplete = false;
    if (known.length === 1) {
      // By a name that does not change from call to call, V8 reads a number
      // without copying it to the heap.
      const only = known[0]!;
      const value = values[only.name];
      for (const name in values) if (name !== only.name) return false;
      return only.addPending(value, weight);
    }
    try {
      for (const name in values) {
        const measure = known[count];
        if (!measure || measure.name !== name) return false;
        if (!measure.addPending(values[name], weight)) return false;
        count++;
      }
      return isComplete = true;
    } finally {
      if (!isComplete) known.slice(0, count).forEach((it) => it.withdraw());
    }
  }

  /** Adds what {@linkcode Meter.#addNumbers} does not, after checking it all. */
  #addAny(values: Observations, weight: number | undefined): void {
    for (const name in values) {
      const value = values[name];
      if (typeof value !== "number") checkNumbers(name, value, weight);
    }
    let place = 0;
    for (const name in values) {
      const value = values[name]!;
      const measure = this.#measure(name, place++);
      if (typeof value === "number") measure.add(value, weight ?? 1);
      else measure.addAll(value);
    }
  }

  /** Finds or creates a measure; `place` is its probable index. */
  #measure(name: string, place: number): Measure {
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
    throw new RangeError(
      `Cannot read measure "${name}" of this meter: ` +
        `the measures are ${this.measures.join(", ") || "none yet"}`,
    );
  }
}

function checkNumbers(
  name: string,
  value: unknown,
  weight: number | undefined,
): void {
  const isTyped = ArrayBuffer.isView(value) && "length" in value &&
    !(value instanceof BigInt64Array || value instanceof BigUint64Array);
  const isNumbers = isTyped ||
    Array.isArray(value) && value.every((item) => typeof item === "number");
  if (!isNumbers) {
    throw new TypeError(
      `Cannot use the value of measure "${name}": it must be a number or an ` +
        `array of numbers: current value is of type ${typeof value}`,
    );
  }
  if (weight !== undefined) {
    throw new TypeError(
      `Cannot use n with an array: each element of measure "${name}" is ` +
        "one observation: give the batch mean, or leave n out",
    );
  }
}

/** The entries of one measure: those summed up, and a block of pending ones. */
class Measure {
  readonly name: string;
  readonly moments = new Moments();
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

  /** Adds a value if it is a number and there is no need to settle. */
  addPending(value: unknown, weight: number): boolean {
    if (typeof value !== "number") return false;
    if (weight !== this.#weight || this.#length === BLOCK) return false;
    this.#pending[this.#length++] = value;
    return true;
  }

  /** Undoes {@linkcode Measure.addPending}. */
  withdraw(): void {
    this.#length--;
  }

  addAll(values: ArrayLike<number>): void {
    const doubles = values instanceof Float64Array
      ? values
      : new Float64Array(values);
    this.#settle(1);
    for (let start = 0; start < doubles.length; start += BLOCK) {
      const end = Math.min(start + BLOCK, doubles.length);
      this.moments.absorb(sumUp(doubles, start, end, 1));
    }
  }

  /** All entries, the pending ones included, which stay as they are. */
  total(): Moments {
    const total = new Moments();
    total.absorb(this.moments);
    total.absorb(sumUp(this.#pending, 0, this.#length, this.#weight));
    return total;
  }

  #settle(weight: number): void {
    this.moments.absorb(sumUp(this.#pending, 0, this.#length, this.#weight));
    this.#length = 0;
    this.#weight = weight;
  }

  get state(): MeasureState {
    const { entries, observations, ...sums } = this.moments;
    const pending = this.#pending.subarray(0, this.#length);
    return {
      entries,
      observations,
      sum: [encodeNumber(sums.sum), encodeNumber(sums.sumRest)],
      squares: [encodeNumber(sums.squares), encodeNumber(sums.squaresRest)],
      pending: Array.from(pending, encodeNumber),
      pendingWeight: this.#weight,
    };
  }

  restore(value: unknown): void {
    const what = `measure "${this.name}" of a meter`;
    const fields = decodeObject(value, what);
    const numbers = (name: string, length: number) => {
      const list = fields[name];
      if (!Array.isArray(list) || list.length > length) {
        throw new TypeError(
          `Cannot read ${what}: ${name} must be a list of at most ` +
            `${length} numbers`,
        );
      }
      return list.map((item) => decodeNumber(item, name));
    };
    const { moments } = this;
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
