/**
 * Arranges values in rows and columns, by keys of the configuration and fields
 * of the metadata on either axis.
 *
 * @module
 */

import { formatValue, unknownKey } from "../../core/config/schema.ts";
import {
  type MetadataValue,
  ResultMetadata,
} from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import {
  findDifferingKeys,
  listKeys,
  orderBy,
  readKey,
} from "../database/select.ts";
import type { Replicates } from "./replicates.ts";

/** The axis key for the name of what was measured. */
export const METRIC_KEY = "metric";

/** The key in which rows that are compared are always the same. */
const DATASET_KEY = "dataset";

/** The name of columns whose rows name what was measured. */
const ANY_METRIC = "value";

/** What replicates have measured: the content of one cell. */
export interface Measured {
  /** The replicates. */
  readonly replicates: Replicates;
  /** What they measured. */
  readonly metadata: ResultMetadata;
}

/** The keys that are wanted on either axis. */
export interface Axes {
  /** Keys whose values distinguish rows; by default all that differ. */
  readonly rows?: readonly string[];
  /** Keys whose values distinguish columns; by default what was measured. */
  readonly cols?: readonly string[];
}

/** How values are arranged. */
export interface PivotOptions extends Axes {
  /** Keys in which replicates may differ, and which distinguish no rows. */
  readonly nuisance: readonly string[];
  /** Fields that count repetitions, and distinguish no records. */
  readonly repeats: ReadonlySet<string>;
}

/** A row of values, to which further ones are added. */
export interface PivotRow {
  /** The row's values of the row keys; undefined where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The replicates in the row. */
  readonly replicates: Set<Replicates>;
  /** What was measured, by column. */
  readonly measured: Map<ResultMetadata, Measured>;
}

/** Values by rows and columns. */
export interface Pivot {
  /** The keys that distinguish rows. */
  readonly keys: readonly string[];
  /** Those of the keys in which rows that are compared are the same. */
  readonly groupKeys: readonly string[];
  /** The columns: a name, and the values of the column keys. */
  readonly columns: readonly ResultMetadata[];
  /** The rows, in the order in which they came. */
  readonly rows: readonly PivotRow[];
}

/** A key on an axis. */
interface AxisKey {
  readonly key: string;
  /** Whether fields of records are looked at before the configuration. */
  readonly isField: boolean;
}

/**
 * Arranges replicates by what they measured.
 *
 * @param groups The replicates.
 * @param selected What was measured and is wanted.
 * @param options The keys on either axis.
 * @returns Rows and columns, with at most one value in each cell.
 * @throws {OptionError} If a key is unknown, or two values would stand in the
 * same cell.
 */
