/**
 * A history in constant memory, with all its extremes.
 *
 * The lines are put into buckets of equally many: of each measure a bucket keeps
 * the lowest, the highest and the first value, with their places. Once there are
 * too many buckets, each two neighbours become one, so that a bucket always has a
 * power of two of lines. Buckets of two runs that log the same steps therefore
 * begin at the same steps.
 *
 * @module
 */

import { readMeasure } from "../../../core/store/history.ts";
import type { JsonObject } from "../../../core/utils/json.ts";
import { LINE_FIELD } from "../../figures/histories.ts";
import { STEP_FIELDS } from "../../inspect/progress.ts";

/** The fields that can be on the horizontal axis, if they are in the lines. */
export const AXES: readonly string[] = [...STEP_FIELDS, "time", "wall time"];

/** Of so many measures of a run there are curves. */
const MAX_MEASURES = 256;

/** Columns begin with so many buckets, and double. */
const FIRST_BUCKETS = 32;

/** A column of numbers, one for each bucket; NaN where there is none. */
class Column {
  values = new Float64Array(FIRST_BUCKETS).fill(NaN);

  set(bucket: number, value: number): void {
    if (bucket >= this.values.length) {
      const more = new Float64Array(2 * Math.max(bucket, FIRST_BUCKETS));
      more.set(this.values);
      this.values = more.fill(NaN, this.values.length);
    }
    this.values[bucket] = value;
  }

  get(bucket: number): number {
    return this.values[bucket] ?? NaN;
  }

  /** Leaves nothing from a bucket on. */
  clear(from: number): void {
    this.values.fill(NaN, from);
  }
}

/** What is kept of a measure over one axis. */
class Track {
  readonly first: Column = new Column();
  readonly firstAt: Column = new Column();
  readonly low: Column = new Column();
  readonly lowAt: Column = new Column();
  readonly high: Column = new Column();
  readonly highAt: Column = new Column();
  readonly gapAt: Column = new Column();
  /** The last point of all. */
  last: CurvePoint = { at: NaN, value: NaN };
  isAscending = true;
  from = Infinity;
  to = -Infinity;

  get nBytes(): number {
    return this.#columns.reduce(
      (sum, { values }) => sum + values.byteLength,
      0,
    );
  }

  get #columns(): Column[] {
    const { first, firstAt, low, lowAt, high, highAt, gapAt } = this;
    return [first, firstAt, low, lowAt, high, highAt, gapAt];
  }

  add(bucket: number, value: number, at: number): void {
    if (Number.isNaN(this.firstAt.get(bucket))) {
      this.firstAt.set(bucket, at);
      this.first.set(bucket, value);
    }
    if (Number.isFinite(value)) {
      if (!(this.low.get(bucket) <= value)) {
        this.low.set(bucket, value);
        this.lowAt.set(bucket, at);
      }
      if (!(this.high.get(bucket) >= value)) {
        this.high.set(bucket, value);
        this.highAt.set(bucket, at);
      }
    } else if (Number.isNaN(this.gapAt.get(bucket))) {
      this.gapAt.set(bucket, at);
    }
    if (at < this.from) this.from = at;
    if (at > this.to) this.to = at;
    if (at < this.last.at) this.isAscending = false;
    this.last = { at, value };
  }

  /** Makes one bucket of each two. */
  halve(nBuckets: number): void {
    const nHalf = Math.ceil(nBuckets / 2);
    const pick = (isSecond: boolean, to: number, columns: Column[]) => {
      const from = 2 * to + Number(isSecond);
      for (const column of columns) column.set(to, column.get(from));
    };
    for (let to = 0; to < nHalf; to++) {
      const a = 2 * to, b = a + 1;
      const { firstAt, low, high, gapAt } = this;
      const isMissing = (column: Column) => Number.isNaN(column.get(a));
      const isFirst = isMissing(firstAt), isGap = isMissing(gapAt);
      const isLow = isMissing(low) || low.get(b) < low.get(a);
      const isHigh = isMissing(high) || high.get(b) > high.get(a);
      pick(isFirst, to, [this.first, firstAt]);
      pick(isLow, to, [low, this.lowAt]);
      pick(isHigh, to, [high, this.highAt]);
      pick(isGap, to, [gapAt]);
    }
    this.#columns.forEach((column) => column.clear(nHalf));
  }

  /** Adds the points of a bucket that matter, in order. */
  listPoints(bucket: number, { x, y }: CurvePoints): void {
    const lowAt = this.lowAt.get(bucket), highAt = this.highAt.get(bucket);
    const gapAt = this.gapAt.get(bucket);
    const isLowFirst = lowAt <= highAt;
    // The usual case, without lists.
    if (Number.isNaN(gapAt) && x.length > 0) {
      if (Number.isNaN(lowAt)) return;
      x.push(isLowFirst ? lowAt : highAt);
      y.push((isLowFirst ? this.low : this.high).get(bucket));
      if (lowAt === highAt) return;
      x.push(isLowFirst ? highAt : lowAt);
      y.push((isLowFirst ? this.high : this.low).get(bucket));
      return;
    }
    const points = new Map<number, number>();
    if (x.length === 0) {
      points.set(this.firstAt.get(bucket), this.first.get(bucket));
    }
    points.set(gapAt, NaN);
    points.set(lowAt, this.low.get(bucket));
    points.set(highAt, this.high.get(bucket));
    points.delete(NaN);
    for (const [at, value] of [...points].sort(([a], [b]) => a - b)) {
      x.push(at);
      y.push(value);
    }
  }
}

