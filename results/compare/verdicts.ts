/**
 * The verdicts of a comparison: rows against a baseline, and the best of a
 * column.
 *
 * @module
 */

import { ALPHA, LEVEL, MIN_COUNT } from "../statistics/estimate.ts";
import type {
  Cell,
  CellVerdict,
  Column,
  CompareOptions,
  Comparison,
  ComparisonRow,
  Unranked,
  VerdictMethod,
} from "./comparison.ts";
import { METRIC_KEY } from "./pivot.ts";

/** Rows beyond this number are not ranked: there are too many pairs to test. */
export const MAX_RANKED = 100;

/** Distributions take long to load: they are loaded if there is a verdict. */
type Statistics = typeof import("../statistics/verdicts.ts");

/** A cell of a column, and its row. */
interface Entry {
  readonly row: ComparisonRow;
  readonly cell: Cell;
}

/** A column with verdicts. */
interface TestedColumn extends Column {
  readonly method: VerdictMethod;
  /** Its cells, in groups that can be compared with each other. */
  readonly groups: readonly (readonly Entry[])[];
}

/** Verdicts, and the cells to which they are added. */
type Additions = [cell: Cell, verdict: Partial<Cell>][];

/**
 * Adds verdicts to the cells of a comparison. There are none on other aggregates
 * than means, nor where the rows of a column measure different things.
 *
 * @param comparison The comparison.
 * @returns The same with verdicts, and in its columns how they are reached, or
 * why their rows are not ranked.
 */
export async function addVerdicts(comparison: Comparison): Promise<Comparison> {
  const { rows, baseline, options } = comparison;
  const { aggregate = "mean", withOutlook = true } = options;
  if (aggregate !== "mean" || options.rows?.includes(METRIC_KEY)) {
    return comparison;
  }
  const tested = comparison.columns.map((column): TestedColumn => {
    const groups = groupEntries(column, comparison);
    const unranked = findReason(column, groups, rows.length);
    return { ...column, unranked, groups, method: chooseMethod(options) };
  });
  const columns = tested.map(({ groups: _, ...column }) => column);
  if (!baseline && columns.every(({ unranked }) => unranked)) {
    return { ...comparison, columns };
  }
  const statistics: Statistics = {
    ...await import("../statistics/verdicts.ts"),
    ...(withOutlook ? {} : { findOutlook: () => undefined }),
  };
  const found = new Map<Cell, Partial<Cell>>();
  for (const column of tested) {
    const additions = [
      ...(baseline ? compareWith(rows[baseline.row]!, column, statistics) : []),
      ...(column.unranked ? [] : rankCells(column, statistics)),
    ];
    for (const [cell, verdict] of additions) {
      found.set(cell, { ...found.get(cell), ...verdict });
    }
  }
  return {
    ...comparison,
    columns,
    rows: rows.map((row) => ({
      ...row,
      cells: new Map(
        row.cells.entries().map(([column, cell]) => [
          column,
          { ...cell, ...found.get(cell) },
        ]),
      ),
    })),
  };
}

/** Chooses how the verdicts of a column are reached. */
function chooseMethod(
  { test = "t", alpha = ALPHA, ci }: CompareOptions,
): VerdictMethod {
  return { test, alpha, level: ci ? ci / 100 : LEVEL };
}

/** Groups the cells of a column by the fields of records that tell rows apart. */
function groupEntries(
  { metadata }: Column,
  { rows, fieldKeys }: Comparison,
): Entry[][] {
  const entries = rows.flatMap((row) => {
    const cell = row.cells.get(metadata);
    return cell ? [{ row, cell }] : [];
  });
  return [
    ...Map.groupBy(
      entries,
      ({ row: { config } }) =>
        JSON.stringify(fieldKeys.map((key) => config[key] ?? null)),
    ).values(),
  ];
}

