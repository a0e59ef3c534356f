import { assert } from "@std/assert";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import type { VerdictOptions } from "../../results/statistics/verdicts.ts";
import {
  addSeeds,
  countDiffering,
  countFound,
  countRanked,
  countTogether,
  dropFailures,
  listSeeds,
  SPREADS,
  switchToAnytime,
  type World,
} from "../../studies/honesty/workflows.ts";
import {
  confirmBest,
  countByMargin,
  countTableErrors,
  coverProportion,
  missWinner,
} from "../../studies/honesty/choices.ts";
import {
  countAlarms,
  countCrossedErrors,
  countObservedErrors,
  missMean,
  missObserved,
  missShares,
} from "../../studies/honesty/crossed.ts";
import {
  countAcrossErrors,
  countRankErrors,
  missImprovement,
  missProfile,
} from "../../studies/honesty/datasets.ts";
import { askPilots, followAdvice } from "../../studies/honesty/plans.ts";
import {
  EFFECTS,
  type Setting,
  simulate,
  type Tally,
} from "../../studies/honesty/simulate.ts";

skipUnlessGranted("files");

const N_REPEATS = 1000;

/** Three Monte Carlo standard errors of a share, over so many repeats. */
const slack = (share: number) => 3 * Math.sqrt(share * (1 - share) / N_REPEATS);

async function tally(setting: Partial<Setting>): Promise<Tally> {
  using folder = tempFolder();
  return await simulate({ ...setting, nRepeats: N_REPEATS }, folder.path);
}

for (const nSeeds of [3, 5, 10]) {
  Deno.test(
    `95 % intervals of normal run means cover 95 % with ${nSeeds} seeds`,
    async () => {
      const { coverage } = await tally({ nSeeds });
      assert(Math.abs(coverage - 0.95) <= slack(0.95), String(coverage));
    },
  );
}

/** The most that may be found of what happens in at most 5 % of cases. */
const MOST = 0.05 + slack(0.05);

function assertErrs(
  rates: Readonly<Record<string, number>>,
  [least, most]: readonly [number, number] = [0, MOST],
): void {
  for (const [name, rate] of Object.entries(rates)) {
    assert(rate >= least && rate <= most, `${name} ${rate}`);
  }
}

Deno.test("verdicts err in at most 5 % of columns, through everything", async () => {
  const { baselineErrors, bestSetErrors } = await tally({
    nRows: 3,
    nSeeds: 5,
    isPaired: true,
    options: { baseline: [] },
  });
  assertErrs({ baselineErrors, bestSetErrors });
  assert(bestSetErrors > 0.02, String(bestSetErrors));
});

for (const [nRows, nSeeds] of [[2, 3], [5, 5], [7, 3], [7, 10]] as const) {
  Deno.test(
    `verdicts on ${nRows} equal rows of ${nSeeds} seeds err in at most 5 %`,
    () => {
      const world = { nRows, nSeeds };
      const [worse, best] = countRanked(world, N_REPEATS);
      const baseline = countDiffering(world, N_REPEATS);
      const together = countTogether(world, N_REPEATS);
      assertErrs({ baseline, worse, best, together });
      // And they are no verdicts that never speak.
      assert(baseline > 0.001, String(baseline));
    },
  );
}

for (const [name, spread] of Object.entries(SPREADS)) {
  Deno.test(`verdicts hold where the spread is ${name}`, () => {
    for (const isPaired of [true, false]) {
      const nRows = isPaired ? 7 : 5;
      const world = {
        nRows,
        nSeeds: 3,
        spread: (row: number) => spread(row, nRows),
        seeds: (row: number) => listSeeds(isPaired ? 0 : 100 * row, 3),
      };
      const [worse, best] = countRanked(world, N_REPEATS);
      assertErrs({ worse, best, baseline: countDiffering(world, N_REPEATS) });
    }
  });
}

Deno.test("verdicts on rows that share some seeds err in at most 5 %", () => {
  for (const [shared, alone] of [[3, [2, 2]], [3, [0, 40]]] as const) {
    const seeds = (row: number) => [
      ...listSeeds(0, shared),
      ...listSeeds(100 * (row + 1), alone[row]!),
    ];
    const world = { nRows: 2, nSeeds: shared, seeds };
    assertErrs({ differing: countDiffering(world, N_REPEATS) });
  }
});

Deno.test("three shared seeds do not put forty other runs aside", () => {
  const seeds = (row: number) => [
    ...listSeeds(0, 3),
    ...listSeeds(100 * (row + 1), 20),
  ];
  const world = { nRows: 2, nSeeds: 3, seeds, mean: (row: number) => row };
  const alone = { nRows: 2, nSeeds: 3, mean: (row: number) => row };
  const [all, few] = [world, alone].map((some) => countDiffering(some, 300));
  assert(all! > 0.5 && few! < 0.4 * all!, `${all} ${few}`);
});

