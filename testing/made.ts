/**
 * Replicates made for tests of comparisons.
 *
 * @module
 */

import { compare } from "../results/compare/compare.ts";
import type {
  Cell,
  CompareOptions,
  Comparison,
} from "../results/compare/comparison.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { tempFolder } from "./helpers.ts";
import { type MadeRun, makeRun } from "./runs.ts";

/** A configuration, and the loss of its runs, the first of which is seed 1. */
export type Losses = readonly [
  config: Record<string, unknown>,
  losses: readonly number[],
];

/** Makes a run a loss; ids are `<row><seed>`, `a1` the first. */
export function replicates(rows: readonly Losses[]): MadeRun[] {
  return rows.flatMap(([config, losses], row) =>
    losses.map((mean, index): MadeRun => ({
      id: `${String.fromCharCode(97 + row)}${index + 1}`,
      config: { seed: index + 1, ...config },
      info: { startedAt: startOf(row, index) },
      records: [[{ name: "loss" }, { mean, error: 0.5, n: 100 }]],
    }))
  );
}

/** Starts that put runs into the order in which they are made. */
export function startOf(row: number, index = 0): string {
  return new Date(Date.UTC(2026, 10, 22, row, index)).toISOString();
}

/** Compares runs that are gone again. */
export async function compareRuns(
  runs: readonly MadeRun[],
  options: CompareOptions = {},
): Promise<Comparison> {
  using folder = tempFolder();
  for (const run of runs) makeRun(folder.path, run);
  return await compare(new RunDatabase(folder.path), options);
}

/** The cells of the first column, from top to bottom. */
export function firstCells(
  { rows, columns }: Comparison,
): (Cell | undefined)[] {
  return rows.map(({ cells }) => cells.get(columns[0]!.metadata));
}
