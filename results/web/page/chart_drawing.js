/**
 * Draws lines, bands and marks on the canvas of a chart. uPlot itself draws axes,
 * grid, crosshair and selection only: a thousand of its series, each over a
 * common axis, would be slow.
 *
 * @typedef {import("./curve_data.js").Line} Line
 * @typedef {import("./curve_data.js").Mark} Mark
 * @typedef {(x: number) => number} Scale From a value to pixels of the canvas.
 *
 * @typedef {object} Plane
 * @property {CanvasRenderingContext2D} context What is drawn on.
 * @property {Scale} x The horizontal scale.
 * @property {Scale} y The vertical scale.
 * @property {{ left: number, top: number, width: number, height: number }} box
 *   The plotting area in pixels of the canvas.
 * @property {readonly [number, number]} window The shown part of the horizontal axis.
 * @property {number} pixel How many pixels of the canvas a pixel of CSS has.
 * @property {string} ink The colour of text.
 *
 * @module
 */

import { countUpTo } from "./curve_data.js";
import { colorOf, dashOf } from "./palette.js";

const BAND_ALPHA = 0.16;
const RAW_ALPHA = 0.28;
/** From this many lines on, lines are thinner and let others shine through. */
const CROWDED = 40;
const CROWDED_ALPHA = 0.55;
const POINT_RADIUS = 3;
const MARK_RADIUS = 4;

/**
 * The scale of an axis.
 *
 * @param {readonly [number, number]} values The ends of the axis.
 * @param {readonly [number, number]} pixels Where they lie.
 * @param {boolean} log Whether it is logarithmic; values of 0 and less are NaN.
 * @returns {Scale} From a value to pixels.
 */
export function makeScale([low, high], [start, end], log) {
  const forward = log
    ? (/** @type {number} */ x) => x > 0 ? Math.log10(x) : NaN
    : Number;
  const [from, to] = [forward(low), forward(high)];
  const factor = (end - start) / (to - from);
  return (x) => start + (forward(x) - from) * factor;
}

/**
 * Draws lines with their bands and marks.
 *
 * @param {Plane} plane Where.
 * @param {readonly Line[]} lines Which.
 * @param {boolean} highlighted Whether they are drawn as lines under the pointer.
 */
export function drawLines(plane, lines, highlighted = false) {
  const { context, box, pixel } = plane;
  const isCrowded = lines.length > CROWDED;
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.lineJoin = "round";
  for (const line of lines) {
    const color = colorOf(line.group, plane.ink);
    context.strokeStyle = context.fillStyle = color;
    if (line.low && line.high && !line.points) drawBand(plane, line);
    context.lineWidth = pixel;
    if (line.raw) {
      context.globalAlpha = RAW_ALPHA;
      drawPath(plane, line, line.raw);
    }
    context.globalAlpha = isCrowded && !highlighted ? CROWDED_ALPHA : 1;
    if (line.points) {
      drawPoints(plane, line);
      continue;
    }
    const width = highlighted
      ? 3
      : line.low || line.raw
      ? 2
      : isCrowded
      ? 1
      : 1.4;
    context.lineWidth = width * pixel;
    context.setLineDash(
      line.dashed ? dashOf(line.group).map((length) => length * pixel) : [],
    );
    drawPath(plane, line, line.y);
    context.setLineDash([]);
    context.globalAlpha = 1;
  }
  for (const line of lines) {
    context.strokeStyle = context.fillStyle = colorOf(line.group, plane.ink);
    context.lineWidth = 1.6 * pixel;
    for (const mark of line.marks) drawMark(plane, mark);
  }
  context.restore();
}

/**
 * The indices of a line that can be seen, with one neighbour on each side.
 *
 * @param {Plane} plane
 * @param {Line} line
 */
function visible({ window: [from, to] }, { x }) {
  return [
    Math.max(0, countUpTo(x, from) - 1),
    Math.min(x.length, countUpTo(x, to) + 1),
  ];
}

/**
 * @param {Plane} plane
 * @param {Line} line
 * @param {readonly (number | null)[]} values
 */