/** In which share of cases a verdict appears while seeds are added. */
function countEnding(world: World, options: VerdictOptions, n: number): number {
  return addSeeds(world, options, n).filter((n) => n < Infinity).length / n;
}

Deno.test("anytime verdicts may be looked at after each seed, others may not", () => {
  const world = { nRows: 2, nSeeds: 30 };
  const anytime = countEnding(world, { isAnytime: true }, N_REPEATS);
  assertErrs({ anytime });
  const looks = countEnding(world, { looks: [3, 6, 12, 24] }, N_REPEATS);
  assertErrs({ looks }, [0.01, MOST]);
  assertErrs({ fixed: countEnding(world, {}, N_REPEATS) }, [0.15, 1]);
  // Rows without a seed in common, of which one spreads five times as much.
  const apart = {
    ...world,
    spread: (row: number) => row === 0 ? 1 : 5,
    seeds: (row: number) => listSeeds(100 * row, 30),
  };
  assertErrs({ apart: countEnding(apart, { isAnytime: true }, N_REPEATS) });
});

Deno.test("a first comparison without --anytime adds to what anytime verdicts err", () => {
  const world = { nRows: 2, nSeeds: 30 };
  assertErrs({ switched: switchToAnytime(world, 3, N_REPEATS) }, [0.045, 0.1]);
});

Deno.test("anytime verdicts see a difference of two deviations with eight seeds", () => {
  const world = {
    nRows: 2,
    nSeeds: 30,
    spread: () => Math.SQRT1_2,
    mean: (row: number) => 2 * row,
  };
  const ends = addSeeds(world, { isAnytime: true }, 500).sort((a, b) => a - b);
  assert(ends[400]! <= 9, String(ends[400]));
});

Deno.test("failed runs that are left out earn their row no praise", () => {
  const world = { nRows: 2, nSeeds: 20, shared: 0 };
  assertErrs({ unknown: dropFailures(world, false, 300) }, [0.2, 1]);
  assertErrs({ told: dropFailures(world, true, 300) }, [0, 0.01]);
});

Deno.test("the best of ten rows is found with three seeds", () => {
  const mean = (row: number) => row === 0 ? -6 : 0;
  const found = countFound({ nRows: 10, nSeeds: 3, mean }, {}, 300);
  assert(found > 0.55, String(found));
});

Deno.test(
  "exact verdicts err in at most 5 % of families, where runs are not normal too",
  async () => {
    const { baselineErrors, bestSetErrors } = await tally({
      effect: EFFECTS.lognormal,
      nRows: 2,
      nSeeds: 8,
      isPaired: true,
      options: { test: "sign-flip" },
    });
    assert(baselineErrors <= 0.05 + slack(0.05), String(baselineErrors));
    assert(bestSetErrors <= 0.05 + slack(0.05), String(bestSetErrors));
  },
);

Deno.test(
  "intervals of medians cover what they claim, whatever the distribution",
  async () => {
    // Symmetric, so that its median is its mean.
    const { coverage } = await tally({
      effect: EFFECTS.uniform,
      nSeeds: 10,
      options: { aggregate: "median" },
    });
    assert(coverage >= 0.95 - slack(0.95), String(coverage));
  },
);

Deno.test("runs on each seed and split err in at most 5 %, taken for independent in more", () => {
  for (const size of [[3, 3], [10, 3]] as const) {
    const world = { size, deviations: [1, 1] } as const;
    assertErrs({
      mean: missMean(world, "crossed", N_REPEATS),
      same: countCrossedErrors(world, true, N_REPEATS),
      others: countCrossedErrors(world, false, N_REPEATS),
    });
    assertErrs({ naive: missMean(world, "naive", N_REPEATS) }, [0.15, 1]);
  }
});

Deno.test("intervals of shares of the variance miss in at most 5 %", () => {
  const missed = missShares({ size: [5, 5], deviations: [1, 1] }, 100);
  assert(Math.max(...missed) <= 0.05 + 3 * 0.0218, String(missed));
});

Deno.test("seeds on the same test rows err in at most 5 %, over seeds alone in more", () => {
  const world = { size: [5, 50], deviations: [0.3, 1] } as const;
  const mean = missObserved(world, "crossed", N_REPEATS);
  const difference = countObservedErrors(world, N_REPEATS);
  assertErrs({ mean, difference });
  assertErrs({ naive: missObserved(world, "naive", N_REPEATS) }, [0.1, 1]);
});

Deno.test("runs on the same test rows are noticed, and others hardly ever", () => {
  const count = (areShared: boolean) =>
    countAlarms(5, { areShared, maxChance: 0.001 }, N_REPEATS);
  assertErrs({ shared: count(true) }, [0.9, 1]);
  assertErrs({ others: count(false) }, [0, 0.006]);
});