export function pivot(
  groups: readonly Replicates[],
  selected: readonly ResultMetadata[],
  options: PivotOptions,
): Pivot {
  const { rows = [], cols = [], repeats } = options;
  const known = [
    METRIC_KEY,
    ...new Set([
      ...selected.flatMap(({ fields }) => Object.keys(fields)),
      ...listKeys(groups.map(({ example }) => example)),
    ]),
  ];
  checkAxes({ rows, cols }, known);
  const rowKeys = chooseRowKeys(groups, selected, options);
  const keys = rowKeys.map(({ key }) => key);
  const merged = [...repeats].filter((key) =>
    ![...rows, ...cols].includes(key)
  );
  const placed = new Map<string, PivotRow>();
  const hasFields = rowKeys.some(({ isField }) => isField);
  const findRow = (replicates: Replicates, metadata?: ResultMetadata) => {
    const config = Object.fromEntries(
      rowKeys.map((axis) => [axis.key, readAxis(axis, replicates, metadata)]),
    );
    return placed.getOrInsertComputed(identifyRow(config), () => ({
      config,
      replicates: new Set<Replicates>(),
      measured: new Map<ResultMetadata, Measured>(),
    }));
  };
  const columns = new Set<ResultMetadata>();
  const findColumn = (here: Measured) => {
    const { metadata } = here;
    if (rows.length + cols.length === 0) return metadata;
    const fields = cols.length > 0
      ? cols.filter((key) => key !== METRIC_KEY)
      // Fields that distinguish rows need not distinguish columns too.
      : Object.keys(metadata.fields).filter((key) => !keys.includes(key));
    const name = rows.includes(METRIC_KEY) ? ANY_METRIC : metadata.name;
    return makeColumn(name, fields, here);
  };
  for (const replicates of groups) {
    const lists = new Set(
      replicates.runs.values().map(({ records }) => records.metadata),
    );
    const all = new Set([...lists].flat());
    const measured = selected.filter((metadata) => all.has(metadata));
    const metadatas = cols.length > 0
      ? dropRepeated(measured, merged)
      : measured;
    let row: PivotRow | undefined;
    // A row without records is shown as well.
    for (const metadata of metadatas.length > 0 ? metadatas : [undefined]) {
      if (!row || hasFields) row = findRow(replicates, metadata);
      row.replicates.add(replicates);
      if (!metadata) continue;
      const here = { replicates, metadata };
      const column = findColumn(here);
      columns.add(column);
      const there = row.measured.get(column);
      if (there) throw collision([there, here], known, column);
      row.measured.set(column, here);
    }
  }
  const fieldKeys = rowKeys.filter(({ key, isField }) =>
    isField && key !== METRIC_KEY &&
    selected.some((metadata) => metadata.field(key) !== undefined)
  ).map(({ key }) => key);
  return {
    keys,
    groupKeys: keys.filter((key) =>
      key === DATASET_KEY || fieldKeys.includes(key)
    ),
    columns: [...columns],
    // Sorted by the keys that were named; else in the order of the runs.
    rows: spreadRows([...placed.values()], fieldKeys).toSorted(
      orderBy(rows.map((key) => ({ config }: PivotRow) => config[key])),
    ),
  };
}

function identifyRow(config: PivotRow["config"]): string {
  return JSON.stringify(
    Object.values(config).map((value) =>
      value === undefined ? null : formatValue(value)
    ),
  );
}

function checkAxes(
  { rows, cols }: Required<Axes>,
  known: readonly string[],
): void {
  const refuse = (option: string, message: string): never => {
    throw new OptionError(option, message);
  };
  for (const [option, keys] of Object.entries({ rows, cols })) {
    const unknown = keys.find((key) => !known.includes(key));
    if (unknown !== undefined) refuse(option, unknownKey(unknown, known));
  }
  for (const key of cols) {
    const what = `Cannot use ${key} on`;
    if (rows.includes(key)) {
      refuse("cols", `${what} both axes: leave it out of one`);
    }
    if (key === "name" || /^\d+$/.test(key)) {
      const reason = "no field of a record may have that name";
      refuse("cols", `${what} columns: ${reason}: put it on \`rows\``);
    }
  }
}

/** The keys that were asked for, or all in which something differs. */
function chooseRowKeys(
  groups: readonly Replicates[],
  selected: readonly ResultMetadata[],
  { rows = [], cols = [], nuisance, repeats }: PivotOptions,
): AxisKey[] {
  if (rows.length > 0) return rows.map((key) => ({ key, isField: true }));
  const differing = findDifferingKeys(groups.map(({ example }) => example))
    .filter((key) => !nuisance.includes(key));
  const fields = cols.length > 0
    ? [...findDifferences(selected, repeats).keys()]
    : [];
  return [
    // A key of a configuration, even if a field has the same name.
    ...differing.map((key) => ({ key, isField: false })),
    ...fields.filter((key) => !differing.includes(key))
      .map((key) => ({ key, isField: true })),
  ].filter(({ key }) => !cols.includes(key));
}

function readAxis(
  { key, isField }: AxisKey,
  { example }: Replicates,
  metadata?: ResultMetadata,
): unknown {
  if (!isField) return readKey(example, key);
  return key === METRIC_KEY
    ? metadata?.name
    : metadata?.field(key) ?? readKey(example, key);
}

