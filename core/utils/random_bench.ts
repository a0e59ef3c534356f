/**
 * What random numbers cost beside `Math.random`, which has no seed.
 *
 * @module
 */

import { RandomStream } from "./random.ts";

const N = 10_000;
const into = new Float32Array(N);
const stream = new RandomStream(1, "bench");

Deno.bench("Math.random", { group: "10,000 numbers", baseline: true }, () => {
  for (let i = 0; i < N; i++) into[i] = Math.random();
});

Deno.bench("RandomStream.uniform", { group: "10,000 numbers" }, () => {
  for (let i = 0; i < N; i++) into[i] = stream.uniform();
});

Deno.bench("RandomStream.fillNormal", { group: "10,000 numbers" }, () => {
  stream.fillNormal(into);
});

Deno.bench("RandomStream.permutation", { group: "10,000 numbers" }, () => {
  stream.permutation(N);
});
