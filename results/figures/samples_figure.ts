/**
 * Figures of one run's samples: beside the data, and during the reverse process.
 *
 * @module
 */

import { formatLabel, singleLine } from "../compare/labels.ts";
import { type Figure, type FigureOptions, makeSpec } from "./figure.ts";
import type { Rows, Samples } from "./samples.ts";
import { COLORS, PRINT } from "./style.ts";

const SIZE = 320;
const HEIGHT = 200;
const FRAME = 110;
const BINS = { min: 8, max: 60, perRoot: 1.9 };
/** The axes need not hold samples beyond these quantiles. */
const TAILS = 0.005;
const DATA_COLOR = "#999999";
const CURVE_COLOR = "#222222";
const SAMPLES_COLOR = COLORS[0]!;

/** Points in one dimension or two, as a figure has them. */
interface Cloud {
  readonly x: number;
  readonly y?: number;
}

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
  const isPlanar = samples.columns.length > 1;
  const axes = makeAxes(samples, [samples.samples]);
  const shown = keepWithin(toCloud(samples.samples, omitted), axes, omitted);
  const layer = isPlanar
    ? [
      makePoints(toCloud(samples.data, omitted), DATA_COLOR, "data"),
      makePoints(shown, SAMPLES_COLOR, "samples"),
    ]
    : [
      makeBars(shown, axes.x.scale.domain, "samples"),
      ...(samples.density.length > 0
        ? makeDensity(samples, axes.x.scale.domain)
        : makeOutline(toCloud(samples.data, omitted), axes.x.scale.domain)),
    ];
  const legend = {
    color: {
      type: "nominal",
      title: null,
      scale: {
        domain: ["data", "samples"],
        range: [isPlanar ? DATA_COLOR : CURVE_COLOR, SAMPLES_COLOR],
      },
    },
  };
  return {
    omitted,
    spec: makeSpec(options, [describeSamples(samples)], {
      width: options.width ?? SIZE,
      height: options.height ?? (isPlanar ? SIZE : HEIGHT),
      encoding: { x: axes.x, ...(isPlanar ? { y: axes.y } : {}), ...legend },
      layer,
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
  const { frames, columns } = samples;
  if (frames.length === 0) {
    throw new RangeError(
      "Cannot draw the reverse process as the samples have no frames",
    );
  }
  const omitted = listOmittedColumns(samples);
  const isPlanar = columns.length > 1;
  const { x, y } = makeAxes(samples, frames.map(({ rows }) => rows));
  const hidden = { axis: null };
  const size = options.width ?? FRAME;
  const subtitle = `${
    describeSamples(samples)
  }; √(1 − ᾱ), the share of noise, falls`;
  return {
    omitted,
    spec: makeSpec(options, [subtitle], {
      spacing: 8,
      hconcat: frames.map(({ noise, rows }) => {
        const cloud = keepWithin(toCloud(rows, omitted), { x, y }, []);
        return {
          title: {
            text: noise === 0 ? "samples" : noise.toPrecision(2),
            anchor: "middle",
            fontSize: 11,
            fontWeight: "normal",
            offset: 4,
          },
          width: size,
          height: options.height ?? size,
          view: { stroke: ink.grid },
          encoding: {
            x: { ...x, ...hidden },
            ...(isPlanar ? { y: { ...y, ...hidden } } : {}),
          },
          layer: [
            isPlanar
              ? makePoints(cloud, SAMPLES_COLOR)
              : makeBars(cloud, x.scale.domain, undefined, hidden),
          ],
        };
      }),
    }),
  };
}

function listOmittedColumns({ columns }: Samples): string[] {
  return columns.length > 2
    ? [
      `columns beyond the first two: ${
        singleLine(columns.slice(2).join(", "))
      }`,
    ]
    : [];
}

function describeSamples({ setting, samples }: Samples): string {
  return singleLine(`${samples.length} samples: ${formatLabel(setting)}`);
}

/** Takes the points that are finite, and counts the others. */
function toCloud(
  rows: Rows,
  omitted: string[],
): Cloud[] {
  const finite = rows.filter((row) => row.slice(0, 2).every(Number.isFinite));
  const lost = rows.length - finite.length;
  if (lost > 0) {
    omitted.push(
      lost === 1
        ? "1 point that is not finite"
        : `${lost} points that are not finite`,
    );
  }
  return finite.map(([x, y]) => y === undefined ? { x: x! } : { x: x!, y });
}

/** Makes axes that hold all of the data, and all samples but the outermost. */
function makeAxes({ columns, data }: Samples, clouds: readonly Rows[]) {
  const finite = (rows: Rows, column: number) =>
    rows.map((row) => row[column]!).filter(Number.isFinite)
      .sort((a, b) => a - b);
  const findRange = (column: number): [number, number] => {
    const ofData = finite(data, column);
    const ends = [
      ...clouds.map((rows) => {
        const values = finite(rows, column);
        const cut = Math.floor(values.length * TAILS);
        return [values[cut], values[values.length - 1 - cut]];
      }),
      [ofData[0], ofData.at(-1)],
    ].flat().filter((value) => value !== undefined);
    return ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
  };
  const axis = (column: number) => {
    const [low, high] = findRange(column);
    const margin = 0.04 * (high - low || 1);
    return {
      field: column === 0 ? "x" : "y",
      type: "quantitative",
      title: singleLine(columns[column] ?? ""),
      scale: { domain: [low - margin, high + margin], nice: false },
    };
  };
  return { x: axis(0), y: axis(1) };
}

/** Takes the points within the axes, and counts the others. */
function keepWithin(
  values: readonly Cloud[],
  axes: ReturnType<typeof makeAxes>,
  omitted: string[],
): Cloud[] {
  const holds = (axis: { scale: { domain: number[] } }, value = NaN) =>
    !(value < axis.scale.domain[0]!) && !(value > axis.scale.domain[1]!);
  const inside = values.filter(({ x, y }) =>
    holds(axes.x, x) && holds(axes.y, y)
  );
  const lost = values.length - inside.length;
  if (lost > 0) {
    omitted.push(`${lost} of ${values.length} points, far from all others`);
  }
  return inside;
}

function makePoints(
  values: readonly Cloud[],
  color: string,
  legend?: string,
): object {
  return {
    data: { values },
    mark: {
      type: "point",
      filled: true,
      size: 7,
      opacity: 0.55,
      ...(legend ? {} : { color }),
    },
    ...(legend ? { encoding: { color: { datum: legend } } } : {}),
  };
}

/** Counts over bins as a density: its area is 1. */
function makeHistogram(
  values: readonly Cloud[],
  domain: readonly number[],
): { from: number; to: number; density: number }[] {
  const [low, high] = domain as [number, number];
  const { min, max, perRoot } = BINS;
  // The fewer points, the wider the bins.
  const wanted = Math.round(perRoot * Math.sqrt(values.length));
  const nBins = Math.min(max, Math.max(min, wanted));
  const width = (high - low) / nBins;
  const counts = new Array<number>(nBins).fill(0);
  for (const { x } of values) {
    counts[Math.min(nBins - 1, Math.floor((x - low) / width))]!++;
  }
  return counts.map((count, bin) => ({
    from: low + bin * width,
    to: low + (bin + 1) * width,
    density: count / (Math.max(values.length, 1) * width),
  }));
}

function makeBars(
  values: readonly Cloud[],
  domain: readonly number[],
  legend?: string,
  channel: object = {},
): object {
  return {
    data: { values: makeHistogram(values, domain) },
    mark: {
      type: "bar",
      binSpacing: 0,
      opacity: 0.6,
      ...(legend ? {} : { color: SAMPLES_COLOR }),
    },
    encoding: {
      x: {
        field: "from",
        type: "quantitative",
        bin: { binned: true },
        ...channel,
      },
      x2: { field: "to" },
      y: {
        field: "density",
        type: "quantitative",
        title: "density",
        ...channel,
      },
      ...(legend ? { color: { datum: legend } } : {}),
    },
  };
}

/** The true density as a line, where it is known. */
function makeDensity(
  { density }: Samples,
  domain: readonly number[],
): object[] {
  const [low, high] = domain as [number, number];
  const values = density.map(([x, density]) => ({ x, density }))
    .filter(({ x }) => x! >= low && x! <= high);
  return [makeLine(values, "linear")];
}

/** The data's own histogram, as the outline of its bars. */
function makeOutline(
  values: readonly Cloud[],
  domain: readonly number[],
): object[] {
  if (values.length === 0) return [];
  const bars = makeHistogram(values, domain)
    .map(({ from, density }) => ({ x: from, density }));
  return [makeLine(bars, "step-after")];
}

function makeLine(values: readonly object[], interpolate: string): object {
  return {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, interpolate },
    encoding: {
      y: { field: "density", type: "quantitative" },
      color: { datum: "data" },
    },
  };
}
