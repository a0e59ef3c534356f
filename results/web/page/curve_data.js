/**
 * Curves as arrays: what is drawn, in which range, with which values. No
 * document is needed here.
 *
 * @typedef {import("../dashboard/protocol.ts").CurveSet} CurveSet
 * @typedef {import("../dashboard/protocol.ts").CurveUpdate} CurveUpdate
 *
 * @typedef {object} Line A line of a chart: a run, or the mean of a group.
 * @property {string} key The id of the run, or the label of the group.
 * @property {number} group The number of its group, which decides its colour.
 * @property {readonly number[]} x Places on the horizontal axis, in order.
 * @property {readonly (number | null)[]} y The value at each place.
 * @property {readonly (number | null)[]} [raw] The values before smoothing.
 * @property {readonly (number | null)[]} [low] The lower end of the band.
 * @property {readonly (number | null)[]} [high] The upper end of the band.
 * @property {readonly number[]} [n] How many runs have a value at each place.
 * @property {boolean} [points] Whether points are drawn instead of a line.
 * @property {boolean} [steps] Whether a value holds until the next one.
 * @property {boolean} [dashed] Whether the line is dashed as its group is.
 * @property {readonly Mark[]} marks What happened to it, and where.
 *
 * @typedef {object} Mark
 * @property {number} x The place.
 * @property {number | null} y The value there; null at the edge of the chart.
 * @property {"died" | "failed" | "interrupted" | "not a number"} kind What happened.
 *
 * @module
 */

/** The label of the only group, which differs in nothing. */
export const ALL_RUNS = "all runs";

/** The space around lines, as a part of their height. */
const MARGIN = 0.05;

/** A stretch this many smoothing lengths long decides a smoothed value. */
const SMOOTHING_REACH = 5;

/**
 * Appends new points, or replaces the bands.
 *
 * @param {CurveSet} set The curves.
 * @param {CurveUpdate} update What has come.
 * @param {number} maxPoints Longer curves are thinned to their extremes.
 * @returns {CurveSet | null} The curves with it; null if they must be fetched again.
 */
export function applyUpdate(set, update, maxPoints) {
  if (update.type === "reload") return null;
  if (update.type === "bands") return { ...set, bands: update.bands };
  const at = set.curves.findIndex(({ id }) => id === update.id);
  const curve = set.curves[at];
  if (!curve) return null;
  // The stream is opened before the curves are fetched, so that nothing is lost
  // between the two: what both contain is left out.
  const last = curve.x.at(-1) ?? -Infinity;
  const first = update.x.findIndex((x) => x > last);
  const lastGap = curve.gaps.at(-1) ?? -Infinity;
  let { x, y } = curve;
  if (first >= 0) {
    x = x.concat(update.x.slice(first));
    y = y.concat(update.y.slice(first));
    if (x.length > maxPoints) ({ x, y } = thin(x, y, maxPoints / 2));
  }
  const gaps = curve.gaps.concat(update.gaps.filter((x) => x > lastGap));
  return {
    ...set,
    curves: set.curves.with(at, { ...curve, x, y, gaps, end: update.end }),
  };
}

/**
 * Keeps the extremes of each stretch, the ends, and one null for each gap.
 *
 * @param {readonly number[]} x The places.
 * @param {readonly (number | null)[]} y The values.
 * @param {number} nPoints About how many are to be left.
 * @returns {{ x: number[], y: (number | null)[] }} The points that are left.
 */
export function thin(x, y, nPoints) {
  const stretch = Math.max(1, Math.ceil(2 * x.length / nPoints));
  const kept = new Set([0, x.length - 1]);
  for (let from = 0; from < x.length; from += stretch) {
    let low = -1, high = -1, gap = -1;
    const to = Math.min(x.length, from + stretch);
    for (let i = from; i < to; i++) {
      const value = y[i];
      if (value === null) gap = gap < 0 ? i : gap;
      else {
        if (low < 0 || value < y[low]) low = i;
        if (high < 0 || value > y[high]) high = i;
      }
    }
    for (const i of [low, high, gap]) if (i >= 0) kept.add(i);
  }
  const order = [...kept].sort((a, b) => a - b);
  return { x: order.map((i) => x[i]), y: order.map((i) => y[i]) };
}

/**
 * The exponential moving average with bias correction: the mean of the values
 * so far, where one at distance d counts exp(−d / length).
 *
 * @param {readonly number[]} x The places.
 * @param {readonly (number | null)[]} y The values; nulls stay.
 * @param {number} length The distance at which a value counts 1/e.
 * @returns {(number | null)[]} The smoothed values.
 */
export function smooth(x, y, length) {
  let sum = 0, weight = 0, before = x[0];
  return y.map((value, i) => {
    if (value === null) return null;
    const decay = Math.exp((before - x[i]) / length);
    before = x[i];
    sum = sum * decay + value;
    weight = weight * decay + 1;
    return sum / weight;
  });
}

/**
 * How far left of a window curves must be known for smoothing inside it.
 *
 * @param {number} from Where the window begins.
 * @param {number} length The length of smoothing; 0 for none.
 * @returns {number} Where the curves must begin.
 */
export function smoothingStart(from, length) {
  return from - SMOOTHING_REACH * length;
}

/**
 * The lines of a chart: one for each run, or for each group.
 *
 * @param {CurveSet} set The curves, and bands where there is one line per group.
 * @param {object} options
 * @param {"run" | "group"} options.by What a line is.
 * @param {number} options.smoothing The length of smoothing; 0 for none.
 * @returns {Line[]} The lines.
 */