/** A value, and where it is on the horizontal axis. */
export interface CurvePoint {
  /** The place. */
  readonly at: number;
  /** The value; one that is not finite marks a gap. */
  readonly value: number;
}

/** Many points, as columns: a list of objects takes ten times as long. */
export interface CurvePoints {
  /** The places, in order. */
  readonly x: number[];
  /** The values; one that is not finite marks a gap. */
  readonly y: number[];
}

/** A history in constant memory. */
export class Pyramid {
  /** By measure and axis. */
  readonly #tracks = new Map<string, Map<string, Track>>();
  readonly #offsets = new Column();
  readonly #firstLine: number;
  #capacity: number;
  #shift = 0;
  #nLines = 0;
  #nBuckets = 0;

  /**
   * @param capacity How many buckets there may be: a power of two.
   * @param firstLine The number of its first line in the whole history, counted
   * from 0.
   */
  constructor(capacity: number, firstLine = 0) {
    this.#capacity = capacity;
    this.#firstLine = firstLine;
  }

  /** How many lines there are. */
  get nLines(): number {
    return this.#nLines;
  }

  /** How many lines a bucket has. */
  get linesPerBucket(): number {
    return 2 ** this.#shift;
  }

  /** How many bytes it takes. */
  get nBytes(): number {
    let sum = 0;
    for (const tracks of this.#tracks.values()) {
      for (const { nBytes } of tracks.values()) sum += nBytes;
    }
    return sum;
  }

