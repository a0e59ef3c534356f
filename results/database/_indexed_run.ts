/**
 * A run of an index. A hundred thousand runs have millions of values and records,
 * so each is made
 * on access.
 *
 * @module
 */

import type { JsonObject } from "../../core/utils/json.ts";
import {
  type ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../../core/utils/results.ts";
import type { RunSummary } from "../../core/store/run_info.ts";
import type { ObjectReader } from "./_object_table.ts";
import type { RunRecords, StoredRun } from "./run_database.ts";

/** The list of records that several runs share. */
export interface RecordList {
  /** What was measured. */
  readonly metadata: readonly ResultMetadata[];
  /** The file with the observations of each record, if they are kept. */
  readonly values: readonly (string | undefined)[];
}

/** Mean, error, n, and degrees of freedom or NaN. */
export const N_NUMBERS = 4;

/** What the runs of an index share: all that is known of them. */
export interface RunTable {
  /** The directory of the runs. */
  readonly directory: string;
  /** Their ids. */
  readonly ids: readonly string[];
  /** Their configurations. */
  readonly configs: ObjectReader;
  /** Their summaries. */
  readonly infos: ObjectReader;
  /** The lists of records that some of them have. */
  readonly lists: readonly RecordList[];
  /** Which of the lists each run has. */
  readonly listCodes: Uint32Array;
  /** The numbers of all records. */
  readonly numbers: Float64Array;
  /** Where those of each run start. */
  readonly starts: Uint32Array;
}

/** A run of an index. */
export class IndexedRun implements StoredRun {
  readonly #table: RunTable;
  readonly #place: number;

  /**
   * Creates a run.
   *
   * @param table What is known of the runs of the index.
   * @param place Which of them it is.
   */
  constructor(table: RunTable, place: number) {
    this.#table = table;
    this.#place = place;
  }

  get id(): string {
    return this.#table.ids[this.#place]!;
  }

  get path(): string {
    return `${this.#table.directory}/${this.id}`;
  }

  get info(): RunSummary {
    const { infos } = this.#table;
    return infos.get(this.#place) as unknown as RunSummary;
  }

  get status(): RunSummary["status"] {
    return this.readInfo("status");
  }

  get config(): JsonObject {
    return this.#table.configs.get(this.#place);
  }

  get records(): RunRecords {
    const { lists, listCodes, numbers, starts } = this.#table;
    const list = lists[listCodes[this.#place]!]!;
    return new IndexedRecords(list, numbers, starts[this.#place]!);
  }

  /** Lists the keys of the configuration; runs may share the list. */
  listKeys(): readonly string[] {
    return this.#table.configs.keys(this.#place);
  }

  /** Lists the keys in which runs with the same list may differ. */
  listChangingKeys(): readonly string[] {
    return this.#table.configs.changingKeys(this.#place);
  }

  /** Reads a value of the configuration, which is faster than making all of it. */
  readKey(key: string): unknown {
    return this.#table.configs.read(this.#place, key);
  }

  /** Reads a field of the summary, which is faster than making all of it. */
  readInfo<K extends keyof RunSummary>(key: K): RunSummary[K] {
    return this.#table.infos.read(this.#place, key) as RunSummary[K];
  }

  /** Reads the mean of a record, or its error, which is faster than all of it. */
  readNumber(
    metadata: ResultMetadata,
    field: "mean" | "error",
  ): number | undefined {
    const { lists, listCodes, numbers, starts } = this.#table;
    const list = lists[listCodes[this.#place]!]!;
    const record = list.metadata.indexOf(metadata);
    if (record < 0) return undefined;
    const at = starts[this.#place]! + N_NUMBERS * record;
    return numbers[field === "mean" ? at : at + 1];
  }
}

/** The records of a run: their list, and where their numbers start. */
class IndexedRecords implements RunRecords {
  readonly #list: RecordList;
  readonly #numbers: Float64Array;
  readonly #start: number;

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
