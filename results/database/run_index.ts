/**
 * The index of a directory of runs: what is known of runs that have ended, so
 * that their files need not be read again. It can be deleted at any time: with it
 * and without it, the same runs are read.
 *
 * @module
 */

import { checkSummaryField } from "../../core/store/run_info.ts";
import { VERSION } from "../../core/version.ts";
import { isJsonObject, type JsonObject } from "../../core/utils/json.ts";
import {
  type MetadataFields,
  ResultMetadata,
} from "../../core/utils/results.ts";
import {
  IndexedRun,
  N_NUMBERS,
  type RecordList,
  type RunTable,
} from "./_indexed_run.ts";
import {
  type IndexContent,
  indexFolder,
  readIndexFile,
  writeIndexFile,
} from "./_index_file.ts";
import { asArray, encodeObjects, ObjectReader } from "./_object_table.ts";
import { STAMP_LENGTH } from "./_threads.ts";
import type { StoredRun } from "./run_database.ts";

/** A run that has ended, and what tells whether it has changed. */
export interface StampedRun {
  /** The run. */
  readonly run: StoredRun;
  /** What `readStamp` gave before it was read. */
  readonly stamp: ArrayLike<number>;
}

/** An index that has been read. */
export interface RunIndex {
  /** The ids of its runs. */
  readonly ids: readonly string[];
  /** What `readStamp` gave of each run, one after the other. */
  readonly stamps: Float64Array;
  /** The runs, in the same order: oldest first. */
  readonly runs: readonly StoredRun[];
}

/** More runs are read from their files. */
const MAX_RUNS = 1e6;

/** What is known of an index before its runs are read. */
export type IndexHead = Pick<RunIndex, "ids" | "stamps">;

/** Runs are named by letters and digits; none leads to another folder. */
const NO_IDS = /[^A-Za-z0-9._\-\n]|(?:^|\n)(?![A-Za-z0-9])/;

/**
 * Reads the index of a directory of runs. It may be damaged or from anyone.
 *
 * @param directory The directory.
 * @param begin Is called before the runs are read; what is read then may turn out
 * to be damaged.
 * @returns The index; undefined where there is none that can be used.
 */
export function readIndex(
  directory: string,
  begin: (head: IndexHead) => void = () => {},
): RunIndex | undefined {
  const content = readIndexFile(directory);
  try {
    if (!content) return undefined;
    const head = decodeHead(content);
    begin(head);
    return { ...head, runs: decodeRuns(directory, head.ids, content) };
  } catch {
    return undefined; // Then the runs are read.
  }
}

/**
 * Says whether this process may write the index of a directory of runs.
 *
 * @param directory The directory.
 * @returns Whether it has the permission.
 */
export function canWriteIndex(directory: string): boolean {
  const path = indexFolder(directory);
  const { state } = Deno.permissions.querySync({ name: "write", path });
  return state === "granted";
}

/**
 * Writes the index of a directory of runs, if it is possible and allowed.
 *
 * @param directory The directory.
 * @param indexed What it is to hold, oldest runs first.
 * @returns Whether it was written.
 */
export function writeIndex(
  directory: string,
  indexed: readonly StampedRun[],
): boolean {
  return writeIndexFile(directory, encodeIndex(indexed));
}

function encodeIndex(indexed: readonly StampedRun[]): IndexContent {
  const runs = indexed.map(({ run }) => run);
  const configs = encodeObjects(runs.map(({ config }) => config));
  const infos = encodeObjects(
    runs.map(({ info }) => info as unknown as JsonObject),
  );
  const metadata = new Map<ResultMetadata, number>();
  const lists = new Map<string, number>();
  const numbers: number[] = [];
  const codes = runs.map(({ records }) => {
    const list = Array.from(records, ({ metadata: what, result, values }) => {
      const { mean, error, n, df = NaN } = result;
      numbers.push(mean, error, n, df);
      const place = metadata.getOrInsertComputed(what, () => metadata.size);
      return values === undefined ? [place] : [place, values];
    });
    return lists.getOrInsertComputed(JSON.stringify(list), () => lists.size);
  });
  const stamps = new Float64Array(STAMP_LENGTH * indexed.length);
  indexed.forEach(({ stamp }, i) => stamps.set(stamp, STAMP_LENGTH * i));
  return {
    json: {
      version: VERSION,
      ids: runs.map(({ id }) => id).join("\n"),
      configs: configs.shapes,
      infos: infos.shapes,
      metadata: [...metadata.keys()],
      lists: Array.from(lists.keys(), (list) => JSON.parse(list)),
    },
    numbers: concatenate(Float64Array, stamps, numbers),
    codes: concatenate(Uint32Array, configs.codes, infos.codes, codes),
  };
}

