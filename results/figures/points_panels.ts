/**
 * The specification of figures of points: axes, bars, and points side by side.
 *
 * @module
 */

import { makeAxis, type ValueAxis } from "./axis.ts";
import {
  arrangePanels,
  choosePanelSize,
  HIDDEN,
  type Panel,
  showsAxis,
} from "./facets.ts";
import { type Figure, makeLegend, makeSpec, nameAxis } from "./figure.ts";
import type { PointsOptions } from "./points.ts";
import { isGeometric } from "./scale.ts";

/** A point of a figure. */
export interface Point {
  /** The place on the axis of the key: a number, or a label. */
  readonly x: unknown;
  /** The series. */
  readonly series: string;
  /** The value. */
  readonly mean: number;
  /** The lower end of its error bar; NaN without one. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
  /** The kind of its error. */
  readonly kind: string;
  /** What is said of it in full. */
  readonly tooltip: string;
}

/** The points of one panel. */
export interface PointsPanel {
  /** Its title; none of a figure with one panel. */
  readonly title: string;
  /** What all points show. */
  readonly name: string;
  /** The unit of their values. */
  readonly unit?: string | undefined;
  /** The points. */
  readonly points: readonly Point[];
}

/** How points are drawn. */
export interface PointsPanelsOptions extends PointsOptions {
  /** The names of the series, drawn or not, in order. */
  readonly names: readonly string[];
  /** The lines below the title. */
  readonly subtitle: string[];
}

const WIDTH = 420;
const HEIGHT = 260;
/** Of a row, and of each series in one. */
const ROW_HEIGHT = 26, SERIES_HEIGHT = 14;
/** Up to this number each value of a key has a tick. */
const MAX_TICKS = 8;
/** Between the outermost points and the frame. */
const EDGE = 20;
/** Half the size of a point, and the most pixels between series side by side. */
const RADIUS = 4, DODGE = 10;
/** Of the space between two places, what the points of one may take. */
const DODGE_SHARE = 0.6;

/**
 * Specifies a figure of points.
 *
 * @param panels The points of each panel.
 * @param options How they are drawn.
 * @returns The specification.
 */
export function specifyPoints(
  panels: readonly PointsPanel[],
  options: PointsPanelsOptions,
): Figure["spec"] {
  const { x, series, names, subtitle, yScale } = options;
  const isUpright = x !== undefined;
  const points = panels.flatMap(({ points }) => points);
  const drawn = names.filter((name) =>
    points.some((point) => point.series === name)
  );
  const isOne = drawn.length < 2;
  const nAxes = new Set(panels.map(({ name }) => name)).size;
  const size = choosePanelSize(options, panels.length, {
    single: { width: WIDTH, height: HEIGHT },
    isShared: nAxes === 1 || !isUpright,
    y: nAxes === 1 ? nameAxis(panels[0]!.name, panels[0]!.unit) : "",
  });
  const height = isUpright || options.height !== undefined
    ? size.height
    : { step: isOne ? ROW_HEIGHT : SERIES_HEIGHT };
  const pixels = isUpright ? size.height : size.width;
  // Panels of one metric have one axis, so that they can be compared.
  const axes = new Map(
    Array.from(Map.groupBy(panels, ({ name }) => name), ([name, same]) => {
      const values = same.flatMap(({ points }) => points)
        .flatMap(({ mean, low, high }) => [mean, low, high]);
      const axis = { pixels, scale: yScale, isHorizontal: !isUpright };
      return [name, makeAxis(values, axis)];
    }),
  );
  const keys = isUpright ? makeKeyAxis(points, options, size.width) : undefined;
  const shifts = keys
    ? findShifts(panels, { keys, axes, drawn })
    : new Map<string, number>();
  const bySeries = {
    field: "series",
    type: "nominal",
    // What has no points keeps its colour: figures of the same runs agree.
    scale: { domain: names },
    title: series,
    legend: isOne
      ? null
      : makeLegend({ labels: drawn, width: size.total, title: series }),
  };
  const specified = panels.map(({ title, name, unit, points }, i): Panel => {
    const shows = showsAxis(i, panels.length, size.columns);
    const axis = axes.get(name)!;
    const values = {
      ...{ field: "mean", type: "quantitative" },
      scale: axis.scale,
      axis: {
        ...axis.axis,
        ...(isUpright && axes.size === 1 && !shows.y && HIDDEN),
      },
      // The title of a panel names its metric, if they differ.
      title: axes.size === 1 && (isUpright ? shows.y : shows.x)
        ? nameAxis(name, unit)
        : null,
    };
    const places = keys
      ? {
        ...{ field: "at", type: "quantitative" },
        ...{ scale: keys.scale, axis: keys.axis, title: shows.x ? x : null },
      }
      : {
        ...{ field: "x", type: "nominal", title: shows.x && x ? x : null },
        sort: [
          ...new Set(
            panels.flatMap(({ points }) => points)
              .map((point) => point.x),
          ),
        ],
        axis: { labelAngle: 0, ...(!isUpright && !shows.y && HIDDEN) },
      };
    const data = points.map((point) =>
      keys ? { ...point, at: shift(point, keys, shifts) } : point
    );
    return {
      title,
      parts: {
        data: { values: data },
        ...drawPanel(values, places, {
          ...{ isUpright, isNumeric: keys !== undefined, drawn, bySeries },
        }),
      },
    };
  });
  return makeSpec(
    options,
    subtitle,
    arrangePanels(specified, { ...size, height }),
    size.total,
  );
}

