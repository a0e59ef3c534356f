/**
 * What experiments yield: a scalar result with its error, the metadata of what
 * was measured, the record that joins the two, and collections of records. All
 * are immutable, print readably, and survive a JSON round trip.
 *
 * @module
 */

import { decodeObject } from "./json.ts";
import { type MetadataFields, ResultMetadata } from "./result_metadata.ts";
import { type ScalarJson, ScalarResult } from "./scalar_result.ts";

export * from "./format_number.ts";
export * from "./result_metadata.ts";
export * from "./scalar_result.ts";

/** A record as a file holds it. */
export interface RecordJson {
  /** What was measured. */
  readonly metadata: MetadataFields;
  /** The result. */
  readonly result: ScalarJson;
  /** The name of the file that holds each observation, if they are kept. */
  readonly values?: string;
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
  /** The result. */
  readonly result: ScalarResult;
  /** The name of the run's file that holds each observation, if they are kept. */
  readonly values: string | undefined;

  /**
   * Joins metadata and a result.
   *
   * @param metadata What was measured.
   * @param result The result.
   * @param values The name of the file that holds each observation.
   */
  constructor(
    metadata: ResultMetadata,
    result: ScalarResult,
    values?: string,
  ) {
    this.metadata = metadata;
    this.result = result;
    this.values = values;
    Object.freeze(this);
  }

  /**
   * Reads a record from what `toJSON` gave.
   *
   * @throws {TypeError} If the value has no such fields.
   * @throws {RangeError} If a field is out of its range.
   */
  static fromJSON(value: unknown): ResultRecord {
    const { metadata, result, values } = decodeObject(value, "a record");
    const fields = decodeObject(metadata, "the metadata of a record");
    return new ResultRecord(
      ResultMetadata.of(fields as unknown as MetadataFields),
      ScalarResult.fromJSON(result),
      typeof values === "string" ? values : undefined,
    );
  }

  /** The metadata, the result, and what kind of error that is. */
  toString(): string {
    const { n } = this.result;
    return `${this.metadata} = ${this.result} (within-run, n = ${n})`;
  }

  /** Metadata and result in the form that JSON can hold. */
  toJSON(): RecordJson {
    return {
      metadata: this.metadata.toJSON(),
      result: this.result.toJSON(),
      ...(this.values === undefined ? {} : { values: this.values }),
    };
  }

  /** How `console.log` prints it. */
  [Symbol.for("Deno.customInspect")](): string {
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

  /** What was measured, in the order in which the records were made. */
  get metadata(): readonly ResultMetadata[] {
    return [...this.#records.keys()];
  }

  /** The records, in the order in which they were made. */
  [Symbol.iterator](): Iterator<ResultRecord> {
    return this.#records.values();
  }

  /** Finds the result of what was measured; undefined if there is none. */
  get(metadata: ResultMetadata): ScalarResult | undefined {
    return this.#records.get(metadata)?.result;
  }

  /** Selects all records of one name, whatever their further fields. */
  named(name: string): ResultCollection {
    return new ResultCollection(
      this.#records.values().filter(({ metadata }) => metadata.name === name),
    );
  }

  /**
   * Returns a new collection with a record added, in the place of the one with the
   * same metadata if there is one.
   */
  with(record: ResultRecord): ResultCollection {
    const held = new Map(this.#records).set(record.metadata, record);
    return new ResultCollection(held.values());
  }

  /**
   * Reads a collection from what `toJSON` gave.
   *
   * @throws {TypeError} If the value is not an array of records.
   * @throws {RangeError} If two of them have the same metadata, or a field is
   * out of its range.
   */
  static fromJSON(value: unknown): ResultCollection {
    if (!Array.isArray(value)) {
      throw new TypeError("Cannot read records: they must be an array");
    }
    return new ResultCollection(value.map(ResultRecord.fromJSON));
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
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
