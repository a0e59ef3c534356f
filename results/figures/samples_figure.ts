/**
 * Figures of one run's samples: beside the data, and during the reverse process.
 *
 * @module
 */

import { formatCount } from "../../core/utils/format_number.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { type Figure, type FigureOptions, makeSpec } from "./figure.ts";
import type { Rows, Samples } from "./samples.ts";
import { COLORS, makeConfig, PRINT } from "./style.ts";

const SIZE = 320;
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
  const domains = findDomains(samples, [samples.samples]);
  const finite = keepFinite(samples.samples, omitted);
  const shown = keepWithin(finite, domains, omitted);
  const data = keepFinite(samples.data, omitted);
  const [domain, other] = domains;
  const { width = SIZE, height = other ? SIZE : HEIGHT } = options;
  return {
    omitted,
    spec: makeSpec(options, [describeSamples(samples)], {
      width,
      height,
      encoding: makeEncoding(samples, domains),
      layer: other
        ? [makePoints(data, "data"), makePoints(shown, "samples")]
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
  const { ink = PRINT, width = FRAME, height = width } = options;
  const { frames } = samples;
  if (frames.length === 0) {
    throw new RangeError(
      "Cannot draw the reverse process: the samples have no frames",
    );
  }
  const omitted = listOmittedColumns(samples);
  const domains = findDomains(samples, frames.map(({ rows }) => rows));
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
      encoding: makeEncoding(samples, domains),
      layer: [other ? makePoints(shown, "samples") : makeBars(shown, domain!)],
    };
  });
  const subtitle = `${
    describeSamples(samples)
  }; √(1 − ᾱ), the share of noise, falls`;
  const none = { disable: true };
  return {
    omitted,
    spec: makeSpec(options, [subtitle], {
      spacing: 8,
      hconcat: pictures,
      config: { ...makeConfig(ink), axis: none, legend: none },
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

/** Makes what all layers share: the axes, and the colours of data and samples. */
function makeEncoding(
  { columns }: Samples,
  [x, y]: readonly Domain[],
): object {
  const makeAxis = (column: number, domain: Domain) => ({
    field: "xy"[column],
    type: "quantitative",
    title: singleLine(columns[column]!),
    scale: { domain, nice: false },
  });
  return {
    x: makeAxis(0, x!),
    y: y ? makeAxis(1, y) : { field: "density", type: "quantitative" },
    color: {
      type: "nominal",
      title: null,
      scale: {
        domain: ["data", "samples"],
        range: [y ? POINTS_COLOR : CURVE_COLOR, COLORS[0]],
      },
    },
  };
}

function makePoints(rows: Rows, name: string): object {
  return {
    data: { values: rows.map(([x, y]) => ({ x, y })) },
    mark: { type: "point", filled: true, size: 7, opacity: 0.55 },
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
