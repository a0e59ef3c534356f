/**
 * A comparison in words and rounded numbers: what every format for readers
 * shows, whatever its signs for columns and rows.
 *
 * @module
 */

import type { Comparison, Count } from "../compare/comparison.ts";
import { notesOf } from "./notes.ts";
import { verdictsOf } from "./verdicts.ts";
import {
  cellText,
  clean,
  headingOf,
  isList,
  keyColumns,
  valueText,
} from "./words.ts";

/** A cell for readers. */
export interface TextCell {
  /** What it says. */
  readonly text: string;
  /** Signs behind it that a note explains: `†`, `*`, `≈`. */
  readonly marks?: string;
  /** Whether it stands out: the best of its column. */
  readonly isBest?: boolean;
}

/** A column for readers. */
export interface TextColumn {
  /** Its heading. */
  readonly heading: string;
  /** Whether it holds numbers, and so is aligned to the right. */
  readonly isNumeric: boolean;
  /** Whether it tells rows apart, and stays where columns are parted. */
  readonly isKey: boolean;
}

/** A table for readers. */
export interface TextTable {
  /** The columns. */
  readonly columns: readonly TextColumn[];
  /** The cells, row by row. */
  readonly rows: readonly (readonly TextCell[])[];
}

/** A note under a table. */
export interface Note {
  /** What it says. */
  readonly text: string;
  /** What it lists, if anything. */
  readonly items?: readonly string[];
}

/** A comparison for readers. */
export interface ComparisonText {
  /** The table. */
  readonly table: TextTable;
  /** What its signs mean, and what else a reader should know. */
  readonly notes: readonly Note[];
  /** How rows differ from the baseline, where there is one. */
  readonly verdicts?: VerdictsText;
}

/** The verdicts of a comparison for readers. */
export interface VerdictsText {
  /** What they are on. */
  readonly title: string;
  /** The table. */
  readonly table: TextTable;
  /** What would resolve those that are not. */
  readonly notes: readonly Note[];
}

/**
 * Puts a comparison into words and rounded numbers.
 *
 * @param comparison The comparison.
 * @returns Its table, notes and verdicts.
 */
export function textOf(comparison: Comparison): ComparisonText {
  const { keys, columns, rows, baseline } = comparison;
  const isOneRunEach = rows.every(({ total }) => total === 1);
  const hasRuns = !isList(comparison);
  const table: TextTable = {
    columns: [
      ...(hasRuns
        ? [{
          heading: isOneRunEach ? "run" : "runs",
          isNumeric: !isOneRunEach,
          isKey: true,
        }]
        : []),
      ...keyColumns(comparison),
      ...columns.map((column) => ({
        heading: headingOf(column, comparison),
        isNumeric: true,
        isKey: false,
      })),
    ],
    rows: rows.map(({ runs, counts, config, cells }) => [
      ...(hasRuns
        ? [{ text: isOneRunEach ? runs.join() : countText(counts) }]
        : []),
      ...keys.map((key) => ({ text: clean(valueText(config[key])) })),
      ...columns.map((column) => cellText(cells.get(column), comparison)),
    ]),
  };
  return {
    table,
    notes: notesOf(comparison),
    ...(baseline && rows.length > 1
      ? { verdicts: verdictsOf(comparison) }
      : {}),
  };
}

/** `5`, `4 of 5`; of a row with several sets of replicates each that differs. */
function countText(counts: readonly Count[]): string {
  const texts = counts.map(({ completed, total }) =>
    completed === total ? `${total}` : `${completed} of ${total}`
  );
  return [...new Set(texts)].join(", ");
}
