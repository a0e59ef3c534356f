import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  contrast,
  decideVerdicts,
  type Direction,
  findOutlook,
  isTested,
  rank,
  type Sample,
  type Untested,
  type Verdict,
} from "../../../results/statistics/verdicts.ts";
import { countMoreSeeds } from "../../../results/statistics/power.ts";
import { pairedT, welchT } from "../../../results/statistics/tests.ts";

/** A sample with seeds counted from `first`. */
function seeds(values: readonly number[], first = 1): Sample {
  return new Map(values.map((value, i) => [`seed=${first + i}`, value]));
}

function tested<T extends { p: number }>(outcome: T | Untested | undefined): T {
  assert(outcome && "p" in outcome);
  return outcome as T;
}

/** Ranks samples by their indices; undefined takes no part. */
function rankAll(
  samples: readonly (Sample | undefined)[],
  better: Direction = "lower",
) {
  const taking = samples.flatMap((sample, i): [number, Sample][] =>
    sample ? [[i, sample]] : []
  );
  const places = rank([new Map(taking)], better);
  return {
    places,
    standings: samples.map((_, i) => places.get(i)?.standing),
    leaders: new Set(
      places.values().flatMap(({ versusBest }) =>
        versusBest ? [versusBest.best] : []
      ),
    ),
  };
}

Deno.test("contrast() pairs where three seeds are shared, and names the rest", () => {
  const first = seeds([1, 2, 3, 5, 9]);
  const second = seeds([2, 2.5, 4.2, 8], 3); // Seeds 3 to 6.
  const outcome = tested(contrast(first, second));
  assertEquals(outcome.test, "paired t");
  assertEquals(outcome.pairs, 3);
  assertEquals(outcome.unused, ["seed=1", "seed=2", "seed=6"]);
  const expected = pairedT([3, 5, 9], [2, 2.5, 4.2]);
  assertEquals(outcome.p, expected.p);
  assertEquals(outcome.difference, expected.difference);
});

Deno.test("contrast() takes Welch's test where too few seeds are shared", () => {
  const [a, b] = [[1, 2, 3, 5], [2, 3, 4]];
  const outcome = tested(contrast(seeds(a), seeds(b, 3))); // Two are shared.
  assertEquals(outcome.test, "Welch t");
  assertEquals(outcome.pairs, 0);
  assertEquals(outcome.unused, []);
  assertEquals(outcome.p, welchT(a, b).p);
  assertEquals(outcome.interval?.length, 2);
});

Deno.test("contrast() says why there is no test", () => {
  const few = contrast(seeds([1, 2]), seeds([1, 2, 3, 4]));
  assertEquals(few, { reason: "fewer than 3 runs on a side" });
  const diverged = contrast(seeds([1, 2, NaN]), seeds([1, 2, 3]));
  assertEquals(diverged, { reason: "a mean is not finite" });
  const many = seeds(Array.from({ length: 21 }, (_, i) => i));
  assertEquals(contrast(many, many, { test: "sign-flip" }), {
    reason: "too many runs for an exact test: use the t test",
  });
  assert(isTested(contrast(many, many)));
});

Deno.test("decideVerdicts() adjusts over what was tested, and resolves by that", () => {
  const base = seeds([0, 0, 0, 0, 0]);
  const near = seeds([0.1, -0.2, 0.3, 0.1, -0.1]);
  const far = seeds([1.1, 1.2, 0.9, 1, 1.05]);
  const same = seeds([2, 2, 2, 2, 2]); // No variance: no p.
  const contrasts = [near, far, same, seeds([1])].map((row) =>
    contrast(row, base)
  );
  const verdicts = decideVerdicts(contrasts);
  assertEquals(
    verdicts.map((item) => isTested(item) && item.isResolved),
    [false, true, false, false],
  );
  const [a, b, c] = verdicts.map((item) => item as Verdict);
  assertEquals(b!.pAdjusted, 2 * b!.p);
  assertEquals(a!.pAdjusted, a!.p);
  assertEquals([c!.p, c!.pAdjusted], [NaN, NaN]);
  // Two of them are the family, and each is tested at half of α.
  assertEquals(
    findOutlook(a!)!.moreSeeds,
    countMoreSeeds(a!.difference, { ...a!.design, alpha: 0.025 }),
  );
  assertEquals("reason" in verdicts[3]!, true);
});

Deno.test("decideVerdicts() gives none where so few runs can show nothing", () => {
  const base = seeds([0, 0, 0, 0, 0]);
  const up = seeds([1, 2, 3, 4, 5]);
  const one = decideVerdicts([contrast(up, base, { test: "sign-flip" })]);
  // 2/2⁵ > 0.05, and 2/2⁶ is not.
  assertEquals(tested(one[0] as Verdict).needs, 6);
  assertEquals(tested(one[0] as Verdict).isResolved, false);
  const two = decideVerdicts(
    [up, up].map((row) => contrast(row, base, { test: "sign-flip" })),
  );
  assertEquals(tested(two[0] as Verdict).needs, 7);
  const six = contrast(seeds([1, 2, 3, 4, 5, 6]), seeds([0, 0, 0, 0, 0, 0]), {
    test: "sign-flip",
  });
  const [enough] = decideVerdicts([six]) as Verdict[];
  assertEquals([enough!.needs, enough!.isResolved], [undefined, true]);
  // Alone it can show something, of two of them neither can.
  const [both] = decideVerdicts([six, six]) as Verdict[];
  assertEquals([both!.needs, both!.isResolved], [7, false]);
  // Labels: 2/C(2n, n) is 0.1 for n = 3 and 0.029 for n = 4.
  const apart = contrast(seeds([1, 2, 3]), seeds([7, 8, 9], 50), {
    test: "sign-flip",
  });
  assertEquals((decideVerdicts([apart])[0] as Verdict).needs, 4);
});

