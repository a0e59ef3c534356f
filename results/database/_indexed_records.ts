/**
 * The records of a run in an index. A hundred thousand runs have millions of
 * records, so each is created on access.
 *
 * @module
 */

import {
  type ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import type { RunRecords } from "./run_database.ts";

/** The list of records that several runs share. */
export interface RecordList {
  /** What was measured. */
  readonly metadata: readonly ResultMetadata[];
  /** The file with the observations of each record, if they are kept. */
  readonly values: readonly (string | undefined)[];
}

/** Mean, error, n, and degrees of freedom or NaN. */
export const N_NUMBERS = 4;

/** The records of a run: their list, and where their numbers start. */
export class IndexedRecords implements RunRecords {
  readonly #list: RecordList;
  readonly #numbers: Float64Array;
  readonly #start: number;

  /**
   * Creates the records of a run.
   *
   * @param list The list of its records.
   * @param numbers The numbers of all runs.
   * @param start Where those of the run start.
   */
  constructor(list: RecordList, numbers: Float64Array, start: number) {
    this.#list = list;
    this.#numbers = numbers;
    this.#start = start;
  }

  get size(): number {
    return this.#list.metadata.length;
  }

  get metadata(): readonly ResultMetadata[] {
    return this.#list.metadata;
  }

  get(metadata: ResultMetadata): ScalarResult | undefined {
    const place = this.#list.metadata.indexOf(metadata);
    return place < 0 ? undefined : this.#read(place);
  }

  *[Symbol.iterator](): Generator<ResultRecord> {
    const { metadata, values } = this.#list;
    for (let i = 0; i < metadata.length; i++) {
      yield new ResultRecord(metadata[i]!, this.#read(i), values[i]);
    }
  }

  #read(place: number): ScalarResult {
    const at = this.#start + N_NUMBERS * place;
    const numbers = this.#numbers;
    const fields = {
      mean: numbers[at]!,
      error: numbers[at + 1]!,
      n: numbers[at + 2]!,
    };
    const df = numbers[at + 3]!;
    return new ScalarResult(Number.isNaN(df) ? fields : { ...fields, df });
  }
}
