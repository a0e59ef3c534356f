import { preview } from "./json.ts";

/** The value of a metadata field. */
export type MetadataValue = string | number | boolean;

/** What was measured: its name, and further fields in any order. */
export interface MetadataFields {
  /** The name of what was measured: `sampling`, `loss/train`, `time/epoch`. */
  readonly name: string;
  /** Under which settings: `nSteps`, `nSamples`, … */
  readonly [field: string]: MetadataValue;
}

const INTEGER_NAME = /^-?\d+$/;

/**
 * What was measured. Equal fields, in any order, from code or from a file, give
 * one and the same object, and so the same key of a `Map`.
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
  static readonly #known = new Map<string, ResultMetadata>();

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
   * Returns the one metadata object with these fields.
   *
   * @param fields A name, and further fields: strings, finite numbers or
   * booleans, under names that are not integers.
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
    return ResultMetadata.#known.getOrInsertComputed(
      key,
      () => new ResultMetadata(name, entries),
    );
  }

  /**
   * Finds the value of a field; undefined if there is none. Names such as
   * `constructor`, which every object has, are safe.
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
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function checkField(entry: [string, unknown]): void {
  const [key, value] = entry;
  if (INTEGER_NAME.test(key)) {
    // JavaScript puts integer keys first, whatever order they were given in.
    throw new TypeError(
      `Cannot use ${key} as the name of a metadata field: it is an integer`,
    );
  }
  const usable = typeof value === "string" || typeof value === "boolean" ||
    Number.isFinite(value);
  if (!usable) {
    throw new TypeError(
      `Cannot use metadata field ${key}: it must be a string, a finite ` +
        `number or a boolean: current value is ${preview(value)}`,
    );
  }
  // JSON has one zero: both are the same key.
  if (Object.is(value, -0)) entry[1] = 0;
}
