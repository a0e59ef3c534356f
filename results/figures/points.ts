/**
 * Figures of a comparison: points with error bars.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { formatValue } from "../../core/config/schema.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import {
  type Cell,
  type Comparison,
  type ComparisonRow,
  labelOf,
} from "../compare/comparison.ts";
import { cellText, clean, headingOf, NO_VALUE } from "../tables/words.ts";
import { isGeometric, isLogarithmic, type Scale } from "./scale.ts";
import {
  captioned,
  COLORS,
  configOf,
  type Ink,
  PRINT,
  SHAPES,
  signsFor,
} from "./style.ts";

/** What figures share. */
export interface FigureOptions {
  /** What stands above the figure. */
  readonly title?: string;
  /** The width of the inner area in pixels. */
  readonly width?: number;
  /** The height of the inner area in pixels. */
  readonly height?: number;
  /** The colours that are no data's; those of print by default. */
  readonly ink?: Ink;
}

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

/** A figure, and what it could not show. */
export interface Figure {
  /** The figure. */
  readonly spec: TopLevelSpec;
  /** What has no place in it, and why. */
  readonly left: readonly string[];
}

/** A point of a figure. */
interface Point {
  readonly x: unknown;
  readonly series: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly kind: string;
  readonly told: string;
}

const WIDTH = 420;
const HEIGHT = 260;
const LINE_HEIGHT = 26;
/** So many values of a key have a tick each. */
const MAX_TICKS = 8;
/** Between the outermost points and the frame. */
const EDGE = 14;

/**
 * Draws one column of a comparison: means with error bars.
 *
 * @param comparison The comparison; each point is one of its cells.
 * @param column The column.
 * @param options What stands where.
 * @returns The figure.
 */
export function pointsFigure(
  comparison: Comparison,
  column: ResultMetadata,
  options: PointsOptions = {},
): Figure {
  const { points, left } = pointsOf(comparison, column, options);
  const { x, series, ink = PRINT } = options;
  const heading = headingOf(column, comparison);
  const isUpright = x !== undefined;
  const values = points.flatMap(({ mean, low, high }) => [mean, low, high]);
  const isLog = isLogarithmic(values, options.yScale);
  const valueAxis = {
    field: "mean",
    type: "quantitative",
    title: heading,
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
      // Few values are named, and no others between them.
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
  const [keyChannel, channel] = isUpright ? ["x", "y"] : ["y", "x"];
  const names = [...new Set(points.map((point) => point.series))];
  // Points of one place stand side by side.
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
    ? { shape: { ...byName, scale: { range: signsFor(SHAPES, names.length) } } }
    : {};
  const encoding = { [keyChannel!]: keyAxis, ...offset };
  return {
    left,
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      ...titleOf(options.title, comparison, points),
      width: options.width ?? WIDTH,
      height: options.height ??
        (isUpright ? HEIGHT : LINE_HEIGHT * Math.max(2, ticks.length)),
      config: configOf(ink),
      data: { values: points },
      encoding,
      layer: [
        ...(isNumeric && isUpright
          ? [{
            mark: { type: "line", strokeWidth: 1, opacity: 0.6 },
            encoding: { [channel!]: valueAxis, ...stroke },
          }]
          : []),
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          transform: [{ filter: "isValid(datum.low)" }],
          encoding: {
            [channel!]: { ...valueAxis, field: "low" },
            [`${channel}2`]: { field: "high" },
            ...stroke,
          },
        },
        {
          mark: { type: "point", size: 55, strokeWidth: 1.5, opacity: 1 },
          encoding: {
            [channel!]: valueAxis,
            ...stroke,
            ...shape,
            // Within-run errors are of another kind, and look so.
            fill: tint,
            fillOpacity: {
              condition: { test: "datum.kind == 'within-run'", value: 0 },
              value: 1,
            },
            description: { field: "told" },
          },
        },
      ],
    } as TopLevelSpec,
  };
}

/** The cells of a column that have a place in the figure, and which have none. */
function pointsOf(
  comparison: Comparison,
  column: ResultMetadata,
  { x, series }: PointsOptions,
): { readonly points: readonly Point[]; readonly left: readonly string[] } {
  const left: string[] = [];
  const told = tellingKeys(
    comparison.rows.filter(({ cells }) => cells.has(column)),
  );
  let nWithout = 0;
  const points = comparison.rows.flatMap((row): Point[] => {
    const cell = row.cells.get(column);
    const label = clean(labelOf(told(row.config)));
    const value = x === undefined ? label : row.config[x];
    if (value === undefined || !cell) {
      nWithout++;
      return [];
    }
    if (!Number.isFinite(cell.result.mean)) {
      left.push(`${label}: ${cell.result.mean}`);
      return [];
    }
    return [{
      x: typeof value === "number" ? value : clean(formatValue(value)),
      series: series === undefined
        ? ""
        : clean(formatValue(row.config[series] ?? NO_VALUE)),
      mean: cell.result.mean,
      ...endsOf(cell),
      kind: cell.kind,
      told: describe(row, cell, { comparison, column }),
    }];
  });
  if (nWithout > 0) {
    left.push(
      `${nWithout} ${nWithout === 1 ? "row" : "rows"} without ${column.name}${
        x === undefined ? "" : ` or ${x}`
      }`,
    );
  }
  return { points, left };
}

/** The keys in which rows differ, and no others: their labels are long enough. */
function tellingKeys(
  rows: readonly ComparisonRow[],
): (config: ComparisonRow["config"]) => Record<string, unknown> {
  const keys = Object.keys(rows[0]?.config ?? {});
  const telling = keys.filter((key) =>
    new Set(rows.map(({ config }) => formatValue(config[key]))).size > 1
  );
  return (config) =>
    Object.fromEntries(telling.map((key) => [key, config[key]]));
}

/** The ends of the error bar; NaN where there is none. */
function endsOf(
  { result: { mean, error }, interval }: Cell,
): { low: number; high: number } {
  if (interval) return { low: interval[0], high: interval[1] };
  return { low: mean - error, high: mean + error };
}

/** What is told of a point: all that stands behind it. */
function describe(
  row: ComparisonRow,
  cell: Cell,
  { comparison, column }: {
    readonly comparison: Comparison;
    readonly column: ResultMetadata;
  },
): string {
  const { text } = cellText(cell, comparison);
  const { kind, runs, result } = cell;
  return [
    clean(labelOf(row.config)),
    `${headingOf(column, comparison)}: ${text}`,
    kind === "between-seed"
      ? `between-seed, n = ${result.n}: ${[...runs.keys()].join(", ")}`
      : `within-run, n = ${result.n}, one run: ${[...runs.keys()].join()}`,
  ].join("\n");
}

/** The title, and below it what the error bars are. */
function titleOf(
  text: string | undefined,
  { options }: Comparison,
  points: readonly Point[],
): object {
  const kinds = [...new Set(points.map(({ kind }) => kind))].sort();
  const bars = options.ci
    ? `${options.ci} % confidence interval`
    : options.aggregate && options.aggregate !== "mean"
    ? undefined
    : "standard error";
  const isRatio = (options.relativeTo ?? []).length > 0;
  const value = isRatio
    ? `ratio to ${clean(options.relativeTo!.join())}`
    : options.aggregate ?? "mean";
  const subtitle = kinds.map((kind) =>
    kind === "between-seed"
      ? `${value} over runs${bars ? `, bars: between-seed ${bars}` : ""}`
      : `${kinds.length > 1 ? "hollow: " : ""}one run${
        bars ? `, bars: within-run ${bars}` : ""
      }`
  );
  return captioned(text, subtitle);
}
