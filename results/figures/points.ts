/**
 * Figures of a comparison: points with error bars.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { formatCount } from "../../core/utils/format_number.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { orderBy } from "../database/select.ts";
import type {
  Cell,
  Column,
  Comparison,
  ComparisonRow,
} from "../compare/comparison.ts";
import { formatCell } from "../compare/cells.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";
import {
  type Figure,
  type FigureOptions,
  makeSpec,
  nameError,
  nameMean,
} from "./figure.ts";
import { isGeometric, isLogarithmic, type Scale } from "./scale.ts";

/** What a figure of points shows. */
export interface PointsOptions extends FigureOptions {
  /** The key on the horizontal axis; by default each row has a line. */
  readonly x?: string;
  /** The key that tells series apart. */
  readonly series?: string;
  /** The horizontal axis; by default logarithmic if its values suggest it. */
  readonly xScale?: Scale;
  /** The axis of the values; by default logarithmic if their range is wide. */
  readonly yScale?: Scale;
}

/** A point of a figure. */
interface Point {
  readonly x: unknown;
  readonly series: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly kind: string;
  readonly tooltip: string;
}

const WIDTH = 420;
const HEIGHT = 260;
/** Of a row, and of each series in one. */
const ROW_HEIGHT = 26, SERIES_HEIGHT = 14;
/** Up to this number each value of a key has a tick. */
const MAX_TICKS = 8;
/** Between the outermost points and the frame. */
const EDGE = 14;

/**
 * Draws columns of a comparison that show one metric: means with error bars.
 *
 * @param comparison The comparison; each point is one of its cells.
 * @param columns The columns; several are series.
 * @param options The axes.
 * @returns The figure, and what it leaves out.
 */
export function drawPoints(
  comparison: Comparison,
  columns: readonly [Column, ...Column[]],
  options: PointsOptions = {},
): Figure {
  const { points, omitted } = collectPoints(comparison, columns, options);
  const { x, series, width = WIDTH, height } = options;
  const isUpright = x !== undefined;
  const [keyChannel, channel] = isUpright ? ["x", "y"] : ["y", "x"];
  const isNumeric = points.every((point) => typeof point.x === "number");
  const names = listSeries(comparison, columns, series);
  const drawn = names.filter((name) =>
    points.some((point) => point.series === name)
  );
  const isOne = drawn.length === 1;
  const bySeries = {
    field: "series",
    type: "nominal",
    // What has no points keeps its colour: figures of the same runs agree.
    scale: { domain: names },
    title: series,
    legend: isOne ? null : { values: drawn },
  };
  const values = makeValueAxis(points, columns, options);
  return {
    omitted,
    spec: makeSpec(options, describeBars(comparison, points), {
      width,
      height: height ??
        (isUpright ? HEIGHT : { step: isOne ? ROW_HEIGHT : SERIES_HEIGHT }),
      data: { values: points },
      encoding: {
        [keyChannel!]: makeKeyAxis(points, options),
        // Points at one place stand side by side.
        ...(isOne || isNumeric ? {} : {
          [`${keyChannel}Offset`]: { field: "series", sort: drawn },
        }),
        [channel!]: values,
        stroke: bySeries,
      },
      layer: [
        ...(isNumeric && isUpright
          ? [{ mark: { type: "line", strokeWidth: 1, opacity: 0.6 } }]
          : []),
        {
          mark: { type: "rule", strokeWidth: 1.5, aria: false },
          encoding: {
            [channel!]: { ...values, field: "low" },
            [`${channel}2`]: { field: "high" },
          },
        },
        {
          mark: { type: "point", size: 55, strokeWidth: 1.5, opacity: 1 },
          encoding: {
            shape: bySeries,
            fill: bySeries,
            // Within-run errors are of another kind, and look different.
            fillOpacity: {
              condition: { test: "datum.kind == 'within-run'", value: 0 },
              value: 1,
            },
            description: { field: "tooltip" },
          },
        },
      ],
    }),
  };
}

function makeValueAxis(
  points: readonly Point[],
  columns: readonly [Column, ...Column[]],
  { yScale }: PointsOptions,
): object {
  const [{ unit }] = columns;
  const title = nameValues(columns);
  const values = points.flatMap(({ mean, low, high }) => [mean, low, high]);
  return {
    field: "mean",
    type: "quantitative",
    title: unit ? `${title} [${singleLine(unit)}]` : title,
    scale: isLogarithmic(values, yScale) ? { type: "log" } : { zero: false },
  };
}

/** Names what all points show. */
function nameValues(columns: readonly [Column, ...Column[]]): string {
  const [{ metadata, heading }] = columns;
  return columns.length > 1 ? metadata.name : heading;
}

