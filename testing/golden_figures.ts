/**
 * One figure of each kind, of small data: their pictures are kept in
 * tests/results/figures/golden, where a test compares them. `deno task golden`
 * writes them again.
 *
 * @module
 */

import { History } from "../core/store/history.ts";
import { RandomStream } from "../core/utils/random.ts";
import type { CompareOptions } from "../results/compare/comparison.ts";
import { collectMetrics } from "../results/compare/metrics.ts";
import { selectReplicates } from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import type { Figure } from "../results/figures/figure.ts";
import { readHistories } from "../results/figures/histories.ts";
import {
  drawHistory,
  type HistoryOptions,
} from "../results/figures/history.ts";
import { drawPaired, type PairedOptions } from "../results/figures/paired.ts";
import { drawPoints, type PointsOptions } from "../results/figures/points.ts";
import { drawProfiles } from "../results/figures/profiles.ts";
import { drawRanks } from "../results/figures/ranks.ts";
import { drawReverse, drawSamples } from "../results/figures/samples_figure.ts";
import type { Rows, Samples } from "../results/figures/samples.ts";
import { renderSvg } from "../results/figures/svg.ts";
import { defineCommand, main } from "../scripts/_command.ts";
import { SWEEP } from "./figures.ts";
import { makeDatasets } from "./grids.ts";
import { tempFolder } from "./helpers.ts";
import { compareRuns } from "./made.ts";
import { type MadeRun, makeRun } from "./runs.ts";

/** Where the pictures are. */
export const GOLDEN = `${import.meta.dirname}/../tests/results/figures/golden`;

/** The inner width of a column of a paper in pixels. */
const COLUMN = 220;

/** The figures by the names of their files. */
export const GOLDEN_FIGURES: Readonly<Record<string, () => Promise<Figure>>> = {
  points: () => points(SWEEP, { x: "rate", series: "model" }),
  points_column: () =>
    points(SWEEP, { x: "rate", series: "model", width: COLUMN, height: 140 }),
  points_rows: () => points(makeDatasets(), { where: ["dataset=1"], ci: 95 }),
  points_facet: () => points(makeDatasets(), { facet: "dataset" }),
  paired: () => paired({}),
  paired_adjusted: () => paired({ adjusted: true, width: COLUMN }),
  ranks: async () => {
    const across = "dataset";
    const comparison = await compareRuns(makeDatasets(), { across });
    return drawRanks(comparison, comparison.columns[0]!);
  },
  profiles: async () => {
    const across = "dataset";
    const comparison = await compareRuns(doubleSeeds(makeDatasets()), {
      across,
    });
    return drawProfiles(comparison, comparison.columns[0]!);
  },
  history: () => history({ measure: "loss" }),
  history_noisy: () =>
    history({ measure: "gradient", width: COLUMN, height: 140 }),
  history_facet: () => history({ measure: "loss", facet: "dataset" }),
  history_metrics: () => history({ measure: ["loss", "time/step"] }),
  samples_1d: () => Promise.resolve(drawSamples(makeNormal())),
  samples_2d: () => Promise.resolve(drawSamples(makeRing())),
  reverse: () => Promise.resolve(drawReverse(makeRing())),
};

/** Draws points of the first column. */
async function points(
  runs: readonly MadeRun[],
  options: PointsOptions & CompareOptions,
): Promise<Figure> {
  const { x, series } = options;
  const rows = [x, series].filter((key) => key !== undefined);
  const comparison = await compareRuns(runs, { ...options, rows });
  return drawPoints(comparison, [comparison.columns[0]!], options);
}

/** Draws two models against a third, seed by seed. */
async function paired(options: PairedOptions): Promise<Figure> {
  const comparison = await compareRuns(makeDatasets(), {
    where: ["dataset=4"],
    baseline: ["model=gru"],
    planned: true,
  });
  return drawPaired(comparison, comparison.columns[0]!, options);
}