  /** The measures that some line has. */
  get measures(): string[] {
    return [...this.#tracks.keys()];
  }

  /**
   * Adds the next line.
   *
   * @param line The line.
   * @param offset Where it begins in the file.
   */
  add(line: JsonObject, offset: number): void {
    const number = this.#nLines++;
    let bucket = number >> this.#shift;
    if (bucket >= this.#capacity) {
      this.#halve();
      bucket = number >> this.#shift;
    }
    if (bucket >= this.#nBuckets) {
      this.#nBuckets = bucket + 1;
      this.#offsets.set(bucket, offset);
    }
    const at = readPlaces(line, this.#firstLine + number);
    for (const name in line) {
      if (AXES.includes(name)) continue;
      const value = readMeasure(line[name]);
      if (value === undefined) continue;
      let tracks = this.#tracks.get(name);
      if (!tracks) {
        if (this.#tracks.size >= MAX_MEASURES) continue;
        this.#tracks.set(name, tracks = new Map());
      }
      for (const [axis, place] of at) {
        let track = tracks.get(axis);
        if (!track) tracks.set(axis, track = new Track());
        track.add(bucket, value, place);
      }
    }
  }

  /**
   * Makes it smaller.
   *
   * @param capacity How many buckets there may be: a power of two.
   */
  shrink(capacity: number): void {
    this.#capacity = capacity;
    while (this.#nBuckets > capacity) this.#halve();
  }

  #halve(): void {
    for (const tracks of this.#tracks.values()) {
      for (const track of tracks.values()) track.halve(this.#nBuckets);
    }
    const nHalf = Math.ceil(this.#nBuckets / 2);
    for (let to = 0; to < nHalf; to++) {
      this.#offsets.set(to, this.#offsets.get(2 * to));
    }
    this.#nBuckets = nHalf;
    this.#shift++;
  }

  /**
   * Lists the axes on which a measure has places.
   *
   * @param name The measure.
   * @returns The names of the axes.
   */
  listAxes(name: string): string[] {
    return [...this.#tracks.get(name)?.keys() ?? []];
  }

  /** Reads the last value of a measure; undefined where it has none. */
  readLast(name: string): number | undefined {
    const tracks = this.#tracks.get(name)?.values();
    return tracks?.next().value?.last.value;
  }

  /** Finds what an axis covers; undefined where a measure has no place on it. */
  findExtent(name: string, axis: string): Range | undefined {
    const track = this.#tracks.get(name)?.get(axis);
    return track && { from: track.from, to: track.to };
  }

  /**
   * Lists the points of a measure that matter: in each bucket the lowest, the
   * highest, and the first that is not finite; and both ends.
   *
   * @param name The measure.
   * @param axis What is on the horizontal axis.
   * @returns The points, in the order of their places.
   */
  listPoints(name: string, axis: string): CurvePoints {
    const points: CurvePoints = { x: [], y: [] };
    const track = this.#tracks.get(name)?.get(axis);
    if (!track) return points;
    const { x, y } = points;
    for (let bucket = 0; bucket < this.#nBuckets; bucket++) {
      track.listPoints(bucket, points);
    }
    if (x.at(-1) !== track.last.at) {
      x.push(track.last.at);
      y.push(track.last.value);
    }
    if (track.isAscending) return points;
    const order = [...x.keys()].sort((a, b) => x[a]! - x[b]!);
    return { x: order.map((i) => x[i]!), y: order.map((i) => y[i]!) };
  }

  /**
   * Lists values as they were logged, one for each bucket: the first.
   *
   * @param name The measure.
   * @param axis What is on the horizontal axis.
   * @param linesPerBucket How many lines a bucket has at least: a power of two.
   * @returns The values, in the order of their places, and the last one.
   */
  listSamples(
    name: string,
    axis: string,
    linesPerBucket = this.linesPerBucket,
  ): CurvePoint[] {
    const track = this.#tracks.get(name)?.get(axis);
    if (!track) return [];
    const points: CurvePoint[] = [];
    const step = Math.max(1, linesPerBucket >> this.#shift);
    for (let begin = 0; begin < this.#nBuckets; begin += step) {
      // Its first bucket that has a value.
      for (let bucket = begin; bucket < begin + step; bucket++) {
        const at = track.firstAt.get(bucket);
        if (Number.isNaN(at)) continue;
        points.push({ at, value: track.first.get(bucket) });
        break;
      }
    }
    if (points.at(-1)?.at !== track.last.at) points.push(track.last);
    return track.isAscending ? points : points.sort((a, b) => a.at - b.at);
  }

  /**
   * Finds the bytes that hold a part of an axis.
   *
   * @param name The measure.
   * @param axis What is on the horizontal axis.
   * @param range The part.
   * @returns Where its lines begin and end in the file, and the number of the
   * first line; undefined if there is nothing, or the axis is not in order.
   */
  findBytes(
    name: string,
    axis: string,
    { from, to }: Range,
  ): FoundBytes | undefined {
    const track = this.#tracks.get(name)?.get(axis);
    if (!track?.isAscending) return undefined;
    let first: number | undefined, end: number | undefined;
    for (let bucket = 0; bucket < this.#nBuckets; bucket++) {
      const at = track.firstAt.get(bucket);
      if (Number.isNaN(at)) continue;
      if (at <= from || first === undefined) first = bucket;
      if (at > to) {
        end = bucket;
        break;
      }
    }
    if (first === undefined) return undefined;
    return {
      nBuckets: (end ?? this.#nBuckets) - first,
      begin: this.#offsets.get(first),
      end: end === undefined ? Infinity : this.#offsets.get(end),
      firstLine: this.#firstLine + first * this.linesPerBucket,
    };
  }
}

/** The bytes of a history that hold a part of an axis. */
export interface FoundBytes {
  /** Where the first line begins. */
  readonly begin: number;
  /** Where the line after the last one begins; infinite at the end. */
  readonly end: number;
  /** The number of the first line, counted from 0. */
  readonly firstLine: number;
  /** How many buckets there are of it. */
  readonly nBuckets: number;
}

/** A part of the horizontal axis. */
export interface Range {
  /** Where it begins. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
}

function readPlaces(line: JsonObject, number: number): [string, number][] {
  const places: [string, number][] = [];
  let hasStep = false;
  for (const axis of AXES) {
    const place = readMeasure(line[axis]);
    if (place === undefined || !Number.isFinite(place)) continue;
    places.push([axis, place]);
    hasStep ||= STEP_FIELDS.includes(axis);
  }
  if (!hasStep) places.push([LINE_FIELD, number + 1]);
  return places;
}
