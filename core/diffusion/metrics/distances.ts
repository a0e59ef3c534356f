/**
 * Distances between two samples of points: generated points and data.
 *
 * @module
 */

import { RandomStream } from "../../utils/random.ts";

/** Points in some dimension, row after row. */
export interface Points {
  /** The number of coordinates of a point. */
  readonly nColumns: number;
  /** The coordinates, shape [number of points, nColumns]. */
  readonly values: Float64Array;
}

/** The number of directions along which points are compared. */
const N_DIRECTIONS = 64;

function countPoints({ values, nColumns }: Points): number {
  return values.length / nColumns;
}

function checkSizes(a: Points, b: Points): void {
  if (a.nColumns !== b.nColumns || a.values.length !== b.values.length) {
    throw new RangeError(
      "Cannot compare points: both samples must have the same size, they are " +
        `${countPoints(a)} × ${a.nColumns} and ` +
        `${countPoints(b)} × ${b.nColumns}`,
    );
  }
}

/**
 * The Wasserstein distance of order 1 between two samples of numbers, exactly:
 * the mean distance between the numbers of equal rank (Villani 2003, "Topics in
 * optimal transportation", section 2.2).
 */
function wasserstein1(a: Float64Array, b: Float64Array): number {
  const x = a.toSorted(), y = b.toSorted();
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]! - y[i]!);
  return sum / x.length;
}

/**
 * The sliced Wasserstein distance of order 1: the mean over directions of the
 * distance between the projections (Rabin, Peyré, Delon & Bernot 2012,
 * "Wasserstein barycenter and its application to texture mixing"). In one
 * dimension it is the Wasserstein distance itself. In two it uses 64 equally
 * spaced directions, in more 64 random ones, always the same.
 *
 * @param a Points of one sample.
 * @param b As many points of the other.
 * @returns The distance, in the unit of the points; NaN if a coordinate is NaN.
 * @throws {RangeError} If the samples have different sizes.
 */
export function slicedWasserstein1(a: Points, b: Points): number {
  checkSizes(a, b);
  if (a.nColumns === 1) return wasserstein1(a.values, b.values);
  const directions = createDirections(a.nColumns);
  const distances = directions.map((direction) =>
    wasserstein1(project(a, direction), project(b, direction))
  );
  return distances.reduce((sum, distance) => sum + distance) /
    directions.length;
}

function project({ values, nColumns }: Points, direction: Float64Array) {
  const projected = new Float64Array(values.length / nColumns);
  for (let row = 0, i = 0; row < projected.length; row++) {
    let sum = 0;
    for (let column = 0; column < nColumns; column++) {
      sum += values[i++]! * direction[column]!;
    }
    projected[row] = sum;
  }
  return projected;
}

function createDirections(nColumns: number): Float64Array[] {
  const random = new RandomStream(0, "directions");
  return Array.from({ length: N_DIRECTIONS }, (_, i) => {
    if (nColumns === 2) {
      const angle = Math.PI * i / N_DIRECTIONS;
      return Float64Array.of(Math.cos(angle), Math.sin(angle));
    }
    const direction = random.fillNormal(new Float64Array(nColumns));
    const length = Math.hypot(...direction);
    return direction.map((part) => part / length);
  });
}

/**
 * The energy distance, 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ (Székely & Rizzo 2013,
 * "Energy statistics"), as a U-statistic: unbiased, so it is 0 on average for
 * samples of the same distribution, and often negative.
 *
 * @param a Points of one sample, at least two.
 * @param b As many points of the other.
 * @returns The estimate, in the unit of the points.
 * @throws {RangeError} If the samples have different sizes.
 */
export function energyDistance(a: Points, b: Points): number {
  return -compareMeans(a, b, sumRoots);
}

/**
 * The squared maximum mean discrepancy with the kernel exp(−‖x − y‖² / 2h²) as a
 * U-statistic (Gretton, Borgwardt, Rasch, Schölkopf & Smola 2012, "A kernel
 * two-sample test", eq. 3). It may be negative.
 *
 * @param a Points of one sample, at least two.
 * @param b As many points of the other.
 * @param bandwidth h, in the unit of the points.
 * @returns The estimate.
 * @throws {RangeError} If the samples have different sizes.
 */
export function mmdSquared(a: Points, b: Points, bandwidth: number): number {
  return compareMeans(a, b, sumExponentials(0.5 / bandwidth ** 2));
}

/** Sums a function of squared distances, from an index on. */
type Sum = (squares: Float64Array, from: number) => number;

function sumRoots(squares: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < squares.length; i++) sum += Math.sqrt(squares[i]!);
  return sum;
}

/** Beyond this, exp(−x) is negligible. */
const RANGE = 64;
/** The number of table entries for each unit of x. */
const PARTS = 64;
const TABLE = Float64Array.from(
  { length: RANGE * PARTS + 1 },
  (_, i) => Math.exp(-i / PARTS),
);

/**
 * Sums exp(−scale · s): the nearest entry of a table times a series for the
 * rest, within 1e-15 of Math.exp and more than twice as fast. An evaluation
 * spends most of its time here.
 */
function sumExponentials(scale: number): Sum {
  const stretch = scale * PARTS, last = RANGE * PARTS;
  return (squares, from) => {
    let sum = 0;
    for (let i = from; i < squares.length; i++) {
      const place = stretch * squares[i]!;
      if (place >= last) continue; // NaN is not skipped.
      const entry = (place + 0.5) | 0;
      const x = (entry - place) / PARTS;
      sum += TABLE[entry]! *
        (1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x / 120)))));
    }
    return sum;
  };
}

/** E f(X, X′) + E f(Y, Y′) − 2 E f(X, Y), of a function of squared distances. */
function compareMeans(a: Points, b: Points, sum: Sum): number {
  checkSizes(a, b);
  const x = splitColumns(a), y = splitColumns(b), n = countPoints(a);
  /** Over all pairs; within one sample, over each pair once. */
  const sumPairs = (x: Float64Array[], y: Float64Array[], isWithin = false) => {
    // A row of distances at a time needs no large matrix.
    const squares = new Float64Array(n);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const from = isWithin ? i + 1 : 0;
      squares.fill(0, from);
      for (let column = 0; column < x.length; column++) {
        addSquares(squares, { x: x[column]![i]!, y: y[column]!, from });
      }
      total += sum(squares, from);
    }
    return total;
  };
  const nPairs = n * (n - 1) / 2;
  return sumPairs(x, x, true) / nPairs + sumPairs(y, y, true) / nPairs -
    2 * sumPairs(x, y) / (n * n);
}

/** Adds the squared differences of a number from those from an index on. */
function addSquares(
  squares: Float64Array,
  { x, y, from }: Readonly<{ x: number; y: Float64Array; from: number }>,
): void {
  for (let j = from; j < squares.length; j++) {
    const difference = x - y[j]!;
    squares[j]! += difference * difference;
  }
}

function splitColumns({ values, nColumns }: Points): Float64Array[] {
  return Array.from(
    { length: nColumns },
    (_, column) => values.filter((_, i) => i % nColumns === column),
  );
}
