/**
 * Figures of made runs, and what is in them.
 *
 * @module
 */

import { History } from "../core/store/history.ts";
import type { Problem } from "../core/store/run_file.ts";
import type { Column, CompareOptions } from "../results/compare/comparison.ts";
import { groupReplicates } from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import {
  readHistories,
  type RunHistories,
} from "../results/figures/histories.ts";
import { drawPoints, type PointsOptions } from "../results/figures/points.ts";
import type { Samples } from "../results/figures/samples.ts";
import { compareRuns, replicates } from "./made.ts";
import { type MadeRun, makeRun } from "./runs.ts";

/** Two models at several rates, some with one run only. */
export const SWEEP = replicates([
  [{ rate: 0.001, model: "a" }, [5, 6, 7]],
  [{ rate: 0.01, model: "a" }, [3, 4, 5]],
  [{ rate: 0.1, model: "a" }, [1, 2, 3]],
  [{ rate: 0.001, model: "b" }, [7, 7.5, 8]],
  [{ rate: 0.1, model: "b" }, [2]],
]);

/** A point of a figure. */
export interface DrawnPoint {
  readonly x: unknown;
  readonly series: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly kind: string;
  readonly tooltip: string;
}

/** Draws the first column of a comparison of runs. */
export async function drawColumn(
  runs: readonly MadeRun[],
  options: PointsOptions & CompareOptions = {},
) {
  const { x, series } = options;
  const rows = [x, series].filter((key) => key !== undefined);
  const comparison = await compareRuns(runs, { ...options, rows });
  const [column] = comparison.columns as [Column];
  const { spec, omitted } = drawPoints(comparison, [column], options);
  // deno-lint-ignore no-explicit-any
  const { data, encoding, title } = spec as any;
  return {
    points: data.values as DrawnPoint[],
    encoding,
    title,
    omitted,
    spec,
  };
}

/** A line of a history. */
export type Line = Record<string, number | string>;

/** Makes runs of two rates, whose histories a function of rate and seed gives. */
export function makeHistories(
  runs: string,
  makeLines: (rate: number, seed: number) => readonly Line[],
): void {
  for (const rate of [1, 2]) {
    for (const seed of rate === 1 ? [1, 2, 3] : [1]) {
      const id = `r${rate}s${seed}`;
      const path = makeRun(runs, { id, config: { seed, rate } });
      using history = new History(path, id);
      for (const line of makeLines(rate, seed)) history.append(line);
    }
  }
}

/** Reads the histories of all runs of a directory. */
export function readAllHistories(
  runs: string,
  problems: Problem[] = [],
): RunHistories[] {
  const groups = groupReplicates([...new RunDatabase(runs)], ["seed"]);
  return readHistories(groups, { nuisance: ["seed"] }, problems);
}

/** Points on a line, in one dimension or two. */
export function makeRows(n: number, nColumns: number): number[][] {
  return Array.from({ length: n }, (_, i) => new Array(nColumns).fill(i / n));
}

/** Samples and data on a line. */
export function makeSamples(
  nColumns: number,
  values: Partial<Samples> = {},
): Samples {
  return {
    setting: { sampler: "ddpm", nSteps: 1000 },
    columns: ["x", "y", "z"].slice(0, nColumns),
    samples: makeRows(50, nColumns),
    data: makeRows(40, nColumns),
    density: [],
    frames: [
      { noise: 0.9, rows: makeRows(10, nColumns) },
      { noise: 0, rows: makeRows(10, nColumns) },
    ],
    ...values,
  };
}
