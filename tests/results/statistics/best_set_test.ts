import type { Direction } from "../../../results/statistics/estimate.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { findBestSets } from "../../../results/statistics/best_set.ts";
import { contrast, type Sample } from "../../../results/statistics/contrast.ts";
import { assertTested, makeSample } from "../../../testing/samples.ts";

function rank<Row>(
  groups: readonly ReadonlyMap<Row, Sample>[],
  better: Direction = "lower",
  isAnytime = false,
) {
  return findBestSets(groups, {
    better,
    alpha: 0.05,
    isAnytime,
    test: (a, b, samples) =>
      contrast(samples.get(a)!, samples.get(b)!, { isAnytime }),
  });
}

/** The standings of samples, in their order. */
function rankAll(samples: readonly Sample[], better: Direction = "lower") {
  const places = rank([new Map(samples.entries())], better);
  return samples.map((_, i) => places.get(i)?.standing);
}

Deno.test("findBestSets() calls one best alone where every other is worse", () => {
  const samples = [[5, 5.1, 5.2], [1, 1.2, 1.1], [9, 9.2, 9.3]]
    .map((values) => makeSample(values));
  assertEquals(rankAll(samples), ["worse", "best", "worse"]);
  assertEquals(rankAll(samples, "higher"), ["worse", "worse", "best"]);
});

Deno.test("findBestSets() keeps all that are not worse than another", () => {
  const samples = [
    [1, 1.4, 0.9, 1.1],
    [1.1, 1.2, 1, 1.2],
    [9, 9.2, 9.3, 9.1],
  ].map((values) => makeSample(values));
  const places = rank([new Map(samples.entries())]);
  assertEquals([...places.values()].map(({ standing }) => standing), [
    "tied",
    "tied",
    "worse",
  ]);
  assertEquals(places.get(0)!.versusBest, undefined);
  const tied = assertTested(places.get(1)!.versusBest!.verdict);
  assertAlmostEquals(tied.difference, 0.025, 1e-12);
  const worse = assertTested(places.get(2)!.versusBest!.verdict);
  assertEquals([worse.difference > 7, worse.isResolved], [true, true]);
});

Deno.test("a row that is worse than any other is not tied", () => {
  // The leader spreads so much that nothing differs from it.
  const leader = makeSample([-3, 4, 0.5, -2, 2.5]);
  const second = makeSample([1, 1.01, 0.99, 1, 1.02]);
  const third = makeSample([2, 2.02, 2.01, 1.99, 2]);
  const places = rank([new Map([[0, leader], [1, second], [2, third]])]);
  assertEquals([...places.values()].map(({ standing }) => standing), [
    "tied",
    "tied",
    "worse",
  ]);
  assertEquals(places.get(2)!.versusBest!.best, 1);
});

Deno.test("of two rows the best is found by a two-sided test", () => {
  const zeros = makeSample([0, 0, 0, 0, 0]);
  const one = makeSample([1, 2, 3, 0, 1]);
  const { p, pOneSided } = assertTested(contrast(one, zeros));
  assert(p > 0.05 && pOneSided < 0.05, String(p));
  assertEquals(rankAll([one, zeros]), ["tied", "tied"]);
  // A third row far away changes nothing between them.
  const far = makeSample([50, 51, 52, 50, 51]);
  assertEquals(rankAll([one, zeros, far]), ["tied", "tied", "worse"]);
});

Deno.test("findBestSets() compares within groups, and adjusts over all of them", () => {
  const groups = [
    new Map([["a", makeSample([1, 1.1, 1.2])], [
      "b",
      makeSample([5, 5.2, 5.1]),
    ]]),
    new Map([["c", makeSample([90, 91, 90.5])], [
      "d",
      makeSample([70, 72, 71]),
    ]]),
    new Map([["alone", makeSample([0, 0.1, 0.2])]]),
  ];
  const places = rank(groups);
  assertEquals(
    [...places].map(([row, { standing, versusBest }]) => [
      row,
      standing,
      versusBest?.best,
    ]),
    [
      ["a", "best", undefined],
      ["b", "worse", "a"],
      ["c", "worse", "d"],
      ["d", "best", undefined],
    ],
  );
  const verdict = assertTested(places.get("b")!.versusBest!.verdict);
  // Two groups of two rows, each tested on two sides.
  assertEquals(verdict.alpha, 2 * 0.05 / 4);
});

Deno.test("findBestSets() leaves a row where the shared seeds show the opposite", () => {
  // Over the seeds they share the second is lower, yet its mean is higher.
  const first = makeSample([3, 3.1, 3.2, 0, 0, 0, 0]);
  const second = makeSample([2, 2.1, 2.3]);
  assertEquals(rankAll([first, second]), ["tied", "tied"]);
});

Deno.test("findBestSets() says nothing where nothing can be tested", () => {
  assertEquals(
    rank([new Map([[0, makeSample([1])], [1, makeSample([2])]])]).size,
    0,
  );
  assertEquals(rank([new Map([[0, makeSample([1, 2, 3])]])]).size, 0);
});

Deno.test("findBestSets() has rows of which each is worse than another tied", () => {
  // Each shares five seeds with the next, over which that one is lower.
  const low = [0, 0.1, 0.2, 0, 0.1], high = [5, 5.2, 5.1, 5, 5.2];
  const make = (own: number, next: number) =>
    new Map([
      ...low.map((x, i) => [`${own}-${i}`, x] as const),
      ...high.map((x, i) => [`${next}-${i}`, x] as const),
    ]);
  const rows = [make(0, 1), make(1, 2), make(2, 0)];
  const places = rank([new Map(rows.entries())], "lower", true);
  for (const { standing, versusBest } of places.values()) {
    assertEquals(standing, "tied");
    // Each would be worse than the next, and none than the leader.
    if (versusBest) assertTested(versusBest.verdict);
  }
  assertEquals(
    rank([new Map([[0, rows[0]!], [1, rows[1]!]])], "lower", true)
      .get(0)!.standing,
    "worse",
  );
});
