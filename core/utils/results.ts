/**
 * What experiments yield: a scalar result with its error, the metadata that
 * says what was measured, the record that joins the two, and collections of
 * records. All are immutable, print readably, and go through JSON unchanged.
 *
 * @module
 */

import {
  decodeNumber,
  encodeNumber,
  isJsonObject,
  type JsonNumber,
  preview,
} from "./json.ts";

/** What a field of the metadata may hold. */
export type MetadataValue = string | number | boolean;

/** What was measured: its name, and further fields in any order. */
export interface MetadataFields {
  /** The name of what was measured: `sampling`, `loss/train`, `time/epoch`. */
  readonly name: string;
  /** Under which settings: `nSteps`, `nSamples`, … */
  readonly [field: string]: MetadataValue;
}

const INTEGER_NAME = /^-?\d+$/;
const PRINTED_AS = Symbol.for("Deno.customInspect");

/**
 * What was measured. Two made from equal fields, in any order, from code or
 * from a file, are one and the same object, and so the same key of a `Map`.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStrictEquals } from "@std/assert";
 * import { ResultMetadata } from "whisker";
 *
 * const a = ResultMetadata.of({ name: "sampling", nSteps: 50, nSamples: 2000 });
 * const b = ResultMetadata.of({ nSamples: 2000, nSteps: 50, name: "sampling" });
 * assertStrictEquals(a, b);
 * assertEquals(String(a), "sampling (nSamples=2000, nSteps=50)");
 * ```
 */
export class ResultMetadata {
  // Weakly held: a process that reads a hundred thousand runs keeps none of
  // the metadata that it has let go.
  static readonly #known = new Map<string, WeakRef<ResultMetadata>>();
  static readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (!ResultMetadata.#known.get(key)?.deref()) {
      ResultMetadata.#known.delete(key);
    }
  });

  /** The name of what was measured. */
  readonly name: string;
  /** All further fields, keys in alphabetical order. */
  readonly fields: Readonly<Record<string, MetadataValue>>;

  private constructor(name: string, fields: [string, MetadataValue][]) {
    this.name = name;
    this.fields = Object.freeze(Object.fromEntries(fields));
    Object.freeze(this);
  }

  /**
   * Gives the one metadata object that has these fields.
   *
   * @param fields A name, and further fields: strings, finite numbers or
   * booleans, under names that are no integers.
   * @returns The same object for equal fields.
   * @throws {TypeError} If a field has another name or value than that.
   */
  static of(fields: MetadataFields): ResultMetadata {
    const { name, ...others } = fields;
    if (typeof name !== "string" || name === "") {
      throw new TypeError(
        `Cannot use metadata without a name: current value is ${preview(name)}`,
      );
    }
    const entries = Object.entries(others).sort(([a], [b]) => a < b ? -1 : 1);
    for (const entry of entries) checkField(entry);
    const key = JSON.stringify([name, entries]);
    const known = ResultMetadata.#known.get(key)?.deref();
    if (known) return known;
    const made = new ResultMetadata(name, entries);
    ResultMetadata.#known.set(key, new WeakRef(made));
    ResultMetadata.#forgotten.register(made, key);
    return made;
  }

  /**
   * Looks up a further field by a name that may be anyone's.
   *
   * @param key The field's name.
   * @returns Its value; undefined where there is no such field, also if every
   * object has a property of that name, as `constructor` is.
   */
  field(key: string): MetadataValue | undefined {
    return Object.hasOwn(this.fields, key) ? this.fields[key] : undefined;
  }

  /** The name, and in parentheses the further fields in alphabetical order. */
  toString(): string {
    const fields = Object.entries(this.fields)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return fields.length ? `${this.name} (${fields.join(", ")})` : this.name;
  }

  /** The fields, as `ResultMetadata.of` takes them. */
  toJSON(): MetadataFields {
    return { name: this.name, ...this.fields };
  }

  /** How `console.log` prints it. */
  [PRINTED_AS](): string {
    return this.toString();
  }
}

function checkField(entry: [string, unknown]): void {
  const [key, value] = entry;
  if (INTEGER_NAME.test(key)) {
    // JavaScript puts integer keys first, whatever order they were given in.
    throw new TypeError(
      `Cannot use ${key} as the name of a metadata field as it is an integer`,
    );
  }
  const usable = typeof value === "string" || typeof value === "boolean" ||
    Number.isFinite(value);
  if (!usable) {
    throw new TypeError(
      `Cannot use metadata field ${key} as it must be a string, a finite ` +
        `number or a boolean: current value is ${preview(value)}`,
    );
  }
  // JSON knows one zero; so that both are the same key, so do we.
  if (Object.is(value, -0)) entry[1] = 0;
}

