/**
 * The records of a run in an index. A hundred thousand runs have millions of
 * records, so that each is made when it is asked for.
 *
 * @module
 */

import {
  type ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import type { RunRecords } from "./run_database.ts";

/** What runs have measured that have measured the same. */
export interface RecordList {
  /** What was measured. */
  readonly metadata: readonly ResultMetadata[];
  /** For each the file that holds its observations, if they are kept. */
  readonly values: readonly (string | undefined)[];
}

/** Mean, error, n, and degrees of freedom or NaN. */
export const N_NUMBERS = 4;

/** The records of a run: their list, and their numbers from some place on. */
export class IndexedRecords implements RunRecords {
  readonly #list: RecordList;
  readonly #numbers: Float64Array;
  readonly #start: number;

  /** Takes the numbers of a run from those of all runs. */
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