/** Ten seeds of each row and dataset: a profile needs as many. */
function doubleSeeds(runs: readonly MadeRun[]): MadeRun[] {
  return runs.flatMap((run) => {
    const config = run.config as { seed: number };
    return [
      run,
      {
        ...run,
        id: `${run.id}b`,
        config: { ...config, seed: config.seed + 5 },
      },
    ];
  });
}

/** Draws histories of three models on two datasets, of which one run failed. */
async function history(options: HistoryOptions): Promise<Figure> {
  using folder = tempFolder();
  const random = new RandomStream(1, "golden");
  const models = [["mlp", 0.4], ["gru", 0.8], ["rnn", 0.6]] as const;
  const nDatasets = options.facet ? 2 : 1;
  for (const [model, rate] of models) {
    for (let dataset = 0; dataset < nDatasets; dataset++) {
      for (const seed of [1, 2, 3]) {
        const id = `${model}${dataset}${seed}`;
        const isFailed = model === "rnn" && seed === 2;
        const path = makeRun(folder.path, {
          id,
          config: { model, dataset, seed },
          ...(isFailed ? { info: { status: "failed" } } : {}),
        });
        using lines = new History(path, id);
        for (let step = 0; step <= (isFailed ? 120 : 400); step += 20) {
          lines.append({
            step,
            loss: (1 + dataset / 2) * Math.exp(-rate * step / 100) +
              0.02 * seed,
            gradient: 1 + rate + random.normal() / 8,
            "time/step": 0.01 + random.normal() / 1000,
          });
        }
      }
    }
  }
  const database = new RunDatabase(folder.path);
  const { replicates, nuisance } = selectReplicates(database, {
    withUnfinished: true,
  });
  const metrics = collectMetrics(database);
  return await drawHistory(readHistories(replicates, { nuisance }), {
    ...options,
    metrics,
  });
}

/** A ring that is twice as wide as it is high. */
function makeRing(): Samples {
  const random = new RandomStream(3, "ring");
  const draw = (n: number, noise: number): Rows =>
    Array.from({ length: n }, () => {
      const angle = 2 * Math.PI * random.uniform();
      const [x, y] = [Math.cos(angle), Math.sin(angle) / 2]
        .map((place) =>
          (1 - noise) * place + (0.03 + noise / 2) * random.normal()
        );
      return [x!, y!];
    });
  return {
    setting: { sampler: "ddpm", nSteps: 100 },
    columns: ["x", "y"],
    samples: draw(60, 0),
    data: draw(80, 0),
    density: [],
    frames: [0.99, 0.7, 0.3, 0].map((noise) => ({
      noise,
      rows: draw(40, noise),
    })),
  };
}

/** Samples of a normal distribution, with its density. */
function makeNormal(): Samples {
  const random = new RandomStream(4, "normal");
  const draw = (n: number): Rows =>
    Array.from({ length: n }, () => [random.normal()]);
  return {
    setting: { sampler: "ddim", nSteps: 20 },
    columns: ["x"],
    samples: draw(200),
    data: draw(100),
    density: Array.from({ length: 61 }, (_, i) => {
      const x = (i - 30) / 10;
      return [x, Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)];
    }),
    frames: [],
  };
}

const command = defineCommand({
  name: "golden",
  summary:
    "Draw again the pictures that tests of figures compare; look at them.",
  usage: [""],
  examples: ["deno task golden && git diff --stat"],
  flags: {},
  async run() {
    Deno.mkdirSync(GOLDEN, { recursive: true });
    for (const [name, draw] of Object.entries(GOLDEN_FIGURES)) {
      const svg = await renderSvg((await draw()).spec);
      Deno.writeTextFileSync(`${GOLDEN}/${name}.svg`, `${svg}\n`);
      console.log(`${name}.svg`);
    }
    return {};
  },
});

if (import.meta.main) main(command);