/** A mean, its standard error, and how much stands behind them. */
export interface ScalarFields {
  /** The mean of the observations. */
  readonly mean: number;
  /** The standard error of the mean; NaN while it is undefined. */
  readonly error: number;
  /** How many observations stand behind the mean. */
  readonly n: number;
  /** The degrees of freedom of the error, where they are not n − 1. */
  readonly df?: number;
}

/** {@linkcode ScalarFields} as a file holds them. */
export interface ScalarJson {
  /** The mean of the observations. */
  readonly mean: JsonNumber;
  /** The standard error of the mean. */
  readonly error: JsonNumber;
  /** How many observations stand behind the mean. */
  readonly n: number;
  /** The degrees of freedom of the error, where they are not n − 1. */
  readonly df?: number;
}

/**
 * A mean with its standard error.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ScalarResult } from "whisker";
 *
 * const result = new ScalarResult({ mean: 0.03118, error: 0.00207, n: 2000 });
 * assertEquals(`${result}`, "0.0312 ± 0.0021");
 * assertEquals(result.degreesOfFreedom, 1999);
 * ```
 */
export class ScalarResult {
  /** The mean of the observations. */
  readonly mean: number;
  /** The standard error of the mean; NaN while it is undefined. */
  readonly error: number;
  /** How many observations stand behind the mean. */
  readonly n: number;
  /** The degrees of freedom of the error, where they are not n − 1. */
  declare readonly df?: number;

  /**
   * Checks and freezes a result.
   *
   * @param fields The mean, its error, and how much stands behind them.
   * @throws {TypeError} If one of them is no number.
   * @throws {RangeError} If the error or df is negative, or n no count.
   */
  constructor(fields: ScalarFields) {
    const { mean, error, n, df } = fields;
    for (const [key, value] of Object.entries({ mean, error, n })) {
      if (typeof value !== "number") {
        throw new TypeError(
          `Cannot use ${key} of a result as it must be a number: ` +
            `current value is ${preview(value)}`,
        );
      }
    }
    if (error < 0) {
      throw new RangeError(
        `Cannot use a negative standard error: current value is ${error}`,
      );
    }
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new RangeError(
        `Cannot use n of a result as it must be a count: current value is ${n}`,
      );
    }
    // JSON knows one zero, and so do we.
    this.mean = mean + 0;
    this.error = error + 0;
    this.n = n;
    if (df !== undefined) {
      if (!(Number.isFinite(df) && df >= 0)) {
        throw new RangeError(
          `Cannot use df of a result as it must not be negative: ` +
            `current value is ${preview(df)}`,
        );
      }
      this.df = df;
    }
    Object.freeze(this);
  }

  /** The degrees of freedom of the error: `df` where it is given, else n − 1. */
  get degreesOfFreedom(): number {
    return this.df ?? this.n - 1;
  }

  /**
   * Reads a result from what `toJSON` gave.
   *
   * @param value The parsed JSON.
   * @returns The same result as before.
   * @throws {TypeError} If the value has no such fields.
   * @throws {RangeError} If a field is out of its range.
   */
  static fromJSON(value: unknown): ScalarResult {
    if (!isJsonObject(value)) {
      throw new TypeError(
        `Cannot read a result as it must be an object: current value is ${
          preview(value)
        }`,
      );
    }
    const { df } = value;
    return new ScalarResult({
      mean: decodeNumber(value.mean, "mean"),
      error: decodeNumber(value.error, "error"),
      n: decodeNumber(value.n, "n"),
      ...(df === undefined ? {} : { df: decodeNumber(df, "df") }),
    });
  }

  /** Mean and error, rounded by the error: `0.0312 ± 0.0021`. */
  toString(): string {
    return formatMeanError(this.mean, this.error);
  }

  /** The fields in the form that JSON can hold. */
  toJSON(): ScalarJson {
    return {
      mean: encodeNumber(this.mean),
      error: encodeNumber(this.error),
      n: this.n,
      ...(this.df === undefined ? {} : { df: this.df }),
    };
  }

  /** How `console.log` prints it. */
  [PRINTED_AS](): string {
    return this.toString();
  }
}

const ERROR_DIGITS = 2;
const LONE_DIGITS = 6;
const DOUBLE_DIGITS = 15;
/** Powers of ten between which numbers are written without an exponent. */
const PLAIN_EXPONENTS = { least: -4, most: 5 };

