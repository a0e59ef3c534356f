/**
 * The tables on plans, margins, the best of many, proportions and exact tests.
 *
 * @module
 */

import {
  confirmBest,
  countByMargin,
  countTableErrors,
  coverProportion,
  missWinner,
} from "./choices.ts";
import { askPilots, followAdvice } from "./plans.ts";
import { EFFECTS } from "./simulate.ts";
import { divide, type MakeContent, makeTable, SEEDS } from "./tables.ts";
import {
  countDiffering,
  countTogether,
  dropFailures,
  listSeeds,
  SPREADS,
  type World,
} from "./workflows.ts";

/** Rows of which the others are all moved from row 0 by so many margins. */
function* measureMargins(
  moved: number,
  verdicts: Parameters<typeof countByMargin>[2]["verdicts"],
  nRepeats: number,
) {
  const settings = [
    ...SEEDS.map((nSeeds) => ({ nRows: 2, nSeeds, isShare: false })),
    { nRows: 2, nSeeds: 5, isShare: true },
    { nRows: 5, nSeeds: 5, isShare: false },
  ];
  for (const { nRows, nSeeds, isShare } of settings) {
    const shares = [0.2, 0.7, 3].flatMap((deviation) =>
      [true, false].map((isPaired) => {
        const world = {
          nRows,
          nSeeds,
          spread: () => deviation,
          shared: isPaired ? 1 : 0,
          seeds: (row: number) => listSeeds(isPaired ? 0 : 100 * row, nSeeds),
          mean: (row: number) => 10 + (row > 0 ? moved : 0),
        };
        const margin = { size: isShare ? 0.1 : 1, isShare };
        return countByMargin(world, margin, { verdicts, nRepeats });
      })
    );
    yield Math.max(...shares);
  }
}

/** What pilots are asked, by rows; differences of two runs have a deviation of 1. */
const QUESTIONS: Readonly<Record<string, (nSeeds: number) => World>> = {
  "2 rows": (nSeeds) => ({ nRows: 2, nSeeds, spread: () => Math.SQRT1_2 }),
  "2 rows, no shared seeds": (nSeeds) => ({
    nRows: 2,
    nSeeds,
    shared: 0,
    spread: () => Math.SQRT1_2,
    seeds: (row) => listSeeds(1000 * row, nSeeds),
  }),
  "the same, one spreads 5 times": (nSeeds) => ({
    nRows: 2,
    nSeeds,
    shared: 0,
    spread: (row) => (row === 0 ? 1 : 5) / Math.sqrt(26),
    seeds: (row) => listSeeds(1000 * row, nSeeds),
  }),
  "10 rows": (nSeeds) => ({ nRows: 10, nSeeds, spread: () => Math.SQRT1_2 }),
};

function* measureWinners(nRows: number, nSeeds: number, nRepeats: number) {
  const spread = (row: number) =>
    SPREADS["half of the rows 5 times"](row, nRows);
  const worlds: Partial<World>[] = [{}, { spread }, { mean: (row) => row / 2 }];
  for (const world of worlds) {
    const all = { nRows, nSeeds, shared: 0, ...world };
    const [corrected, student, bias] = missWinner(all, nRepeats);
    if (world === worlds[0]) yield bias.toFixed(2);
    yield corrected;
    yield student;
  }
}

/** The row of a pilot. */
function* askOnce(
  makeWorld: (nSeeds: number) => World,
  nPilot: number,
  nRepeats: number,
) {
  const { needed, median, enough, reach } = askPilots(
    { makeWorld, nPilot, gap: 1 },
    nRepeats,
  );
  yield String(needed);
  yield String(median);
  yield enough;
  yield* reach;
}

function* prepend(name: string, shares: Iterable<number>) {
  yield name;
  yield* shares;
}

/** How often exact tests err, where their assumption holds and where not. */
function countExact(nRepeats: number): Record<string, number> {
  const { draw } = EFFECTS.lognormal;
  const apart = (a: number, b: number) => ({
    seeds: (row: number) => listSeeds(100 * row, row === 0 ? a : b),
    shared: 0,
  });
  const spread = (row: number) => row === 0 ? 5 : 1;
  const worlds: Readonly<Record<string, Partial<World>>> = {
    "sign flips, 8 pairs, lognormal": { nSeeds: 8, draw },
    "labels, 6 runs of each, lognormal": { ...apart(6, 6), draw },
    "labels, 4 and 12 runs, the 4 spread 5 times (not valid)": {
      ...apart(4, 12),
      spread,
    },
  };
  const options = { test: "sign-flip" } as const;
  return Object.fromEntries(
    Object.entries(worlds).map(([name, world]) => [
      name,
      countDiffering({ nRows: 2, nSeeds: 6, ...world }, nRepeats, options),
    ]),
  );
}

