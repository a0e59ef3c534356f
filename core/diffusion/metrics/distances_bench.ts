/**
 * What the distances of an evaluation take, beside a plain loop over pairs.
 *
 * @module
 */

import { RandomStream } from "../../utils/random.ts";
import { energyDistance, mmdSquared, slicedWasserstein1 } from "./distances.ts";

const N = 1000;
const BANDWIDTH = 0.5;

const random = new RandomStream(1, "points");
const draw = () => ({
  nColumns: 2,
  values: random.fillNormal(new Float64Array(2 * N)),
});
const a = draw(), b = draw();

/** Sums the kernel over all pairs, with Math.exp. */
function plainSum(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i += 2) {
    for (let j = 0; j < y.length; j += 2) {
      const across = x[i]! - y[j]!, up = x[i + 1]! - y[j + 1]!;
      sum += Math.exp(-(across * across + up * up) / (2 * BANDWIDTH ** 2));
    }
  }
  return sum;
}

Deno.bench(
  `MMD² of ${N} points, plain loops and Math.exp`,
  { group: "distances", baseline: true },
  () => {
    // Both within, of which half the pairs are enough, and the cross term.
    plainSum(a.values, b.values);
    plainSum(a.values, a.values);
  },
);

Deno.bench(`mmdSquared, ${N} points`, { group: "distances" }, () => {
  mmdSquared(a, b, BANDWIDTH);
});

Deno.bench(`energyDistance, ${N} points`, { group: "distances" }, () => {
  energyDistance(a, b);
});

Deno.bench(`slicedWasserstein1, ${N} points`, { group: "distances" }, () => {
  slicedWasserstein1(a, b);
});
