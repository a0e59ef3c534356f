/**
 * Comparisons as ratios to one of their columns.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import { type ResultMetadata, ScalarResult } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import { matchesValue, parseConditions } from "../database/select.ts";
import { estimateRatio, pairMeans, type Ratio } from "../statistics/ratio.ts";
import { withText } from "./cells.ts";
import type { Cell, ComparisonRow } from "./comparison.ts";
import { summarizeList } from "./labels.ts";
import type { Metrics } from "./metrics.ts";

/** Which metrics can be shown as ratios. */
export interface RatioNames {
  /** The names of those that have a column of reference. */
  readonly names: ReadonlySet<string>;
  /** What is left out, and why: a sentence for each reason. */
  readonly warnings: readonly string[];
}

/**
 * Finds the metrics that can be shown as ratios: those that have a column of
 * reference, and are not centred on 0, where estimates may be negative.
 *
 * @param columns The columns.
 * @param relativeTo Conditions `key=value` that one column of each name meets.
 * @param metrics What experiments declare.
 * @returns Their names.
 * @throws {OptionError} If no column is the reference, or several of one metric
 * are.
 */
export function findRatios(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
  metrics: Metrics,
): RatioNames {
  const references = findReferences(columns, relativeTo);
  const all = new Set(columns.map(({ name }) => name));
  const referred = new Set(references.keys().map(({ name }) => name));
  const lacking = all.difference(referred);
  const centred = [...referred].filter((name) =>
    metrics.get(name)?.centredOnZero
  );
  return {
    names: referred.difference(new Set(centred)),
    warnings: [
      ...(centred.length > 0
        ? [
          `No ratios of ${centred.join(", ")}: the best value is 0 on ` +
          "average, and estimates may be negative",
        ]
        : []),
      ...(lacking.size > 0
        ? [
          `No ratios of ${[...lacking].join(", ")}: there is no column ${
            relativeTo.join(" ")
          }`,
        ]
        : []),
    ],
  };
}

/**
 * Makes every cell a ratio to the one of its row in the column of reference.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @param relativeTo Conditions `key=value` that one column of each name meets.
 * @param ci The confidence level of intervals in percent; 0 for none.
 * @returns The rows, where a cell without reference has no value.
 * @throws {OptionError} If no column is the reference, or several are.
 */
export function toRatios(
  rows: readonly ComparisonRow[],
  columns: readonly ResultMetadata[],
  { relativeTo, ci }: {
    readonly relativeTo: readonly string[];
    readonly ci: number;
  },
): ComparisonRow[] {
  const references = findReferences(columns, relativeTo);
  return rows.map((row) => ({
    ...row,
    cells: new Map(
      row.cells.entries().flatMap(([column, cell]) => {
        const reference = row.cells.get(references.get(column)!);
        if (!reference) return [];
        return [[column, withText(divide(cell, reference, ci / 100), ci)]];
      }),
    ),
  }));
}

/** The column of reference of each column that has one. */
function findReferences(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): Map<ResultMetadata, ResultMetadata> {
  const conditions = parseConditions(relativeTo, "relativeTo");
  const keys = [...new Set(columns.flatMap((c) => Object.keys(c.fields)))];
  for (const { key } of conditions) {
    if (keys.length === 0) {
      throw refusal(
        `Cannot use \`relativeTo\` ${relativeTo} as no column has a key: add ` +
          `${key} to \`cols\``,
      );
    }
    if (!keys.includes(key)) throw refusal(unknownKey(key, keys));
  }
  const references = new Map<ResultMetadata, ResultMetadata>();
  for (const column of columns) {
    const found = columns.filter((other) =>
      other.name === column.name &&
      conditions.every(({ key, wanted }) =>
        matchesValue(other.field(key), wanted)
      )
    );
    if (found.length > 1) {
      const what = `more than one column of ${column.name}`;
      throw unclear(relativeTo, what, found);
    }
    if (found.length === 1) references.set(column, found[0]!);
  }
  if (references.size === 0) throw unclear(relativeTo, "no column", columns);
  return references;
}

function unclear(
  relativeTo: readonly string[],
  found: string,
  columns: readonly ResultMetadata[],
): OptionError {
  return refusal(
    `Cannot use \`relativeTo\` ${relativeTo.join(" ")} as ${found} matches: ` +
      `there are ${summarizeList(columns.map(String))}`,
  );
}

function refusal(message: string): OptionError {
  return new OptionError("relativeTo", message);
}

/** A cell whose text is not yet that of the ratio. */
type CellWithoutText = Parameters<typeof withText>[0];

function divide(cell: Cell, reference: Cell, level: number): CellWithoutText {
  const { interval: _, ...rest } = cell;
  const setRatio = (
    { mean, error, interval }: Ratio,
    n: number,
    others: Partial<Cell> = {},
  ) => ({
    ...rest,
    ...others,
    result: new ScalarResult({ mean, error, n }),
    ...(interval ? { interval } : {}),
  });
  const [over, under] = [cell.result, reference.result];
  if (cell === reference) {
    const isDefined = Number.isFinite(over.mean) && over.mean !== 0;
    return setRatio({ mean: isDefined ? 1 : NaN, error: NaN }, over.n);
  }
  const shared = [...cell.sample.keys()]
    .filter((key) => reference.sample.has(key));
  if (shared.length > 1) {
    // Over the same seeds the means move together, and only those are used.
    const pick = <T>(all: ReadonlyMap<string, T>) =>
      new Map(shared.map((key) => [key, all.get(key)!]));
    const sample = pick(cell.sample);
    const pair = pairMeans(
      [...sample.values()],
      [...pick(reference.sample).values()],
    );
    return setRatio(estimateRatio(pair, level), shared.length, {
      sample,
      runs: pick(cell.runs),
    });
  }
  const n = Math.min(over.n, under.n);
  if (cell.kind !== reference.kind) {
    // An error within a run and one between seeds cannot be combined.
    return setRatio({ mean: over.mean / under.mean, error: NaN }, n);
  }
  const ratio = estimateRatio({
    means: [over.mean, under.mean],
    variances: [over.error ** 2, under.error ** 2],
    covariance: 0,
    // The fewer degrees of freedom are the safe ones.
    df: Math.min(over.degreesOfFreedom, under.degreesOfFreedom),
  }, level);
  return setRatio(ratio, n);
}
