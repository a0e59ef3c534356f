/**
 * Experiments whose truth is known, through the whole of Whisker: observations
 * go into a Meter, its results into record files, and these into `compare`.
 *
 * @module
 */

import { Meter } from "../../core/utils/meters.ts";
import { RandomStream } from "../../core/utils/random.ts";
import {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
} from "../../core/utils/results.ts";
import { writeConfigFile } from "../../core/store/run_file.ts";
import { writeRecordsFile } from "../../core/store/records.ts";
import { writeRunInfo } from "../../core/store/run_info.ts";
import { compare } from "../../results/compare/compare.ts";
import type { Cell, CompareOptions } from "../../results/compare/comparison.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { isTested } from "../../results/statistics/verdicts.ts";
import { INFO } from "../../testing/runs.ts";

/** How runs differ from one another: a draw, and its mean. */
export interface Effect {
  readonly draw: (random: RandomStream) => number;
  readonly mean: number;
}

/** Runs whose mean is another number each time. */
export const EFFECTS = {
  "normal": { draw: (random) => random.normal(), mean: 0 },
  "uniform": { draw: (random) => random.uniform(), mean: 0.5 },
  "lognormal": {
    draw: (random) => Math.exp(random.normal()),
    mean: Math.exp(1 / 2),
  },
  "t with 3 df": {
    draw: (random) =>
      random.normal() / Math.hypot(
        ...[1, 2, 3].map(() => random.normal() / Math.sqrt(3)),
      ),
    mean: 0,
  },
  "10 % collapsed": {
    draw: (random) => random.normal() + (random.uniform() < 0.1 ? 10 : 0),
    mean: 1,
  },
} as const satisfies Record<string, Effect>;

/** What is simulated. */
export interface Setting {
  /** How runs differ. */
  readonly effect: Effect;
  /** What that is called. */
  readonly name?: string;
  /** How many rows there are, all equal. */
  readonly nRows: number;
  /** How many seeds each has. */
  readonly nSeeds: number;
  /** Whether rows share their seeds, and with them half of the variance. */
  readonly isPaired: boolean;
  /** How many times all is repeated. */
  readonly nRepeats: number;
  /** How it is compared, beside intervals of 95 %. */
  readonly options?: CompareOptions;
}

/** How often what is said is right, or wrong. */
export interface Tally {
  /** The share of intervals that hold the true mean. */
  readonly coverage: number;
  /** The share of repeats in which a row is said to differ from the baseline. */
  readonly baselineErrors: number;
  /** The share of repeats in which not all rows are called tied. */
  readonly bestSetErrors: number;
}

/** Observations within a run, and their noise: small beside that of seeds. */
const N_OBSERVATIONS = 8;
const NOISE = 0.5;

/** What is simulated but for what is asked: five seeds of one row. */
const DEFAULTS = {
  effect: EFFECTS.normal,
  nRows: 1,
  nSeeds: 5,
  isPaired: false,
} as const satisfies Partial<Setting>;

/** As many repeats are in the records of one and the same runs at a time. */
const BATCH = 1000;

/**
 * Simulates rows without a difference.
 *
 * @param given What is simulated; by default five seeds of one row.
 * @param runs An empty folder for the runs.
 * @returns How often an interval holds the truth, and a verdict does not.
 */
export async function simulate(
  given: Partial<Setting> & Pick<Setting, "nRepeats">,
  runs: string,
): Promise<Tally> {
  const setting: Setting = { ...DEFAULTS, ...given };
  const { nRows, nRepeats, effect } = setting;
  // A stream of its own for each setting: their tallies are independent.
  const { name = "normal", nSeeds, isPaired } = setting;
  const stream = `${name} ${nRows} ${nSeeds} ${isPaired}`;
  const random = new RandomStream(1, stream);
  let nIntervals = 0, nCovering = 0, nBaseline = 0, nBestSet = 0;
  for (let done = 0; done < nRepeats; done += BATCH) {
    const nColumns = Math.min(BATCH, nRepeats - done);
    writeRuns(setting, { runs, random, nColumns });
    const { rows, columns } = await compare(new RunDatabase(runs), {
      ci: 95,
      withOutlook: false,
      ...(nRows > 1 ? { baseline: ["row=0"] } : {}),
      ...setting.options,
    });
    for (const { metadata } of columns) {
      const cells = rows.map(({ cells }) => cells.get(metadata)!);
      const intervals = cells.flatMap(({ interval }) =>
        interval ? [interval] : []
      );
      nIntervals += intervals.length;
      nCovering += intervals.filter(([low, high]) =>
        low <= effect.mean && effect.mean <= high
      ).length;
      if (cells.some(isSaidToDiffer)) {
        nBaseline++;
      }
      if (
        cells.some(({ standing }) =>
          standing && standing !== "tied"
        )
      ) {
        nBestSet++;
      }
    }
  }
  return {
    coverage: nCovering / nIntervals,
    baselineErrors: nBaseline / nRepeats,
    bestSetErrors: nBestSet / nRepeats,
  };
}

function isSaidToDiffer({ comparison }: Cell): boolean {
  return isTested(comparison) && comparison.isResolved;
}

function writeRuns(
  { effect, nRows, nSeeds, isPaired }: Setting,
  { runs, random, nColumns }: {
    readonly runs: string;
    readonly random: RandomStream;
    readonly nColumns: number;
  },
): void {
  // What all rows have in common under one seed, in each repeat.
  const shared = Array.from({ length: nSeeds }, () =>
    Float64Array.from(
      { length: nColumns },
      () => isPaired ? random.normal() : 0,
    ));
  const observations = new Float64Array(N_OBSERVATIONS);
  for (let row = 0; row < nRows; row++) {
    for (let place = 0; place < nSeeds; place++) {
      const seed = isPaired ? place : row * nSeeds + place;
      const records = Array.from({ length: nColumns }, (_, repeat) => {
        const mean = effect.draw(random) + shared[place]![repeat]!;
        for (let i = 0; i < N_OBSERVATIONS; i++) {
          observations[i] = mean + NOISE * random.normal();
        }
        const meter = new Meter();
        meter.update({ loss: observations });
        return new ResultRecord(
          ResultMetadata.of({ name: "loss", repeat }),
          meter.result("loss"),
        );
      });
      const id = `row${row}-seed${seed}`;
      const path = `${runs}/${id}`;
      Deno.mkdirSync(`${path}/results`, { recursive: true });
      writeConfigFile(path, { seed, row });
      writeRunInfo(path, { ...INFO, runId: id });
      writeRecordsFile(path, "train", {
        records: new ResultCollection(records),
      });
    }
  }
}