/**
 * Writes a mean and its error, rounded by the error: two significant digits of
 * the error, and the mean to the same decimal. Where both are very large or
 * very small, they share one power of ten.
 *
 * @param mean The mean.
 * @param error Its standard error; NaN where it is undefined, which is then
 * said and never shown as 0.
 * @returns The text, `0.0312 ± 0.0021` for example.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatMeanError } from "./results.ts";
 *
 * assertEquals(formatMeanError(1234.4, 56.78), "1234 ± 57");
 * assertEquals(formatMeanError(3.1e-7, 4.2e-9), "(3.100 ± 0.042)e-7");
 * assertEquals(formatMeanError(0.25, NaN), "0.25 ± undefined");
 * ```
 */
export function formatMeanError(mean: number, error: number): string {
  if (!Number.isFinite(mean) || !(error > 0) || error === Infinity) {
    const undefinedYet = Number.isNaN(error) && Number.isFinite(mean);
    return `${formatNumber(mean)} ± ${
      undefinedYet ? "undefined" : formatNumber(error)
    }`;
  }
  const { texts, power } = roundBy(error, [mean, error]);
  const both = texts.join(" ± ");
  return power === 0 ? both : `(${both})e${power}`;
}

/** Numbers as text, to the same decimal. */
export interface RoundedNumbers {
  /** The numbers, each divided by a power of ten. */
  readonly texts: readonly string[];
  /** That power of ten: 0 where they are plain. */
  readonly power: number;
}

/**
 * Rounds numbers that belong together to the second digit of their error.
 *
 * @param error The error: finite and above 0.
 * @param values The numbers, all finite; the first is the mean.
 * @returns The texts.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { roundBy } from "./results.ts";
 *
 * const { texts } = roundBy(0.018, [0.36612, 0.34811, 0.38413]);
 * assertEquals(texts, ["0.366", "0.348", "0.384"]);
 * ```
 */
export function roundBy(
  error: number,
  values: readonly number[],
): RoundedNumbers {
  const [mean = 0] = values;
  const errorPower = exponent(error, ERROR_DIGITS - 1);
  const meanPower = mean === 0 ? errorPower : exponent(mean);
  if (meanPower - errorPower > DOUBLE_DIGITS - ERROR_DIGITS) {
    // The error is beyond the last digit that the mean has.
    return {
      texts: values.map((value) =>
        formatNumber(value, value === error ? ERROR_DIGITS : DOUBLE_DIGITS)
      ),
      power: 0,
    };
  }
  const power = Math.max(meanPower, errorPower);
  const { least, most } = PLAIN_EXPONENTS;
  if (power >= least && power <= most) {
    const decimals = ERROR_DIGITS - 1 - errorPower;
    return { texts: values.map((value) => fixed(value, decimals)), power: 0 };
  }
  const decimals = ERROR_DIGITS - 1 - (errorPower - power);
  return {
    texts: values.map((value) => fixed(shift(value, -power), decimals)),
    power,
  };
}

/**
 * Writes a number that has no error to be rounded by.
 *
 * @param value Any number.
 * @param digits How many significant digits it may have.
 * @returns The text, without trailing zeros: `0.25`, `1e-7`, `NaN`.
 */
export function formatNumber(value: number, digits = LONE_DIGITS): string {
  return String(Number(value.toPrecision(digits)));
}

/** The power of ten of a number's first digit, once rounded if asked. */
function exponent(value: number, decimals?: number): number {
  return Number(value.toExponential(decimals).split("e")[1]);
}

/** The number nearest to value · 10^power, without the error of a division. */
function shift(value: number, power: number): number {
  const [digits, exponent] = value.toExponential().split("e");
  return Number(`${digits}e${Number(exponent) + power}`);
}

/** To so many decimals; to tens or hundreds where there are fewer than none. */
function fixed(value: number, decimals: number): string {
  const rounded = decimals >= 0
    ? value.toFixed(decimals)
    : String(shift(Math.round(shift(value, decimals)), -decimals));
  return Number(rounded) === 0 ? rounded.replace("-", "") : rounded;
}

/** A record as a file holds it. */
export interface RecordJson {
  /** What was measured. */
  readonly metadata: MetadataFields;
  /** What came out. */
  readonly result: ScalarJson;
}

/**
 * What was measured and what came out: the unit of everything that is stored,
 * compared and plotted. Its error is a within-run error.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ResultMetadata, ResultRecord, ScalarResult } from "whisker";
 *
 * const record = new ResultRecord(
 *   ResultMetadata.of({ name: "sampling", nSteps: 50 }),
 *   new ScalarResult({ mean: 0.03118, error: 0.00207, n: 2000 }),
 * );
 * assertEquals(
 *   String(record),
 *   "sampling (nSteps=50) = 0.0312 ± 0.0021 (within-run, n = 2000)",
 * );
 * ```
 */
export class ResultRecord {
  /** What was measured. */
  readonly metadata: ResultMetadata;
  /** What came out. */
  readonly result: ScalarResult;

