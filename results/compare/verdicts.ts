/**
 * The verdicts of a comparison: rows against a baseline, and the best of a
 * column.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { LEVEL, MIN_COUNT } from "../statistics/estimate.ts";
import type { Verdict } from "../statistics/decide.ts";
import type { Outlook } from "../statistics/outlook.ts";
import { type RunTime, wereSeedsAdded } from "../statistics/added_seeds.ts";
import type { Untested } from "../statistics/contrast.ts";
import { parseMargin } from "../statistics/equivalence.ts";
import type { VerdictOptions } from "../statistics/verdicts.ts";
import { parseCondition } from "../database/select.ts";
import type {
  Cell,
  CellVerdict,
  Column,
  Comparison,
  ComparisonRow,
  Unranked,
} from "./comparison.ts";
import { explainIncomplete } from "./failed_runs.ts";
import { findGrid } from "./grid.ts";
import { METRIC_KEY } from "./pivot.ts";
import { isSearched, type Replicates } from "./replicates.ts";

/** Rows beyond this number are not ranked: there are too many pairs to test. */
export const MAX_RANKED = 100;

/** Distributions take long to load: they are loaded if there is a verdict. */
interface Statistics
  extends Pick<typeof import("../statistics/verdicts.ts"), "judgeColumn"> {
  findOutlook(verdict: Verdict): Outlook | undefined;
}

/** A cell of a column, and its row. */
interface Entry {
  readonly row: ComparisonRow;
  readonly cell: Cell;
}

/** A column, with its cells in groups that can be compared with each other. */
interface GroupedColumn extends Column {
  readonly groups: readonly (readonly Entry[])[];
}

/** Verdicts, and the cells to which they are added. */
type Additions = ReadonlyMap<Cell, Partial<Cell>>;

/**
 * Adds verdicts to the cells of a comparison. There are none on other aggregates
 * than means, nor where the rows of a column measure different things.
 *
 * @param comparison The comparison.
 * @returns The same with verdicts, and in its columns how they are reached, or
 * why their rows are not ranked.
 */
