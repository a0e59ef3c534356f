/**
 * The specification of figures of histories: axes, bands, lines, labels.
 *
 * @module
 */

import { findUnit } from "../compare/metrics.ts";
import { makeAxis, type ValueAxis } from "./axis.ts";
import {
  arrangePanels,
  HIDDEN,
  type Panel,
  type PanelSize,
  showsAxis,
} from "./facets.ts";
import {
  type Figure,
  makeLegend,
  makeSpec,
  nameAxis,
  nameError,
  nameMean,
} from "./figure.ts";
import type { Curves, HistoryOptions } from "./history.ts";
import { markEnds } from "./history_ends.ts";
import { isSmooth, labelLines } from "./line_labels.ts";
import { isLogarithmic } from "./scale.ts";
import { COLORS, DASHES, PRINT } from "./style.ts";

/** How histories are drawn. */
export interface HistoryPanelsOptions extends HistoryOptions {
  /** The field on the horizontal axis. */
  readonly x: string;
  /** The size of the panels. */
  readonly size: PanelSize;
  /** Whether a curve is a mean of several runs. */
  readonly hasBand: boolean;
}

/** On a logarithmic axis, how far below all curves a band is shown. */
const BAND_FACTOR = 3;

/**
 * Specifies a figure of histories.
 *
 * @param panels The curves of each panel.
 * @param options How they are drawn.
 * @returns The specification.
 */
export function specifyHistory(
  panels: readonly Curves[],
  options: HistoryPanelsOptions,
): Figure["spec"] {
  const { x: field, size, ink = PRINT, metrics = new Map() } = options;
  const { width, height, columns, total } = size;
  const lines = panels.flatMap(({ lines }) => lines);
  const labels = [...new Set(lines.map(({ label }) => label))];
  const drawn = labels.filter((label) =>
    lines.some((line) => line.label === label && line.points.length > 0)
  );
  const places = lines.flatMap(({ points }) => points.map(({ at }) => at));
  const x = makeAxis(places, {
    ...{ pixels: width, scale: options.xScale ?? "linear" },
    ...{ margin: 0, isHorizontal: true },
  });
  // Panels of one measure have one axis, so that they can be compared.
  const axes = new Map(
    Array.from(
      Map.groupBy(panels, ({ measure }) => measure),
      ([measure, same]) => [measure, makeCurveAxis(same, options)],
    ),
  );
  const areSmooth = panels.every(({ lines, measure }) => {
    const y = axes.get(measure)!;
    return lines.every((line) => isSmooth(line, { x, y, width, height }));
  });
  const dashes = areSmooth ? DASHES : labels.map((_, i) =>
    // Dashes of noise are noise: colours alone, as long as they last.
    DASHES[Math.floor(i / COLORS.length) % DASHES.length]!
  );
  const scale = { domain: labels };
  const byLabel = { field: "label", type: "nominal", title: null, scale };
  const specified = panels.map(({ title, measure, lines, ends }, i): Panel => {
    const y = axes.get(measure)!;
    const names = panels.length > 1 || labels.length < 2
      ? undefined
      : labelLines(lines, { x, y, width, height }, {
        stroke: { ...byLabel, legend: null },
        text: ink.text,
      });
    const legend = names || labels.length < 2
      ? null
      : makeLegend({ labels: drawn, width: total, isOfLines: true });
    const shows = showsAxis(i, panels.length, columns);
    const onY = {
      ...{ field: "mean", type: "quantitative", scale: y.scale },
      axis: { ...y.axis, ...(axes.size === 1 && !shows.y && HIDDEN) },
      // The title of a panel names its measure, if they differ.
      title: shows.y && axes.size === 1
        ? nameAxis(measure, findUnit(measure, metrics))
        : null,
    };
    return {
      title,
      parts: {
        data: { values: lines.flatMap(({ points }) => points) },
        encoding: {
          x: {
            ...{ field: "at", type: "quantitative", axis: x.axis },
            title: shows.x ? nameAxis(field, findUnit(field, metrics)) : null,
            scale: x.scale,
          },
          y: onY,
        },
        layer: [
          drawBands({ ...byLabel, legend }, onY, y),
          ...drawLines({ ...byLabel, legend }, { ...scale, range: dashes }),
          ...markEnds(ends, { ...byLabel, legend }),
          ...(names ?? []),
        ],
      },
    };
  });
  const subtitle = [describeCurves(options)];
  return makeSpec(options, subtitle, arrangePanels(specified, size), total);
}

function describeCurves(
  { hasBand, across, ci }: HistoryPanelsOptions,
): string {
  return hasBand
    ? `${nameMean(across)}, band: ${nameError(across)} ${
      ci ? `${ci} % confidence interval` : "standard error"
    }`
    : "one run each";
}

/** Makes the axis of a measure, in one panel or several. */
function makeCurveAxis(
  panels: readonly Curves[],
  { yScale, size: { height } }: HistoryPanelsOptions,
): ValueAxis {
  const points = panels.flatMap(({ lines }) => lines)
    .flatMap(({ points }) => points);
  const means = points.map(({ mean }) => mean).filter(Number.isFinite);
  const isLog = isLogarithmic(means, yScale);
  const least = means.reduce((a, b) => Math.min(a, b), Infinity);
  const ends = points.flatMap(({ low, high }) =>
    [low, high].filter((end) => end !== undefined)
  );
  // A band reaches 0 where a mean is as uncertain as it is large.
  const shown = isLog ? ends.filter((end) => end > least / BAND_FACTOR) : ends;
  return makeAxis([...means, ...shown], {
    pixels: height,
    scale: isLog ? "log" : "linear",
  });
}

/** Draws bands as far as the axis goes. */
function drawBands(fill: object, onY: object, { domain }: ValueAxis): object {
  return {
    mark: { type: "area", opacity: 0.2, aria: false },
    transform: [
      { filter: "isValid(datum.low)" },
      // A value below 0 has no logarithm.
      { calculate: `max(datum.low, ${domain[0]})`, as: "bottom" },
    ],
    encoding: {
      y: { ...onY, field: "bottom" },
      y2: { field: "high" },
      fill,
    },
  };
}

/** Draws lines, and the places of tooltips. */
function drawLines(stroke: object, dashes: object): object[] {
  return [
    {
      mark: {
        type: "line",
        strokeWidth: 1.8,
        invalid: "break-paths-show-domains",
      },
      encoding: { stroke, strokeDash: { ...stroke, scale: dashes } },
    },
    {
      // Invisible, for the tooltips.
      mark: { type: "point", opacity: 0, size: 60, filled: true },
      encoding: { description: { field: "tooltip" } },
    },
  ];
}
