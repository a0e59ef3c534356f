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
import {
  differingKeys,
  keysOf,
  order,
  rawValueOf,
} from "../database/select.ts";

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
    throw wrong(
      "--cols",
      `Cannot use ${both} on both axes: leave it out of one`,
    );
  }
  const unfit = cols.find((key) => key === "name" || /^\d+$/.test(key));
  if (unfit !== undefined) {
    throw wrong(
      "--cols",
      `Cannot use ${unfit} on columns as no field of a record may be called ` +
        "that: put it on --rows",
    );
  }
  const rowKeys = rows.length > 0
    ? rows.map((key) => ({ key, read: readerOf(key) }))
    : [
      // What differs between configurations, whatever records call theirs.
      ...differing.map((key) => ({ key, read: configReader(key) })),
      ...(cols.length > 0 ? fieldsThatDiffer(selected, cols) : [])
        .map((key) => ({ key, read: readerOf(key) })),
    ].filter(({ key }, index, all) =>
      !cols.includes(key) && all.findIndex((item) => item.key === key) === index
    );
  const keys = rowKeys.map(({ key }) => key);
  const isByMetric = rows.includes(METRIC_KEY);
  // Fields that tell rows apart need not tell columns apart as well.
  const onRows = rows.length > 0 || cols.length > 0 ? keys : [];
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
        rowKeys.map(({ key, read }) => [key, read(replicates, metadata)]),
      );
      const texts = Object.values(config).map((value) =>
        value === undefined ? null : formatValue(value)
      );
      const row = laid.getOrInsertComputed(JSON.stringify(texts), () => ({
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
      const column = columnOf(
        { replicates, metadata },
        { cols, onRows, isByMetric },
      );
      columns.add(column);
      const there = row.measured.get(column);
      const measured = { replicates, metadata };
      if (there && !isRepeated(there, measured)) {
        throw collision([there, measured], known, column);
      }
      if (there && repeatsOf(there) >= repeatsOf(measured)) continue;
      row.measured.set(column, measured);
    }
  }
  const fieldKeys = keys.filter((key) =>
    key !== METRIC_KEY &&
    selected.some((metadata) => metadata.field(key) !== undefined)
  );
  return {
    keys,
    columns: [...columns],
    rows: inOrder(spread([...laid.values()], fieldKeys), rows)
      .map(({ config, replicates, measured }) => ({
        config,
        replicates: [...replicates],
        measured,
      })),
  };
}

/** Whether the same was measured, but for how often. */
function isRepeated(a: Measured, b: Measured): boolean {
  const rest = ({ metadata: { name, fields } }: Measured) =>
    ResultMetadata.of({ ...fields, name, [REPEATS_FIELD]: 0 });
  return a.replicates === b.replicates && rest(a) === rest(b);
}

function repeatsOf({ metadata }: Measured): number {
  return Number(metadata.field(REPEATS_FIELD) ?? 0);
}

