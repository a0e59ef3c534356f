/**
 * The tables on runs that share more than seeds: seeds × splits, test rows, datasets.
 *
 * @module
 */

import { MAX_CHANCE } from "../../results/compare/shared_observations.ts";
import {
  countAlarms,
  countCrossedErrors,
  countObservedErrors,
  DEVIATIONS,
  type GridWorld,
  missMean,
  missObserved,
  missShares,
} from "./crossed.ts";
import {
  countAcrossErrors,
  countRankErrors,
  missImprovement,
  missProfile,
} from "./datasets.ts";
import {
  divide,
  type MakeContent,
  makeTable,
  percentRange,
  SEEDS,
} from "./tables.ts";

/** The least and the most over what seeds and splits may vary by. */
function overDeviations(
  size: GridWorld["size"],
  count: (world: GridWorld) => number,
  deviations = DEVIATIONS,
): string {
  return percentRange(
    deviations.map((some) => count({ size, deviations: some })),
  );
}

/** Deviations of seeds and test rows, beside a remainder of 1. */
const OBSERVED: readonly GridWorld["deviations"][] = [
  [0, 0],
  [0.1, 1],
  [0, 3],
  [1, 1],
  [1, 3],
];

/** The tables, by their places on the page. */
export const DESIGN_TABLES = {
  crossed(all) {
    const [n, few] = [divide(all, 4), divide(all, 10)];
    const splits = [[3, 3], [5, 3], [10, 5], [40, 3]] as const;
    const testRows = [[3, 50], [5, 200], [10, 200]] as const;
    return makeTable(
      [
        "",
        "± of a row",
        "rows with the same seeds and splits",
        "rows with others",
        "as if runs were independent (not done)",
      ],
      [
        ...splits.map((size) =>
          [`${size[0]} seeds × ${size[1]} splits`, [
            overDeviations(size, (world) => missMean(world, "crossed", n)),
            overDeviations(size, (world) => countCrossedErrors(world, true, n)),
            overDeviations(
              size,
              (world) => countCrossedErrors(world, false, n),
            ),
            overDeviations(size, (world) => missMean(world, "naive", n)),
          ]] as const
        ),
        ...testRows.map((size) => {
          const over = (count: (world: GridWorld) => number) =>
            overDeviations(size, count, OBSERVED);
          const name = `${size[0]} seeds × ${
            size[1]
          } test rows, ${few} repeats`;
          return [name, [
            over((world) => missObserved(world, "crossed", few)),
            over((world) => countObservedErrors(world, few)),
            "–",
            over((world) => missObserved(world, "naive", few)),
          ]] as const;
        }),
      ],
      n,
    );
  },
  shares(all) {
    const n = divide(all, 40);
    const sizes = [[3, 3], [5, 5], [10, 5]] as const;
    const headings = ["none", "equal", "seeds nearly all", "splits nearly all"];
    const deviations = [[0, 0], [1, 1], [5, 1], [1, 5]] as const;
    return makeTable(
      ["seeds × splits", ...headings],
      sizes.map((size) => [
        size.join(" × "),
        deviations.values().map((some) =>
          percentRange(missShares({ size, deviations: some }, n))
        ),
      ]),
      n,
    );
  },
  agreement(n) {
    const two = (share: number) => `${(100 * share).toFixed(2)} %`;
    return makeTable(
      ["the warning comes, where", ...SEEDS.map((n) => `n = ${n}`)],
      [false, true].map((areShared) => [
        areShared ? "test rows are the same" : "each run has its own test rows",
        SEEDS.values().map((nSeeds) =>
          two(countAlarms(nSeeds, { areShared, maxChance: MAX_CHANCE }, n))
        ),
      ]),
    );
  },
  datasets(all) {
    // Counting permutations takes up to tenths of a second.
    const n = divide(all, 40);
    const worlds = [[3, 5], [3, 20], [5, 10], [10, 5], [10, 20]] as const;
    return makeTable(
      [
        "rows, datasets",
        "t over datasets",
        "all runs as one sample (not done)",
        "Friedman",
        "Holm",
        "Nemenyi",
        "t or Nemenyi",
      ],
      worlds.map(([nRows, nDatasets]) => [`${nRows}, ${nDatasets}`, [
        countAcrossErrors({ nRows, nDatasets }, false, n),
        countAcrossErrors({ nRows, nDatasets }, true, n),
        ...countRankErrors({ nRows, nDatasets }, n),
      ]]),
      n,
    );
  },
  bootstrap(all) {
    const n = divide(all, 50);
    const worlds = [[5, 5], [10, 5], [5, 10]] as const;
    return makeTable(
      [
        "datasets, runs on each",
        "improvement 0.5",
        "improvement 0.76",
        "profile 0.5",
        "profile 0.84",
      ],
      worlds.map(([nDatasets, nRuns]) => [`${nDatasets}, ${nRuns}`, [
        // P(a > b) where a is better by so many standard deviations of runs.
        missImprovement({ nDatasets, nRuns, gap: 0 }, 0.5, n),
        missImprovement({ nDatasets, nRuns, gap: 1 }, 0.76025, n),
        ...(nRuns < 10 ? ["–", "–"] : [
          missProfile({ nDatasets, nRuns, gap: 0 }, 0.5, n),
          missProfile({ nDatasets, nRuns, gap: 1 }, 0.84134, n),
        ]),
      ]]),
      n,
    );
  },
} as const satisfies Record<string, MakeContent>;
