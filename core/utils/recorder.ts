/**
 * Prints records as they are made and, when asked, keeps them in the run
 * directory.
 *
 * @module
 */

import { hash64 } from "./_hash.ts";
import {
  type MetadataFields,
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  type ScalarResult,
} from "./results.ts";
import { writeRecords } from "./run_directory.ts";

/** Where records go. */
export interface RecorderOptions {
  /** Prints a record; `console.log` by default. */
  readonly print?: (record: ResultRecord) => void;
  /** Keeps the records; by default they are printed alone. */
  readonly save?: {
    /** The run's directory. */
    readonly runPath: string;
    /** What makes the records: `train` or `eval`. */
    readonly stage: string;
  };
}

/**
 * Prints records and, when asked, saves them at once, so that what has been
 * measured is there whatever comes after. Records made under the same setting,
 * which is to say with equal further fields in their metadata, share a file
 * named after it: the same evaluation done again replaces its file, and two
 * different ones done at once never touch.
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
  readonly #files = new Map<string, ResultCollection>();
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

  /**
   * Makes a record of a result: prints it, and saves it if that was asked.
   *
   * @param metadata What was measured.
   * @param result What came out.
   * @returns The record.
   * @throws {TypeError} If the metadata has fields of other types.
   */
  record(metadata: MetadataFields, result: ScalarResult): ResultRecord {
    const record = new ResultRecord(ResultMetadata.of(metadata), result);
    this.#records = this.#records.with(record);
    if (this.#save) {
      const { runPath, stage } = this.#save;
      const name = fileName(stage, record.metadata);
      const held = this.#files.get(name) ?? new ResultCollection();
      this.#files.set(name, held.with(record));
      writeRecords(runPath, name, this.#files.get(name)!);
    }
    this.#print(record);
    return record;
  }
}

const LONGEST_NAME = 100;
const PLAIN_VALUE = /^[A-Za-z][A-Za-z0-9.,-]*$/;

/**
 * Names the file of a setting: readable, and the same for no other setting. A
 * setting whose values cannot stand in a file name as they are is told apart
 * by a hash.
 */
function fileName(stage: string, { fields }: ResultMetadata): string {
  const entries = Object.entries(fields);
  const plain = [stage, ...entries.map(([key, value]) => `${key}=${value}`)]
    .join("_");
  const isPlain = plain.length <= LONGEST_NAME &&
    entries.every(([key, value]) =>
      PLAIN_VALUE.test(key) &&
      (typeof value !== "string" ||
        PLAIN_VALUE.test(value) && value !== "true" && value !== "false")
    );
  if (isPlain) return plain;
  const hash = hash64(JSON.stringify(entries))
    .map((word) => word.toString(16).padStart(8, "0")).join("");
  const readable = plain.replaceAll(/[^A-Za-z0-9.,=-]+/g, "-");
  return `${readable.slice(0, LONGEST_NAME)}_${hash}`;
}
