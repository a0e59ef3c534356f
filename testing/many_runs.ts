/**
 * Many runs for tests and benchmarks, as training would leave them.
 *
 * @module
 */

import { encodeJsonFile } from "../core/store/json_file.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "../core/utils/results.ts";
import { RandomStream } from "../core/utils/random.ts";
import { INFO } from "./runs.ts";

/** Which runs are made. */
export interface ManyRunsOptions {
  /** The number of the first of them; 0 by default. */
  readonly first?: number;
  /** How many seeds each configuration has; 10 by default. */
  readonly nSeeds?: number;
}

const SECOND = 1000;

/** Files that are older than this count as settled. */
const LONG_AGO = new Date("2026-11-01T00:00:00Z");

const METRICS = {
  "loss/train": { better: "lower" },
  "accuracy/held-out": { better: "higher" },
  "time/epoch": { better: "lower", unit: "s" },
} as const;

/** Files of a completed run, by their paths in it. */
function makeFiles(
  i: number,
  id: string,
  nSeeds: number,
): Record<string, object> {
  const random = new RandomStream(i, "many-runs");
  const row = Math.floor(i / nSeeds);
  const started = Date.UTC(2026, 0, 1) + i * SECOND;
  const seconds = 60 + 10 * random.uniform();
  const records = Object.keys(METRICS).map((name) =>
    new ResultRecord(
      ResultMetadata.of({ name }),
      new ScalarResult({
        mean: Math.sin(row) + random.normal() / 4,
        error: random.uniform() / 10,
        n: 8000,
      }),
    )
  );
  return {
    "config.json": {
      seed: i % nSeeds + 1,
      learningRate: Number((1e-4 * (1 + row % 100)).toPrecision(4)),
      batchSize: 32,
      nEpochs: 500,
      hiddenLayerSizes: [64, 64, 64],
      model: "mlp",
      dataset: "gaussians",
      weightDecay: Number((1e-6 * Math.floor(row / 100)).toPrecision(4)),
      optimizer: "adam",
      learningRateSchedule: "cosine",
    },
    "run.json": {
      ...INFO,
      runId: id,
      experiment: "many-runs",
      startedAt: new Date(started).toISOString(),
      finishedAt: new Date(started + seconds * SECOND).toISOString(),
      seconds,
      args: [`--seed=${i % nSeeds + 1}`],
      versions: { whisker: "0.1.0", deno: "2.9.6", v8: "15.0", tfjs: "4.22.0" },
      engine: "fused",
      pid: 1000 + i,
      metrics: METRICS,
      contents: {
        "results/train.json": (i + 1).toString(16).padStart(64, "0"),
      },
      sizes: { "results/train.json": 800 },
    },
    "results/train.json": { runId: id, records: new ResultCollection(records) },
  };
}

/**
 * Makes completed runs of long ago.
 *
 * @param folder The directory of runs, which is made.
 * @param nRuns How many there are to be.
 * @param options Which runs.
 */
export function makeManyRuns(
  folder: string,
  nRuns: number,
  { first = 0, nSeeds = 10 }: ManyRunsOptions = {},
): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (let i = first; i < first + nRuns; i++) {
    const time = new Date(Date.UTC(2026, 0, 1) + i * SECOND).toISOString();
    const id = `${time.slice(0, 19).replaceAll(/[-:]/g, "")}_` +
      i.toString(16).padStart(8, "0");
    const path = `${folder}/${id}`;
    Deno.mkdirSync(`${path}/results`, { recursive: true });
    for (const [name, content] of Object.entries(makeFiles(i, id, nSeeds))) {
      const file = `${path}/${name}`;
      Deno.writeFileSync(file, encodeJsonFile(file, content));
    }
    settle(path);
  }
}

/** Gives a run the times of one that was completed long ago. */
export function settle(runPath: string): void {
  for (const name of ["run.json", "results"]) {
    Deno.utimeSync(`${runPath}/${name}`, LONG_AGO, LONG_AGO);
  }
}
