/**
 * What random numbers cost beside `Math.random`, which has no seed.
 *
 * @module
 */

import { compareSides } from "../../testing/compare_sides.ts";
import { RandomStream } from "./random.ts";

const N = 10_000;
const into = new Float32Array(N);
const stream = new RandomStream(1, "bench");

await compareSides("10,000 numbers", {
  "Math.random": () => {
    for (let i = 0; i < N; i++) into[i] = Math.random();
  },
  "RandomStream.uniform": () => {
    for (let i = 0; i < N; i++) into[i] = stream.uniform();
  },
  "RandomStream.fillNormal": () => stream.fillNormal(into),
  "RandomStream.permutation": () => stream.permutation(N),
});
