/**
 * How each cost grows with runs, records, lines, batch and model: times at several
 * sizes, and the exponent of a power law fitted to them. The times are the
 * processor's, so that what else the machine does counts little.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { markdownTable } from "markdown-table";
import { FusedEngine } from "../../core/diffusion/engines/fused/fused_engine.ts";
import { setBackend } from "../../core/diffusion/engines/backend.ts";
import { buildModel } from "../../core/diffusion/model.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import {
  addNoise,
  computeAlphaBars,
} from "../../core/diffusion/noise/noise_schedule.ts";
import { History, HistoryReader } from "../../core/store/history.ts";
import { exists } from "../../core/utils/exists.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { compare } from "../../results/compare/compare.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { render } from "../../results/tables/render.ts";
import { makeRun } from "../../testing/runs.ts";

const N_SEEDS = 5;
const N_COLUMNS = 2;

/** At least so many turns, and more if they take less time than this. */
const MIN_TURNS = 3, MAX_MILLISECONDS = 500;

const folder = Deno.makeTempDirSync({ dir: "." });

/** Makes runs of five seeds a row, each with so many records. */
function makeRuns(nRuns: number, nRecords: number): string {
  const runs = `${folder}/${nRuns}x${nRecords}`;
  if (exists(runs)) return runs;
  for (let i = 0; i < nRuns; i++) {
    makeRun(runs, {
      id: `run${i}`,
      config: { seed: i % N_SEEDS, rate: Math.floor(i / N_SEEDS) },
      records: Array.from({ length: nRecords }, (_, k) => [
        { name: `loss${k}` },
        { mean: 1 + Math.sin(i + k), error: 0.1, n: 9 },
      ]),
    });
  }
  return runs;
}

/** Comparing, and what is printed. */
async function print(database: RunDatabase, options = {}): Promise<void> {
  await render(await compare(database, options), "table");
}

/** Writes a history of so many lines. */
function writeHistory(nLines: number): string {
  const runPath = Deno.makeTempDirSync({ dir: folder });
  using history = new History(runPath, "bench");
  for (let step = 0; step < nLines; step++) {
    history.append({ step, loss: 1 / (step + 1) });
  }
  return runPath;
}

/** A training step of the fused engine. */
async function prepareStep(width: number, batchSize: number) {
  await setBackend("fused");
  const config = modelConfigSchema.parse({
    model: "mlp",
    hiddenLayerSizes: [width, width, width],
    batchSize,
  });
  const random = new RandomStream(0, "scaling");
  const model = await buildModel(config, { nColumns: N_COLUMNS, random });
  const network = await model.fuse(config);
  const engine = new FusedEngine(model, network, { config, nSteps: 1e6 });
  const batch = addNoise(
    {
      nRows: batchSize,
      values: random.fillNormal(new Float32Array(N_COLUMNS * batchSize)),
    },
    { schedule: computeAlphaBars(config), random },
  );
  return () => engine.step(batch);
}

/** A cost, and what it is measured at. */
interface Cost {
  readonly what: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  /** Prepares what is timed at a size. */
  readonly prepare: (size: number) => unknown;
}

const COSTS: readonly Cost[] = [
  {
    what: "reading runs of 2 records",
    unit: "runs",
    sizes: [100, 520, 2000],
    prepare: (size) => {
      const runs = makeRuns(size, 2);
      return () => new RunDatabase(runs);
    },
  },
  {
    what: "comparing them, too many to rank",
    unit: "runs",
    sizes: [520, 1000, 2000],
    prepare: (size) => {
      const database = new RunDatabase(makeRuns(size, 2));
      return () => print(database);
    },
  },
  {
    what: "comparing with a baseline",
    unit: "runs",
    sizes: [520, 1000, 2000],
    prepare: (size) => {
      const database = new RunDatabase(makeRuns(size, 2));
      return () => print(database, { baseline: ["rate=0"] });
    },
  },
  {
    what: "ranking rows of 5 seeds",
    unit: "rows",
    sizes: [10, 30, 90],
    prepare: (size) => {
      const database = new RunDatabase(makeRuns(N_SEEDS * size, 1));
      const options = { lowerIsBetter: ["*"] };
      return () => print(database, options);
    },
  },
  {
    what: "reading 50 runs",
    unit: "records each",
    sizes: [10, 100, 1000],
    prepare: (size) => {
      const runs = makeRuns(50, size);
      return () => new RunDatabase(runs);
    },
  },
  {
    what: "comparing 50 runs",
    unit: "records each",
    sizes: [10, 100, 1000],
    prepare: (size) => {
      const database = new RunDatabase(makeRuns(50, size));
      return () => print(database);
    },
  },
  {
    what: "logging",
    unit: "lines",
    sizes: [1000, 10_000, 100_000],
    prepare: (size) => () => writeHistory(size),
  },
  {
    what: "reading a history",
    unit: "lines",
    sizes: [1000, 10_000, 100_000],
    prepare: (size) => {
      const runPath = writeHistory(size);
      return () => new HistoryReader(runPath)[Symbol.iterator]().toArray();
    },
  },
  {
    what: "a training step, 3 layers of 128",
    unit: "rows a batch",
    sizes: [32, 128, 512, 2048],
    prepare: (size) => prepareStep(128, size),
  },
  {
    what: "a training step, batches of 128",
    unit: "units a layer",
    sizes: [64, 128, 256, 512],
    prepare: (size) => prepareStep(size, 128),
  },
];

/** The processor time of this process so far in milliseconds. */
function readClock(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** The least processor time in milliseconds. */
async function time(work: () => unknown): Promise<number> {
  let least = Infinity;
  const end = readClock() + MAX_MILLISECONDS;
  for (let i = 0; i < MIN_TURNS || readClock() < end; i++) {
    const start = readClock();
    await work();
    least = Math.min(least, readClock() - start);
  }
  return least;
}

/** The exponent of a power law: the slope of the logarithms by least squares. */
function fitExponent(sizes: readonly number[], times: readonly number[]) {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [sizes.map(Math.log), times.map(Math.log)];
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((a, i) => (a - mx) * (y[i]! - my))) /
    mean(x.map((a) => (a - mx) ** 2));
}

function formatTime(milliseconds: number): string {
  return milliseconds < 100
    ? `${milliseconds.toPrecision(2)} ms`
    : `${(milliseconds / 1000).toPrecision(2)} s`;
}

try {
  const rows: string[][] = [];
  for (const { what, unit, sizes, prepare } of COSTS) {
    const times = [];
    for (const size of sizes) {
      times.push(await time(await prepare(size) as () => unknown));
    }
    rows.push([
      what,
      `${sizes.map((size) => size.toLocaleString("en")).join(", ")} ${unit}`,
      times.map(formatTime).join(", "),
      fitExponent(sizes, times).toFixed(2),
    ]);
  }
  console.log("How costs grow: time is proportional to size^exponent\n");
  console.log(markdownTable(
    [["cost", "sizes", "minimum times", "exponent"], ...rows],
    { align: ["l", "l", "l", "r"] },
  ));
} finally {
  Deno.removeSync(folder, { recursive: true });
}
