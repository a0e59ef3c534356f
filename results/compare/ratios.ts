/**
 * Comparisons as ratios to one of their columns.
 *
 * @module
 */

import { ConfigError, unknownKey } from "../../core/config/schema.ts";
import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import {
  type Condition,
  matchesValue,
  parseConditions,
} from "../database/select.ts";
import {
  type MeanPair,
  pairOf,
  type Ratio,
  ratioOf,
} from "../statistics/ratio.ts";
import { type Cell, type ComparisonRow, someOf } from "./comparison.ts";
import { hasRatios } from "./direction.ts";

/** To which column, and how sure of it. */
export interface RatioOptions {
  /** Conditions `key=value` that one column of each name meets. */
  readonly relativeTo: readonly string[];
  /** The confidence level of intervals in percent; 0 for none. */
  readonly ci: number;
}

/** Which measures can be ratios. */
export interface RatioNames {
  /** Those that have a column of reference. */
  readonly names: ReadonlySet<string>;
  /** What is left out, and why: a sentence for each reason. */
  readonly left: readonly string[];
}

/**
 * Says of which measures there can be ratios: those that have the column of
 * reference, and are not estimates around 0, which may be negative.
 *
 * @param columns The columns.
 * @param relativeTo Conditions `key=value` that one column of each name meets.
 * @returns Their names.
 * @throws {ConfigError} If no column at all is the reference, or several of one
 * measure are.
 */
export function ratioNames(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): RatioNames {
  const references = referencesOf(columns, relativeTo);
  const all = [...new Set(columns.map(({ name }) => name))];
  const lacking = all.filter((name) =>
    !references.keys().some((column) => column.name === name)
  );
  const centred = all.filter((name) =>
    !hasRatios(name) && !lacking.includes(name)
  );
  const left = [
    ...(centred.length > 0
      ? [
        `No ratios of ${centred.join(", ")}, which may be negative: the ` +
        "best there is are 0 on average",
      ]
      : []),
    ...(lacking.length > 0
      ? [
        `No ratios of ${lacking.join(", ")}: without a column ${
          relativeTo.join(" ")
        }`,
      ]
      : []),
  ];
  const dropped = [...lacking, ...centred];
  const names = new Set(all.filter((name) => !dropped.includes(name)));
  return { names, left };
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
  const references = referencesOf(columns, relativeTo);
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

/** The column of reference of each column that has one. */
function referencesOf(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): Map<ResultMetadata, ResultMetadata> {
  const conditions = conditionsOf(columns, relativeTo);
  const references = new Map<ResultMetadata, ResultMetadata>();
  for (const column of columns) {
    const found = columns.filter((other) =>
      other.name === column.name &&
      conditions.every(({ key, wanted }) =>
        matchesValue(other.field(key), wanted)
      )
    );
    if (found.length > 1) {
      throw unclear(
        relativeTo,
        `more than one column of ${column.name}`,
        found,
      );
    }
    if (found.length === 1) references.set(column, found[0]!);
  }
  if (references.size === 0) throw unclear(relativeTo, "no column", columns);
  return references;
}

function conditionsOf(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): Condition[] {
  const conditions = parseConditions(relativeTo, "--relative-to");
  const keys = [...new Set(columns.flatMap((c) => Object.keys(c.fields)))];
  for (const { key } of conditions) {
    if (keys.length === 0) {
      throw refusal(
        `Cannot use --relative-to ${relativeTo} as no column has a key: put ` +
          `${key} there with --cols ${key}`,
      );
    }
    if (!keys.includes(key)) throw refusal(unknownKey(key, keys));
  }
  return conditions;
}

function unclear(
  relativeTo: readonly string[],
  found: string,
  columns: readonly ResultMetadata[],
): ConfigError {
  return refusal(
    `Cannot use --relative-to ${relativeTo.join(" ")} as ${found} is that: ` +
      `there are ${someOf(columns.map(String))}`,
  );
}

function refusal(message: string): ConfigError {
  return new ConfigError([{ where: "--relative-to", message }]);
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