export function makeLines(set, { by, smoothing }) {
  const lines = by === "group"
    ? set.bands.map((band) => ({
      key: set.groups[band.group] || ALL_RUNS,
      group: band.group,
      x: band.x,
      y: band.mean,
      low: band.low,
      high: band.high,
      n: band.n,
      dashed: true,
      marks: set.curves.filter(({ group }) => group === band.group)
        .flatMap(marksOf),
    }))
    : set.curves.map((curve) => ({
      key: curve.id,
      group: curve.group,
      x: curve.x,
      y: curve.y,
      dashed: smoothing > 0,
      marks: marksOf(curve),
    }));
  if (!(smoothing > 0)) return lines;
  return lines.map((line) => ({
    ...line,
    raw: line.y,
    y: smooth(line.x, line.y, smoothing),
  }));
}

/** @param {CurveSet["curves"][number]} curve */
function marksOf({ x, y, end, gaps }) {
  /** @type {Mark[]} */
  const marks = gaps.map((place) => ({
    x: place,
    y: null,
    kind: "not a number",
  }));
  const i = y.findLastIndex((value) => value !== null);
  if (end && i >= 0) marks.push({ x: x[i], y: y[i], kind: end });
  return marks;
}

/**
 * The place in a line that is nearest to a place on the axis.
 *
 * @param {Line} line The line.
 * @param {number} x The place on the axis.
 * @returns {number} The index; −1 where the line has no value there.
 */
export function indexAt({ x: xs, steps = false }, x) {
  const at = countUpTo(xs, x);
  if (at === 0) return -1;
  if (steps) return at - 1;
  if (at === xs.length) return xs[at - 1] === x ? at - 1 : -1;
  return x - xs[at - 1] <= xs[at] - x ? at - 1 : at;
}

/**
 * How many places are at or left of a place, by bisection.
 *
 * @param {readonly number[]} xs The places, in order.
 * @param {number} x The place.
 * @returns {number} How many.
 */
export function countUpTo(xs, x) {
  let low = 0, high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The range of the horizontal axis that shows all lines.
 *
 * @param {readonly Line[]} lines The lines.
 * @param {boolean} log Whether the axis is logarithmic: only places above 0 count.
 * @returns {[number, number]} Its ends, which differ.
 */
export function rangeOfX(lines, log) {
  let low = Infinity, high = -Infinity;
  for (const { x } of lines) {
    const first = log ? x[countUpTo(x, 0)] : x[0];
    if (first < low) low = first;
    if (x.length > 0 && x[x.length - 1] > high) high = x[x.length - 1];
  }
  const range = widen(low, high, log);
  // Points at the ends are shown whole.
  return lines.some(({ points }) => points) ? addMargin(range, log) : range;
}

/**
 * The range of the vertical axis that shows all lines. A band that reaches far
 * beyond the lines is cut off, as the interval of two runs would else flatten
 * everything.
 *
 * @param {readonly Line[]} lines The lines.
 * @param {readonly [number, number]} window The part of the horizontal axis.
 * @param {boolean} log Whether the axis is logarithmic: only values above 0 count.
 * @returns {[number, number]} Its ends, which differ.
 */
export function rangeOfY(lines, [from, to], log) {
  const range = [Infinity, -Infinity], bands = [Infinity, -Infinity];
  for (const { x, y, raw, low, high } of lines) {
    const first = Math.max(0, countUpTo(x, from) - 1);
    const end = Math.min(x.length, countUpTo(x, to) + 1);
    for (let i = first; i < end; i++) {
      include(range, y[i], log);
      if (raw) include(range, raw[i], log);
      if (low && high) {
        include(bands, low[i], log);
        include(bands, high[i], log);
      }
    }
  }
  const [forward, back] = log ? [Math.log10, tenTo] : [Number, Number];
  if (bands[0] <= bands[1] && range[0] < range[1]) {
    const [low, high] = range.map(forward);
    range[0] = Math.min(range[0], Math.max(bands[0], back(2 * low - high)));
    range[1] = Math.max(range[1], Math.min(bands[1], back(2 * high - low)));
  } else {
    include(range, bands[0], log);
    include(range, bands[1], log);
  }
  return addMargin(widen(range[0], range[1], log), log);
}

const tenTo = (/** @type {number} */ x) => 10 ** x;

/**
 * @param {readonly [number, number]} range
 * @param {boolean} log
 * @returns {[number, number]}
 */
function addMargin(range, log) {
  const [forward, back] = log ? [Math.log10, tenTo] : [Number, Number];
  const [low, high] = range.map(forward);
  const margin = MARGIN * (high - low);
  return [back(low - margin), back(high + margin)];
}

/**
 * @param {number[]} range
 * @param {number | null | undefined} value
 * @param {boolean} log
 */
function include(range, value, log) {
  if (value === null || value === undefined || !Number.isFinite(value)) return;
  if (log && value <= 0) return;
  if (value < range[0]) range[0] = value;
  if (value > range[1]) range[1] = value;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} log
 * @returns {[number, number]}
 */
function widen(low, high, log) {
  if (!(low <= high)) return log ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  if (log) return [low / 2, high * 2];
  const margin = Math.abs(low) / 10 || 1;
  return [low - margin, high + margin];
}
