import { assertEquals } from "@std/assert";
import {
  contrast,
  type ContrastOptions,
} from "../../../results/statistics/contrast.ts";
import {
  decideByHolm,
  decideOneSided,
  withInterval,
} from "../../../results/statistics/decide.ts";
import { assertTested, makeSample } from "../../../testing/samples.ts";

const ZEROS = Array<number>(6).fill(0);

function contrastWithZeros(
  values: readonly number[],
  options: ContrastOptions = {},
) {
  const zeros = makeSample(ZEROS.slice(0, values.length));
  return contrast(makeSample(values), zeros, options);
}

function decideAll(samples: readonly number[][], alpha = 0.05) {
  return decideByHolm(
    samples.map((values) => contrastWithZeros(values, { test: "sign-flip" })),
    alpha,
  ).map((verdict) => assertTested(verdict));
}

Deno.test("decideByHolm() adjusts over what was tested, and resolves by that", () => {
  const verdicts = decideByHolm([
    contrastWithZeros([0.1, -0.2, 0.3, 0.1, -0.1]),
    contrastWithZeros([1.1, 1.2, 0.9, 1, 1.05]),
    contrastWithZeros([2, 2, 2, 2, 2]), // No variance: no p.
    contrastWithZeros([1]),
  ], 0.05);
  assertEquals(
    verdicts.map((item) => "p" in item && item.isResolved),
    [false, true, false, false],
  );
  const [near, far, same] = verdicts.slice(0, 3).map((v) => assertTested(v));
  assertEquals([far!.pAdjusted, far!.alpha], [2 * far!.p, 0.025]);
  assertEquals([near!.pAdjusted, near!.alpha], [near!.p, 0.05]);
  assertEquals([same!.p, same!.pAdjusted], [NaN, NaN]);
  assertEquals("reason" in verdicts[3]!, true);
});

Deno.test("decideByHolm() says what it takes where so few runs show nothing", () => {
  const up = [1, 2, 3, 4, 5];
  // 2/2⁵ > 0.05, and 2/2⁶ is not; of two tests each has half of α.
  assertEquals(decideAll([up]).map(({ needs }) => needs), [6]);
  assertEquals(decideAll([up, up]).map(({ needs }) => needs), [7, 7]);
  const [enough] = decideAll([[...up, 6]]);
  assertEquals([enough!.needs, enough!.isResolved], [undefined, true]);
  // Labels: 2/C(2n, n) is 0.1 for n = 3 and 0.029 for n = 4.
  const apart = contrast(makeSample([1, 2, 3]), makeSample([7, 8, 9], 50), {
    test: "sign-flip",
  });
  assertEquals(assertTested(decideByHolm([apart], 0.05)[0]).needs, 4);
});

Deno.test("decideByHolm() measures an exact test by its own step", () => {
  // 2/2⁶ = 0.031 is above half of 0.05, yet the other test comes first.
  const eight = [1, 2, 3, 4, 5, 6, 7, 8];
  const first = contrast(makeSample(eight), makeSample(Array(8).fill(0)), {
    test: "sign-flip",
  });
  const second = contrastWithZeros([1, 2, 3, 4, 5, 6], { test: "sign-flip" });
  const verdicts = decideByHolm([second, first], 0.05)
    .map((verdict) => assertTested(verdict));
  assertEquals(
    verdicts.map(({ isResolved, needs, alpha }) => [isResolved, needs, alpha]),
    [[true, undefined, 0.05], [true, undefined, 0.025]],
  );
});

Deno.test("decideOneSided() asks whether the first row is worse", () => {
  const item = assertTested(contrastWithZeros([1.1, 1.2, 0.9, 1, 1.05]));
  const family = { alpha: 0.05, nTests: 4 };
  const behind = decideOneSided(item, true, family);
  assertEquals(behind.pAdjusted, 2 * item.p);
  assertEquals([behind.isResolved, behind.alpha], [true, 0.025]);
  const ahead = decideOneSided(item, false, family);
  assertEquals([ahead.pAdjusted, ahead.isResolved], [1, false]);
  const exact = assertTested(
    contrastWithZeros([1, 2, 3, 4, 5], { test: "sign-flip" }),
  );
  // 1/2⁵ in one direction is 0.031: enough alone, of two it takes one more.
  const one = decideOneSided(exact, true, { alpha: 0.05, nTests: 1 });
  assertEquals([one.isResolved, one.needs], [true, undefined]);
  const two = decideOneSided(exact, true, { alpha: 0.05, nTests: 2 });
  assertEquals([two.isResolved, two.needs], [false, 6]);
});

Deno.test("withInterval() adds an interval where there is variance", () => {
  const [near, same] = decideByHolm([
    contrastWithZeros([0.1, -0.2, 0.3]),
    contrastWithZeros([2, 2, 2]),
  ], 0.05);
  assertEquals(assertTested(withInterval(near!)).interval?.length, 2);
  assertEquals(withInterval(same!), same);
});

Deno.test("verdicts say how many seeds one needs that holds at any time", () => {
  const options = { isAnytime: true };
  const item = contrastWithZeros([1, 1.1, 0.9], options);
  // (1 + n)^((1 − n) / 2) is 0.25, 0.089 and 0.028 for n = 3, 4 and 5.
  const [verdict] = decideByHolm([item], 0.05);
  assertEquals(assertTested(verdict).needs, 5);
  const family = { alpha: 0.05, nTests: 1 };
  const worse = decideOneSided(assertTested(item), true, family);
  assertEquals([worse.alpha, worse.needs], [0.05, 5]);
});
