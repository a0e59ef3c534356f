/**
 * Figures of histories: curves over steps, with a band over replicates.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import { singleLine } from "../compare/labels.ts";
import { OptionError } from "../database/option_error.ts";
import { computeMean } from "../statistics/estimate.ts";
import { drawCurve, makeBuckets } from "./curves.ts";
import {
  type Figure,
  type FigureOptions,
  LINE_LEGEND,
  makeSpec,
  nameError,
  nameMean,
} from "./figure.ts";
import {
  LINE_FIELD,
  listFields,
  type RunHistories,
  STEP_FIELDS,
} from "./histories.ts";
import { isLogarithmic, type Scale } from "./scale.ts";
import { DASHES } from "./style.ts";

/** What a figure of histories shows. */
export interface HistoryOptions extends FigureOptions {
  /** The measure, as the lines of the histories name it. */
  readonly measure: string;
  /** The field on the horizontal axis; `step`, or else `epoch`, by default. */
  readonly x?: string;
  /** The key, as a dataset, over whose values the curves are means. */
  readonly across?: string | undefined;
  /** The confidence level of the band in percent; 0 for standard errors. */
  readonly ci?: number;
  /** The horizontal axis; linear by default, as steps are. */
  readonly xScale?: Scale;
  /** The axis of the values; by default logarithmic if their range is wide. */
  readonly yScale?: Scale;
}

/** More curves than this cannot be told apart. */
const MAX_CURVES = 40;

const WIDTH = 480;
const HEIGHT = 280;

/**
 * Draws a measure over the course of training: of several runs the mean with
 * a band of its between-seed error, of one run its own line.
 *
 * @param histories What was logged, one curve for each.
 * @param options What is shown.
 * @returns The figure, and what it leaves out.
 * @throws {OptionError} If no history has the measure, or there are too many.
 */
export async function drawHistory(
  histories: readonly RunHistories[],
  options: HistoryOptions,
): Promise<Figure> {
  const { measure, across, ci = 0, xScale, width = WIDTH } = options;
  const x = chooseX(histories, options);
  const { tInterval } = await import("../statistics/intervals.ts");
  const omitted: string[] = [];
  const findBucket = makeBuckets(histories, x, { width, xScale });
  const points = histories.flatMap(({ label, runs }) => {
    const { places, gaps } = drawCurve(runs, { x, measure, findBucket });
    omitted.push(...gaps.map((gap) => `${label}: ${gap}`));
    return places.map(({ at, values }) => {
      const { mean, error, n } = computeMean(values);
      const interval = ci
        ? tInterval({ mean, error, df: n - 1 }, ci / 100)
        : [mean - error, mean + error];
      const [low, high] = interval ?? [];
      const value = `${label} · ${x} ${at}: ${measure} ${mean.toPrecision(4)}`;
      const spread = n > 1
        ? `± ${error.toPrecision(2)} ${nameError(across)}, n = ${n}`
        : "one run";
      const tooltip = `${singleLine(value)}\n${spread}`;
      // JSON makes null of what is not finite, and the figure a gap.
      return { at, label, mean, low, high, tooltip };
    });
  });
  const spec = specifyHistory(histories, points, { ...options, x });
  return { spec, omitted };
}

/** Checks the measure, and finds what it is drawn over. */
function chooseX(
  histories: readonly RunHistories[],
  { measure, x }: HistoryOptions,
): string {
  if (histories.length > MAX_CURVES) {
    throw new OptionError(
      "where",
      `Cannot draw ${histories.length} curves: more than ${MAX_CURVES} ` +
        "cannot be told apart. Choose some with `where`",
    );
  }
  const known = listFields(histories);
  if (known.length === 0) {
    throw new OptionError(
      "history",
      `Cannot draw ${measure}: the runs have logged no numbers yet`,
    );
  }
  for (const [option, field] of Object.entries({ history: measure, x })) {
    if (field === undefined || known.includes(field)) continue;
    const message = unknownKey(field, known, { kind: "measure" });
    throw new OptionError(option, message);
  }
  return x ?? STEP_FIELDS.find((field) => known.includes(field)) ?? LINE_FIELD;
}

function specifyHistory(
  histories: readonly RunHistories[],
  points: readonly {
    readonly at: number;
    readonly label: string;
    readonly mean: number;
  }[],
  options: HistoryOptions & { readonly x: string },
): Figure["spec"] {
  const { measure, across, ci = 0, x } = options;
  const { width = WIDTH, height = HEIGHT } = options;
  const labels = histories.map(({ label }) => label);
  const drawn = new Set(points.map(({ label }) => label));
  const means = points.map(({ mean }) => mean);
  const isLog = isLogarithmic(means, options.yScale);
  const xs = points.map(({ at }) => at);
  const isLogX = isLogarithmic(xs, options.xScale ?? "linear");
  const byLabel = {
    field: "label",
    type: "nominal",
    title: null,
    // Curves without a band have the same colours.
    scale: { domain: labels },
    legend: labels.length > 1
      ? { ...LINE_LEGEND, values: labels.filter((label) => drawn.has(label)) }
      : null,
  };
  const y = {
    field: "mean",
    type: "quantitative",
    title: measure,
    scale: isLog ? { type: "log" } : { zero: false },
  };
  const subtitle = histories.some(({ runs }) => runs.length > 1)
    ? `${nameMean(across)}, band: ${nameError(across)} ${
      ci ? `${ci} % confidence interval` : "standard error"
    }`
    : "one run each";
  return makeSpec(options, [subtitle], {
    width,
    height,
    data: { values: points },
    encoding: {
      x: {
        field: "at",
        type: "quantitative",
        title: x,
        scale: isLogX ? { type: "log" } : { zero: false, nice: false },
      },
      y,
    },
    layer: [
      {
        mark: { type: "area", opacity: 0.2 },
        transform: [
          // A value below 0 has no logarithm.
          { filter: `isValid(datum.low)${isLog ? " && datum.low > 0" : ""}` },
        ],
        encoding: {
          y: { ...y, field: "low" },
          y2: { field: "high" },
          fill: byLabel,
        },
      },
      {
        mark: {
          type: "line",
          strokeWidth: 1.8,
          invalid: "break-paths-show-domains",
        },
        encoding: {
          stroke: byLabel,
          strokeDash: { ...byLabel, scale: { domain: labels, range: DASHES } },
        },
      },
      {
        // Invisible, for the tooltips.
        mark: { type: "point", opacity: 0, size: 60, filled: true },
        encoding: { description: { field: "tooltip" } },
      },
    ],
  });
}