function makeColumn(
  name: string,
  keys: readonly string[],
  { replicates, metadata }: Measured,
): ResultMetadata {
  const fields = keys.flatMap((key): [string, MetadataValue][] => {
    const value = readAxis({ key, isField: true }, replicates, metadata);
    if (value === undefined) return [];
    const isPlain = typeof value === "boolean" || Number.isFinite(value);
    return [[key, isPlain ? value as MetadataValue : formatValue(value)]];
  });
  return ResultMetadata.of({ ...Object.fromEntries(fields), name });
}

/** Of records that differ in repetitions alone, the ones with the most. */
function dropRepeated(
  selected: readonly ResultMetadata[],
  repeats: readonly string[],
): ResultMetadata[] {
  const isOther = ([key]: [string, MetadataValue]) => !repeats.includes(key);
  const same = Map.groupBy(selected, ({ name, fields }) => {
    const others = Object.entries(fields).filter(isOther);
    return ResultMetadata.of({ ...Object.fromEntries(others), name });
  });
  const byRepeats = orderBy<ResultMetadata>(
    repeats.map((key) => (metadata) => metadata.field(key)),
    -1,
  );
  return Array.from(same.values(), (group) => group.sort(byRepeats)[0]!);
}

/**
 * Puts a record that lacks a field, in which others of its name differ, into the
 * rows of all of them: a floor without a sampler is shown for every sampler. Its
 * own row is dropped if all its records have another place.
 */
function spreadRows(
  rows: readonly PivotRow[],
  fieldKeys: readonly string[],
): PivotRow[] {
  return rows.filter((row) => {
    const lacking = fieldKeys.filter((key) => row.config[key] === undefined);
    if (lacking.length === 0 || row.measured.size === 0) return true;
    const takers = rows.filter((other) =>
      lacking.some((key) => other.config[key] !== undefined) &&
      Object.entries(row.config).every(([key, value]) =>
        value === undefined
          ? lacking.includes(key) || other.config[key] === undefined
          : formatValue(other.config[key]) === formatValue(value)
      ) &&
      row.replicates.isSubsetOf(other.replicates)
    );
    const moved = row.measured.entries().filter(([column, measured]) => {
      const { name } = measured.metadata;
      const free = takers.filter((other) =>
        !other.measured.has(column) &&
        other.measured.values().some(({ metadata }) => metadata.name === name)
      );
      for (const other of free) other.measured.set(column, measured);
      return free.length > 0;
    }).toArray();
    if (moved.length === row.measured.size) return false;
    for (const [column] of moved) row.measured.delete(column);
    return true;
  });
}

/**
 * Finds the fields in which records of one name differ. A record without a
 * field holds for all its values.
 *
 * @param selected What was measured.
 * @param repeats Fields that count repetitions, and do not count as different.
 * @returns The values of each such field, in their order.
 */
export function findDifferences(
  selected: Iterable<ResultMetadata>,
  repeats: ReadonlySet<string>,
): Map<string, readonly MetadataValue[]> {
  const found = new Map<string, readonly MetadataValue[]>();
  for (const same of Map.groupBy(selected, ({ name }) => name).values()) {
    for (const field of new Set(same.flatMap((m) => Object.keys(m.fields)))) {
      const values = new Set(same.flatMap((m) => m.field(field) ?? []));
      if (values.size > 1 && !repeats.has(field)) {
        found.set(field, [...values].sort(orderBy([(value) => value])));
      }
    }
  }
  return found;
}

function collision(
  [first, second]: readonly [Measured, Measured],
  known: readonly string[],
  column: ResultMetadata,
): OptionError {
  const differing = known.filter((key) => {
    const [a, b] = [first, second].map(({ replicates, metadata }) =>
      formatValue(readAxis({ key, isField: true }, replicates, metadata))
    );
    return a !== b;
  });
  return new OptionError(
    "rows",
    `Cannot put two values of ${column} into one cell: they differ in ` +
      `${differing.join(", ")}: put one of these keys on an axis, add it to ` +
      "`nuisance`, or choose with `where`",
  );
}