/** Tests how the cells of a column differ from that of the baseline. */
function compareWith(
  baseline: ComparisonRow,
  { metadata, groups, method }: TestedColumn,
  statistics: Statistics,
): Additions {
  const cells = groups.flat().map(({ cell }) => cell);
  if (areIdentical(cells)) return [];
  const reference = baseline.cells.get(metadata);
  const others = cells.filter((cell) =>
    cell !== reference && !(reference && hasSharedRecord([cell, reference]))
  );
  const verdicts = statistics.decideVerdicts(
    others.map(({ sample }) =>
      reference
        ? statistics.contrast(sample, reference.sample, method)
        : { reason: "the baseline has no such record" }
    ),
    method.alpha,
  );
  return others.map((cell, i) => [
    cell,
    { comparison: addOutlook(verdicts[i]!, statistics) },
  ]);
}

/** Adds what more seeds would detect, if a test shows nothing but could. */
function addOutlook(
  verdict: CellVerdict,
  { findOutlook }: Statistics,
): CellVerdict {
  return "reason" in verdict || verdict.isResolved || Number.isNaN(verdict.p) ||
      verdict.needs !== undefined
    ? verdict
    : { ...verdict, outlook: findOutlook(verdict) };
}

/** Ranks the cells of a column; those of rows with a failed run are excluded. */
function rankCells(
  { better, groups, method }: TestedColumn,
  statistics: Statistics,
): Additions {
  const samples = groups.map((group) =>
    new Map(
      group.filter(({ cell }) => !hasFailure(cell))
        .map((entry) => [entry, entry.cell.sample]),
    )
  );
  const places = statistics.rank(samples, better!, method);
  const sign = better === "lower" ? 1 : -1;
  const isBetter = (a: Cell, b: Cell) =>
    a.result.mean * sign < b.result.mean * sign;
  return groups.flatMap((group) => {
    const excluded = group.map(({ cell }) => cell).filter(hasFailure);
    const ranked = group.flatMap((entry): Additions => {
      const { cell } = entry;
      const { standing, versusBest } = places.get(entry) ?? {};
      // Beside a better mean that only a failure excludes, none is best.
      const isOutdone = standing === "best" &&
        excluded.some((other) => isBetter(other, cell));
      if (!standing || isOutdone) return [];
      if (!versusBest) return [[cell, { standing }]];
      const best = versusBest.best.row.label;
      const verdict = addOutlook(versusBest.verdict, statistics);
      return [[cell, { standing, versusBest: { best, verdict } }]];
    });
    return [
      ...excluded.map((
        cell,
      ): Additions[number] => [cell, { isExcluded: true }]),
      ...ranked,
    ];
  });
}

/** Why the rows of a column are not ranked, if they are not. */
function findReason(
  { better }: Column,
  groups: readonly (readonly Entry[])[],
  nRows: number,
): Unranked | undefined {
  const hasTwo = (entries: readonly Entry[]) =>
    entries.filter(({ cell }) => cell.sample.size >= MIN_COUNT).length > 1;
  const cells = groups.flat().map(({ cell }) => cell);
  if (!hasTwo(groups.flat())) return "too few runs";
  if (hasSharedRecord(cells)) return "same record";
  if (areIdentical(cells)) return "identical values";
  if (!groups.some(hasTwo)) return "different settings";
  if (!better) return "unknown direction";
  return nRows > MAX_RANKED ? "too many rows" : undefined;
}

/** Whether two rows show the same measurement, because it holds for both. */
function hasSharedRecord(cells: readonly Cell[]): boolean {
  const groups = Map.groupBy(cells, ({ replicates }) => replicates);
  return groups.values().some((same) =>
    new Set(same.map(({ metadata }) => metadata)).size < same.length
  );
}

/** Whether all rows have the same values, as those of a baseline may. */
function areIdentical(cells: readonly Cell[]): boolean {
  const samples = cells.map(({ sample }) => JSON.stringify([...sample].sort()));
  return samples.length > 1 && new Set(samples).size === 1;
}

/** Whether a run has failed: its row is never called best. */
function hasFailure({ replicates: { missing, unfinished } }: Cell): boolean {
  return [...missing.values(), ...unfinished]
    .some(({ status }) => status === "failed");
}