export async function addVerdicts(comparison: Comparison): Promise<Comparison> {
  const { rows, baseline, groupKeys, options } = comparison;
  const { aggregate = "mean" } = options;
  if (aggregate !== "mean" || options.rows?.includes(METRIC_KEY)) {
    return comparison;
  }
  const grouped = comparison.columns.map((column): GroupedColumn => {
    const groups = groupEntries(column, comparison);
    return {
      ...column,
      unranked: findReason(column, groups, rows),
      groups,
    };
  });
  const hasVerdicts = ({ unranked }: Column) =>
    unranked !== "a search" && (baseline || !unranked);
  const nTested = grouped.filter(hasVerdicts).length;
  if (nTested === 0) {
    const columns = grouped.map(({ groups: _, ...plain }) => plain);
    return { ...comparison, columns };
  }
  const statistics = await loadStatistics(comparison.options);
  const verdictOptions = chooseOptions(comparison, nTested);
  const found = new Map<Cell, Partial<Cell>>();
  const shown = comparison.shown &&
    new Set(comparison.shown.map((place) => rows[place]!));
  const columns = grouped.map((column) => {
    const { groups: _, ...plain } = column;
    if (!hasVerdicts(column)) return plain;
    const { additions, method } = judge(column, {
      baseline: baseline && rows[baseline.row]!,
      groupKeys,
      options,
      shown,
      verdictOptions,
      statistics,
    });
    for (const [cell, verdict] of additions) found.set(cell, verdict);
    return { ...plain, method };
  });
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

async function loadStatistics(
  { withOutlook = true, detect = 0 }: Comparison["options"],
): Promise<Statistics> {
  const { judgeColumn } = await import("../statistics/verdicts.ts");
  const { findOutlook } = await import("../statistics/outlook.ts");
  return {
    judgeColumn,
    findOutlook: (verdict) =>
      withOutlook ? findOutlook(verdict, detect) : undefined,
  };
}

/** Chooses how the verdicts of columns are reached. */
function chooseOptions(
  comparison: Comparison,
  nColumns: number,
): VerdictOptions {
  const { options } = comparison;
  const { test = "t", alpha, ci, anytime, looks, family } = options;
  const margin = parseMargin(options.margin ?? "");
  const isAnytime = anytime || test === "t" && mayBeAdded(comparison);
  const grid = findGrid(comparison);
  return {
    level: ci ? ci / 100 : LEVEL,
    test,
    isAnytime,
    ...(grid && { grid }),
    ...(alpha && { alpha }),
    ...(margin && { margin }),
    ...(looks?.length && { looks }),
    ...(family === "table" && { nColumns }),
  };
}

/**
 * Says whether somebody may have added seeds after looking at a comparison.
 *
 * @param comparison The comparison.
 * @returns Whether its runs are of a sweep that adds seeds, or their times show it,
 * unless the number of seeds, or when to look, was planned: by the user, or by the
 * one sweep that they are of.
 */
export function mayBeAdded(
  { rows, options: { planned, looks } }: Comparison,
): boolean {
  if (planned || looks?.length) return false;
  const groups = rows.flatMap(({ replicates }) => replicates);
  const sweeps = groups.flatMap(({ runs }) =>
    Array.from(runs.values(), ({ info }) => info.sweep)
  );
  if (sweeps.some((sweep) => sweep?.role === "until-resolved")) return true;
  // All other sweeps fix the number of seeds before the first run.
  const isOneSweep = sweeps.every((sweep) =>
    sweep && sweep.name === sweeps[0]?.name
  );
  return !isOneSweep && wereSeedsAdded(
    rows.map(({ replicates }) => replicates.flatMap(listTimes)),
  );
}

/** Groups the cells of a column by the keys in which rows must agree. */
function groupEntries(
  { metadata }: Column,
  { rows, groupKeys }: Comparison,
): Entry[][] {
  const entries = rows.flatMap((row) => {
    const cell = row.cells.get(metadata);
    return cell ? [{ row, cell }] : [];
  });
  if (groupKeys.length === 0 && entries.length > 0) return [entries];
  return [
    ...Map.groupBy(
      entries,
      ({ row: { config } }) =>
        JSON.stringify(groupKeys.map((key) => config[key] ?? null)),
    ).values(),
  ];
}

/** Explains why a row is not tested against the baseline; undefined if it is. */
function explainIncomparable(
  { config }: ComparisonRow,
  { baseline, groupKeys, options }: JudgeOptions,
): Untested | undefined {
  const named = options.baseline?.map((text) =>
    parseCondition(text, "baseline").key
  );
  // If the baseline is named by group keys alone, these keys are what is compared.
  if (!baseline || named?.every((key) => groupKeys.includes(key))) {
    return undefined;
  }
  const keys = groupKeys.filter((key) => {
    const [ours, theirs] = [config[key], baseline.config[key]];
    // A record without a field holds for all its values.
    return ours !== undefined && theirs !== undefined &&
      formatValue(ours) !== formatValue(theirs);
  });
  return keys.length > 0
    ? { reason: `the baseline has another ${keys.join(", ")}` }
    : undefined;
}

/** When the completed runs of a row went on. */
function listTimes({ runs }: Replicates): RunTime[] {
  return Array.from(runs.values(), ({ info: { startedAt, finishedAt } }) => ({
    start: Date.parse(startedAt),
    end: Date.parse(finishedAt ?? startedAt),
  }));
}

/** How the verdicts of a column are reached. */
interface JudgeOptions extends Pick<Comparison, "groupKeys" | "options"> {
  readonly baseline: ComparisonRow | undefined;
  readonly verdictOptions: VerdictOptions;
  readonly statistics: Statistics;
  /** The rows whose outlook is shown; undefined for all rows. */
  readonly shown: ReadonlySet<ComparisonRow> | undefined;
}

/** Reaches the verdicts on the cells of a column. */
function judge(
  { metadata, groups, better, unranked }: GroupedColumn,
  judgeOptions: JudgeOptions,
): { readonly additions: Additions; readonly method: Column["method"] } {
  const { baseline, options, verdictOptions, statistics, shown } = judgeOptions;
  const entries = groups.flat();
  const reference = baseline?.cells.get(metadata);
  const { comparisons, margins, places, method } = statistics.judgeColumn({
    groups: groups.map((group) =>
      new Map(group.map(({ row, cell }) => [row, sortByStart(cell)]))
    ),
    baseline,
    better,
    observations: entries.length > 0 &&
        entries.every(({ cell }) => cell.observations)
      ? new Map(entries.map(({ row, cell }) => [row, cell.observations!]))
      : undefined,
    isRanked: !unranked,
    incomplete: new Map(
      entries.flatMap(({ row, cell }) => {
        const reason = explainIncomplete(cell, options);
        return reason ? [[row, { reason }]] : [];
      }),
    ),
    incomparable: new Map(
      entries.flatMap(({ row }) => {
        const untested = explainIncomparable(row, judgeOptions);
        return untested ? [[row, untested]] : [];
      }),
    ),
    options: verdictOptions,
  });
  const areAllIdentical = areIdentical(entries.map(({ cell }) => cell));
  const additions = new Map<Cell, Partial<Cell>>(
    entries.map(({ row, cell }) => {
      const isOwn = reference && hasSharedRecord([cell, reference]);
      const comparison = areAllIdentical || isOwn
        ? undefined
        : comparisons.get(row);
      const place = places.get(row);
      return [cell, {
        ...(comparison && {
          // An outlook takes half a millisecond.
          comparison: shown?.has(row) ?? true
            ? addOutlook(comparison, statistics)
            : comparison,
          ...(margins.has(row) && { margin: margins.get(row)! }),
        }),
        ...(place && ("reason" in place ? { outside: place.reason } : {
          standing: place.standing,
          versusBest: place.versusBest && {
            best: place.versusBest.best.label,
            verdict: addOutlook(place.versusBest.verdict, statistics),
          },
        })),
      }];
    }),
  );
  const hasTest = additions.values().some(({ comparison, standing }) =>
    standing || comparison && "p" in comparison
  );
  // Without a test there are no verdicts, and so no method.
  return { additions, method: hasTest ? method : undefined };
}

/**
 * Sorts the means of the runs of a cell.
 *
 * @param cell The cell.
 * @returns The means in the order in which the runs started.
 */
export function sortByStart(
  { sample, replicates: { runs, missing } }: Cell,
): Cell["sample"] {
  // Failed runs may count as well.
  const start = ([key]: readonly [string, number]) =>
    (runs.get(key) ?? missing.get(key))?.info.startedAt ?? "";
  return new Map([...sample].sort((a, b) => {
    const [x, y] = [start(a), start(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }));
}

/** Adds what more seeds would detect, if a test shows nothing but could. */
function addOutlook(
  verdict: CellVerdict,
  { findOutlook }: Pick<Statistics, "findOutlook">,
): CellVerdict {
  return "reason" in verdict || verdict.isResolved || Number.isNaN(verdict.p) ||
      verdict.needs !== undefined || verdict.test === "anytime t"
    ? verdict
    : { ...verdict, outlook: findOutlook(verdict) };
}

/** Why the rows of a column are not ranked, if they are not. */
function findReason(
  { better }: Column,
  groups: readonly (readonly Entry[])[],
  rows: readonly ComparisonRow[],
): Unranked | undefined {
  const hasTwo = (entries: readonly Entry[]) =>
    entries.filter(({ cell }) => cell.sample.size >= MIN_COUNT).length > 1;
  const cells = groups.flat().map(({ cell }) => cell);
  const isOfSearch = ({ replicates }: ComparisonRow) =>
    replicates.some(({ runs }) => runs.values().some(isSearched));
  if (rows.some(isOfSearch)) return "a search";
  if (!hasTwo(groups.flat())) return "too few runs";
  if (hasSharedRecord(cells)) return "same record";
  if (areIdentical(cells)) return "identical values";
  if (!groups.some(hasTwo)) return "different settings";
  if (!better) return "unknown direction";
  return rows.length > MAX_RANKED ? "too many rows" : undefined;
}

/** Whether two rows show the same measurement, because it holds for both. */
function hasSharedRecord(cells: readonly Cell[]): boolean {
  const groups = Map.groupBy(cells, ({ replicates }) => replicates);
  return groups.values().some((same) =>
    new Set(same.map(({ metadata }) => metadata)).size < same.length
  );
}

/** Whether all rows have the same values, as those of a baseline may. */
function areIdentical([first, ...others]: readonly Cell[]): boolean {
  return first !== undefined && others.length > 0 &&
    others.every(({ sample }) =>
      sample.size === first.sample.size &&
      sample.entries().every(([key, mean]) =>
        first.sample.has(key) && hasSameJson(mean, first.sample.get(key)!)
      )
    );
}

/** JSON has neither NaN nor infinities, so all of these count as the same. */
function hasSameJson(a: number, b: number): boolean {
  return a === b || !Number.isFinite(a) && !Number.isFinite(b);
}
