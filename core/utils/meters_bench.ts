/**
 * What a meter costs beside what one would write by hand.
 *
 * @module
 */

import { compareSides } from "../../testing/compare_sides.ts";
import { Meter } from "./meters.ts";
import { RandomStream } from "./random.ts";

// A hundred small packages that nobody but this benchmark needs: kept out of
// deno.json and the lock, so that a first start does not fetch them.
const STDLIB = "npm:@stdlib/stats-incr-meanstdev@0.2.3";
const { default: incrmeanstdev } = await import(STDLIB) as {
  default: () => (x?: number) => [number, number];
};

const N = 100_000;
const values = new RandomStream(1, "bench").fillNormal(new Float64Array(N));
const values32 = Float32Array.from(values);

// Every loop stands in the function that is called: V8 leaves a loop that it has
// inlined into a caller half optimized, at a quarter of the speed.
const objects = {
  "@stdlib/stats-incr-meanstdev": () => {
    const accumulate = incrmeanstdev();
    for (let i = 0; i < N; i++) accumulate(values[i]!);
    return accumulate()[0];
  },
  "Meter.update": () => {
    const meter = new Meter();
    for (let i = 0; i < N; i++) meter.update({ loss: values[i]! });
    return meter.mean("loss");
  },
};

await compareSides("100,000 objects of one number", objects);

await compareSides("an array of 100,000 doubles", {
  "plain summing loop": () => {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += values[i]!;
    return total;
  },
  // Each waits for the one before it: no sum of doubles is faster.
  "as many additions without memory": () => {
    let total = 0;
    for (let i = 0; i < N; i++) total += 0.1;
    return total;
  },
  "Meter.update": () => {
    const meter = new Meter();
    meter.update({ loss: values });
    return meter.mean("loss");
  },
});

await compareSides("an array of 100,000 floats", {
  "plain summing loop": () => {
    let total = 0;
    for (let i = 0; i < values32.length; i++) total += values32[i]!;
    return total;
  },
  "Meter.update": () => {
    const meter = new Meter();
    meter.update({ loss: values32 });
    return meter.mean("loss");
  },
});

await compareSides("100,000 numbers, one at a time", {
  "bare Welford loop": () => {
    let n = 0, mean = 0, squares = 0;
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      const delta = x - mean;
      n += 1;
      mean += delta / n;
      squares += delta * (x - mean);
    }
    return mean + squares;
  },
  "Meter.observe": () => {
    const meter = new Meter();
    for (let i = 0; i < N; i++) meter.observe("loss", values[i]!);
    return meter.mean("loss");
  },
});

await compareSides("100,000 objects of two numbers", {
  "@stdlib/stats-incr-meanstdev, twice": () => {
    const losses = incrmeanstdev(), norms = incrmeanstdev();
    for (let i = 0; i < N; i++) {
      losses(values[i]!);
      norms(i);
    }
    return losses()[0] + norms()[0];
  },
  "Meter.update": () => {
    const meter = new Meter();
    for (let i = 0; i < N; i++) meter.update({ loss: values[i]!, gradNorm: i });
    return meter.mean("loss");
  },
});

// V8 has by now seen objects of the same name that hold arrays.
await compareSides("100,000 objects of one number, after all this", objects);
