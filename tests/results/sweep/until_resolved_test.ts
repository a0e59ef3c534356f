import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { isTested } from "../../../results/statistics/contrast.ts";
import type { Value } from "../../../results/sweep/judge_values.ts";
import {
  addSeeds,
  type SeedsOptions,
} from "../../../results/sweep/until_resolved.ts";

const MAX_SEEDS = 20;

/** Values of rows about their means, half of the variance with the seed. */
function drawValues(means: readonly number[], seed = 1): number[][] {
  const random = new RandomStream(seed, "values");
  const shared = Array.from({ length: MAX_SEEDS }, () => random.normal());
  return means.map((mean) =>
    shared.map((effect) => mean + effect + random.normal())
  );
}

const rowsOf = (values: readonly unknown[]) => [[...values.keys()]];

/** Runs what is missing, one at a time, until nothing is. */
function runAll(
  options: Omit<SeedsOptions<number>, "groups" | "maxSeeds">,
  values: readonly (readonly Value[])[],
  choose: (n: number) => number = () => 0,
) {
  const known = new Set<string>();
  for (;;) {
    const state = addSeeds<number>(
      { groups: rowsOf(values), maxSeeds: MAX_SEEDS, ...options },
      (row, seed) =>
        known.has(`${row}/${seed}`) ? values[row]![seed] : undefined,
    );
    if (state.missing.length === 0) return { ...state, known };
    const { row, seed } = state.missing[choose(state.missing.length)]!;
    known.add(`${row}/${seed}`);
  }
}

Deno.test("addSeeds() decides the same, in whatever order runs end", () => {
  const values = drawValues([0, 0.5, 3]);
  const options = { baseline: 0, better: "lower" } as const;
  const first = runAll(options, values);
  const last = runAll(options, values, (n) => n - 1);
  const random = new RandomStream(1, "order");
  const mixed = runAll(options, values, (n) => random.integer(n));
  assertEquals(last, { ...first, known: last.known });
  assertEquals(mixed.nSeeds, first.nSeeds);
  // Nothing was run that the last decision does not rest on.
  const nRuns = [...first.nSeeds.values()].reduce((sum, n) => sum + n, 0);
  assertEquals([last.known.size, mixed.known.size], [nRuns, nRuns]);
});

Deno.test("addSeeds() adds no seeds to rows that are resolved, and keeps their verdicts", () => {
  const values = drawValues([0, 0, 6]);
  const { nSeeds, settled, verdicts } = runAll(
    { baseline: 0, better: "lower" },
    values,
  );
  assertEquals(settled, new Set([2]));
  assertEquals([nSeeds.get(0), nSeeds.get(1)], [MAX_SEEDS, MAX_SEEDS]);
  const n = nSeeds.get(2)!;
  assert(n < 10, `${n}`);
  const verdict = verdicts!.comparisons.get(2);
  assert(isTested(verdict) && verdict.isResolved);
  assertEquals([verdict.pairs, verdict.test], [n, "anytime t"]);
});

Deno.test("addSeeds() ends when the best row is found", () => {
  const { nSeeds, settled, verdicts } = runAll(
    { better: "higher" },
    drawValues([0, 8, 4]),
  );
  assertEquals(settled.size, 3);
  const place = verdicts!.places.get(1);
  assert(place && "standing" in place);
  assertEquals(place.standing, "best");
  assert(Math.max(...nSeeds.values()) < MAX_SEEDS);
});

Deno.test("addSeeds() skips looks at which nothing could be resolved", () => {
  const asked: number[] = [];
  addSeeds(
    { groups: [["a", "b"]], baseline: "a", better: "lower", maxSeeds: 9 },
    (row, seed) => {
      if (row === "b") asked.push(seed);
      return seed < 3 ? seed + (row === "a" ? seed ** 2 : 0) : undefined;
    },
  );
  // Of three pairs p is 0.25 at least, of four 0.089, of five 0.028.
  assertEquals(asked, [0, 1, 2, 3, 4]);
});

Deno.test("addSeeds() adds no seeds where failed runs forbid the verdict", () => {
  const values: Value[][] = drawValues([6, 0]);
  values[1]![1] = "failed";
  const { nSeeds, settled, verdicts } = runAll(
    { baseline: 0, better: "lower" },
    values,
  );
  assert(nSeeds.get(1)! < MAX_SEEDS && settled.has(1));
  const verdict = verdicts!.comparisons.get(1);
  assert(isTested(verdict) && verdict.isWithheld && !verdict.isResolved);
});

Deno.test("addSeeds() adds no seeds to rows with a mean that is not finite", () => {
  const values = drawValues([0, 0]);
  values[1]![2] = NaN;
  const { nSeeds } = runAll({ baseline: 0, better: "lower" }, values);
  assertEquals([...nSeeds.values()], [3, 3]);
});

Deno.test("addSeeds() begins with as many seeds as it is given", () => {
  const options = { groups: [[0, 1]], baseline: 0, maxSeeds: 4, minSeeds: 6 };
  const { missing } = addSeeds(options, () => undefined);
  assertEquals(missing.length, 8);
});
