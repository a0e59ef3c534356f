/**
 * Prints records as they are made and, when asked, keeps them in the run
 * directory.
 *
 * @module
 */

import { hash64 } from "../utils/hash.ts";
import {
  type MetadataFields,
  type RecordJson,
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../utils/results.ts";
import { MAX_RECORDS, writeRecords } from "../store/records.ts";

/** What makes records: a training, or one of its run's evaluations. */
export type Stage = "train" | "eval";

/** Where records go. */
export interface RecorderOptions {
  /** Prints a record; `console.log` by default. */
  readonly print?: (record: ResultRecord) => void;
  /** Keeps the records; by default they are printed alone. */
  readonly save?: {
    /** The run's directory. */
    readonly runPath: string;
    /** What makes the records. */
    readonly stage: Stage;
    /** Whether each is on the disk when it has been made. */
    readonly isDurable?: boolean;
    /**
     * Records that the run has already. In a training that is resumed they stay
     * until they are made again, or {@linkcode Recorder.settle} is called.
     */
    readonly earlier?: ResultCollection;
  };
}

/**
 * Prints records and, when asked, saves them at once, so that what has been
 * measured is there whatever comes after. The records of the training share
 * `train.json`. Each record of an evaluation has a file of its own, named after
 * all of its metadata: the same evaluation done again replaces it, and two
 * different ones, even done at once, never touch.
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
  readonly #save: RecorderOptions["save"];
  #records = new ResultCollection();

  /**
   * Makes a recorder without records.
   *
   * @param options Where the records go.
   */
  constructor(options: RecorderOptions = {}) {
    this.#print = options.print ?? ((record) => console.log(String(record)));
    this.#save = options.save;
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
   * Goes on from where another recorder stood. Nothing is printed or saved.
   *
   * @param state What {@linkcode Recorder.state} gave.
   * @throws {TypeError} If it holds no records.
   */
  restore(state: readonly RecordJson[]): void {
    this.#records = ResultCollection.fromJSON(state);
  }

  /**
   * Makes a record of a result: prints it, and saves it if that was asked.
   *
   * @param metadata What was measured.
   * @param result What came out.
   * @returns The record.
   * @throws {TypeError} If the metadata has fields of other types, or the result
   * is none.
   * @throws {RangeError} If readers would pass the record over: a run has too
   * many, or its file is too large. Nothing recorded before is lost.
   */
  record(metadata: MetadataFields, result: ScalarResult): ResultRecord {
    if (!(result instanceof ScalarResult)) {
      throw new TypeError(
        `Cannot record ${ResultMetadata.of(metadata)} as it must be a ` +
          "ScalarResult, as meter.result(…) gives: current value is " +
          JSON.stringify(result),
      );
    }
    const record = new ResultRecord(ResultMetadata.of(metadata), result);
    const records = this.#records.with(record);
    const all = new Map(
      [...this.#earlier(), ...records].map((one) => [one.metadata, one]),
    );
    if (all.size > MAX_RECORDS) {
      throw new RangeError(
        `Cannot record ${record.metadata}: a run may have at most ` +
          `${MAX_RECORDS} records`,
      );
    }
    if (this.#save?.stage === "train") {
      this.#write("train", new ResultCollection(all.values()));
    } else if (this.#save) {
      this.#write(
        `eval_${fileNameOf(record.metadata)}`,
        new ResultCollection([record]),
      );
    }
    // Only now: what could not be saved is not among the records.
    this.#records = records;
    this.#print(record);
    return record;
  }

  /** Removes earlier records that a resumed training has not made again. */
  settle(): void {
    const isMade = ({ metadata }: ResultRecord) => this.#records.get(metadata);
    if (!this.#earlier().every(isMade)) this.#write("train", this.#records);
  }

  #earlier(): readonly ResultRecord[] {
    return [...this.#save?.earlier ?? []];
  }

  #write(name: string, records: ResultCollection): void {
    const { runPath, isDurable = false } = this.#save!;
    writeRecords(runPath, { name, records }, { isDurable });
  }
}

const MAX_NAME_LENGTH = 100;
/** What stands in a file name as it is; `_`, `=` and `+` have a meaning. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9.-]*(\/[A-Za-z][A-Za-z0-9.-]*)*$/;
const PLAIN_VALUE = /^(?!(true|false)$)[A-Za-z][A-Za-z0-9.,-]*$/;

/**
 * Names the file of a record: readable, and the same for no other metadata.
 * What cannot stand in a file name as it is is told apart by a hash.
 */
function fileNameOf(metadata: ResultMetadata): string {
  const { name, fields } = metadata;
  const entries = Object.entries(fields);
  const readable = [
    name.replaceAll("/", "+"),
    ...entries.map(([key, value]) => `${key}=${value}`),
  ].join("_");
  const isPlain = readable.length <= MAX_NAME_LENGTH && PLAIN_NAME.test(name) &&
    entries.every(([key, value]) =>
      PLAIN_VALUE.test(key) &&
      (typeof value !== "string" || PLAIN_VALUE.test(value))
    );
  if (isPlain) return readable;
  const hash = hash64(JSON.stringify([name, entries]))
    .map((word) => word.toString(16).padStart(8, "0")).join("");
  const safe = readable.replaceAll(/[^A-Za-z0-9.,=+-]+/g, "-");
  return `${safe.slice(0, MAX_NAME_LENGTH)}_${hash}`;
}
