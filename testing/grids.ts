/**
 * Runs on grids that several tests share: seeds × splits, and datasets.
 *
 * @module
 */

import { RandomStream } from "../core/utils/random.ts";
import type { MadeRun } from "./runs.ts";

/** Two models on five seeds × four splits, with what each of them adds. */
export function makeCrossed(): MadeRun[] {
  const random = new RandomStream(1, "crossed");
  const seeds = Array.from({ length: 5 }, () => random.normal() / 2);
  const splits = Array.from({ length: 4 }, () => random.normal() * 2);
  return ["mlp", "gru"].flatMap((model, gap) =>
    splits.flatMap((ofSplit, split) =>
      seeds.map((ofSeed, seed): MadeRun => ({
        id: `${model}${split}${seed}`,
        config: { model, split, seed },
        records: [[{ name: "loss" }, {
          mean: 10 + gap + ofSplit + ofSeed + random.normal() / 4,
          error: 0.2,
          n: 100,
        }]],
      }))
    )
  );
}

/** Three models on six datasets of five seeds; `mlp` is the best on all. */
export function makeDatasets(): MadeRun[] {
  const random = new RandomStream(2, "datasets");
  const datasets = Array.from({ length: 6 }, () => random.normal());
  return ["mlp", "gru", "rnn"].flatMap((model, gap) =>
    datasets.flatMap((ofDataset, dataset) =>
      Array.from({ length: 5 }, (_, seed): MadeRun => ({
        id: `${model}${dataset}${seed}`,
        config: { model, dataset, seed },
        records: [[{ name: "loss" }, {
          mean: 10 + ofDataset + gap / 2 + random.normal() / 5,
          error: 0.2,
          n: 100,
        }]],
      }))
    )
  );
}