function makeKeyAxis(
  points: readonly Point[],
  { x, xScale }: PointsOptions,
): object {
  const xs = points.map((point) => point.x);
  if (!xs.every((value) => typeof value === "number")) {
    return {
      field: "x",
      type: "nominal",
      title: x ?? null,
      sort: null,
      axis: { labelAngle: 0 },
    };
  }
  const ticks = [...new Set(xs)];
  return {
    field: "x",
    type: "quantitative",
    title: x,
    // Only the values themselves have ticks, if they are few.
    ...(ticks.length <= MAX_TICKS
      ? { axis: { values: ticks, format: "~g" } }
      : {}),
    scale: isGeometric(xs, xScale)
      ? { type: "log", nice: false, padding: EDGE }
      : { zero: false, padding: EDGE },
  };
}

/** Lists the series in the order of their values, as histories are. */
function listSeries(
  { rows }: Comparison,
  columns: readonly [Column, ...Column[]],
  series: string | undefined,
): string[] {
  if (series === undefined) return [""];
  const values = columns.flatMap(({ metadata }) =>
    rows.map(({ config }) => readSeries(metadata, config, series))
  );
  return [
    ...new Set(values.sort(orderBy([(value) => value])).map(formatSeries)),
  ];
}

function readSeries(
  metadata: ResultMetadata,
  config: ComparisonRow["config"],
  series: string,
): unknown {
  return metadata.field(series) ?? config[series];
}

function formatSeries(value: unknown): string {
  return singleLine(formatValue(value ?? NO_VALUE));
}

/** Collects the cells that can be drawn, and lists the others. */
function collectPoints(
  { rows, options: { across } }: Comparison,
  columns: readonly [Column, ...Column[]],
  { x, series }: PointsOptions,
): { readonly points: readonly Point[]; readonly omitted: readonly string[] } {
  const points: Point[] = [], omitted: string[] = [];
  let nWithout = 0;
  for (const { label, config, cells } of rows) {
    const place = x === undefined ? label : config[x];
    const measured = columns.filter(({ metadata }) => cells.has(metadata));
    if (place === undefined || measured.length === 0) {
      nWithout++;
      continue;
    }
    for (const { metadata } of measured) {
      const cell = cells.get(metadata)!;
      const { result: { mean, error }, kind } = cell;
      if (!Number.isFinite(mean)) {
        omitted.push(`${label}: ${mean}`);
        continue;
      }
      const own = series === undefined
        ? {}
        : { [series]: readSeries(metadata, config, series) };
      const [low, high] = cell.interval ?? [mean - error, mean + error];
      points.push({
        x: typeof place === "number" ? place : singleLine(formatValue(place)),
        series: Object.values(own).map(formatSeries).join(),
        mean,
        low,
        high,
        kind,
        tooltip: [
          formatLabel({ ...config, ...own }),
          `${nameValues(columns)}: ${formatCell(cell)}`,
          describeRuns(cell, across),
        ].join("\n"),
      });
    }
  }
  if (nWithout > 0) {
    omitted.push(
      `${formatCount(nWithout, "row")} without ${columns[0].metadata.name}` +
        (x === undefined ? "" : ` or ${x}`),
    );
  }
  return { points, omitted };
}

/** Describes the runs of a value, and the number of observations. */
function describeRuns(
  { kind, runs, sample, result: { n } }: Cell,
  across: string | undefined,
): string {
  const isOne = runs.size === 1;
  const [error, names] = kind === "across"
    ? [nameError(across), sample.keys()]
    : [kind, runs.keys()];
  return `${error}, n = ${n}${isOne ? ", one run" : ""}: ${
    [...names].join(", ")
  }`;
}

/** Describes the values and their error bars. */
function describeBars(
  { options: { ci, aggregate = "mean", relativeTo = [], across } }: Comparison,
  points: readonly Point[],
): string[] {
  const kinds = [...new Set(points.map(({ kind }) => kind))].sort();
  const bars = ci
    ? `${ci} % confidence interval`
    : aggregate === "mean"
    ? "standard error"
    : undefined;
  const value = relativeTo.length > 0
    ? `ratio to ${singleLine(relativeTo.join())}`
    : aggregate;
  return kinds.map((kind) =>
    kind !== "within-run"
      ? nameMean(across, value) +
        (bars ? `, bars: ${nameError(across)} ${bars}` : "")
      : `${kinds.length > 1 ? "hollow: " : ""}one run${
        bars ? `, bars: within-run ${bars}` : ""
      }`
  );
}
