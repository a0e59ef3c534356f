/**
 * The rows of a comparison by their keys: their order, and the baseline.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import { readNumber } from "../database/read_run.ts";
import {
  listKeys,
  matchesValue,
  orderBy,
  parseCondition,
  readKey,
} from "../database/select.ts";
import { computeMean } from "../statistics/estimate.ts";
import type { Baseline, ComparisonRow } from "./comparison.ts";
import { summarizeList } from "./labels.ts";

/** The keys of rows, then all others of their configurations. */
function listRowKeys(rows: readonly ComparisonRow[]): string[] {
  const examples = rows.flatMap(({ replicates }) =>
    replicates.map(({ example }) => example)
  );
  const keys = [...Object.keys(rows[0]!.config), ...listKeys(examples)];
  return [...new Set(keys)];
}

/** How rows are sorted. */
export interface SortOptions {
  /** A key or a record, with `-` before it from high to low. */
  readonly sort: string;
  /** The keys in which the runs of a row may differ. */
  readonly nuisance: readonly string[];
}

/**
 * Sorts rows by a key or by the mean of a record.
 *
 * @param rows The rows.
 * @param measured All that was measured, whether it is shown or not.
 * @param options What to sort by.
 * @returns The rows in order.
 * @throws {OptionError} If there is no such key or record.
 */
export function sortRows(
  rows: readonly ComparisonRow[],
  measured: readonly ResultMetadata[],
  { sort, nuisance }: SortOptions,
): readonly ComparisonRow[] {
  if (sort === "") return rows;
  const isDescending = sort.startsWith("-");
  const name = isDescending ? sort.slice(1) : sort;
  const record = measured.find((item) => String(item) === name) ??
    measured.find((item) => item.name === name);
  const known = ["run", ...listRowKeys(rows)]
    .filter((key) => !nuisance.includes(key));
  if (!record && !known.includes(name)) {
    const names = [...known, ...measured.map(String)];
    throw new OptionError("sort", unknownKey(name, names));
  }
  const readValue = ({ config, replicates }: ComparisonRow) => {
    if (record) {
      const means = replicates.flatMap(({ runs }) =>
        [...runs.values()].flatMap((run) => readNumber(run, record) ?? [])
      );
      return means.length > 0 ? computeMean(means).mean : undefined;
    }
    const { example } = replicates[0]!;
    return name === "run" ? example.id : config[name] ?? readKey(example, name);
  };
  return rows.toSorted(orderBy([readValue], isDescending ? -1 : 1));
}

/**
 * Finds the one row that meets the conditions of a baseline.
 *
 * @param rows The rows.
 * @param texts The conditions `key=value`.
 * @param nuisance The keys in which the runs of a row may differ.
 * @returns The baseline; undefined if there are no conditions.
 * @throws {OptionError} If a key is unknown, or no row meets the conditions, or
 * several do.
 */
export function findBaseline(
  rows: readonly ComparisonRow[],
  texts: readonly string[],
  nuisance: readonly string[],
): Baseline | undefined {
  if (texts.length === 0) return undefined;
  const refuse = (message: string): never => {
    throw new OptionError("baseline", message);
  };
  const conditions = texts.map((text) => parseCondition(text, "baseline"));
  const known = listRowKeys(rows);
  for (const { key } of conditions) {
    if (nuisance.includes(key)) {
      refuse(
        `Cannot use ${key} for a baseline: the runs of a row differ in it: ` +
          "name a key that tells rows apart",
      );
    }
    if (!known.includes(key)) refuse(unknownKey(key, known));
  }
  const found = rows.filter(({ config, replicates }) =>
    conditions.every(({ key, wanted }) =>
      Object.hasOwn(config, key)
        ? matchesValue(config[key], wanted)
        : replicates.every(({ example }) =>
          matchesValue(readKey(example, key), wanted)
        )
    )
  );
  const name = conditions.map(({ key, wanted }) => `${key}=${wanted}`)
    .join(", ");
  if (found.length === 1) return { name, row: rows.indexOf(found[0]!) };
  const labels = (found.length === 0 ? rows : found).map(({ label }) => label);
  const some = summarizeList(labels);
  return refuse(
    `Cannot use the baseline ${name}: ${
      found.length === 0
        ? `no row matches: there are ${some}`
        : `${found.length} rows match: ${some}. Name one by a key in which ` +
          "they differ, or put that key on `cols`"
    }`,
  );
}
