import { assert, assertEquals } from "@std/assert";
import {
  type Contrast,
  contrast,
  findInterval,
  isTested,
} from "../../../results/statistics/contrast.ts";
import { anytimeT } from "../../../results/statistics/anytime.ts";
import {
  pairedT,
  partlyPairedT,
  unpairedT,
} from "../../../results/statistics/tests.ts";
import { assertTested, makeSample } from "../../../testing/samples.ts";

const FIRST = [1, 2, 3, 5, 9];
const SECOND = [2, 2.5, 4.2, 8]; // Seeds 3 to 6: three are shared.

Deno.test("contrast() uses pairs and other runs together", () => {
  const outcome = assertTested(
    contrast(makeSample(FIRST), makeSample(SECOND, 3)),
  );
  const expected = partlyPairedT([3, 5, 9, 1, 2], SECOND, 3);
  assertEquals([outcome.test, outcome.p], [expected.test, expected.p]);
  assertEquals([outcome.pairs, outcome.unused], [3, []]);
  assertEquals(outcome.design.counts, [5, 4]);
  const all = contrast(makeSample(FIRST), makeSample([2, 2.5, 4.2, 8, 7]));
  assertEquals(assertTested(all).test, "paired t");
});

Deno.test("contrast() names the runs that a test of pairs does not use", () => {
  for (const options of [{ test: "sign-flip" }, { isAnytime: true }] as const) {
    const outcome = assertTested(
      contrast(makeSample(FIRST), makeSample(SECOND, 3), options),
    );
    const expected = pairedT([3, 5, 9], [2, 2.5, 4.2]);
    assertEquals(outcome.difference, expected.difference);
    assertEquals(outcome.pairs, 3);
    assertEquals(outcome.unused, ["seed=1", "seed=2", "seed=6"]);
    assertEquals(outcome.design.counts, [3]);
  }
});

Deno.test("contrast() takes independent samples where too few seeds are shared", () => {
  const [a, b] = [[1, 2, 3, 5], [2, 3, 4]];
  const outcome = assertTested(contrast(makeSample(a), makeSample(b, 3)));
  assertEquals(outcome.p, unpairedT(a, b).p);
  assertEquals([outcome.pairs, outcome.unused], [0, []]);
});

Deno.test("contrast() pairs runs in the order of their start at any time", () => {
  const first = new Map([["seed=9", 1], ["seed=4", 2], ["seed=7", 5]]);
  const second = makeSample([3, 3, 4, 8], 20);
  const outcome = assertTested(contrast(first, second, { isAnytime: true }));
  assertEquals(outcome.p, anytimeT([1, 2, 5], [3, 3, 4]).p);
  assertEquals([outcome.pairs, outcome.unused], [0, ["seed=23"]]);
});

Deno.test("contrast() says why there is no test", () => {
  const few = contrast(makeSample([1, 2]), makeSample([1, 2, 3, 4]));
  assertEquals(few, { reason: "fewer than 3 runs on a side" });
  const diverged = contrast(makeSample([1, 2, NaN]), makeSample([1, 2, 3]));
  assertEquals(diverged, { reason: "a mean is not finite" });
  const many = makeSample(Array.from({ length: 21 }, (_, i) => i));
  assertEquals(contrast(many, many, { test: "sign-flip" }), {
    reason: "too many runs for an exact test: use the t test",
  });
  assert(isTested(contrast(many, many)));
  const looked = makeSample([1, 2, 3, 4]);
  assertEquals(contrast(looked, looked, { looks: [3, 6] }), {
    reason: "n = 4 is none of the looks 3, 6",
  });
  assertEquals(contrast(looked, looked, { looks: [4], grid: new Map() }), {
    reason: "looks count seeds, and these runs share more",
  });
});

Deno.test("the design of a contrast gives its error", () => {
  const pairs = [
    contrast(makeSample(FIRST), makeSample([2, 2.5, 4.2, 8, 7])),
    contrast(makeSample(FIRST), makeSample(SECOND, 3)),
    contrast(makeSample(FIRST), makeSample(SECOND, 30)),
  ].map((outcome) => assertTested(outcome));
  for (const { error, design: { deviations, counts } } of pairs) {
    const parts = deviations.map((d, i) => d / Math.sqrt(counts[i]!));
    assert(Math.abs(Math.hypot(...parts) - error) < 1e-12);
  }
});

Deno.test("findInterval() is wider where seeds may be added", () => {
  const [a, b] = [FIRST, [2, 2.5, 4.2, 8, 7]].map((x) => makeSample(x));
  const width = (outcome: Contrast) => {
    const [low, high] = findInterval(outcome, 0.95)!;
    return high - low;
  };
  const fixed = assertTested(contrast(a!, b!));
  const anytime = assertTested(contrast(a!, b!, { isAnytime: true }));
  assert(width(anytime) > 1.5 * width(fixed));
  assertEquals(findInterval(anytime, 0.9999999), undefined);
  const same = assertTested(contrast(a!, a!));
  assertEquals(findInterval(same, 0.95), undefined);
});