function concatenate<T extends Float64Array | Uint32Array>(
  Numbers: new (length: number) => T,
  ...parts: readonly ArrayLike<number>[]
): T {
  const all = new Numbers(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

function decodeHead({ json, numbers }: IndexContent): IndexHead {
  if (!isJsonObject(json) || json.version !== VERSION) {
    throw new RangeError("The index is of another version");
  }
  if (typeof json.ids !== "string" || NO_IDS.test(json.ids)) {
    throw new TypeError("The index has no ids");
  }
  const ids = json.ids.split("\n");
  const nStamps = STAMP_LENGTH * ids.length;
  if (ids.length > MAX_RUNS || nStamps > numbers.length) {
    throw new RangeError("The index has too many runs");
  }
  return { ids, stamps: numbers.subarray(0, nStamps) };
}

function decodeRuns(
  directory: string,
  ids: readonly string[],
  content: IndexContent,
): StoredRun[] {
  const { numbers, codes } = content;
  const json = content.json as JsonObject;
  const count = ids.length;
  const configs = new ObjectReader(json.configs, codes, { start: 0, count });
  const infos = new ObjectReader(
    asArray(json.infos).map(checkInfos),
    codes,
    { start: configs.end, count },
  );
  const metadata = asArray(json.metadata).map((fields) =>
    ResultMetadata.of(fields as MetadataFields)
  );
  const lists = asArray(json.lists).map((list) => readList(list, metadata));
  const starts = new Uint32Array(count);
  let at = STAMP_LENGTH * count;
  for (let i = 0; i < count; i++) {
    const list = lists[codes[infos.end + i]!];
    if (!list) throw new RangeError("The index has a run without records");
    starts[i] = at;
    const end = at + N_NUMBERS * list.metadata.length;
    while (at < end) {
      checkNumbers(numbers, at);
      at += N_NUMBERS;
    }
  }
  if (at !== numbers.length || infos.end + count !== codes.length) {
    throw new RangeError("The index has more numbers than runs");
  }
  const table: RunTable = {
    directory,
    ids,
    configs,
    infos,
    lists,
    listCodes: codes.subarray(infos.end),
    numbers,
    starts,
  };
  return ids.map((_, place) => new IndexedRun(table, place));
}

/** Checks what a result would refuse. */
function checkNumbers(numbers: Float64Array, at: number): void {
  const error = numbers[at + 1]!, n = numbers[at + 2]!, df = numbers[at + 3]!;
  if (
    error < 0 || !(Number.isSafeInteger(n) && n >= 0) || df < 0 ||
    df === Infinity
  ) {
    throw new RangeError("The index has a result that is none");
  }
}

/** Checks the values of a shape of infos as those of `run.json` are checked. */
function checkInfos(shape: unknown): JsonObject {
  if (!isJsonObject(shape)) throw new TypeError("A shape must be an object");
  const columns = asArray(shape.values).map(asArray);
  const values = asArray(shape.keys).map((key, i) =>
    columns[i]!.map((value) => checkSummaryField(String(key), value))
  );
  return { keys: shape.keys, values };
}

function readList(
  list: unknown,
  metadata: readonly ResultMetadata[],
): RecordList {
  const records = asArray(list).map((entry) => {
    const [place, values] = asArray(entry);
    const found = metadata[Number(place)];
    if (!found || !["undefined", "string"].includes(typeof values)) {
      throw new RangeError("The index has a record of nothing");
    }
    return { found, values: values as string | undefined };
  });
  return {
    metadata: records.map(({ found }) => found),
    values: records.map(({ values }) => values),
  };
}
