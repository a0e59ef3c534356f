/**
 * Sweeps made for tests.
 *
 * @module
 */

import {
  createSweep,
  type Sweep,
  type SweepManifest,
} from "../core/sweep/manifest.ts";
import type { Task } from "../core/sweep/types.ts";
import type { JsonObject } from "../core/utils/json.ts";

/** What the manifest of a made sweep says, but for what a test gives. */
export const MANIFEST: SweepManifest = {
  name: "made",
  createdAt: "2026-11-22T12:00:00.000Z",
  specification: {},
  experiment: "test",
  experimentFile: null,
  entry: "experiment.ts",
  source: { sha256: "5".repeat(64), files: 1, lock: null },
  files: {},
  settings: {},
  rows: [{ seed: 0, rate: 1 }, { seed: 0, rate: 2 }],
  seeds: [1, 2],
  evaluations: [],
  plan: { type: "list" },
};

/** Makes a sweep without a source. */
export function makeSweep(
  runs: string,
  manifest: Partial<SweepManifest> = {},
): Promise<Sweep> {
  return createSweep(runs, { ...MANIFEST, ...manifest }, () => {});
}

/** A task of a made sweep. */
export function makeTask(key: string, config: JsonObject = {}): Task {
  return {
    ...{ key, identity: key, evaluations: [] },
    config: { seed: 1, ...config },
  };
}
