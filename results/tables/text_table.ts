/**
 * Tables for readers: words and rounded numbers, before they get a format.
 *
 * @module
 */

import { formatCount } from "../../core/utils/format_number.ts";
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
  /** Whether it is left out in print where the table is too wide. */
  readonly isOptional?: boolean;
  /** Whether it holds runs: in print, a number that all rows share is a note. */
  readonly isRuns?: boolean;
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
  /**
   * Whether it is always shown: a `legend` explains the signs of the table, a
   * `caveat` belongs under it in print too. All others are details, which pages
   * fold.
   */
  readonly role?: "legend" | "caveat";
}

/**
 * Sorts notes by who needs them.
 *
 * @param notes The notes of a table.
 * @returns The legend as one paragraph, and all other notes.
 */
export function foldNotes(
  notes: readonly Note[],
): { readonly legend: string; readonly details: readonly Note[] } {
  const isLegend = ({ role }: Note) => role === "legend";
  return {
    legend: notes.filter(isLegend).map(({ text }) => text).join(" "),
    details: notes.filter((note) => !isLegend(note)),
  };
}

/**
 * Titles the details under a table, which are folded.
 *
 * @param details The notes that are not in its legend.
 * @returns The title; it counts the warnings.
 */
export function titleDetails(details: readonly Note[]): string {
  const warnings = details.find(({ text }) => text === WARNINGS)?.items ?? [];
  return warnings.length === 0
    ? "Notes"
    : `Notes, ${formatCount(warnings.length, "warning")}`;
}

/** The text of the note that lists warnings. */
export const WARNINGS = "Warnings:";

/**
 * Makes a note that lists something.
 *
 * @param text What is listed.
 * @param items The items.
 * @param role Who needs it.
 * @returns The note; none if there are no items.
 */
export function listNote(
  text: string,
  items: readonly string[],
  role?: Note["role"],
): Note[] {
  if (items.length === 0) return [];
  return [{ text, items: items.map(singleLine), ...(role ? { role } : {}) }];
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
