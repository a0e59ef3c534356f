/**
 * Tables of numbers: read from CSV files, split, standardised, and iterated in
 * batches.
 *
 * @module
 */

import { CsvError, parse } from "csv-parse/sync";
import { MAX_BYTES } from "../store/limits.ts";
import { readText } from "../store/read_text.ts";
import { preview } from "../utils/json.ts";
import { Meter } from "../utils/meters.ts";
import type { RandomStream } from "../utils/random.ts";

/** A table of numbers, row after row. */
export interface Table {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** How many rows there are. */
  readonly nRows: number;
  /** The values, shape [nRows, columns.length], row after row. */
  readonly values: Float64Array;
}

/** Some rows of a table. */
export interface Batch {
  /** How many rows there are. */
  readonly nRows: number;
  /** The values, shape [nRows, number of columns], row after row. */
  readonly values: Float32Array;
}

/**
 * Reads a table from a CSV file: numbers separated by commas, after an optional
 * first line of column names. Empty lines and lines that begin with `#` are
 * skipped.
 *
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If the file is empty, a line has another number of
 * fields than the first, or a field is not a number; the message names the line.
 * @throws {RangeError} If it is not a file, too large, or has too many columns.
 */
export function readTable(path: string): Table {
  return parseTable(readText(path, MAX_BYTES.table), path);
}

/**
 * Reads a table from the text of a CSV file, as {@linkcode readTable} does.
 *
 * @param path What to call the file in errors.
 * @throws {SyntaxError} If it is not a table of numbers; the message names the
 * line.
 * @throws {RangeError} If it has too many columns.
 */