Deno.test("pilots ask for enough seeds in four of five cases", () => {
  const makeWorld = (nSeeds: number) => ({
    nRows: 2,
    nSeeds,
    spread: () => Math.SQRT1_2,
  });
  const question = { makeWorld, nPilot: 5, gap: 1 };
  const { needed, enough, reach } = askPilots(question, 300);
  assert(Math.abs(needed - 10) <= 1, String(needed));
  // Of 300 pilots a share of 80 % is known to 2.3 %.
  assertErrs({ enough }, [0.73, 0.93]);
  for (const share of reach) assertErrs({ share }, [0.73, 0.93]);
});

Deno.test("advice may be followed with fresh seeds or at any time, else not", () => {
  const fresh = followAdvice({ isKept: false }, 500);
  const options = { isAnytime: true };
  const anytime = followAdvice({ isKept: true, options }, 500);
  assertErrs({ fresh, anytime });
  assertErrs({ kept: followAdvice({ isKept: true }, 500) }, [MOST, 1]);
});

type Verdicts = Parameters<typeof countByMargin>[2]["verdicts"];

for (const nRows of [2, 5]) {
  Deno.test(`verdicts with a margin on ${nRows} rows are false in at most 5 %`, () => {
    for (const isShare of [false, true]) {
      const count = (moved: number, verdicts: Verdicts) =>
        countByMargin(
          {
            nRows,
            nSeeds: 5,
            spread: () => 0.3,
            mean: (row) => 10 + (row > 0 ? moved : 0),
          },
          { size: isShare ? 0.1 : 1, isShare },
          { verdicts, nRepeats: N_REPEATS },
        );
      assertErrs({
        better: count(-1, ["better"]),
        equal: count(-1, ["equal"]),
        worse: count(1, ["worse"]),
        noWorse: count(1, ["equal", "no worse"]),
      });
      assertErrs({ found: count(0, ["equal"]) }, [0.5, 1]);
    }
  });
}
Deno.test("tests over datasets err in at most 5 %, of all runs as one sample in more", () => {
  const world = { nRows: 3, nDatasets: 10 };
  const t = countAcrossErrors(world, false, N_REPEATS);
  assertErrs({ t });
  assertErrs({ pooled: countAcrossErrors(world, true, N_REPEATS) }, [0.15, 1]);
  const [friedman, holm, nemenyi] = countRankErrors(world, N_REPEATS);
  assertErrs({ friedman, holm, nemenyi }, [0.01, MOST]);
});

Deno.test("bootstrap intervals over datasets miss not much more than 5 %", () => {
  const world = { nDatasets: 5, nRuns: 10, gap: 0 };
  const improvement = missImprovement(world, 0.5, 40);
  const profile = missProfile(world, 0.5, 40);
  assertErrs({ improvement, profile }, [0, 0.11 + 3 * 0.05]);
});

Deno.test("the interval of the best of twenty rows holds its mean, Student's does not", () => {
  const world = { nRows: 20, nSeeds: 3, shared: 0 };
  const [corrected, student, bias] = missWinner(world, N_REPEATS);
  assertErrs({ corrected });
  assertErrs({ student }, [0.1, 1]);
  assert(bias > 0.9, String(bias));
});

Deno.test("fresh seeds confirm the best of twenty rows, the same runs do not", () => {
  const world = { nRows: 21, nSeeds: 3 };
  const [differs, misses] = confirmBest({ world, nFresh: 5 }, N_REPEATS);
  assertErrs({ differs, misses });
  const [again, asBefore] = confirmBest({ world }, N_REPEATS);
  assertErrs({ again, asBefore }, [MOST, 1]);
});

Deno.test("the columns of a table share one chance to err where they are asked to", () => {
  const count = (isFamily: boolean) =>
    countTableErrors({ nRows: 3, nSeeds: 5 }, 10, { isFamily, nRepeats: 500 });
  assertErrs({ table: count(true) });
  assertErrs({ columns: count(false) }, [0.2, 0.5]);
});

Deno.test("Wilson's interval of a proportion near 1 holds it, ± 1.96 errors do not", () => {
  const [wilson, wald] = coverProportion(0.99, 68, N_REPEATS);
  assert(wilson! > 0.93 && wald! < 0.7, `${wilson} ${wald}`);
});

Deno.test("sign flips hold where runs are lognormal, labels only where spreads are equal", () => {
  const options = { test: "sign-flip" } as const;
  const world = { nRows: 2, nSeeds: 6 };
  const { draw } = EFFECTS.lognormal;
  const flips = countDiffering({ ...world, draw }, N_REPEATS, options);
  const seeds = (row: number) => listSeeds(100 * row, 6);
  const labels = { ...world, seeds, draw };
  assertErrs({ flips, labels: countDiffering(labels, N_REPEATS, options) });
});
