/**
 * How two rows differ whose runs share values of several nuisance keys.
 *
 * @module
 */

import type { Contrast, Sample, Untested } from "./contrast.ts";
import {
  crossedMean,
  crossedObservations,
  type GridPoint,
  type Observations,
} from "./crossed.ts";
import { MIN_COUNT } from "./estimate.ts";
import { dropRounding, findLargest, testByT } from "./tests.ts";

/** The values of the nuisance keys, by the names of the runs. */
export type Grid = ReadonlyMap<string, GridPoint["at"]>;

/**
 * Tests how two rows differ: the mean of the differences over the grid that they share,
 * or the difference of two means over grids of their own.
 *
 * @param first The one sample.
 * @param second The other.
 * @param grid Where the runs of both are.
 * @returns The first minus the second, or why there is no test.
 */
export function contrastCrossed(
  first: Sample,
  second: Sample,
  grid: Grid,
): Contrast | Untested {
  const place = (values: Iterable<readonly [string, number]>) =>
    Array.from(values, ([key, value]) => ({ at: grid.get(key)!, value }));
  const shared = [...first].filter(([key]) => second.has(key));
  const isPaired = shared.length >= MIN_COUNT;
  const sides = isPaired
    ? [place(shared.map(([key, value]) => [key, value - second.get(key)!]))]
    : [place(first), place(second)];
  if (sides.some(({ length }) => length < MIN_COUNT)) {
    return { reason: `fewer than ${MIN_COUNT} runs on a side` };
  }
  const means = sides.map(crossedMean);
  const gap = means.find((mean) => "reason" in mean);
  if (gap) return gap as Untested;
  const [a, b] = means as Extract<typeof means[number], { mean: number }>[];
  const difference = a!.mean - (b?.mean ?? 0);
  const error = dropRounding(
    Math.hypot(a!.error, b?.error ?? 0),
    findLargest([...first.values(), ...second.values()]),
  );
  const df = Math.min(a!.df, b?.df ?? Infinity);
  const names = new Set([...first.keys(), ...second.keys()]);
  return {
    ...testByT({ test: "crossed t", difference, error, df }),
    pairs: isPaired ? shared.length : 0,
    unused: isPaired
      ? [...names].filter((key) => !(first.has(key) && second.has(key)))
      : [],
    // How the power grows depends on which key gets more values.
    design: { deviations: [], counts: sides.map(({ length }) => length) },
  };
}

/**
 * Tests how two rows differ whose runs have observed the same things: the mean of the
 * differences over the runs and observations that they share.
 *
 * @param first What the runs of the one row have observed.
 * @param second What those of the other have.
 * @returns The first minus the second, or why there is no test.
 */
export function contrastObservations(
  first: Observations,
  second: Observations,
): Contrast | Untested {
  const shared = [...first.keys()].filter((key) => second.has(key));
  const pairs = shared.map((key) => [first.get(key)!, second.get(key)!]);
  if (pairs.some(([a, b]) => a!.length !== b!.length)) {
    return { reason: "the rows have different numbers of observations" };
  }
  const differences = new Map(
    pairs.map(([a, b], index) => [
      shared[index]!,
      Float64Array.from(a!, (value, i) => value - b![i]!),
    ]),
  );
  const crossed = crossedObservations(differences);
  if ("reason" in crossed) return crossed;
  const { mean: difference, df } = crossed;
  const size = Math.max(...pairs.flat().map(findLargest));
  const error = dropRounding(crossed.error, size);
  return {
    ...testByT({ test: "crossed t", difference, error, df }),
    pairs: differences.size,
    unused: [...first.keys(), ...second.keys()]
      .filter((key) => !differences.has(key)),
    design: { deviations: [], counts: [differences.size] },
  };
}
