import { assert } from "@std/assert";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
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

for (const isPaired of [true, false]) {
  for (const [nRows, nSeeds] of [[2, 3], [5, 5], [10, 10]] as const) {
    Deno.test(
      `verdicts on ${nRows} equal rows of ${nSeeds} ${
        isPaired ? "paired" : "unpaired"
      } seeds err in at most 5 % of families`,
      async () => {
        const { baselineErrors, bestSetErrors } = await tally({
          nRows,
          nSeeds,
          isPaired,
        });
        const most = 0.05 + slack(0.05);
        assert(baselineErrors <= most, `baseline ${baselineErrors}`);
        assert(bestSetErrors <= most, `best set ${bestSetErrors}`);
        // And they are no verdicts that never speak.
        assert(baselineErrors > 0.01, `baseline ${baselineErrors}`);
        assert(bestSetErrors > 0.005, `best set ${bestSetErrors}`);
      },
    );
  }
}

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
