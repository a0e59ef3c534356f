import { formatMeanError } from "./format_number.ts";
import {
  decodeNumber,
  decodeObject,
  encodeNumber,
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
   * @throws {TypeError} If a field is not a number.
   * @throws {RangeError} If the error or df is negative, or n is not a count.
   */
  constructor(fields: ScalarFields) {
    const { mean, error, n, df } = fields;
    if (typeof mean !== "number") refuse(fields, "mean", "a number");
    if (typeof error !== "number" || error < 0) {
      refuse(fields, "error", "at least 0");
    }
    if (!(Number.isSafeInteger(n) && n >= 0)) refuse(fields, "n", "a count");
    // JSON has one zero.
    this.mean = mean + 0;
    this.error = error + 0;
    this.n = n;
    if (df !== undefined) {
      if (!(Number.isFinite(df) && df >= 0)) {
        refuse(fields, "df", "a finite number from 0");
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
   * @throws {TypeError} If the value has no such fields.
   * @throws {RangeError} If a field is out of its range.
   */
  static fromJSON(value: unknown): ScalarResult {
    const { mean, error, n, df } = decodeObject(value, "a result");
    return new ScalarResult({
      mean: decodeNumber(mean, "mean"),
      error: decodeNumber(error, "error"),
      n: decodeNumber(n, "n"),
      ...(df === undefined ? {} : { df: decodeNumber(df, "df") }),
    });
  }

  /** Mean and error, rounded by the error: `0.0312 ± 0.0021`. */
  toString(): string {
    return formatMeanError(this.mean, this.error);
  }

  /** The fields in the form that JSON can hold. */
  toJSON(): ScalarJson {
    const { mean, error, ...counts }: ScalarFields = this;
    return {
      mean: encodeNumber(mean),
      error: encodeNumber(error),
      ...counts,
    };
  }

  /** How `console.log` prints it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function refuse(
  fields: ScalarFields,
  key: keyof ScalarFields,
  rule: string,
): never {
  const ErrorClass = typeof fields[key] === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot use ${key} of a result: it must be ${rule}: ` +
      `current value is ${preview(fields[key])}`,
  );
}
