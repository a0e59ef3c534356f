/**
 * Comparisons as ratios to one of their columns.
 *
 * @module
 */

import { ConfigError, unknownKey } from "../../core/config/schema.ts";
import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import { matchesValue, parseConditions } from "../select.ts";
import {
  type MeanPair,
  pairOf,
  type Ratio,
  ratioOf,
} from "../statistics/ratio.ts";
import type { Cell, ComparisonRow } from "./comparison.ts";

/** To which column, and how sure of it. */
export interface RatioOptions {
  /** Conditions `key=value` that one column of each name meets. */
  readonly relativeTo: readonly string[];
  /** The confidence level of intervals in percent; 0 for none. */
  readonly ci: number;
}

/**
 * Makes every cell a ratio to the one of its row in the column of reference.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @param options To which column.
 * @returns The rows, where a cell without reference has no value.
 * @throws {ConfigError} If no column is the reference, or several are.
 */
export function ratiosTo(
  rows: readonly ComparisonRow[],
  columns: readonly ResultMetadata[],
  { relativeTo, ci }: RatioOptions,
): ComparisonRow[] {
  const references = new Map(
    columns.map((
      column,
    ) => [column, referenceFor(column, columns, relativeTo)]),
  );
  return rows.map((row) => ({
    ...row,
    cells: new Map(columns.flatMap((column): [ResultMetadata, Cell][] => {
      const cell = row.cells.get(column);
      const reference = row.cells.get(references.get(column)!);
      return cell && reference
        ? [[column, ratioCell(cell, reference, ci / 100)]]
        : [];
    })),
  }));
}

function referenceFor(
  { name }: ResultMetadata,
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): ResultMetadata {
  const refuse = (message: string): never => {
    throw new ConfigError([{ where: "--relative-to", message }]);
  };
  const conditions = parseConditions(relativeTo, "--relative-to");
  const keys = [...new Set(columns.flatMap((c) => Object.keys(c.fields)))];
  for (const { key } of conditions) {
    if (keys.length === 0) {
      refuse(
        `Cannot use --relative-to ${relativeTo} as no column has a key: put ` +
          `${key} there with --cols ${key}`,
      );
    }
    if (!keys.includes(key)) refuse(unknownKey(key, keys));
  }
  const found = columns.filter((column) =>
    column.name === name &&
    conditions.every(({ key, wanted }) =>
      matchesValue(column.fields[key], wanted)
    )
  );
  if (found.length === 1) return found[0]!;
  return refuse(
    `Cannot use --relative-to ${relativeTo.join(" ")} as ${
      found.length === 0 ? "no column" : "more than one column"
    } of ${name} is that: there are ${columns.join("; ")}`,
  );
}

function ratioCell(cell: Cell, reference: Cell, level: number): Cell {
  const { interval: _, ...rest } = cell;
  if (cell === reference) {
    const { mean, ...others } = cell.result;
    const one = Number.isFinite(mean) && mean !== 0 ? 1 : NaN;
    const result = new ScalarResult({ mean: one, error: NaN, n: others.n });
    return { ...rest, result };
  }
  const shared = [...cell.sample.keys()]
    .filter((key) => reference.sample.has(key));
  if (shared.length > 1) {
    // Over the same seeds the means move together, and only those are used.
    const valuesOf = ({ sample }: Cell) =>
      shared.map((key) => sample.get(key)!);
    const pair = pairOf(valuesOf(cell), valuesOf(reference));
    const only = <T>(all: ReadonlyMap<string, T>) =>
      new Map(shared.map((key) => [key, all.get(key)!]));
    return ratioResult(ratioOf(pair, level), shared.length, {
      ...rest,
      sample: only(cell.sample),
      runs: only(cell.runs),
    });
  }
  const [over, under] = [cell.result, reference.result];
  const n = Math.min(over.n, under.n);
  if (cell.kind !== reference.kind) {
    // An error within a run and one between seeds make no error together.
    return ratioResult({ mean: over.mean / under.mean, error: NaN }, n, rest);
  }
  const pair: MeanPair = {
    means: [over.mean, under.mean],
    variances: [over.error ** 2, under.error ** 2],
    covariance: 0,
    // The fewer degrees of freedom are the safe ones.
    df: Math.min(over.degreesOfFreedom, under.degreesOfFreedom),
  };
  return ratioResult(ratioOf(pair, level), n, rest);
}

function ratioResult(
  { mean, error, interval }: Ratio,
  n: number,
  cell: Omit<Cell, "result" | "interval">,
): Cell {
  const result = new ScalarResult({ mean, error, n });
  return { ...cell, result, ...(interval ? { interval } : {}) };
}