export function parseTable(text: string, path: string): Table {
  let columns: readonly string[] = [];
  // A number takes two characters at least, the comma or line end included.
  const values = new Float64Array(text.length / 2 + 1);
  let length = 0;
  const addRow = (fields: readonly string[], line: number) => {
    const place = `${path}:${line}`;
    if (columns.length === 0) {
      const names = fields.filter((field) => !isNumber(field));
      columns = nameColumns(fields, names, place);
      if (names.length > 0) return;
    }
    if (fields.length !== columns.length) {
      throw new SyntaxError(
        `Cannot read ${place}: it must have ${columns.length} fields like the ` +
          `first line, and has ${fields.length}`,
      );
    }
    fields.forEach((field, column) => {
      if (!isNumber(field)) {
        throw new SyntaxError(
          `Cannot read ${place}: ${columns[column]} must be a number: ` +
            `current value is ${preview(field)}` +
            (/[;\t]/.test(field) ? "; fields are separated by commas" : ""),
        );
      }
      values[length++] = Number(field);
    });
  };
  try {
    parse(text, {
      bom: true,
      comment: "#",
      comment_no_infix: true,
      max_record_size: MAX_BYTES.tableRow,
      // Only numbers are kept: texts would take twenty times the memory.
      on_record(fields: string[], { lines }) {
        addRow(fields, lines);
        return null;
      },
      relax_column_count: true, // For an error of our own.
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new SyntaxError(`Cannot read ${path} as CSV: ${error.message}`);
  }
  if (length === 0) {
    throw new SyntaxError(
      `Cannot read ${path}: it has ${
        columns.length > 0 ? "column names and " : ""
      }no rows of numbers`,
    );
  }
  const nRows = length / columns.length;
  return { columns, nRows, values: values.slice(0, length) };
}

/** The largest number of columns. */
const MAX_COLUMNS = 4096;

/** Names the columns by the first line, or by their numbers. */
function nameColumns(
  fields: readonly string[],
  names: readonly string[],
  place: string,
): readonly string[] {
  if (fields.length > MAX_COLUMNS) {
    throw new RangeError(
      `Cannot read ${place}: a table must have at most ${MAX_COLUMNS} ` +
        `columns, and this one has ${fields.length}`,
    );
  }
  if (names.length > 0 && names.length < fields.length) {
    throw new SyntaxError(
      `Cannot read ${place}: the first line must be all names or all ` +
        `numbers, and one field is ${preview(names[0])}`,
    );
  }
  return names.length > 0
    ? names
    : fields.map((_, index) => `column ${index + 1}`);
}

function isNumber(field: string): boolean {
  return field !== "" && Number.isFinite(Number(field));
}

/** Makes a table of the rows with these indices, in this order. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const nColumns = table.columns.length;
  const values = new Float64Array(rows.length * nColumns);
  let length = 0;
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * nColumns;
    for (let j = 0; j < nColumns; j++) {
      values[length++] = table.values[start + j]!;
    }
  }
  return { columns: table.columns, nRows: rows.length, values };
}

/** The two parts of a table. */
export interface Split {
  /** What is trained on. */
  readonly train: Table;
  /** What is held out, to be measured on. */
  readonly heldOut: Table;
}

/** The share of a table's rows that is held out. */
const HELD_OUT_SHARE = 0.2;
const MIN_ROWS = 5;

/**
 * Holds out a random fifth of a table's rows.
 *
 * @throws {RangeError} If the table has fewer than five rows.
 */
export function splitTable(table: Table, random: RandomStream): Split {
  if (table.nRows < MIN_ROWS) {
    throw new RangeError(
      `Cannot hold out rows: a table must have at least ${MIN_ROWS} rows, and ` +
        `this one has ${table.nRows}`,
    );
  }
  const order = random.permutation(table.nRows);
  const nHeldOut = Math.round(table.nRows * HELD_OUT_SHARE);
  return {
    heldOut: takeRows(table, order.subarray(0, nHeldOut)),
    train: takeRows(table, order.subarray(nHeldOut)),
  };
}

/** How a table was standardised, column by column. */
export interface Scaling {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The means, in the units of the data. */
  readonly means: readonly number[];
  /** The standard deviations, in the units of the data. */
  readonly deviations: readonly number[];
}

/**
 * Finds the scaling that gives each column mean 0 and variance 1.
 *
 * @param table The table, of which the sample variance is taken.
 * @throws {RangeError} If a column has the same value in every row, or values
 * whose squares no double can hold.
 */
export function computeScaling(table: Table): Scaling {
  const { columns, nRows, values } = table;
  const meter = new Meter();
  const deviations = columns.map((name, column) => {
    const own = values.filter((_, i) => i % columns.length === column);
    meter.update({ [column]: own });
    const deviation = meter.error(`${column}`) * Math.sqrt(nRows);
    // Compared as they are: rounding gives equal values a tiny deviation.
    const isConstant = own.every((value) => value === own[0]);
    if (!isConstant && deviation > 0 && deviation < Infinity) return deviation;
    const rule = isConstant
      ? `its values must differ, and all ${nRows} are ${own[0]}`
      : "its variance must be a finite number above 0; the first value is " +
        own[0];
    throw new RangeError(`Cannot standardise ${name}: ${rule}`);
  });
  const means = columns.map((_, column) => meter.mean(`${column}`));
  return { columns, means, deviations };
}

/**
 * Standardises a table.
 *
 * @param table The table, in the units of the data.
 * @param scaling The scaling, of this or another table with the same columns.
 */
export function standardise(table: Table, scaling: Scaling): Table {
  const nColumns = table.columns.length;
  const values = table.values.map((value, index) => {
    const column = index % nColumns;
    return (value - scaling.means[column]!) / scaling.deviations[column]!;
  });
  return { ...table, values };
}

/** How {@linkcode batches} iterates. */
export interface BatchOptions {
  /** How many rows a batch has; the last one may have fewer. */
  readonly batchSize: number;
  /** Draws the order; without it, the order is the table's. */
  readonly order?: RandomStream;
}

/** Iterates over a table once, every row in exactly one batch. */
export function* batches(
  table: Table,
  options: BatchOptions,
): Generator<Batch> {
  const { batchSize, order } = options;
  const rows = order?.permutation(table.nRows) ??
    Uint32Array.from({ length: table.nRows }, (_, row) => row);
  for (let start = 0; start < table.nRows; start += batchSize) {
    const part = takeRows(table, rows.subarray(start, start + batchSize));
    yield { nRows: part.nRows, values: new Float32Array(part.values) };
  }
}