/** Draws the layers of one panel. */
function drawPanel(
  values: object,
  places: object,
  { isUpright, isNumeric, drawn, bySeries }: {
    readonly isUpright: boolean;
    readonly isNumeric: boolean;
    readonly drawn: readonly string[];
    readonly bySeries: object;
  },
): object {
  const [placeChannel, channel] = isUpright ? ["x", "y"] : ["y", "x"];
  return {
    encoding: {
      [placeChannel!]: places,
      // Points at one place stand side by side.
      ...(drawn.length < 2 || isNumeric ? {} : {
        [`${placeChannel}Offset`]: { field: "series", sort: drawn },
      }),
      [channel!]: values,
      stroke: bySeries,
    },
    layer: [
      ...(isNumeric
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
  };
}

/** Makes the axis of a key whose values are numbers. */
function makeKeyAxis(
  points: readonly Point[],
  { xScale }: PointsOptions,
  width: number,
): ValueAxis | undefined {
  const xs = points.map((point) => point.x);
  if (!xs.every((value) => typeof value === "number")) return undefined;
  const places = [...new Set(xs)].sort((a, b) => a - b);
  return makeAxis(xs, {
    pixels: width,
    scale: isGeometric(xs, xScale) ? "log" : "linear",
    margin: EDGE / (width - 2 * EDGE),
    // Only the values themselves have ticks, if they are few.
    at: places.length <= MAX_TICKS ? places : undefined,
    isHorizontal: true,
  });
}

function shift(
  { x, series }: Point,
  keys: ValueAxis,
  shifts: ReadonlyMap<string, number>,
): number {
  const pixels = shifts.get(series) ?? 0;
  const place = x as number;
  return pixels === 0 ? place : keys.invert(keys.position(place) + pixels);
}

/**
 * Finds by how many pixels the points of each series stand beside their place:
 * none, unless points or bars of a place would cover each other.
 */
function findShifts(
  panels: readonly PointsPanel[],
  { keys, axes, drawn }: {
    readonly keys: ValueAxis;
    readonly axes: ReadonlyMap<string, ValueAxis>;
    readonly drawn: readonly string[];
  },
): Map<string, number> {
  const isCovered = panels.some(({ points, name }) => {
    const { position } = axes.get(name)!;
    return Map.groupBy(points, ({ x }) => x).values().some((here) => {
      const bars = here.map(({ mean, low, high }) => [
        position(Number.isNaN(low) ? mean : low) - RADIUS,
        position(Number.isNaN(high) ? mean : high) + RADIUS,
      ]).sort(([a], [b]) => a! - b!);
      return bars.some(([low], i) => i > 0 && low! < bars[i - 1]![1]!);
    });
  });
  if (!isCovered) return new Map();
  const places = panels.flatMap(({ points }) => points)
    .map(({ x }) => keys.position(x as number)).sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, i) => place - places[i]!)
    .filter((gap) => gap > 1);
  const gap = gaps.reduce((a, b) => Math.min(a, b), Infinity);
  const step = Math.min(DODGE, DODGE_SHARE * gap / drawn.length);
  return new Map(
    drawn.map((name, i) => [name, step * (i - (drawn.length - 1) / 2)]),
  );
}
