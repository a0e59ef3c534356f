/**
 * Prints records as they are made and, when asked, saves them.
 *
 * @module
 */

import {
  type MetadataFields,
  type RecordJson,
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../utils/results.ts";
import { MAX_RECORDS } from "../store/limits.ts";

/** Where records go. */
export interface RecorderOptions {
  /** Prints a record; `console.log` by default. */
  readonly print?: ((record: ResultRecord) => void) | undefined;
  /**
   * Saves all records, these and the earlier ones; if it throws, the last one is
   * not made. By default records are only printed.
   */
  readonly save?: (records: ResultCollection) => void;
  /**
   * Records that an earlier session has made. They are saved along until they
   * are made again, or {@linkcode Recorder.settle} is called.
   */
  readonly earlier?: ResultCollection | undefined;
  /** How many records there may be, these and the earlier ones. */
  readonly max?: number;
}

/**
 * Prints records and, when asked, saves them at once, so that what has been
 * measured is kept whatever comes after.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Recorder } from "whisker";
 * import { ScalarResult } from "whisker";
 *
 * const lines: string[] = [];
 * const recorder = new Recorder({ print: (record) => lines.push(`${record}`) });
 * recorder.record(
 *   { name: "loss/held-out" },
 *   new ScalarResult({ mean: 0.9962, error: 0.0131, n: 2000 }),
 * );
 * assertEquals(lines, [
 *   "loss/held-out = 0.996 ± 0.013 (within-run, n = 2000)",
 * ]);
 * ```
 */
export class Recorder {
  readonly #print: (record: ResultRecord) => void;
  readonly #save: (records: ResultCollection) => void;
  readonly #earlier: ResultCollection;
  readonly #max: number;
  #records = new ResultCollection();

  /**
   * Makes a recorder without records.
   *
   * @param options Where the records go.
   */
  constructor(options: RecorderOptions = {}) {
    this.#print = options.print ?? ((record) => console.log(String(record)));
    this.#save = options.save ?? (() => {});
    this.#earlier = options.earlier ?? new ResultCollection();
    this.#max = options.max ?? Infinity;
  }

  /** All records so far; a later one has replaced an earlier of its kind. */
  get records(): ResultCollection {
    return this.#records;
  }

  /** The records so far: all that {@linkcode Recorder.restore} needs. */
  get state(): RecordJson[] {
    return this.#records.toJSON();
  }

  /**
   * Restores the records of another recorder. Nothing is printed or saved.
   *
   * @param state What {@linkcode Recorder.state} gave.
   * @throws {TypeError} If it holds no records.
   */
  restore(state: readonly RecordJson[]): void {
    this.#records = ResultCollection.fromJSON(state);
  }

  /**
   * Makes a record of a result: prints it and saves it.
   *
   * @param metadata What was measured.
   * @param result What came out.
   * @param values The name of the file that holds each observation, if any.
   * @returns The record.
   * @throws {TypeError} If the metadata has fields of other types, or the result
   * is none.
   * @throws {RangeError} If readers would pass the record over: a run has too
   * many, or its file is too large. Nothing recorded before is lost.
   */
  record(
    metadata: MetadataFields,
    result: ScalarResult,
    values?: string,
  ): ResultRecord {
    const measured = ResultMetadata.of(metadata);
    if (!(result instanceof ScalarResult)) {
      throw new TypeError(
        `Cannot record ${measured}: it must be a ` +
          "ScalarResult, as meter.result(…) gives; current value is " +
          JSON.stringify(result),
      );
    }
    const record = new ResultRecord(measured, result, values);
    const records = this.#records.with(record);
    const all = new Map(
      [...this.#earlier, ...records].map((one) => [one.metadata, one]),
    );
    if (all.size > this.#max) {
      throw new RangeError(
        `Cannot record ${measured}: a run may have at most ` +
          `${MAX_RECORDS} records`,
      );
    }
    this.#save(new ResultCollection(all.values()));
    // Only now: a record that could not be saved does not count.
    this.#records = records;
    this.#print(record);
    return record;
  }

  /** Removes earlier records that were not made again. */
  settle(): void {
    const isMade = ({ metadata }: ResultRecord) => this.#records.get(metadata);
    if (![...this.#earlier].every(isMade)) this.#save(this.#records);
  }
}
