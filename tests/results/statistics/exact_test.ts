import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  choose,
  permutations,
  signFlips,
} from "../../../results/statistics/exact.ts";
import fc from "../../../testing/properties.ts";

const random = new RandomStream(1, "samples");

function sample(n: number, mean: number, sd: number): number[] {
  return Array.from({ length: n }, () => mean + sd * random.normal());
}

/** The share of all flips that are as extreme, flip by flip. */
function bruteFlips(differences: readonly number[]): number {
  const n = differences.length;
  const sumOf = (flips: number) =>
    Math.abs(
      differences.reduce((sum, d, k) => sum + (flips >> k & 1 ? -d : d), 0),
    );
  const flips = Array.from({ length: 2 ** n }, (_, i) => sumOf(i));
  return flips.filter((sum) => sum >= flips[0]! - 1e-9).length / 2 ** n;
}

Deno.test("signFlips() counts all flips of the differences", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), {
        minLength: 2,
        maxLength: 10,
      }),
      (differences) => {
        const zeros = differences.map(() => 0);
        const { p } = signFlips(differences, zeros);
        assertAlmostEquals(p, bruteFlips(differences), 1e-12);
      },
    ),
  );
  // All of one sign, the most extreme of 2⁵: itself and its opposite.
  assertEquals(signFlips([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]).p, 2 / 32);
  assertEquals(signFlips([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]).smallestP, 2 / 32);
  // Flips of 0 reach nothing: three of five count.
  assertEquals(signFlips([1, 2, 3, 0, 0], [0, 0, 0, 0, 0]).smallestP, 2 / 8);
  assertEquals(signFlips(Array(20).fill(1), Array(20).fill(0)).p, 2 / 2 ** 20);
  // Ties that rounding would break: 0.3 − 0.1 − 0.2 is as far from 0 as 0.
  assertEquals(signFlips([0.3, -0.1, -0.2], [0, 0, 0]).p, 1);
  assertThrows(
    () => signFlips(Array(21).fill(1), Array(21).fill(0)),
    RangeError,
    "21 pairs as at most 20 are counted",
  );
});

/** The share of all labellings that are as extreme, by counting in binary. */
function bruteLabels(a: readonly number[], b: readonly number[]): number {
  const values = [...a, ...b];
  const computeMean = (some: number[]) =>
    some.reduce((sum, x) => sum + x, 0) / some.length;
  const distances: number[] = [];
  for (let labels = 0; labels < 2 ** values.length; labels++) {
    const first = values.filter((_, k) => labels >> k & 1);
    if (first.length !== a.length) continue;
    const second = values.filter((_, k) => !(labels >> k & 1));
    distances.push(Math.abs(computeMean(first) - computeMean(second)));
  }
  const observed = Math.abs(computeMean([...a]) - computeMean([...b]));
  return distances.filter((distance) => distance >= observed - 1e-9).length /
    distances.length;
}

Deno.test("permutations() counts all ways to label the values", () => {
  const values = fc.array(fc.integer({ min: -9, max: 9 }), {
    minLength: 2,
    maxLength: 5,
  });
  fc.assert(
    fc.property(values, values, (a, b) => {
      assertAlmostEquals(permutations(a, b).p, bruteLabels(a, b), 1e-12);
    }),
  );
  const apart = permutations([1, 2, 3], [7, 8, 9]);
  assertEquals([apart.p, apart.smallestP], [2 / 20, 2 / 20]);
  // Equal values: no labelling is farther than two thirds of them.
  assertEquals(permutations([1, 1, 1], [1, 1, 9]).smallestP, 1);
  const uneven = permutations([1, 2, 3], [7, 8, 9, 10]);
  assertEquals([uneven.p, uneven.smallestP], [1 / 35, 1 / 35]);
  assertThrows(
    () => permutations(sample(15, 0, 1), sample(15, 0, 1)),
    RangeError,
    "use the t test",
  );
});

Deno.test("choose() is Pascal's triangle", () => {
  assertEquals([0, 1, 2, 3, 4].map((k) => choose(4, k)), [1, 4, 6, 4, 1]);
  assertEquals(choose(40, 20), 137_846_528_820);
});

Deno.test("exact tests in one direction count that direction alone", () => {
  const down = permutations([1, 2, 3], [7, 8, 9, 10]);
  assertEquals([down.p, down.pOneSided], [1 / 35, 1 / 35]);
  const even = permutations([1, 2, 3], [7, 8, 9]);
  assertEquals([even.p, even.pOneSided], [2 / 20, 1 / 20]);
  assertEquals(signFlips([1, 2, 3], [0, 0, 0]).pOneSided, 1 / 8);
});

Deno.test("exact tests of values that are not finite have no p", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const test of [signFlips, permutations]) {
      assertEquals(test([1, 2, bad], [3, 4, 6]).p, NaN, test.name);
    }
  }
});

Deno.test("exact tests see ties far from 0, where differences carry rounding", () => {
  const differences = [1, 1, -1, 2, 1, 3, -2, 1];
  const seeds = differences.map((_, i) => i % 3);
  const move = (values: number[], start: number) =>
    values.map((value) => start + value / 10);
  const first = differences.map((difference, i) => difference + seeds[i]!);
  for (const start of [1e3, 1e5, 1e7, 1e9]) {
    const [a, b] = [move(first, start), move(seeds, start)];
    assertEquals(signFlips(a, b).p, signFlips(first, seeds).p);
    const found = permutations(a.slice(3), b.slice(3));
    const expected = permutations(first.slice(3), seeds.slice(3));
    assertEquals([found.p, found.pOneSided, found.smallestP], [
      expected.p,
      expected.pOneSided,
      expected.smallestP,
    ]);
  }
});
