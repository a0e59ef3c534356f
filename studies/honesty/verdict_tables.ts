/**
 * The tables on intervals of means, and on verdicts on rows that share seeds or do not.
 *
 * @module
 */

import { table } from "../../testing/page.ts";
import { EFFECTS, simulate } from "./simulate.ts";
import { divide, type MakeContent, makeTable, SEEDS } from "./tables.ts";
import {
  addSeeds,
  countDiffering,
  countFound,
  countRanked,
  listSeeds,
  SPREADS,
  switchToAnytime,
  type World,
} from "./workflows.ts";

const RUNS = "runs";

async function measureCoverage(
  effect: keyof typeof EFFECTS,
  nSeeds: number,
  nRepeats: number,
): Promise<number> {
  Deno.mkdirSync(RUNS, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: RUNS, prefix: ".honesty-" });
  const given = { name: effect, effect: EFFECTS[effect], nSeeds };
  try {
    return (await simulate({ ...given, nRepeats }, folder)).coverage;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function* measureCoverages(
  effect: keyof typeof EFFECTS,
  nRepeats: number,
) {
  for (const nSeeds of SEEDS) {
    yield await measureCoverage(effect, nSeeds, nRepeats);
  }
}

/** The error rates of rows with 3, 5 and 10 seeds. */
function* measureErrors(
  makeWorld: (nSeeds: number) => World,
  nRepeats: number,
) {
  for (const nSeeds of SEEDS) {
    const world = makeWorld(nSeeds);
    yield countDiffering(world, nRepeats);
    yield* countRanked(world, nRepeats);
  }
}

const ERRORS = SEEDS.flatMap((n) => [
  `n = ${n}: baseline`,
  "worse",
  "best",
]);

/** Shared seeds, and those of the first and of each other row alone. */
const PARTS = [[3, 2, 2], [3, 0, 40], [3, 20, 20], [5, 5, 0]] as const;

function* measurePartly(
  [shared, first, others]: typeof PARTS[number],
  spread: (row: number) => number,
  nRepeats: number,
) {
  for (const part of [0, 1, 4]) {
    const world = {
      nRows: 2,
      nSeeds: shared,
      spread,
      shared: part,
      seeds: (row: number) => [
        ...listSeeds(0, shared),
        ...listSeeds(100 * (row + 1), row === 0 ? first : others),
      ],
    };
    yield countDiffering(world, nRepeats);
  }
}

/** Rows without shared seeds, of which the first spreads most. */
const APART = {
  seeds: (row: number) => listSeeds(100 * row, 60),
  spread: (row: number) => row === 0 ? 5 : 1,
};

/** The share of repeats in which equal rows get a verdict while seeds are added. */
function* measureAdded(
  options: { isAnytime?: boolean; looks?: number[] },
  rows: Partial<World>,
  nRepeats: number,
) {
  for (const nRows of [2, 5]) {
    const ends = addSeeds({ nRows, nSeeds: 60, ...rows }, options, nRepeats);
    yield ends.filter((n) => n < Infinity).length / nRepeats;
  }
}

/** With how many seeds four of five repeats end, for rows that differ. */
function findStops(nRepeats: number): string {
  const rows = [2, 1.2].map((gap) => {
    const stops = [{ isAnytime: true }, {}].map((options) => {
      const world = {
        nRows: 2,
        nSeeds: 60,
        // The differences of pairs have a deviation of 1.
        spread: () => Math.SQRT1_2,
        mean: (row: number) => row * gap,
      };
      const ends = addSeeds(world, options, nRepeats).sort((a, b) => a - b);
      return String(ends[Math.ceil(0.8 * nRepeats) - 1]);
    });
    return [`${gap} standard deviations`, ...stops];
  });
  return table(["difference", "valid at any time", "not valid"], rows);
}

const GAPS = [[5, 5, 3], [5, 10, 2], [10, 3, 6], [10, 5, 3]] as const;

/** By how many standard deviations of a run rows are behind the two best ones. */
const BEHIND = 20;

/** The tables, by their places on the page. */
export const VERDICT_TABLES = {
  found(n) {
    return makeTable(
      ["rows, n, gap", "seeds fixed", "valid at any time"],
      GAPS.map(([nRows, nSeeds, gap]) => {
        const mean = (row: number) => row === 0 ? -gap : 0;
        const options = [{}, { isAnytime: true }];
        return [
          `${nRows} rows, n = ${nSeeds}, ${gap} standard deviations`,
          options.values().map((some) =>
            countFound({ nRows, nSeeds, mean }, some, n)
          ),
        ];
      }),
    );
  },
  async stops(n) {
    return await findStops(n);
  },
  added(all) {
    const n = divide(all, 2);
    return makeTable(["", "2 rows", "5 rows"], [
      ["valid at any time", measureAdded({ isAnytime: true }, {}, n)],
      [
        "the same, no shared seeds, the baseline spreads 5 times",
        measureAdded({ isAnytime: true }, APART, n),
      ],
      ["looks 3, 6, 12, 24", measureAdded({ looks: [3, 6, 12, 24] }, {}, n)],
      ["t tests for a fixed number (not valid)", measureAdded({}, {}, n)],
    ], n);
  },
  switched(all) {
    const n = divide(all, 4);
    return makeTable(
      ["", ...SEEDS.map((n) => `first ${n} seeds`)],
      [2, 5, 10].map((nRows) => [
        `${nRows} rows`,
        SEEDS.values().map((nFirst) =>
          switchToAnytime({ nRows, nSeeds: 60 }, nFirst, n)
        ),
      ]),
      n,
    );
  },
  fixed(n) {
    const measure = (nRows: number, makeWorld: (n: number) => Partial<World>) =>
      measureErrors(
        (nSeeds) => ({ nRows, nSeeds, ...makeWorld(nSeeds) }),
        n,
      );
    const spreads = Object.entries(SPREADS);
    return makeTable(["", ...ERRORS], [
      ...[2, 5, 7, 10].map((nRows) =>
        [`${nRows} rows`, measure(nRows, () => ({}))] as const
      ),
      ...spreads.slice(1).map(([name, spread]) =>
        [
          `7 rows, ${name}`,
          measure(7, () => ({ spread: (row) => spread(row, 7) })),
        ] as const
      ),
      [
        "7 rows, lognormal",
        measure(7, () => ({ draw: EFFECTS.lognormal.draw })),
      ],
      ...spreads.map(([name, spread]) =>
        [
          `5 rows without shared seeds, ${name}`,
          measure(5, (nSeeds) => ({
            spread: (row) => spread(row, 5),
            seeds: (row) => listSeeds(100 * row, nSeeds),
          })),
        ] as const
      ),
    ]);
  },
  best(n) {
    const measure = (nRows: number, nSeeds: number) => {
      const mean = (row: number) => row % (nRows - 1) === 0 ? 0 : BEHIND;
      return countRanked({ nRows, nSeeds, mean }, n);
    };
    return makeTable(
      ["rows", ...SEEDS.flatMap((n) => [`n = ${n}: worse`, "best"])],
      [3, 5, 10].map((nRows) => [
        String(nRows),
        SEEDS.values().flatMap((nSeeds) => measure(nRows, nSeeds)),
      ]),
    );
  },
  partly(n) {
    return makeTable(
      ["shared, first alone, second alone", "0 %", "50 %", "94 %"],
      PARTS.flatMap((part) =>
        [1, 5].map((times) =>
          [
            `${part.join(", ")}; second spreads ${times} times`,
            measurePartly(part, (row) => row === 0 ? 1 : times, n),
          ] as const
        )
      ),
    );
  },
  coverage(n) {
    const effects = Object.keys(EFFECTS) as (keyof typeof EFFECTS)[];
    return makeTable(
      ["run means are", ...SEEDS.map((n) => `n = ${n}`)],
      effects.map((effect) => [effect, measureCoverages(effect, n)]),
    );
  },
} as const satisfies Record<string, MakeContent>;
