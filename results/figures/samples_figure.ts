/**
 * Figures of one run's samples: beside the data, and during the reverse process.
 *
 * @module
 */

import { formatCount } from "../../core/utils/format_number.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { makeAxis } from "./axis.ts";
import {
  BELOW,
  type Figure,
  type FigureOptions,
  makeSpec,
  nameAxis,
} from "./figure.ts";
import type { Rows, Samples } from "./samples.ts";
import { COLORS, PRINT } from "./style.ts";

/** The longer side of a picture. */
const SIZE = 320;
/** Two axes have the same scale unless one is so many times as long. */
const MAX_RATIO = 4;
/** The diameters of points in pixels; the more points, the smaller. */
const DIAMETER = { min: 2, max: 5, perSpacing: 0.3 };
const HEIGHT = 200;
const FRAME = 110;
const BINS = { min: 8, max: 60, perRoot: 1.9 };
/** The axes need not hold samples beyond these quantiles. */
const TAILS = 0.005;
const POINTS_COLOR = "#999999";
const CURVE_COLOR = "#222222";

/** The ends of an axis. */
type Domain = readonly [low: number, high: number];

/**
 * Draws samples: in one dimension as a histogram with the true density, in two
 * as points over those of the data; of more columns the first two.
 *
 * @param samples The samples.
 * @param options How it looks.
 * @returns The figure.
 */
export function drawSamples(
  samples: Samples,
  options: FigureOptions = {},
): Figure {
  const omitted = listOmittedColumns(samples);
  const view = fitView(findDomains(samples, [samples.samples]), options);
  const { width, height, domains } = view;
  const finite = keepFinite(samples.samples, omitted);
  const shown = keepWithin(finite, domains, omitted);
  const data = keepFinite(samples.data, omitted);
  const [domain, other] = domains;
  return {
    omitted,
    spec: makeSpec(options, [describeSamples(samples)], {
      width,
      height,
      encoding: makeEncoding(samples, view),
      layer: other
        ? [makePoints(data, "data", view), makePoints(shown, "samples", view)]
        : [makeBars(shown, domain!), ...makeLine(samples, data, domain!)],
    }),
  };
}

/**
 * Draws the reverse process as a strip: rows at falling noise, the samples
 * last.
 *
 * @param samples The samples.
 * @param options How it looks; sizes are those of one picture.
 * @returns The figure.
 * @throws {RangeError} If the steps of the process were not kept.
 */
export function drawReverse(
  samples: Samples,
  options: FigureOptions = {},
): Figure {
  const { ink = PRINT } = options;
  const { frames } = samples;
  if (frames.length === 0) {
    throw new RangeError(
      "Cannot draw the reverse process: the samples have no frames",
    );
  }
  const omitted = listOmittedColumns(samples);
  const { width: asked = FRAME, height: high } = options;
  const view = fitView(findDomains(samples, frames.map(({ rows }) => rows)), {
    width: asked,
    ...(high
      ? { height: high }
      : samples.columns.length > 1
      ? {}
      : { height: asked }),
  });
  const { width, height, domains } = view;
  const [domain, other] = domains;
  const pictures = frames.map(({ noise, rows }) => {
    const shown = keepWithin(keepFinite(rows, omitted), domains, []);
    return {
      title: {
        text: noise === 0 ? "samples" : noise.toPrecision(2),
        anchor: "middle",
        fontSize: 11,
        fontWeight: "normal",
        offset: 4,
      },
      width,
      height,
      view: { stroke: ink.grid },
      encoding: hideAxes(makeEncoding(samples, view)),
      layer: [
        other ? makePoints(shown, "samples", view) : makeBars(shown, domain!),
      ],
    };
  });
  const subtitle = `${
    describeSamples(samples)
  }; √(1 − ᾱ), the share of noise, falls`;
  return {
    omitted,
    spec: makeSpec(options, [subtitle], {
      spacing: 8,
      hconcat: pictures,
    }),
  };
}

function listOmittedColumns({ columns }: Samples): string[] {
  const others = columns.slice(2).join(", ");
  return others === ""
    ? []
    : [singleLine(`columns beyond the first two: ${others}`)];
}

function describeSamples({ setting, samples }: Samples): string {
  return singleLine(`${samples.length} samples: ${formatLabel(setting)}`);
}

/** Keeps the rows whose shown columns are finite, and counts the others. */
function keepFinite(rows: Rows, omitted: string[]): Rows {
  const finite = rows.filter((row) => row.slice(0, 2).every(Number.isFinite));
  const lost = rows.length - finite.length;
  if (lost > 0) omitted.push(`${formatCount(lost, "point")}, not finite`);
  return finite;
}

/** Finds axes that hold all of the data, and all samples but the outermost. */
function findDomains(
  { columns, data }: Samples,
  clouds: readonly Rows[],
): Domain[] {
  return columns.slice(0, 2).map((_, column) => {
    const findEnds = (rows: Rows, tails: number) => {
      const values = rows.map((row) => row[column]!).filter(Number.isFinite)
        .sort((a, b) => a - b);
      const cut = Math.floor(values.length * tails);
      return [values.at(cut), values.at(-1 - cut)];
    };
    const ends = [
      ...clouds.flatMap((rows) => findEnds(rows, TAILS)),
      ...findEnds(data, 0),
    ].filter((value) => value !== undefined);
    const [low, high] = ends.length > 0
      ? [Math.min(...ends), Math.max(...ends)]
      : [0, 1];
    const margin = 0.04 * (high - low || 1);
    return [low - margin, high + margin];
  });
}

