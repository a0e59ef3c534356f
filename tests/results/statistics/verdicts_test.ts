import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Sample } from "../../../results/statistics/contrast.ts";
import {
  type ColumnSamples,
  judgeColumn,
} from "../../../results/statistics/verdicts.ts";
import { RandomStream } from "../../../core/utils/random.ts";
import { assertTested, makeSample } from "../../../testing/samples.ts";

const GOOD = [1, 1.1, 1.2, 1.1];
const MIDDLE = [5, 5.2, 5.15, 5.3];
const BAD = [9, 9.25, 9, 9.1];

/** Judges rows that are named by their indices. */
function judge(
  samples: readonly Sample[],
  given: Partial<ColumnSamples<number>> = {},
) {
  const judged = judgeColumn({
    groups: [new Map(samples.entries())],
    better: "lower",
    isRanked: true,
    ...given,
  });
  return {
    ...judged,
    standings: samples.map((_, row) => {
      const place = judged.places.get(row);
      return place && ("reason" in place ? place.reason : place.standing);
    }),
  };
}

const THREE = [GOOD, MIDDLE, BAD].map((values) => makeSample(values));

Deno.test("judgeColumn() shares α between the baseline and the best", () => {
  assertEquals(judge(THREE).method.alpha, 0.05);
  const both = judge(THREE, { baseline: 1 });
  assertEquals(both.method.alpha, 0.025);
  assertEquals(both.standings, ["best", "worse", "worse"]);
  assertEquals([...both.comparisons.keys()], [0, 2]);
  assertEquals(assertTested(both.comparisons.get(0)).alpha, 0.0125);
  // Of two rows both are the same test.
  const two = judge(THREE.slice(0, 2), { baseline: 1 });
  assertEquals(two.method.alpha, 0.05);
  const { method } = judge(THREE, {
    baseline: 1,
    options: { alpha: 0.1, nColumns: 5, looks: [4, 8] },
  });
  assertAlmostEquals(method.alpha, 0.1 / 5 / 2 / 2, 1e-15);
  assertEquals([method.kind, method.looks], ["looks", [4, 8]]);
  const anytime = judge(THREE, { options: { isAnytime: true, looks: [4, 8] } });
  assertEquals([anytime.method.kind, anytime.method.alpha], ["anytime", 0.05]);
});

Deno.test("judgeColumn() ranks only if asked, and compares only with a baseline", () => {
  const { places, comparisons } = judge(THREE, { isRanked: false });
  assertEquals([places.size, comparisons.size], [0, 0]);
  const { comparisons: lost } = judge(THREE, { baseline: 7 });
  assertEquals(lost.get(0), { reason: "the baseline has no such record" });
});

Deno.test("judgeColumn() leaves rows with too few runs outside the ranking", () => {
  const samples = [...THREE, makeSample([0.5]), makeSample([NaN, 1, 2])];
  assertEquals(judge(samples).standings, [
    "best",
    "worse",
    "worse",
    "fewer than 3 runs",
    "a mean is not finite",
  ]);
});

const lacking = (row: number) => new Map([[row, { reason: "runs failed" }]]);

Deno.test("judgeColumn() never praises a row with incomplete runs", () => {
  const lost = judge(THREE, { incomplete: lacking(0), baseline: 1 });
  assertEquals(lost.standings, [
    "runs failed",
    "a row with missing runs has a better mean",
    "worse",
  ]);
  const better = assertTested(lost.comparisons.get(0));
  assertEquals([better.isResolved, better.isWithheld], [false, true]);
  assertEquals(assertTested(lost.comparisons.get(2)).isResolved, true);
  // Worse in spite of it is worse all the same.
  const worse = judge(THREE, { incomplete: lacking(2), baseline: 1 });
  assertEquals(worse.standings[0], "best");
  assertEquals(assertTested(worse.comparisons.get(2)).isResolved, true);
  // Nor is a row worse than an incomplete baseline, only better.
  const base = judge(THREE, { incomplete: lacking(1), baseline: 1 });
  assertEquals(
    [0, 2].map((row) => assertTested(base.comparisons.get(row)).isResolved),
    [true, false],
  );
  // Where nobody knows which way is better, either may be in favour.
  const unknown = judge(THREE, {
    incomplete: lacking(1),
    baseline: 1,
    better: undefined,
    isRanked: false,
  });
  assertEquals(
    [0, 2].map((row) => assertTested(unknown.comparisons.get(row)).isResolved),
    [false, false],
  );
});

Deno.test("judgeColumn() moderates the variances of seven rows or more", () => {
  const random = new RandomStream(1, "rows");
  const rows = Array.from(
    { length: 8 },
    (_, row) =>
      makeSample(Array.from({ length: 3 }, () => row + 0.1 * random.normal())),
  );
  const seven = judge(rows.slice(0, 7), { baseline: 6 });
  assertEquals(seven.method.isModerated, true);
  const verdict = assertTested(seven.comparisons.get(0));
  assertEquals(verdict.test, "moderated t");
  assert(verdict.df > 2 && verdict.df <= 4);
  assertEquals(seven.standings[0], "best");
  const six = judge(rows.slice(0, 6), { baseline: 5 });
  assertEquals(six.method.isModerated, false);
  assertEquals(assertTested(six.comparisons.get(0)).test, "paired t");
  // A row with other seeds takes part without.
  const other = judge(
    [...rows.slice(0, 7), makeSample([5, 5.1, 5.2, 5.3], 2)],
    { baseline: 7 },
  );
  assertEquals(other.method.isModerated, true);
  assertEquals(assertTested(other.comparisons.get(0)).test, "unpaired t");
  for (const options of [{ isAnytime: true }, { test: "sign-flip" }] as const) {
    assertEquals(judge(rows, { options }).method.isModerated, false);
  }
});

Deno.test("judgeColumn() says the same at any scale from 1e-300 to 1e300", () => {
  const random = new RandomStream(2, "rows");
  const rows = Array.from(
    { length: 8 },
    (_, row) => Array.from({ length: 4 }, () => row + random.normal()),
  );
  const at = (scale: number) =>
    judge(rows.map((row) => makeSample(row.map((x) => x * scale))), {
      baseline: 3,
    });
  const plain = at(1);
  for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
    const scaled = at(scale);
    assertEquals(scaled.standings, plain.standings);
    for (const [row, verdict] of plain.comparisons) {
      const other = assertTested(scaled.comparisons.get(row));
      const { pAdjusted, interval } = assertTested(verdict);
      assertAlmostEquals(other.pAdjusted, pAdjusted, 1e-9);
      assertAlmostEquals(other.interval![0] / scale, interval![0], 1e-9);
    }
  }
});

Deno.test("judgeColumn() does not test rows that cannot be compared with the baseline", () => {
  const incomparable = new Map([[2, { reason: "another dataset" }]]);
  const { comparisons } = judge(THREE, { baseline: 1, incomparable });
  assertEquals(comparisons.get(2), { reason: "another dataset" });
  // The only test left is a family of its own.
  const { p, pAdjusted } = assertTested(comparisons.get(0));
  assertEquals(pAdjusted, p);
});