/** The tables, by their places on the page. */
export const CHOICE_TABLES = {
  detect(all) {
    const n = divide(all, 10);
    return makeTable(
      [
        "rows, n of the pilot",
        "seeds it takes",
        "seeds asked for (median)",
        "enough",
        "forecast holds: n",
        "2n",
        "4n",
      ],
      Object.entries(QUESTIONS).flatMap(([name, makeWorld]) =>
        [3, 10].map((nPilot) =>
          [`${name}, n = ${nPilot}`, askOnce(makeWorld, nPilot, n)] as const
        )
      ),
      n,
    );
  },
  margin(all) {
    const n = divide(all, 5);
    return makeTable(
      [
        "true difference, in margins",
        "false verdict",
        ...SEEDS.map((n) => `n = ${n}`),
        "n = 5, 10 %",
        "5 rows, n = 5",
      ],
      ([
        [-1, "better", ["better"]],
        [-1, "equal", ["equal"]],
        [0, "better or worse", ["better", "worse"]],
        [1, "worse", ["worse"]],
        [1, "equal or no worse", ["equal", "no worse"]],
      ] as const).map(([moved, name, verdicts]) => [
        `${moved}`,
        prepend(name, measureMargins(moved, verdicts, n)),
      ]),
      n,
    );
  },
  winner(all) {
    const n = divide(all, 2);
    return makeTable(
      [
        "rows, n",
        "too good by",
        "equal rows",
        "Student's",
        "half spread 5 times",
        "Student's",
        "means differ",
        "Student's",
      ],
      [5, 20].flatMap((nRows) =>
        SEEDS.map((nSeeds) =>
          [
            `${nRows} rows, n = ${nSeeds}`,
            measureWinners(nRows, nSeeds, n),
          ] as const
        )
      ),
      n,
    );
  },
  proportions(n) {
    return makeTable(
      [
        "observations",
        ...[0.5, 0.9, 0.99].flatMap((truth) => [
          `Wilson, ${truth}`,
          "± 1.96 errors",
        ]),
      ],
      [10, 68, 500].map((size) => [
        `${size}`,
        [0.5, 0.9, 0.99].flatMap((truth) => coverProportion(truth, size, n)),
      ]),
    );
  },
  workflows(all) {
    const n = divide(all, 2);
    const failing = { nRows: 2, nSeeds: 20, shared: 0 };
    const search = { nRows: 21, nSeeds: 3 };
    const [again, asBefore] = confirmBest({ world: search }, n);
    const [confirmed, fresh] = confirmBest({ world: search, nFresh: 5 }, n);
    const countTables = (isFamily: boolean) =>
      countTableErrors({ nRows: 3, nSeeds: 5 }, 10, { isFamily, nRepeats: n });
    const rates: Readonly<Record<string, number>> = {
      ...Object.fromEntries([3, 5, 10].map((nRows) => [
        `baseline and best in one table: ${nRows} rows, n = 5`,
        countTogether({ nRows, nSeeds: 5 }, n),
      ])),
      "10 metrics, 3 rows: any verdict, each column alone": countTables(false),
      "10 metrics, 3 rows, --family table": countTables(true),
      "failed runs silently left out (not valid)": dropFailures(
        failing,
        false,
        n,
      ),
      "failed runs left out: is their row praised?": dropFailures(
        failing,
        true,
        n,
      ),
      "best of 20, n = 3: its own interval (not valid)": asBefore,
      "best of 20, then --confirm, 5 fresh seeds: interval": fresh,
      "best of 20 beside the baseline, same runs (not valid)": again,
      "best of 20, then --confirm beside the baseline": confirmed,
      "--detect followed with fresh seeds": followAdvice(
        { isKept: false },
        n,
      ),
      "--detect followed, pilot kept, --planned (not valid)": followAdvice(
        { isKept: true },
        n,
      ),
      "--detect followed, pilot kept, --anytime": followAdvice(
        { isKept: true, options: { isAnytime: true } },
        n,
      ),
      ...countExact(n),
    };
    return makeTable(
      ["what is done, with rows that are all equal", "errs"],
      Object.entries(rates).map(([name, rate]) => [name, [rate]]),
      n,
    );
  },
} as const satisfies Record<string, MakeContent>;