Deno.test("rank() calls one best alone where it differs from every other", () => {
  const { standings, leaders } = rankAll(
    [seeds([5, 5.1, 5.2]), seeds([1, 1.2, 1.1]), seeds([9, 9.2, 9.3])],
  );
  assertEquals([...leaders], [1]);
  assertEquals(standings, ["worse", "best", "worse"]);
  assertEquals(
    rankAll([seeds([5, 5.1, 5.2]), seeds([1, 1.2, 1.1])], "higher").standings,
    ["best", "worse"],
  );
});

Deno.test("rank() ties all that do not differ from the best mean", () => {
  const { standings, leaders } = rankAll([
    seeds([1, 1.4, 0.9, 1.1]),
    seeds([1.1, 1.2, 1, 1.2]),
    seeds([9, 9.2, 9.3, 9.1]),
    seeds([0.5]), // The lowest, but one run is no ground.
  ]);
  assertEquals([...leaders], [3]);
  assertEquals(standings, ["tied", "tied", "tied", "tied"]);
  const without = rankAll([
    seeds([1, 1.4, 0.9, 1.1]),
    seeds([1.1, 1.2, 1, 1.2]),
    seeds([9, 9.2, 9.3, 9.1]),
    undefined,
  ]);
  assertEquals(without.standings, ["tied", "tied", "worse", undefined]);
  const [second, third] = [1, 2].map((i) =>
    tested(without.places.get(i)!.versusBest!.verdict as Verdict)
  );
  assertAlmostEquals(second!.difference, 0.025, 1e-12);
  assertEquals(third!.difference > 8, true);
});

Deno.test("rank() compares within groups, and adjusts over all of them", () => {
  const groups = [
    new Map([["a", seeds([1, 1.1, 1.2])], ["b", seeds([5, 5.2, 5.1])]]),
    new Map([["c", seeds([90, 91, 90.5])], ["d", seeds([70, 72, 71])]]),
    new Map([["alone", seeds([0, 0.1, 0.2])]]),
  ];
  const places = rank(groups, "lower");
  assertEquals(
    [...places].map(([row, { standing, versusBest }]) => [
      row,
      standing,
      versusBest?.best,
    ]),
    [
      ["a", "best", undefined],
      ["b", "worse", "a"],
      ["d", "best", undefined],
      ["c", "worse", "d"],
    ],
  );
  const { verdict } = places.get("b")!.versusBest!;
  assertEquals(tested(verdict as Verdict).alpha, 0.05 / 2);
});

Deno.test("rank() adjusts over all pairs together, not over the leader's alone", () => {
  // The p of the first two is about 0.02: below 0.05, and above a third of it.
  const rows = [
    seeds([1, 1.1, 1.2, 1.05, 1.3]),
    seeds([1.2, 1.5, 1.3, 1.25, 1.9]),
    seeds([1.19, 1.52, 1.29, 1.23, 1.93]),
  ];
  const alone = tested(contrast(rows[1]!, rows[0]!)).p;
  assert(alone < 0.05 && alone > 0.05 / 3, String(alone));
  assertEquals(rankAll(rows).standings, ["tied", "tied", "tied"]);
});

Deno.test("rank() never calls best, or lets take part, what is not finite", () => {
  const { standings } = rankAll([
    seeds([-Infinity, -Infinity, -Infinity]),
    seeds([1, 1.2, 1.1]),
    seeds([NaN, 0, 0]),
    seeds([9, 9.2, 9.3]),
  ]);
  assertEquals(standings, [undefined, "best", undefined, "worse"]);
});

Deno.test("rank() says nothing of rows that cannot be tested", () => {
  assertEquals(rankAll([seeds([1]), seeds([2])]).places.size, 0);
  assertEquals(rankAll([seeds([1, 2, 3])]).places.size, 0);
});

Deno.test("decideVerdicts() has no outlook where there is no variance to go by", () => {
  const same = seeds([1, 2, 3, 4, 5, 6]);
  const [verdict] = decideVerdicts([
    contrast(same, same, { test: "sign-flip" }),
  ]);
  assertEquals(findOutlook(tested(verdict as Verdict)), undefined);
});

Deno.test("rank() does not call a row worse that is better where both were run", () => {
  // Over the seeds they share the second is lower, yet its mean is higher.
  const first = seeds([3, 3.1, 3.2, 0, 0, 0, 0]);
  const second = seeds([2, 2.1, 2.3]);
  assertEquals(rankAll([first, second]).standings, ["tied", "tied"]);
});