/** The axes of a picture, and its size in pixels. */
interface View {
  readonly domains: readonly Domain[];
  readonly width: number;
  readonly height: number;
}

/**
 * Fits two axes of like units into a picture: a circle is a circle. Axes whose
 * lengths differ by more than {@linkcode MAX_RATIO} are taken for other units.
 */
function fitView(
  domains: readonly Domain[],
  { width, height }: Pick<FigureOptions, "width" | "height">,
): View {
  const [x, y] = domains;
  const ratio = y ? measureSpan(y) / measureSpan(x!) : 0;
  if (!y || ratio > MAX_RATIO || ratio < 1 / MAX_RATIO) {
    const high = y ? width ?? SIZE : HEIGHT;
    return { domains, width: width ?? SIZE, height: height ?? high };
  }
  if (width !== undefined && height !== undefined) {
    const unit = Math.min(width / measureSpan(x!), height / measureSpan(y));
    const both = [widen(x!, width / unit), widen(y, height / unit)];
    return { domains: both, width, height };
  }
  const wide = width ??
    (height !== undefined ? height / ratio : SIZE / Math.max(1, ratio));
  return {
    domains,
    width: Math.round(wide),
    height: Math.round(height ?? wide * ratio),
  };
}

function measureSpan([low, high]: Domain): number {
  return high - low;
}

function widen([low, high]: Domain, span: number): Domain {
  const centre = (low + high) / 2;
  return [centre - span / 2, centre + span / 2];
}

/** Keeps the rows within the axes, and counts the others. */
function keepWithin(
  rows: Rows,
  domains: readonly Domain[],
  omitted: string[],
): Rows {
  const inside = rows.filter((row) =>
    domains.every(([low, high], column) =>
      !(row[column]! < low) && !(row[column]! > high)
    )
  );
  const lost = rows.length - inside.length;
  if (lost > 0) {
    omitted.push(`${lost} of ${rows.length} points, far from all others`);
  }
  return inside;
}

/** Leaves out what small pictures have no room for. */
function hideAxes(encoding: Record<string, object>): object {
  return Object.fromEntries(
    Object.entries(encoding).map(([channel, definition]) => [
      channel,
      {
        ...definition,
        ...(channel === "color" ? { legend: null } : { axis: null }),
      },
    ]),
  );
}

/** Makes what all layers share: the axes, and the colours of data and samples. */
function makeEncoding(
  { columns }: Samples,
  { domains: [x, y], width, height }: View,
): Record<string, object> {
  const makeAxisOf = (column: number, domain: Domain) => {
    const isHorizontal = column === 0;
    const pixels = isHorizontal ? width : height;
    const { scale, axis } = makeAxis(domain, {
      ...{ pixels, isHorizontal, margin: 0, scale: "linear" },
    });
    const title = nameAxis(columns[column]!);
    return { field: "xy"[column], type: "quantitative", title, scale, axis };
  };
  return {
    x: makeAxisOf(0, x!),
    y: y ? makeAxisOf(1, y) : { field: "density", type: "quantitative" },
    color: {
      type: "nominal",
      title: null,
      legend: BELOW,
      scale: {
        domain: ["data", "samples"],
        range: [y ? POINTS_COLOR : CURVE_COLOR, COLORS[0]],
      },
    },
  };
}

function makePoints(
  rows: Rows,
  name: string,
  { width, height }: View,
): object {
  const { min, max, perSpacing } = DIAMETER;
  const spacing = Math.sqrt(width * height / Math.max(1, rows.length));
  const diameter = Math.min(max, Math.max(min, perSpacing * spacing));
  const size = Number((Math.PI * diameter ** 2 / 4).toFixed(2));
  return {
    data: { values: rows.map(([x, y]) => ({ x, y })) },
    mark: { type: "point", filled: true, size, opacity: 0.55 },
    encoding: { color: { datum: name } },
  };
}

function makeBars(rows: Rows, domain: Domain): object {
  return {
    data: { values: makeHistogram(rows, domain) },
    mark: { type: "bar", binSpacing: 0, opacity: 0.6 },
    encoding: {
      x: { field: "x", type: "quantitative", bin: { binned: true } },
      x2: { field: "to" },
      color: { datum: "samples" },
    },
  };
}

/** Draws the true density if it is known, else the outline of the data's histogram. */
function makeLine(
  { density }: Samples,
  data: Rows,
  domain: Domain,
): object[] {
  const [low, high] = domain;
  const isKnown = density.length > 0;
  if (!isKnown && data.length === 0) return [];
  const values = isKnown
    ? density.map(([x, density]) => ({ x: x!, density }))
      .filter(({ x }) => x >= low && x <= high)
    : makeHistogram(data, domain);
  const interpolate = isKnown ? "linear" : "step-after";
  return [{
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, interpolate },
    encoding: { color: { datum: "data" } },
  }];
}

/** Computes a histogram whose area is 1. */
function makeHistogram(
  rows: Rows,
  [low, high]: Domain,
): { x: number; to: number; density: number }[] {
  const { min, max, perRoot } = BINS;
  // The fewer points, the wider the bins.
  const wanted = Math.round(perRoot * Math.sqrt(rows.length));
  const nBins = Math.min(max, Math.max(min, wanted));
  const width = (high - low) / nBins;
  const counts = new Array<number>(nBins).fill(0);
  for (const [x] of rows) {
    counts[Math.min(nBins - 1, Math.floor((x! - low) / width))]!++;
  }
  return counts.map((count, bin) => ({
    x: low + bin * width,
    to: low + (bin + 1) * width,
    density: count / (Math.max(rows.length, 1) * width),
  }));
}
