/**
 * Tables for readers: words and rounded numbers, before they get a format.
 *
 * @module
 */

import { singleLine } from "../compare/labels.ts";

/** The signs after a value. */
export const MARKS = { withinRun: "†", best: "*", tied: "≈" };

/** A cell for readers. */
export interface TextCell {
  /** Its text. */
  readonly text: string;
  /** Signs after it that a note explains: `†`, `*`, `≈`. */
  readonly marks?: string;
  /** Whether it is the best of its column. */
  readonly isBest?: boolean;
  /** The number to sort by; empty if there is no value. */
  readonly value?: number | "";
  /** Further facts about the value. */
  readonly detail?: string;
  /** The directories of its runs. */
  readonly paths?: readonly string[];
}

/** A column for readers. */
export interface TextColumn {
  /** Its heading. */
  readonly heading: string;
  /** Whether it holds numbers, which are aligned to the right. */
  readonly isNumeric: boolean;
  /** Whether it distinguishes rows, and is repeated if a table is split. */
  readonly isKey: boolean;
}

/**
 * Makes columns of one kind.
 *
 * @param headings Their headings.
 * @param kind Numbers, words, or words that distinguish rows.
 * @returns The columns.
 */
export function makeColumns(
  headings: readonly string[],
  kind: "number" | "word" | "key",
): TextColumn[] {
  return headings.map((heading) => ({
    heading,
    isNumeric: kind === "number",
    isKey: kind === "key",
  }));
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
  /** Its text. */
  readonly text: string;
  /** What it lists, if anything. */
  readonly items?: readonly string[];
}

/**
 * Makes a note that lists something.
 *
 * @param text What is listed.
 * @param items The items.
 * @returns The note; none if there are no items.
 */
export function listNote(text: string, items: readonly string[]): Note[] {
  return items.length > 0 ? [{ text, items: items.map(singleLine) }] : [];
}

/** A table with what belongs to it. */
export interface TextSection {
  /** What kind of table it is, as a heading. */
  readonly heading: string;
  /** What stands above the table, if anything. */
  readonly title?: string;
  /** The table. */
  readonly table: TextTable;
  /** What its signs mean, and what else a reader should know. */
  readonly notes: readonly Note[];
}
