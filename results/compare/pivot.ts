/**
 * Which row and which column a value stands in, by keys of the configuration
 * and fields of the metadata on either axis.
 *
 * @module
 */

import {
  ConfigError,
  formatValue,
  unknownKey,
} from "../../core/config/schema.ts";
import {
  type MetadataValue,
  ResultMetadata,
} from "../../core/utils/results.ts";
import type { Replicates } from "./replicates.ts";
import { differingKeys, keysOf, rawValueOf } from "../select.ts";

/** The axis key that stands for the name of what was measured. */
export const METRIC_KEY = "metric";

/** The name of columns where rows tell what was measured. */
const ANY_METRIC = "value";

/** What replicates have measured: it stands in one cell. */
export interface Measured {
  /** The replicates. */
  readonly replicates: Replicates;
  /** What they measured. */
  readonly metadata: ResultMetadata;
}

/** The keys that are wanted on either axis. */
export interface Axes {
  /** Keys whose values tell rows apart; by default all that differ. */
  readonly rows?: readonly string[];
  /** Keys whose values tell columns apart; by default what was measured. */
  readonly cols?: readonly string[];
  /** Keys in which replicates may differ, and which so tell no rows apart. */
  readonly nuisance?: readonly string[];
}

/** A row of the layout. */
export interface LaidRow {
  /** The row's values of the row keys; undefined where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The replicates in the row, each once. */
  readonly replicates: readonly Replicates[];
  /** What was measured, by column. */
  readonly measured: ReadonlyMap<ResultMetadata, Measured>;
}

/** Values by rows and columns. */
export interface Layout {
  /** The keys that tell rows apart. */
  readonly keys: readonly string[];
  /** The columns: a name, and the values of the column keys. */
  readonly columns: readonly ResultMetadata[];
  /** The rows, in the order in which they came. */
  readonly rows: readonly LaidRow[];
}

/**
 * Lays replicates out by what they measured.
 *
 * @param groups The replicates.
 * @param selected What was measured and is wanted.
 * @param axes The keys on either axis.
 * @returns Rows and columns, with at most one value in each cell.
 * @throws {ConfigError} If a key is unknown, or two values would stand in the
 * same cell.
 */
export function layOut(
  groups: readonly Replicates[],
  selected: readonly ResultMetadata[],
  axes: Axes,
): Layout {
  const examples = groups.map(({ example }) => example);
  const differing = differingKeys(examples)
    .filter((key) => !axes.nuisance?.includes(key));
  const known = [
    METRIC_KEY,
    ...new Set([
      ...selected.flatMap(({ fields }) => Object.keys(fields)),
      ...keysOf(examples),
    ]),
  ];
  const { rows = [], cols = [] } = axes;
  checkKeys(rows, "--rows", known);
  checkKeys(cols, "--cols", known);
  const both = rows.find((key) => cols.includes(key));
  if (both !== undefined) {
    throw new ConfigError([{
      where: "--cols",
      message: `Cannot use ${both} on both axes: leave it out of one`,
    }]);
  }
  const keys = rows.length > 0
    ? rows
    : [...differing, ...(cols.length > 0 ? fieldsThatDiffer(selected) : [])]
      .filter((key, index, all) =>
        !cols.includes(key) && all.indexOf(key) === index
      );
  const laid = new Map<string, {
    config: Record<string, unknown>;
    replicates: Set<Replicates>;
    measured: Map<ResultMetadata, Measured>;
  }>();
  const columns = new Set<ResultMetadata>();
  for (const replicates of groups) {
    // Without records a row still has its place.
    const metadatas = selected.filter((metadata) =>
      replicates.runs.values().some(({ records }) => records.get(metadata))
    );
    const place = (metadata?: ResultMetadata) => {
      const config = Object.fromEntries(
        keys.map((key) => [key, coordinateOf(replicates, metadata, key)]),
      );
      const row = laid.getOrInsertComputed(JSON.stringify(config), () => ({
        config,
        replicates: new Set<Replicates>(),
        measured: new Map<ResultMetadata, Measured>(),
      }));
      row.replicates.add(replicates);
      return row;
    };
    if (metadatas.length === 0) place();
    for (const metadata of metadatas) {
      const row = place(metadata);
      const column = columnOf({ replicates, metadata }, { ...axes, keys });
      columns.add(column);
      const there = row.measured.get(column);
      if (there) {
        throw collision([there, { replicates, metadata }], known, column);
      }
      row.measured.set(column, { replicates, metadata });
    }
  }
  return {
    keys,
    columns: [...columns],
    rows: laid.values().map(({ config, replicates, measured }) => ({
      config,
      replicates: [...replicates],
      measured,
    })).toArray(),
  };
}

function checkKeys(
  keys: readonly string[],
  where: string,
  known: readonly string[],
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    throw new ConfigError([{ where, message: unknownKey(key, known) }]);
  }
}

/** Fields in which records of one name differ. */
function fieldsThatDiffer(selected: readonly ResultMetadata[]): string[] {
  const fields = new Set(
    selected.flatMap(({ fields }) => Object.keys(fields)),
  );
  return [...fields].filter((field) =>
    Map.groupBy(selected, ({ name }) => name).values().some((same) =>
      new Set(same.map(({ fields }) => fields[field])).size > 1
    )
  );
}

/** Fields of the metadata go before keys of the configuration. */
function coordinateOf(
  { example }: Replicates,
  metadata: ResultMetadata | undefined,
  key: string,
): unknown {
  if (key === METRIC_KEY) return metadata?.name;
  return metadata?.fields[key] ?? rawValueOf(example, key);
}

function columnOf(
  { replicates, metadata }: Measured,
  { cols = [], keys }: Axes & { readonly keys: readonly string[] },
): ResultMetadata {
  const name = keys.includes(METRIC_KEY) ? ANY_METRIC : metadata.name;
  const inColumns = cols.length > 0
    ? cols.filter((key) => key !== METRIC_KEY)
    : Object.keys(metadata.fields).filter((key) => !keys.includes(key));
  const fields = inColumns.flatMap((key): [string, MetadataValue][] => {
    const value = coordinateOf(replicates, metadata, key);
    if (value === undefined) return [];
    const isPlain = typeof value === "boolean" || Number.isFinite(value);
    return [[key, isPlain ? value as MetadataValue : formatValue(value)]];
  });
  return ResultMetadata.of({ ...Object.fromEntries(fields), name });
}

function collision(
  [first, second]: readonly [Measured, Measured],
  known: readonly string[],
  column: ResultMetadata,
): ConfigError {
  const valueFor = ({ replicates, metadata }: Measured, key: string) =>
    formatValue(coordinateOf(replicates, metadata, key));
  const differing = known.filter((key) =>
    valueFor(first, key) !== valueFor(second, key)
  );
  return new ConfigError([{
    where: "--rows",
    message: `Cannot put two values of ${column} into one cell as they ` +
      `differ in ${
        differing.join(", ")
      }: add it to --rows or --cols, or take ` +
      "one with --where or --metric",
  }]);
}
