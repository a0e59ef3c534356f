/**
 * Comparisons that several tests share.
 *
 * @module
 */

import type { MadeRun } from "./runs.ts";
import { startOf } from "./made.ts";
import type { MetadataFields, ScalarFields } from "../core/utils/results.ts";
import type { RunInfo } from "../core/store/run_info.ts";

export const result = (mean: number) => ({ mean, error: 0.1, n: 9 });

export const PIVOT: MadeRun[] = ["mlp", "identity"].flatMap((model, row) =>
  [1, 2, 3].map((seed): MadeRun => ({
    id: `${model}${seed}`,
    config: { seed, model },
    info: { startedAt: startOf(row, seed) },
    records: [5, 50].map((nSteps) => [
      { name: "error", nSteps, nSamples: 9 },
      { mean: seed + 10 * row + nSteps, error: 1, n: 9 },
    ]),
  }))
);

/** What an experiment declares about its distances. */
export const METRICS: Partial<RunInfo> = {
  metrics: {
    distance: {
      better: "lower",
      series: "source",
      repeats: "nRepeats",
      notes: { "reference=held-out": "Distances are to the same few rows" },
    },
    mmd2: { centredOnZero: true, series: "source", repeats: "nRepeats" },
  },
};

/** Three seeds with a floor that knows no steps, and distances at two. */
export const SOURCES: MadeRun[] = [1, 2, 3].map((seed) => ({
  id: `run${seed}`,
  config: { seed, model: "mlp" },
  info: METRICS,
  records: [
    [
      { name: "distance", source: "floor", nRepeats: 100 },
      result(1 + seed / 100),
    ],
    ...[5, 50].flatMap((nSteps): [MetadataFields, ScalarFields][] => [
      [
        { name: "distance", source: "model", nSteps, nRepeats: 20 },
        result(8 / nSteps + seed / 20 / nSteps),
      ],
      [
        { name: "distance", source: "exact", nSteps, nRepeats: 20 },
        result(6 / nSteps + seed / 100),
      ],
    ]),
    [
      { name: "mmd2", source: "floor", nRepeats: 100 },
      result(0.01 + seed / 100),
    ],
    [
      { name: "mmd2", source: "model", nSteps: 5, nRepeats: 20 },
      result(3 + seed / 100),
    ],
    [{ name: "loss" }, result(0.5 + seed / 100)],
  ],
}));

/** Rows of a run each, in another order than they started. */
export const THREE: MadeRun[] = [
  {
    id: "a",
    config: { seed: 1, rate: 0.1, kind: "x" },
    records: [
      [{ name: "loss" }, result(3)],
      [{ name: "sampling", nSteps: 50 }, result(1)],
      [{ name: "sampling", nSteps: 5 }, result(2)],
      [{ name: "time/epoch" }, result(1)],
    ],
  },
  {
    id: "b",
    config: { seed: 1, rate: 0.2, kind: "x" },
    info: { startedAt: "2026-11-22T13:00:00.000Z" },
    records: [[{ name: "loss" }, result(1)]],
  },
  {
    id: "c",
    config: { seed: 1, rate: 10, kind: "x" },
    info: { startedAt: "2026-11-22T11:00:00.000Z" },
    records: [[{ name: "loss" }, { mean: NaN, error: NaN, n: 4 }]],
  },
];
