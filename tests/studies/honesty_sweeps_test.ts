import { assert } from "@std/assert";
import {
  addUntilResolved,
  searchAndConfirm,
} from "../../studies/honesty/sweeps.ts";

/** Three Monte Carlo standard errors above a share of 5 %. */
const most = (nRepeats: number) => 0.05 + 3 * Math.sqrt(0.05 * 0.95 / nRepeats);

Deno.test("seeds until resolved err in at most 5 % of sweeps, with t tests in more", () => {
  const n = 300;
  for (
    const [nRows, hasBaseline] of [[2, true], [4, true], [3, false]] as const
  ) {
    const world = {
      ...{ nRows, nSeeds: 20 },
      // Without a baseline two rows are equally good, and one far worse.
      mean: (row: number) => hasBaseline || row < 2 ? 0 : 9,
    };
    const adding = { world, hasBaseline };
    const { errs } = addUntilResolved(adding, n);
    assert(errs <= most(n), `${nRows} ${errs}`);
    const fixed = addUntilResolved(
      { ...adding, options: { isAnytime: false } },
      100,
    );
    assert(fixed.errs > errs, `${nRows} ${fixed.errs}`);
    if (nRows === 2) assert(fixed.errs > 0.12, `${fixed.errs}`);
  }
});

Deno.test("seeds until resolved find what differs, with few of the runs", () => {
  const world = { nRows: 3, nSeeds: 30, mean: (row: number) => -3 * row };
  const best = addUntilResolved({ world, hasBaseline: false }, 100);
  assert(best.resolved > 0.95 && best.cost < 0.5, JSON.stringify(best));
  const baseline = addUntilResolved({ world, hasBaseline: true }, 100);
  assert(baseline.resolved > 0.95 && baseline.errs === 0);
});

Deno.test("the confirmed gain of a search has no bias, and no false verdicts", () => {
  const n = 1000;
  const search = {
    ...{ nConfigs: 100, spread: 0, nSearchSeeds: 3, nFresh: 5 },
  };
  for (const nConfirmed of [1, 3]) {
    const found = searchAndConfirm({ ...search, nConfirmed }, n);
    const { freshBias, freshError, falseAny, falseReused } = found;
    assert(Math.abs(freshBias) <= 3 * freshError, `${freshBias}`);
    assert(falseAny <= most(n), `${falseAny}`);
    // The scores that chose are far too good.
    assert(found.searchBias > 1 && falseReused > 0.1, `${falseReused}`);
  }
  const asha = searchAndConfirm({
    ...{ ...search, spread: 0.5, nSearchSeeds: 1, nConfirmed: 3 },
    rungs: [2, 1],
    // Nothing is better than the default one.
    findDefault: (means) => Math.min(...means),
  }, n);
  assert(Math.abs(asha.freshBias) <= 3 * asha.freshError);
  assert(asha.falseAny <= most(n), `${asha.falseAny}`);
});