function drawPath(plane, line, values) {
  const { context, x: xScale, y: yScale, pixel } = plane;
  const [from, to] = visible(plane, line);
  context.beginPath();
  let length = 0, px = NaN, py = NaN;
  const dot = () => {
    // A value alone between gaps would be invisible as a line.
    if (length === 1) {
      context.rect(px - pixel / 2, py - pixel / 2, pixel, pixel);
    }
  };
  for (let i = from; i < to; i++) {
    const value = values[i];
    const y = value === null ? NaN : yScale(value);
    const x = xScale(line.x[i]);
    if (Number.isNaN(y) || Number.isNaN(x)) {
      dot();
      length = 0;
      continue;
    }
    if (length === 0) context.moveTo(x, y);
    else {
      if (line.steps) context.lineTo(x, py);
      context.lineTo(x, y);
    }
    length++;
    [px, py] = [x, y];
  }
  dot();
  context.stroke();
}

/**
 * @param {Plane} plane
 * @param {Line} line
 */
function drawBand(plane, line) {
  const { context, x: xScale, y: yScale, box } = plane;
  const [from, to] = visible(plane, line);
  const bottom = box.top + box.height;
  context.globalAlpha = BAND_ALPHA;
  /** @type {[number, number, number][]} */
  let stretch = [];
  const fill = () => {
    if (stretch.length > 1) {
      context.beginPath();
      for (const [x, , high] of stretch) context.lineTo(x, high);
      for (const [x, low] of stretch.reverse()) context.lineTo(x, low);
      context.closePath();
      context.fill();
    } else if (stretch.length === 1) {
      const [[x, low, high]] = stretch;
      context.fillRect(x - 1, high, 2, low - high);
    }
    stretch = [];
  };
  for (let i = from; i < to; i++) {
    const low = line.low?.[i], high = line.high?.[i];
    const x = xScale(line.x[i]);
    if (
      typeof low !== "number" || typeof high !== "number" || Number.isNaN(x)
    ) {
      fill();
      continue;
    }
    const [yLow, yHigh] = [yScale(low), yScale(high)];
    if (Number.isNaN(yHigh)) fill();
    // On a logarithmic axis, what reaches 0 or less leaves the chart.
    else stretch.push([x, Number.isNaN(yLow) ? bottom : yLow, yHigh]);
  }
  fill();
}

/**
 * @param {Plane} plane
 * @param {Line} line
 */
function drawPoints(plane, line) {
  const { context, x: xScale, y: yScale, pixel } = plane;
  context.lineWidth = 1.4 * pixel;
  line.x.forEach((place, i) => {
    const value = line.y[i];
    if (value === null) return;
    const [x, y] = [xScale(place), yScale(value)];
    context.beginPath();
    context.arc(x, y, POINT_RADIUS * pixel, 0, 2 * Math.PI);
    context.fill();
    const low = line.low?.[i], high = line.high?.[i];
    if (typeof low !== "number" || typeof high !== "number") return;
    context.beginPath();
    context.moveTo(x, yScale(low));
    context.lineTo(x, yScale(high));
    context.stroke();
  });
}

/**
 * A cross for a run that died or failed, two bars for one that was interrupted,
 * a triangle at the top edge for a value that is not a number.
 *
 * @param {Plane} plane
 * @param {Mark} mark
 */
function drawMark({ context, x: xScale, y: yScale, box, pixel }, mark) {
  const r = MARK_RADIUS * pixel;
  const x = xScale(mark.x);
  const y = mark.y === null ? box.top + r : yScale(mark.y);
  if (Number.isNaN(x) || Number.isNaN(y)) return;
  context.beginPath();
  if (mark.kind === "not a number") {
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y - r);
    context.lineTo(x, y + r);
    context.closePath();
    context.fill();
    return;
  }
  if (mark.kind === "interrupted") {
    for (const side of [-r / 2, r / 2]) {
      context.moveTo(x + side, y - r);
      context.lineTo(x + side, y + r);
    }
  } else {
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x - r, y + r);
    context.lineTo(x + r, y - r);
  }
  context.stroke();
}