/** By keys that were named, in their order; else as the rows came. */
function inOrder(rows: readonly OpenRow[], keys: readonly string[]): OpenRow[] {
  const valueFor = ({ config }: OpenRow, key: string) => {
    const value = config[key];
    return typeof value === "number" || value === undefined
      ? value
      : formatValue(value);
  };
  return rows.toSorted((a, b) => {
    for (const key of keys) {
      const difference = order(valueFor(a, key), valueFor(b, key), 1);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** A row while values are still put into it. */
interface OpenRow {
  readonly config: Record<string, unknown>;
  readonly replicates: Set<Replicates>;
  readonly measured: Map<ResultMetadata, Measured>;
}

/**
 * A record that lacks a field by which others of its name are told apart holds
 * for all of them: a floor that knows no sampler stands beside every sampler.
 * Its own row goes where all that stands in it has found a place.
 */
function spread(
  rows: readonly OpenRow[],
  fieldKeys: readonly string[],
): OpenRow[] {
  return rows.filter((row) => {
    const lacking = fieldKeys.filter((key) => row.config[key] === undefined);
    if (lacking.length === 0 || row.measured.size === 0) return true;
    const takers = rows.filter((other) =>
      lacking.some((key) => other.config[key] !== undefined) &&
      Object.keys(row.config).every((key) =>
        row.config[key] === undefined
          ? lacking.includes(key) || other.config[key] === undefined
          : formatValue(other.config[key]) === formatValue(row.config[key])
      ) &&
      row.replicates.values().every((one) => other.replicates.has(one))
    );
    const left = row.measured.entries().filter(([column, measured]) => {
      const { name } = measured.metadata;
      const ofName = takers.filter((other) =>
        other.measured.values().some(({ metadata }) => metadata.name === name)
      );
      const free = ofName.filter((other) => !other.measured.has(column));
      for (const other of free) other.measured.set(column, measured);
      return free.length === 0;
    }).toArray();
    // What has found a place elsewhere need not stand here as well.
    if (left.length > 0) {
      for (const [column] of [...row.measured]) {
        if (!left.some(([other]) => other === column)) {
          row.measured.delete(column);
        }
      }
    }
    return left.length > 0;
  });
}

function checkKeys(
  keys: readonly string[],
  where: string,
  known: readonly string[],
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    throw wrong(where, unknownKey(key, known));
  }
}

/**
 * Says how often something was measured, as `n` does: of what was measured it
 * tells nothing, and keeps no two records apart.
 */
export const REPEATS_FIELD = "nRepeats";

/**
 * Finds the fields in which records of one name differ: those that have one are
 * told apart by it, those that lack it hold for all its values.
 *
 * @param selected What was measured.
 * @param cols The keys that tell columns apart.
 * @returns The names of the fields.
 */
export function fieldsThatDiffer(
  selected: readonly ResultMetadata[],
  cols: readonly string[],
): string[] {
  const fields = new Set(
    selected.flatMap(({ fields }) => Object.keys(fields)),
  );
  const byName = Map.groupBy(selected, ({ name }) => name);
  return [...fields].filter((field) =>
    field !== REPEATS_FIELD && !cols.includes(field) &&
    byName.values().some((same) => valuesOf(same, field).size > 1)
  );
}

/** The values that records have of a field, those that lack it apart. */
function valuesOf(
  records: readonly ResultMetadata[],
  field: string,
): Set<MetadataValue> {
  return new Set(records.flatMap((metadata) => metadata.field(field) ?? []));
}

/**
 * Finds fields in which cells of one row and name differ, though neither axis
 * tells it: what stands side by side there was measured in different ways.
 *
 * @param row The row.
 * @param axes The keys on either axis.
 * @returns Each field with its values.
 */
export function hiddenDifferences(
  { measured }: Pick<LaidRow, "measured">,
  { rows = [], cols = [] }: Axes,
): Map<string, readonly MetadataValue[]> {
  const shown = [...rows, ...cols, REPEATS_FIELD];
  const metadata = measured.values().map(({ metadata }) => metadata).toArray();
  const found = new Map<string, readonly MetadataValue[]>();
  for (const same of Map.groupBy(metadata, ({ name }) => name).values()) {
    const fields = new Set(same.flatMap(({ fields }) => Object.keys(fields)));
    for (const field of fields) {
      const values = valuesOf(same, field);
      if (values.size > 1 && !shown.includes(field)) {
        found.set(field, [...values].sort((a, b) => order(a, b, 1)));
      }
    }
  }
  return found;
}

/** How a key's value is read. */
type Reader = (
  replicates: Replicates,
  metadata: ResultMetadata | undefined,
) => unknown;

function configReader(key: string): Reader {
  return ({ example }) => rawValueOf(example, key);
}

/** Of a key that was named, fields go before keys of the configuration. */
function readerOf(key: string): Reader {
  if (key === METRIC_KEY) return (_, metadata) => metadata?.name;
  return ({ example }, metadata) =>
    metadata?.field(key) ?? rawValueOf(example, key);
}

function columnOf(
  { replicates, metadata }: Measured,
  { cols, onRows, isByMetric }: {
    readonly cols: readonly string[];
    readonly onRows: readonly string[];
    readonly isByMetric: boolean;
  },
): ResultMetadata {
  const name = isByMetric ? ANY_METRIC : metadata.name;
  const inColumns = cols.length > 0
    ? cols.filter((key) => key !== METRIC_KEY)
    : Object.keys(metadata.fields).filter((key) => !onRows.includes(key));
  const fields = inColumns.flatMap((key): [string, MetadataValue][] => {
    const value = readerOf(key)(replicates, metadata);
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
    formatValue(readerOf(key)(replicates, metadata));
  const differing = known.filter((key) =>
    valueFor(first, key) !== valueFor(second, key)
  );
  return wrong(
    "--rows",
    `Cannot put two values of ${column} into one cell as they differ in ` +
      `${differing.join(", ")}: add it to --rows, --cols or --nuisance, or ` +
      "take one with --where or --metric",
  );
}

function wrong(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }]);
}
