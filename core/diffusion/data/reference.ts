import { takeRows } from "../../data/table.ts";
import type { RandomStream } from "../../utils/random.ts";
import type { DiffusionData } from "./data.ts";

/** Two samples of the same size, each of shape [nSamples, nColumns]. */
export type PointsPair = readonly [Float64Array, Float64Array];

/**
 * Draws the points of the data that generated points are compared with. For
 * generated data these are fresh points; for finite data they are some of the
 * held-out rows, and the two samples of a pair have no row in common.
 */
export class Reference {
  /** The number of coordinates of a point. */
  readonly nColumns: number;
  /** The size of a sample: of finite data at most half of the held-out rows. */
  readonly nSamples: number;
  /** Whether the data are finite, so that repeats share rows. */
  readonly isFinite: boolean;
  readonly #data: DiffusionData;

  /**
   * Prepares to draw.
   *
   * @param data The data.
   * @param nSamples How many points are wanted.
   */
  constructor(data: DiffusionData, nSamples: number) {
    this.#data = data;
    this.nColumns = data.scaling.columns.length;
    this.isFinite = data.draw === null;
    const half = Math.floor(data.heldOut.nRows / 2);
    this.nSamples = data.draw ? nSamples : Math.min(nSamples, half);
  }

  /**
   * Draws points.
   *
   * @param random What draws.
   * @returns Points in standard units, shape [nSamples, nColumns].
   */
  draw(random: RandomStream): Float64Array {
    return this.#draw(random, this.nSamples);
  }

  /**
   * Draws two independent samples; of finite data, two disjoint ones.
   *
   * @param random What draws.
   * @returns The samples.
   */
  drawPair(random: RandomStream): PointsPair {
    const both = this.#draw(random, 2 * this.nSamples);
    const half = both.length / 2;
    return [both.slice(0, half), both.slice(half)];
  }

  #draw(random: RandomStream, nRows: number): Float64Array {
    const { draw, heldOut } = this.#data;
    if (draw) return draw(random, nRows).values;
    const rows = random.permutation(heldOut.nRows).subarray(0, nRows);
    return takeRows(heldOut, rows).values;
  }
}
