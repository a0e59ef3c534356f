/**
 * The tables on sweeps that decide by themselves what to run.
 *
 * @module
 */

import { EFFECTS } from "./simulate.ts";
import {
  addUntilResolved,
  searchAndConfirm,
  type SearchWorld,
} from "./sweeps.ts";
import { divide, type MakeContent, makeTable } from "./tables.ts";
import { SPREADS, type World } from "./workflows.ts";

const MAX_SEEDS = 30;

/** Rows to which seeds are added; row 1 may be better by 1.5 deviations. */
function makeAdding(
  nRows: number,
  hasBaseline: boolean,
  world: Partial<World> = {},
) {
  return { world: { nRows, nSeeds: MAX_SEEDS, ...world }, hasBaseline };
}

const ONE_BETTER = { mean: (row: number) => row === 1 ? -1.5 : 0 };

const ADDINGS = {
  "2 equal rows, one the baseline": makeAdding(2, true),
  "5 equal rows, one the baseline": makeAdding(5, true),
  "the same, the baseline spreads 5 times": makeAdding(5, true, {
    spread: (row) => row === 0 ? 5 : 1,
  }),
  "the same, half of the rows spread 5 times": makeAdding(5, true, {
    spread: (row) => SPREADS["half of the rows 5 times"](row, 5),
  }),
  "the same, lognormal": makeAdding(5, true, { draw: EFFECTS.lognormal.draw }),
  "5 rows, one better than the baseline": makeAdding(5, true, ONE_BETTER),
  "2 equal rows, the best": makeAdding(2, false),
  "5 equal rows, the best": makeAdding(5, false),
  "5 rows, two equally good, the best": makeAdding(5, false, {
    mean: (row) => row < 2 ? -10 : 0,
  }),
  "5 rows, one better, the best": makeAdding(5, false, ONE_BETTER),
};

function* measureAdding(
  adding: Parameters<typeof addUntilResolved>[0],
  nRepeats: number,
) {
  const { errs, resolved, cost } = addUntilResolved(adding, nRepeats);
  yield errs;
  yield addUntilResolved(
    { ...adding, options: { isAnytime: false } },
    divide(nRepeats, 2),
  ).errs;
  yield resolved;
  yield cost;
}

const SEARCH = {
  ...{ nConfigs: 100, spread: 0, nSearchSeeds: 1, nConfirmed: 3, nFresh: 5 },
} as const satisfies SearchWorld;

const RUNGS = [2, 1.4, 1];

/** The default one as good as the best of the others: nothing is better. */
const DEFAULT_BEST = {
  spread: 0.5,
  findDefault: (means: readonly number[]) => Math.min(...means),
};

const SEARCHES: Readonly<Record<string, SearchWorld>> = {
  "none differs": SEARCH,
  "none differs, 3 seeds each": { ...SEARCH, nSearchSeeds: 3 },
  "none differs, --confirm 1": { ...SEARCH, nSearchSeeds: 3, nConfirmed: 1 },
  "none differs, asha": { ...SEARCH, rungs: RUNGS },
  "none differs, lognormal": {
    ...SEARCH,
    nSearchSeeds: 3,
    draw: EFFECTS.lognormal.draw,
  },
  "they differ, none is better": { ...SEARCH, ...DEFAULT_BEST },
  "the same, --confirm 1": { ...SEARCH, ...DEFAULT_BEST, nConfirmed: 1 },
  "they differ, as many are better as worse": {
    ...{ ...SEARCH, spread: 0.5, nSearchSeeds: 3 },
  },
  "the same, asha": { ...SEARCH, spread: 0.5, rungs: RUNGS },
};

function* measureSearch(world: SearchWorld, nRepeats: number) {
  const found = searchAndConfirm(world, nRepeats);
  yield found.searchBias.toFixed(2);
  yield `${found.freshBias.toFixed(3)} ± ${found.freshError.toFixed(3)}`;
  yield found.falseFirst;
  yield found.falseAny;
  yield world.nSearchSeeds >= 3 ? found.falseReused : "–";
}

/** The tables, by their places on the page. */
export const SWEEP_TABLES = {
  "until-resolved"(all) {
    const n = divide(all, 10);
    return makeTable(
      [
        "at most 30 seeds",
        "false verdict",
        "with t tests (not valid)",
        "all resolved",
        "runs needed",
      ],
      Object.entries(ADDINGS).map(([name, adding]) => [
        name,
        measureAdding(adding, n),
      ]),
      n,
    );
  },
  search(all) {
    const n = divide(all, 4);
    return makeTable(
      [
        "100 configurations and the default one",
        "score too good by",
        "confirmed gain too good by",
        "false: the best",
        "false: any confirmed",
        "by the search's own runs (not valid)",
      ],
      Object.entries(SEARCHES).map(([name, world]) => [
        name,
        measureSearch(world, n),
      ]),
      n,
    );
  },
} as const satisfies Record<string, MakeContent>;
