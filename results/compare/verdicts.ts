/**
 * The verdicts of a comparison: rows against a baseline, and the best of a
 * column.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import { OptionError } from "../database/option_error.ts";
import {
  listKeys,
  matchesValue,
  parseConditions,
  readKey,
} from "../database/select.ts";
import { LEVEL, MIN_COUNT } from "../statistics/estimate.ts";
import type { Sample, VerdictOptions } from "../statistics/verdicts.ts";
import type {
  Baseline,
  Cell,
  Column,
  CompareOptions,
  ComparisonRow,
  Unranked,
} from "./comparison.ts";
import { summarizeList } from "./labels.ts";
import { METRIC_KEY } from "./pivot.ts";

/** Rows beyond this number are not ranked: there are too many pairs to test. */
export const MAX_RANKED = 100;

/**
 * Finds the one row that meets the conditions of a baseline.
 *
 * @param rows The rows.
 * @param texts The conditions `key=value`.
 * @param nuisance The keys in which the runs of a row may differ.
 * @returns The baseline; undefined if there are no conditions.
 * @throws {OptionError} If a key is unknown, or no row meets the conditions, or
 * several do.
 */
export function findBaseline(
  rows: readonly ComparisonRow[],
  texts: readonly string[],
  nuisance: readonly string[],
): Baseline | undefined {
  if (texts.length === 0) return undefined;
  const refuse = (message: string): never => {
    throw new OptionError("baseline", message);
  };
  const conditions = parseConditions(texts, "baseline");
  const rowKeys = Object.keys(rows[0]!.config);
  const examples = rows.flatMap(({ replicates }) =>
    replicates.map(({ example }) => example)
  );
  const known = [...new Set([...rowKeys, ...listKeys(examples)])];
  for (const { key } of conditions) {
    if (nuisance.includes(key)) {
      refuse(
        `Cannot use ${key} for a baseline as the runs of a row differ in it: ` +
          "name a key that tells rows apart",
      );
    }
    if (!known.includes(key)) refuse(unknownKey(key, known));
  }
  const isMet = ({ config, replicates }: ComparisonRow) =>
    conditions.every(({ key, wanted }) =>
      rowKeys.includes(key)
        ? matchesValue(config[key], wanted)
        : replicates.every(({ example }) =>
          matchesValue(readKey(example, key), wanted)
        )
    );
  const found = rows.filter(isMet);
  const name = conditions.map(({ key, wanted }) => `${key}=${wanted}`)
    .join(", ");
  if (found.length === 1) return { name, row: rows.indexOf(found[0]!) };
  const labels = (found.length === 0 ? rows : found).map(({ label }) => label);
  const some = summarizeList(labels);
  return refuse(
    `Cannot use the baseline ${name} as ${
      found.length === 0
        ? `no row matches: there are ${some}`
        : `${found.length} rows match: ${some}. Name one by a key in which ` +
          "they differ, or put that key on `cols`"
    }`,
  );
}

/** How verdicts are reached. */
export interface CompareVerdictOptions {
  /** The row that the others are compared with, if any. */
  readonly baseline: Baseline | undefined;
  /** Keys of rows that are fields of records. */
  readonly fieldKeys: readonly string[];
  /** The options of the comparison. */
  readonly options: CompareOptions;
}

/** Rows and columns with their verdicts. */
export interface JudgedRows {
  /** The rows. */
  readonly rows: readonly ComparisonRow[];
  /** The columns. */
  readonly columns: readonly Column[];
}

/** What verdicts add to a cell. */
type CellVerdict = Partial<Cell>;

/**
 * Adds verdicts to the cells of rows. There are none on other aggregates than
 * means, nor where the rows of a column measure different things.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @param verdictOptions How the verdicts are reached.
 * @returns The rows with their verdicts; the columns with the reasons why their
 * rows are not ranked.
 */
