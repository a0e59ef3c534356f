import { formatMeanError } from "./format_number.ts";
import {
  decodeNumber,
  encodeNumber,
  isJsonObject,
  type JsonNumber,
  preview,
} from "./json.ts";

/** A mean, its standard error, and the number of observations. */
export interface ScalarFields {
  /** The mean of the observations. */
  readonly mean: number;
  /** The standard error of the mean; NaN while it is undefined. */
  readonly error: number;
  /** The number of observations. */
  readonly n: number;
  /** The degrees of freedom of the error, if they are not n − 1. */
  readonly df?: number;
}

/** {@linkcode ScalarFields} as a file holds them. */
export interface ScalarJson extends Omit<ScalarFields, "mean" | "error"> {
  /** The mean of the observations. */
  readonly mean: JsonNumber;
  /** The standard error of the mean. */
  readonly error: JsonNumber;
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
  /** The number of observations. */
  readonly n: number;
  /** The degrees of freedom of the error, if they are not n − 1. */
  declare readonly df?: number;

  /**
   * Checks and freezes a result.
   *
   * @param fields The mean, its error, and the number of observations.
   * @throws {TypeError} If one of them is not a number.
   * @throws {RangeError} If the error or df is negative, or n no count.
   */
  constructor(fields: ScalarFields) {
    const { mean, error, n, df } = fields;
    for (const [key, value] of Object.entries({ mean, error, n })) {
      if (typeof value !== "number") {
        throw new TypeError(
          `Cannot use ${key} of a result: it must be a number: ` +
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
        `Cannot use n of a result: it must be a count: current value is ${n}`,
      );
    }
    // JSON has one zero.
    this.mean = mean + 0;
    this.error = error + 0;
    this.n = n;
    if (df !== undefined) {
      if (!(Number.isFinite(df) && df >= 0)) {
        throw new RangeError(
          `Cannot use df of a result: it must not be negative: ` +
            `current value is ${preview(df)}`,
        );
      }
      this.df = df;
    }
    Object.freeze(this);
  }

  /** The degrees of freedom of the error: `df` if it is given, else n − 1. */
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
        `Cannot read a result: it must be an object: current value is ${
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
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
