/**
 * What a meter costs beside what one would write by hand.
 *
 * @module
 */

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
let sink = 0;

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

// A loop of its own, so that each is compiled for one type of array.
function sum32(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

function welford(values: Float64Array): number {
  let n = 0, mean = 0, squares = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    const delta = x - mean;
    n += 1;
    mean += delta / n;
    squares += delta * (x - mean);
  }
  return mean + squares;
}

Deno.bench("plain summing loop", { group: "array", baseline: true }, () => {
  sink += sum(values);
});

Deno.bench("Meter.update, one Float64Array", { group: "array" }, () => {
  const meter = new Meter();
  meter.update({ loss: values });
  sink += meter.mean("loss");
});

Deno.bench("plain summing loop", { group: "array32", baseline: true }, () => {
  sink += sum32(values32);
});

Deno.bench("Meter.update, one Float32Array", { group: "array32" }, () => {
  const meter = new Meter();
  meter.update({ loss: values32 });
  sink += meter.mean("loss");
});

Deno.bench("bare Welford loop", { group: "single", baseline: true }, () => {
  sink += welford(values);
});

Deno.bench("Meter.observe, one at a time", { group: "single" }, () => {
  const meter = new Meter();
  for (let i = 0; i < N; i++) meter.observe("loss", values[i]!);
  sink += meter.mean("loss");
});

Deno.bench("Meter.update, one at a time", { group: "single" }, () => {
  const meter = new Meter();
  for (let i = 0; i < N; i++) meter.update({ loss: values[i]! });
  sink += meter.mean("loss");
});

Deno.bench("@stdlib/stats-incr-meanstdev", { group: "single" }, () => {
  const accumulate = incrmeanstdev();
  for (let i = 0; i < N; i++) accumulate(values[i]!);
  sink += accumulate()[0];
});

Deno.bench("Meter.update, two measures", { group: "single" }, () => {
  const meter = new Meter();
  for (let i = 0; i < N; i++) meter.update({ loss: values[i]!, gradNorm: i });
  sink += meter.mean("loss");
});

globalThis.addEventListener("unload", () => {
  if (Number.isNaN(sink)) throw new Error("the benches computed nothing");
});
