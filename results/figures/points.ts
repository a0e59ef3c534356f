/**
 * Figures of a comparison: points with error bars.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type {
  Cell,
  Column,
  Comparison,
  ComparisonRow,
} from "../compare/comparison.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { type Figure, type FigureOptions, makeSpec } from "./figure.ts";
import { isGeometric, isLogarithmic, type Scale } from "./scale.ts";
import { COLORS, cycleSigns, SHAPES } from "./style.ts";

/** What a figure of points shows. */
export interface PointsOptions extends FigureOptions {
  /** The key on the horizontal axis; by default each row has a line. */
  readonly x?: string;
  /** The key that tells series apart. */
  readonly series?: string;
  /** The horizontal axis; logarithmic where the values ask for it. */
  readonly xScale?: Scale;
  /** The axis of the values; logarithmic where they ask for it. */
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
const LINE_HEIGHT = 26;
/** Up to this number each value of a key has a tick. */
const MAX_TICKS = 8;
/** Between the outermost points and the frame. */
const EDGE = 14;

/**
 * Draws columns of a comparison that show one metric: means with error bars.
 *
 * @param comparison The comparison; each point is one of its cells.
 * @param columns The columns, of which `series` tells several apart.
 * @param options What is drawn over what.
 * @returns The figure, and what it could not show.
 */
export function drawPoints(
  comparison: Comparison,
  columns: readonly [Column, ...Column[]],
  options: PointsOptions = {},
): Figure {
  const { points, omitted } = collectPoints(comparison, columns, options);
  const { x, series } = options;
  const [{ metadata, heading, unit }] = columns;
  const title = columns.length > 1 ? metadata.name : heading;
  const isUpright = x !== undefined;
  const values = points.flatMap(({ mean, low, high }) => [mean, low, high]);
  const isLog = isLogarithmic(values, options.yScale);
  const valueAxis = {
    field: "mean",
    type: "quantitative",
    title: unit ? `${title} [${singleLine(unit)}]` : title,
    scale: isLog ? { type: "log" } : { zero: false },
  };
  const isNumeric = points.every((point) => typeof point.x === "number");
  const xs = points.map((point) => point.x as number);
  const ticks = [...new Set(xs)].sort((a, b) => a - b);
  const keyAxis = isNumeric
    ? {
      field: "x",
      type: "quantitative",
      title: x,
      // Only the values themselves have ticks, if they are few.
      ...(ticks.length <= MAX_TICKS
        ? { axis: { values: ticks, format: "~g" } }
        : {}),
      scale: isGeometric(xs, options.xScale)
        ? { type: "log", nice: false, padding: EDGE }
        : { zero: false, padding: EDGE },
    }
    : {
      field: "x",
      type: "nominal",
      title: x ?? null,
      sort: null,
      ...(isUpright ? { axis: { labelAngle: 0 } } : {}),
    };
  const [keyChannel, channel] = isUpright
    ? ["x", "y"] as const
    : ["y", "x"] as const;
  const names = [...new Set(points.map((point) => point.series))];
  // Points at one place stand side by side.
  const offset = names.length > 1 && !isNumeric
    ? {
      [`${keyChannel}Offset`]: { field: "series", type: "nominal", sort: null },
    }
    : {};
  const byName = {
    field: "series",
    type: "nominal",
    sort: names,
    title: series,
  };
  const tint = names.length > 1 ? byName : { value: COLORS[0] };
  const stroke = { stroke: tint };
  const shape = names.length > 1
    ? {
      shape: { ...byName, scale: { range: cycleSigns(SHAPES, names.length) } },
    }
    : {};
  const encoding = { [keyChannel]: keyAxis, ...offset };
  return {
    omitted,
    spec: makeSpec(options, describeBars(comparison, points), {
      width: options.width ?? WIDTH,
      height: options.height ??
        (isUpright ? HEIGHT : LINE_HEIGHT * Math.max(2, ticks.length)),
      data: { values: points },
      encoding,
      layer: [
        ...(isNumeric && isUpright
          ? [{
            mark: { type: "line", strokeWidth: 1, opacity: 0.6 },
            encoding: { [channel]: valueAxis, ...stroke },
          }]
          : []),
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          transform: [{ filter: "isValid(datum.low)" }],
          encoding: {
            [channel]: { ...valueAxis, field: "low" },
            [`${channel}2`]: { field: "high" },
            ...stroke,
          },
        },
        {
          mark: { type: "point", size: 55, strokeWidth: 1.5, opacity: 1 },
          encoding: {
            [channel]: valueAxis,
            ...stroke,
            ...shape,
            // Within-run errors are of another kind, and look different.
            fill: tint,
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

/** The cells that have a place in the figure, and those that have none. */
function collectPoints(
  { rows }: Comparison,
  columns: readonly [Column, ...Column[]],
  { x, series }: PointsOptions,
): { readonly points: readonly Point[]; readonly omitted: readonly string[] } {
  const omitted: string[] = [];
  const withCells = rows.map((row) => ({
    row,
    found: columns.flatMap((column) => {
      const cell = row.cells.get(column.metadata);
      return cell ? [{ column, cell }] : [];
    }),
  }));
  const shown = withCells.filter(({ row: { config }, found }) =>
    found.length > 0 && (x === undefined || config[x] !== undefined)
  );
  const isTelling = findTellingKeys(
    withCells.filter(({ found }) => found.length > 0).map(({ row }) => row),
  );
  const points = shown.flatMap(({ row: { config }, found }) => {
    const label = formatLabel(pickKeys(config, isTelling));
    const value = x === undefined ? label : config[x];
    return found.flatMap(({ column, cell }): Point[] => {
      const { mean } = cell.result;
      const ofSeries = series === undefined
        ? undefined
        : column.metadata.field(series) ?? config[series];
      if (!Number.isFinite(mean)) {
        omitted.push(`${label}: ${mean}`);
        return [];
      }
      const whole = series === undefined
        ? config
        : { ...config, [series]: ofSeries };
      return [{
        x: typeof value === "number" ? value : singleLine(formatValue(value)),
        series: series === undefined
          ? ""
          : singleLine(formatValue(ofSeries ?? NO_VALUE)),
        mean,
        ...findBarEnds(cell),
        kind: cell.kind,
        tooltip: describePoint(
          formatLabel(whole),
          columns.length > 1 ? column.metadata.name : column.heading,
          cell,
        ),
      }];
    });
  });
  const nWithout = rows.length - shown.length;
  if (nWithout > 0) {
    omitted.push(
      `${nWithout} ${nWithout === 1 ? "row" : "rows"} without ${
        columns[0].metadata.name
      }${x === undefined ? "" : ` or ${x}`}`,
    );
  }
  return { points, omitted };
}

/** The keys in which rows differ: labels with all keys would be too long. */
function findTellingKeys(rows: readonly ComparisonRow[]): ReadonlySet<string> {
  const keys = Object.keys(rows[0]?.config ?? {});
  return new Set(
    keys.filter((key) =>
      new Set(rows.map(({ config }) => formatValue(config[key]))).size > 1
    ),
  );
}

function pickKeys(
  config: ComparisonRow["config"],
  keys: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([key]) => keys.has(key)),
  );
}

/** The ends of the error bar; NaN if there is none. */
function findBarEnds(
  { result: { mean, error }, interval }: Cell,
): { low: number; high: number } {
  if (interval) return { low: interval[0], high: interval[1] };
  return { low: mean - error, high: mean + error };
}

/** The tooltip of a point: its row, its value, and the runs behind it. */
function describePoint(
  label: string,
  heading: string,
  { text, kind, runs, result }: Cell,
): string {
  const seeds = [...runs.keys()].join(", ");
  const count = `${kind}, n = ${result.n}`;
  return [
    label,
    `${heading}: ${text}`,
    kind === "between-seed"
      ? `${count}: ${seeds}`
      : `${count}, one run: ${seeds}`,
  ].join("\n");
}

/** What the values and their error bars are. */
function describeBars(
  { options: { ci, aggregate = "mean", relativeTo = [] } }: Comparison,
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
    kind === "between-seed"
      ? `${value} over runs${bars ? `, bars: between-seed ${bars}` : ""}`
      : `${kinds.length > 1 ? "hollow: " : ""}one run${
        bars ? `, bars: within-run ${bars}` : ""
      }`
  );
}