  /**
   * Joins what was measured and what came out.
   *
   * @param metadata What was measured.
   * @param result What came out.
   */
  constructor(metadata: ResultMetadata, result: ScalarResult) {
    this.metadata = metadata;
    this.result = result;
    Object.freeze(this);
  }

  /**
   * Reads a record from what `toJSON` gave.
   *
   * @param value The parsed JSON.
   * @returns The same record as before.
   * @throws {TypeError} If the value has no such fields.
   * @throws {RangeError} If a field is out of its range.
   */
  static fromJSON(value: unknown): ResultRecord {
    if (!isJsonObject(value) || !isJsonObject(value.metadata)) {
      throw new TypeError(
        "Cannot read a record as it must have metadata and a result",
      );
    }
    return new ResultRecord(
      ResultMetadata.of(value.metadata as unknown as MetadataFields),
      ScalarResult.fromJSON(value.result),
    );
  }

  /** The metadata, the result, and what kind of error that is. */
  toString(): string {
    const { n } = this.result;
    return `${this.metadata} = ${this.result} (within-run, n = ${n})`;
  }

  /** Metadata and result in the form that JSON can hold. */
  toJSON(): RecordJson {
    return { metadata: this.metadata.toJSON(), result: this.result.toJSON() };
  }

  /** How `console.log` prints it. */
  [PRINTED_AS](): string {
    return this.toString();
  }
}

/**
 * Records in the order in which they were made, at most one per metadata.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   ResultCollection,
 *   ResultMetadata,
 *   ResultRecord,
 *   ScalarResult,
 * } from "whisker";
 *
 * const sampling = ResultMetadata.of({ name: "sampling", nSteps: 50 });
 * const result = new ScalarResult({ mean: 0.1, error: 0.02, n: 100 });
 * const records = new ResultCollection([new ResultRecord(sampling, result)]);
 *
 * assertEquals(records.get(sampling), result);
 * assertEquals([...records.named("sampling")].length, 1);
 * ```
 */
export class ResultCollection implements Iterable<ResultRecord> {
  readonly #records: ReadonlyMap<ResultMetadata, ResultRecord>;

  /**
   * Makes a collection of records.
   *
   * @param records The records to hold.
   * @throws {RangeError} If two of them have the same metadata.
   */
  constructor(records: Iterable<ResultRecord> = []) {
    const held = new Map<ResultMetadata, ResultRecord>();
    for (const record of records) {
      if (held.has(record.metadata)) {
        throw new RangeError(
          `Cannot hold two records of ${record.metadata} in one collection`,
        );
      }
      held.set(record.metadata, record);
    }
    this.#records = held;
  }

  /** How many records there are. */
  get size(): number {
    return this.#records.size;
  }

  /** The records, in the order in which they were made. */
  [Symbol.iterator](): Iterator<ResultRecord> {
    return this.#records.values();
  }

  /**
   * Looks up what came out of one measurement.
   *
   * @param metadata What was measured.
   * @returns Its result, or undefined where there is none.
   */
  get(metadata: ResultMetadata): ScalarResult | undefined {
    return this.#records.get(metadata)?.result;
  }

  /**
   * Looks up all records of one name, whatever their further fields.
   *
   * @param name The name in their metadata.
   * @returns Those records alone, in the same order.
   */
  named(name: string): ResultCollection {
    return new ResultCollection(
      this.#records.values().filter(({ metadata }) => metadata.name === name),
    );
  }

  /**
   * Adds a record, in the place of the one with the same metadata if there is
   * one.
   *
   * @param record The record to add.
   * @returns A new collection; this one stays as it is.
   */
  with(record: ResultRecord): ResultCollection {
    const held = new Map(this.#records).set(record.metadata, record);
    return new ResultCollection(held.values());
  }

  /**
   * Reads a collection from what `toJSON` gave.
   *
   * @param value The parsed JSON.
   * @returns The same records, in the same order.
   * @throws {TypeError} If the value is no array of records.
   * @throws {RangeError} If two of them have the same metadata, or a field is
   * out of its range.
   */
  static fromJSON(value: unknown): ResultCollection {
    if (!Array.isArray(value)) {
      throw new TypeError("Cannot read records as they must be an array");
    }
    return new ResultCollection(
      value.map((item) => ResultRecord.fromJSON(item)),
    );
  }

  /** One record a line. */
  toString(): string {
    return [...this].join("\n");
  }

  /** The records in the form that JSON can hold. */
  toJSON(): RecordJson[] {
    return Array.from(this, (record) => record.toJSON());
  }

  /** How `console.log` prints it. */
  [PRINTED_AS](): string {
    return this.toString();
  }
}
