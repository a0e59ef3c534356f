/**
 * `deno task honesty`: measures with many repeats how often intervals hold the
 * truth and verdicts err, and puts the tables into docs/statistics.md. Takes
 * about a quarter of an hour.
 *
 * @module
 */

import { integer } from "../../core/config/fields.ts";
import { ConfigSchema } from "../../core/config/schema.ts";
import { defineCommand, main } from "../../scripts/_command.ts";
import { fillPage, table } from "../../testing/page.ts";
import { EFFECTS, simulate } from "./simulate.ts";
import {
  addSeeds,
  countDiffering,
  countFound,
  countRanked,
  countTogether,
  dropFailures,
  listSeeds,
  SPREADS,
  type World,
} from "./workflows.ts";

/** How many repeats, unless the command line says otherwise. */
let nRepeats = 20_000;
const SEEDS = [3, 5, 10];
const PAGE = `${import.meta.dirname}/../../docs/statistics.md`;
const RUNS = "runs";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Makes a table of shares, and shows its rows as they come. */
async function makeTable(
  headings: readonly string[],
  rows: Iterable<readonly [string, Iterable<number> | AsyncIterable<number>]>,
): Promise<string> {
  const filled: string[][] = [];
  for (const [name, shares] of rows) {
    filled.push([name, ...(await Array.fromAsync(shares, percent))]);
    console.error(filled.at(-1)!.join("  "));
  }
  return table([...headings], filled);
}

async function measureCoverage(
  effect: keyof typeof EFFECTS,
  nSeeds: number,
): Promise<number> {
  Deno.mkdirSync(RUNS, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: RUNS, prefix: ".honesty-" });
  const given = { name: effect, effect: EFFECTS[effect], nSeeds };
  try {
    const all = { ...given, nRepeats: nRepeats };
    return (await simulate(all, folder)).coverage;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function* measureCoverages(effect: keyof typeof EFFECTS) {
  for (const nSeeds of SEEDS) yield await measureCoverage(effect, nSeeds);
}

/** The error rates of rows with 3, 5 and 10 seeds. */
function* measureErrors(makeWorld: (nSeeds: number) => World) {
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
  rows: Partial<World> = {},
) {
  for (const nRows of [2, 5]) {
    const ends = addSeeds({ nRows, nSeeds: 60, ...rows }, options, nRepeats);
    yield ends.filter((n) => n < Infinity).length / nRepeats;
  }
}

/** With how many seeds four of five repeats end, for rows that differ. */
function findStops(): string {
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

function measureFound() {
  return makeTable(
    ["rows, n, gap", "seeds fixed", "valid at any time"],
    GAPS.map(([nRows, nSeeds, gap]) => {
      const mean = (row: number) => row === 0 ? -gap : 0;
      const options = [{}, { isAnytime: true }];
      return [
        `${nRows} rows, n = ${nSeeds}, ${gap} standard deviations`,
        options.values().map((some) =>
          countFound({ nRows, nSeeds, mean }, some, nRepeats)
        ),
      ];
    }),
  );
}

function measureWorkflows() {
  const failing = { nRows: 2, nSeeds: 20, shared: 0 };
  return makeTable(["what is done, with rows that are all equal", "errs"], [
    ...[3, 5, 10].map((nRows) =>
      [
        `${nRows} rows, n = 5: baseline and best in one table`,
        [countTogether({ nRows, nSeeds: 5 }, nRepeats)],
      ] as const
    ),
    [
      "failed runs are left out, and nobody knows (this is not done)",
      [dropFailures(failing, false, nRepeats)],
    ],
    [
      "failed runs are left out, and the row with them is not praised",
      [dropFailures(failing, true, nRepeats)],
    ],
  ]);
}

const command = defineCommand({
  name: "honesty",
  summary: "Simulate how often intervals and verdicts are right.",
  usage: [""],
  notes: [
    "Repeats each comparison of made-up runs 20,000 times, which takes about a " +
    "quarter of an hour, and puts the tables into docs/statistics.md.",
  ],
  examples: ["deno task honesty"],
  flags: {
    Flags: new ConfigSchema({
      repeats: integer({ default: nRepeats, min: 1, description: "how many" }),
    }),
  },
  async run({ flags: { repeats } }) {
    nRepeats = repeats;
    const effects = Object.keys(EFFECTS) as (keyof typeof EFFECTS)[];
    // The page is read only then: meanwhile someone may have edited it.
    fillPage(PAGE, {
      repeats:
        `Each share is that of ${nRepeats} repeats, so that 5 % is known ` +
        `to ${percent(Math.sqrt(0.05 * 0.95 / nRepeats))}.`,
      workflows: await measureWorkflows(),
      found: await measureFound(),
      stops: findStops(),
      added: await makeTable(["", "2 rows", "5 rows"], [
        ["valid at any time", measureAdded({ isAnytime: true })],
        [
          "the same, no shared seeds, the baseline spreads 5 times",
          measureAdded({ isAnytime: true }, APART),
        ],
        ["looks 3, 6, 12, 24", measureAdded({ looks: [3, 6, 12, 24] })],
        ["t tests for a fixed number (not valid)", measureAdded({})],
      ]),
      paired: await makeTable(
        ["rows", ...ERRORS],
        [2, 5, 7, 10].map((nRows) => [
          String(nRows),
          measureErrors((nSeeds) => ({ nRows, nSeeds })),
        ]),
      ),
      spreads: await makeTable(["7 rows, spread", ...ERRORS], [
        ...Object.entries(SPREADS).slice(1).map(([name, spread]) =>
          [
            name,
            measureErrors((nSeeds) => ({
              nRows: 7,
              nSeeds,
              spread: (row: number) => spread(row, 7),
            })),
          ] as const
        ),
        [
          "lognormal",
          measureErrors((nSeeds) => ({
            nRows: 7,
            nSeeds,
            draw: EFFECTS.lognormal.draw,
          })),
        ],
      ]),
      unpaired: await makeTable(
        ["5 rows without shared seeds, spread", ...ERRORS],
        Object.entries(SPREADS).map(([name, spread]) => [
          name,
          measureErrors((nSeeds) => ({
            nRows: 5,
            nSeeds,
            spread: (row: number) => spread(row, 5),
            seeds: (row: number) => listSeeds(100 * row, nSeeds),
          })),
        ]),
      ),
      partly: await makeTable(
        ["shared, first alone, second alone", "0 %", "50 %", "94 %"],
        PARTS.flatMap((part) =>
          [1, 5].map((times) =>
            [
              `${part.join(", ")}; second spreads ${times} times`,
              measurePartly(part, (row) => row === 0 ? 1 : times),
            ] as const
          )
        ),
      ),
      coverage: await makeTable(
        ["run means are", ...SEEDS.map((n) => `n = ${n}`)],
        effects.map((effect) => [effect, measureCoverages(effect)]),
      ),
    });
    return { text: "docs/statistics.md" };
  },
});

if (import.meta.main) main(command);
