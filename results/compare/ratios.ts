/**
 * Comparisons as ratios to one of their columns.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import { matchesValue, parseCondition } from "../database/select.ts";
import { estimateRatio, pairMeans } from "../statistics/ratio.ts";
import { withLevel } from "./cells.ts";
import type { Cell, Comparison } from "./comparison.ts";
import { summarizeList } from "./labels.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Finds the metrics that cannot be shown as ratios: those that have no column of
 * reference, or are centred on 0, where estimates may be negative.
 *
 * @param columns The columns.
 * @param relativeTo Conditions `key=value` that one column of each name meets.
 * @param metrics What experiments declare.
 * @returns Their names, and why.
 * @throws {OptionError} If no column is the reference, or several of one metric
 * are.
 */
export function findWithoutRatio(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
  metrics: Metrics,
): Map<string, string> {
  const references = findReferences(columns, relativeTo);
  const found = new Map<string, string>();
  for (const column of columns) {
    if (!references.has(column)) {
      found.set(column.name, `there is no column ${relativeTo.join(" ")}`);
    } else if (metrics.get(column.name)?.centredOnZero) {
      const reason =
        "the best value is 0 on average, and estimates may be negative";
      found.set(column.name, reason);
    }
  }
  return found;
}

/**
 * Makes every cell a ratio to the one of its row in the column of reference.
 *
 * @param comparison A comparison with `relativeTo` among its options.
 * @returns The same without the cells that have no reference.
 * @throws {OptionError} If no column is the reference, or several are.
 */
export function toRatios(comparison: Comparison): Comparison {
  const { rows, columns, options: { relativeTo = [], ci = 0 } } = comparison;
  const references = findReferences(
    columns.map(({ metadata }) => metadata),
    relativeTo,
  );
  return {
    ...comparison,
    rows: rows.map((row) => ({
      ...row,
      cells: new Map(
        row.cells.entries().flatMap(([column, cell]) => {
          const reference = row.cells.get(references.get(column)!);
          if (!reference) return [];
          return [[column, withLevel(divide(cell, reference, ci / 100), ci)]];
        }),
      ),
    })),
  };
}

/** The column of reference of each column that has one. */
function findReferences(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): Map<ResultMetadata, ResultMetadata> {
  const conditions = relativeTo.map((text) =>
    parseCondition(text, "relativeTo")
  );
  const keys = [...new Set(columns.flatMap((c) => Object.keys(c.fields)))];
  const refuse = (reason: string): never => {
    throw new OptionError("relativeTo", reason);
  };
  const name = `\`relativeTo\` ${relativeTo.join(" ")}`;
  for (const { key } of conditions) {
    if (keys.length === 0) {
      refuse(`Cannot use ${name}: no column has a key: add ${key} to \`cols\``);
    }
    if (!keys.includes(key)) refuse(unknownKey(key, keys));
  }
  const matching = Map.groupBy(
    columns.filter((column) =>
      conditions.every(({ key, wanted }) =>
        matchesValue(column.field(key), wanted)
      )
    ),
    (column) => column.name,
  );
  const list = (some: readonly ResultMetadata[]) =>
    summarizeList(some.map(String));
  for (const [metric, found] of matching) {
    if (found.length === 1) continue;
    const what = `more than one column of ${metric} matches`;
    refuse(`Cannot use ${name}: ${what}: there are ${list(found)}`);
  }
  if (matching.size === 0) {
    refuse(`Cannot use ${name}: no column matches: there are ${list(columns)}`);
  }
  return new Map(
    columns.flatMap((column) =>
      (matching.get(column.name) ?? []).map((found) => [column, found])
    ),
  );
}

/** A cell of which it is not yet said how it is shown. */
type CellWithoutLevel = Parameters<typeof withLevel>[0];

function divide(cell: Cell, reference: Cell, level: number): CellWithoutLevel {
  const shared = [...cell.sample.keys()]
    .filter((key) => reference.sample.has(key));
  if (cell !== reference && shared.length > 1) {
    // Over shared seeds the means are correlated: only those seeds are used.
    const pick = <T>(all: ReadonlyMap<string, T>) =>
      new Map(shared.map((key) => [key, all.get(key)!]));
    const sample = pick(cell.sample);
    const references = [...pick(reference.sample).values()];
    const pair = pairMeans([...sample.values()], references);
    const { interval, ...ratio } = estimateRatio(pair, level);
    const result = new ScalarResult({ ...ratio, n: shared.length });
    return { ...cell, sample, runs: pick(cell.runs), result, interval };
  }
  const [over, under] = [cell.result, reference.result];
  // A within-run and a between-seed error cannot be combined.
  const isCombined = cell !== reference && cell.kind === reference.kind;
  const { interval, ...ratio } = estimateRatio({
    means: [over.mean, under.mean],
    errors: isCombined ? [over.error, under.error] : [NaN, NaN],
    correlation: 0,
    // The smaller number of degrees of freedom is the safe one.
    df: Math.min(over.degreesOfFreedom, under.degreesOfFreedom),
  }, level);
  const n = Math.min(over.n, under.n);
  return { ...cell, result: new ScalarResult({ ...ratio, n }), interval };
}