export async function addVerdicts(
  rows: readonly ComparisonRow[],
  columns: readonly Column[],
  { baseline, fieldKeys, options }: CompareVerdictOptions,
): Promise<JudgedRows> {
  const { aggregate = "mean", test, alpha, ci } = options;
  if (aggregate !== "mean" || options.rows?.includes(METRIC_KEY)) {
    return { rows, columns };
  }
  const groups = Map.groupBy(
    rows,
    ({ config }) => JSON.stringify(fieldKeys.map((key) => config[key] ?? null)),
  )
    .values().toArray();
  const explained = columns.map((column): Column => {
    const unranked = findReason(column, groups);
    return unranked ? { ...column, unranked } : column;
  });
  const ranked = explained.filter(({ unranked }) => !unranked);
  if (!baseline && ranked.length === 0) return { rows, columns: explained };
  const statistics = await import("../statistics/verdicts.ts");
  const verdictOptions: VerdictOptions = {
    level: ci ? ci / 100 : LEVEL,
    ...(test ? { test } : {}),
    ...(alpha ? { alpha } : {}),
  };
  const found = new Map<Cell, CellVerdict>();
  const add = (cell: Cell, verdict: CellVerdict) => {
    found.set(cell, { ...found.get(cell), ...verdict });
  };
  for (const column of baseline ? columns : []) {
    const cells = findCells(rows, column);
    if (areIdentical(cells)) continue;
    const reference = rows[baseline!.row]!.cells.get(column.metadata);
    const others = cells.filter((cell) =>
      cell !== reference && !(reference && hasSharedRecord([cell, reference]))
    );
    const verdicts = statistics.decideVerdicts(
      others.map(({ sample }) =>
        reference
          ? statistics.contrast(sample, reference.sample, verdictOptions)
          : { reason: "the baseline has no such record" }
      ),
      alpha,
    );
    others.forEach((cell, i) => add(cell, { comparison: verdicts[i]! }));
  }
  for (const { metadata, better } of ranked) {
    const taking: Map<ComparisonRow, Sample>[] = groups.map((group) =>
      new Map(
        group.flatMap((row): [ComparisonRow, Sample][] => {
          const cell = row.cells.get(metadata);
          if (!cell) return [];
          if (!hasFailure(cell)) return [[row, cell.sample]];
          add(cell, { isExcluded: true });
          return [];
        }),
      )
    );
    const ranking = statistics.rank(taking, better!, verdictOptions);
    for (const group of groups) {
      const excluded = findCells(group, { metadata }).filter(hasFailure);
      for (const row of group) {
        const cell = row.cells.get(metadata);
        const place = ranking.get(row);
        if (!cell || !place) continue;
        const { standing, versusBest } = place;
        // Beside a better mean that only a failure excludes, none is best.
        const isOutdone = standing === "best" &&
          excluded.some(({ result: { mean } }) =>
            better === "lower"
              ? mean < cell.result.mean
              : mean > cell.result.mean
          );
        if (isOutdone) continue;
        add(cell, {
          standing,
          ...(versusBest
            ? {
              versusBest: {
                best: versusBest.best.label,
                verdict: versusBest.verdict,
              },
            }
            : {}),
        });
      }
    }
  }
  return {
    columns: explained,
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

function findCells(
  rows: readonly ComparisonRow[],
  { metadata }: Pick<Column, "metadata">,
): Cell[] {
  return rows.flatMap(({ cells }) => cells.get(metadata) ?? []);
}

/** Why the rows of a column are not ranked, if they are not. */
function findReason(
  column: Column,
  groups: readonly (readonly ComparisonRow[])[],
): Unranked | undefined {
  const hasTwo = (cells: readonly Cell[]) =>
    cells.filter(({ sample }) => sample.size >= MIN_COUNT).length > 1;
  const ofGroups = groups.map((rows) => findCells(rows, column));
  const cells = ofGroups.flat();
  if (!hasTwo(cells)) return "too few runs";
  if (hasSharedRecord(cells)) return "same record";
  if (areIdentical(cells)) return "identical values";
  if (!ofGroups.some(hasTwo)) return "different settings";
  if (!column.better) return "unknown direction";
  const nRows = groups.reduce((sum, rows) => sum + rows.length, 0);
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
