/**
 * Figures of histories: curves over steps, with a band over replicates.
 *
 * @module
 */

import { formatValue, unknownKey } from "../../core/config/schema.ts";
import { findUnit, type Metrics } from "../compare/metrics.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { OptionError } from "../database/option_error.ts";
import { computeMean } from "../statistics/estimate.ts";
import { drawCurve, makeBuckets } from "./curves.ts";
import { choosePanelSize } from "./facets.ts";
import {
  type Figure,
  type FigureOptions,
  nameAxis,
  nameError,
} from "./figure.ts";
import { type EndMark, findEnds } from "./history_ends.ts";
import { specifyHistory } from "./history_panels.ts";
import {
  LINE_FIELD,
  listFields,
  type RunHistories,
  STEP_FIELDS,
} from "./histories.ts";
import type { DrawnLine } from "./line_labels.ts";
import type { Scale } from "./scale.ts";

/** What a figure of histories shows. */
export interface HistoryOptions extends FigureOptions {
  /** The measure, as the lines of the histories name it; several have a panel each. */
  readonly measure: string | readonly string[];
  /** The field on the horizontal axis; `step`, or else `epoch`, by default. */
  readonly x?: string;
  /** The key of which each value has a panel of its own. */
  readonly facet?: string;
  /** The key, as a dataset, over whose values the curves are means. */
  readonly across?: string | undefined;
  /** The confidence level of the band in percent; 0 for standard errors. */
  readonly ci?: number;
  /** The horizontal axis; linear by default, as steps are. */
  readonly xScale?: Scale;
  /** The axis of the values; by default logarithmic if their range is wide. */
  readonly yScale?: Scale;
  /** What experiments declare about metrics, for the units of axes. */
  readonly metrics?: Metrics;
}

/** More curves than this cannot be told apart. */
const MAX_CURVES = 40;

const WIDTH = 480;
const HEIGHT = 280;

/** A point of a curve. */
export interface Point {
  /** Where it is on the horizontal axis. */
  readonly at: number;
  /** The label of its curve. */
  readonly label: string;
  /** The mean there. */
  readonly mean: number;
  /** The ends of the band, if there is one. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** What is said of it in full. */
  readonly tooltip: string;
}

/** One panel: a measure, and the curves in it. */
export interface Curves {
  /** Its title; none of a figure with one panel. */
  readonly title: string;
  /** The measure. */
  readonly measure: string;
  /** The curves. */
  readonly lines:
    readonly (DrawnLine & { readonly points: readonly Point[] })[];
  /** The ends of runs that are not completed. */
  readonly ends: readonly EndMark[];
}

/**
 * Draws a measure over the course of training: of several runs the mean with
 * a band of its between-seed error, of one run its own line. The ends of runs
 * that are not completed are marked.
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
  const { facet, metrics = new Map() } = options;
  const x = chooseX(histories, options);
  const { tInterval } = await import("../statistics/intervals.ts");
  const measures = [options.measure].flat();
  const shown = splitByKey(histories, facet);
  const choose = (nPanels: number) =>
    choosePanelSize(options, nPanels, {
      single: { width: WIDTH, height: HEIGHT },
      isShared: measures.length === 1,
      y: measures.length === 1
        ? nameAxis(measures[0]!, findUnit(measures[0]!, metrics))
        : "",
    });
  const { width } = choose(measures.length * shown.length);
  const omitted: string[] = [];
  const panels = measures.flatMap((measure) =>
    shown.map(({ title, histories }): Curves => {
      const unit = findUnit(measure, metrics);
      const { lines, ends, gaps } = drawCurves(histories, {
        ...{ ...options, x, measure, unit, width, tInterval },
      });
      omitted.push(...gaps.map((gap) => title ? `${title}, ${gap}` : gap));
      const name = measures.length > 1 ? nameAxis(measure, unit) : "";
      const both = [title, name].filter((text) => text !== "").join(", ");
      return { title: both, measure, lines, ends };
    })
  );
  // What is missing is listed; an empty panel says nothing.
  const drawn = panels.filter(({ lines }) =>
    lines.some(({ points }) => points.length > 0)
  );
  const kept = drawn.length > 0 ? drawn : panels.slice(0, 1);
  const size = choose(kept.length);
  const hasBand = histories.some(({ runs }) => runs.length > 1);
  const spec = specifyHistory(kept, { ...options, x, size, hasBand });
  return { spec, omitted };
}

/** Checks the measures, and finds what they are drawn over. */
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
  const asked = [measure].flat().map((field) => ["history", field] as const);
  if (known.length === 0) {
    throw new OptionError(
      "history",
      `Cannot draw ${measure}: the runs have logged no numbers yet`,
    );
  }
  for (const [option, field] of [...asked, ["x", x] as const]) {
    if (field === undefined || known.includes(field)) continue;
    const message = unknownKey(field, known, { kind: "measure" });
    throw new OptionError(option, message);
  }
  return x ?? STEP_FIELDS.find((field) => known.includes(field)) ?? LINE_FIELD;
}

/** Splits histories by a key, which their labels then leave out. */
function splitByKey(
  histories: readonly RunHistories[],
  key: string | undefined,
): { readonly title: string; readonly histories: readonly RunHistories[] }[] {
  if (key === undefined) return [{ title: "", histories }];
  const keys = [
    ...new Set(histories.flatMap(({ config }) => Object.keys(config))),
  ];
  if (!keys.includes(key)) {
    throw new OptionError(
      "facet",
      keys.length > 0
        ? unknownKey(key, keys)
        : `Cannot draw panels by ${key}: all runs have the same value of it`,
    );
  }
  return [
    ...Map.groupBy(histories, ({ config }) => formatValue(config[key])),
  ].map(([value, same]) => ({
    title: singleLine(`${key}=${value}`),
    histories: same.map((history) => ({
      ...history,
      label: formatLabel({ ...history.config, [key]: undefined }),
    })),
  }));
}

/** What the curves of a panel are drawn by. */
interface CurvesOptions {
  readonly x: string;
  readonly measure: string;
  readonly unit: string | undefined;
  readonly width: number;
  readonly across?: string | undefined;
  readonly ci?: number;
  readonly xScale?: Scale;
  readonly tInterval: typeof import("../statistics/intervals.ts").tInterval;
}

function drawCurves(
  histories: readonly RunHistories[],
  { x, measure, unit, width, across, ci = 0, xScale, tInterval }: CurvesOptions,
): Pick<Curves, "lines" | "ends"> & { readonly gaps: readonly string[] } {
  const findBucket = makeBuckets(histories, x, { width, xScale });
  const drawn = histories.map(({ label, runs }) => {
    const { places, gaps } = drawCurve(runs, { x, measure, findBucket });
    const points = places.map(({ at, values }): Point => {
      const { mean, error, n } = computeMean(values);
      const interval = ci
        ? tInterval({ mean, error, df: n - 1 }, ci / 100)
        : [mean - error, mean + error] as const;
      const [low, high] = interval ?? [];
      const value = [mean.toPrecision(4), unit].filter(Boolean).join(" ");
      const spread = n > 1
        ? `± ${error.toPrecision(2)} ${nameError(across)}, n = ${n}`
        : "one run";
      const tooltip = `${
        singleLine(`${label} · ${x} ${at}: ${measure} ${value}`)
      }\n${spread}`;
      // JSON makes null of what is not finite, and the figure a gap.
      return { at, label, mean, low, high, tooltip };
    });
    return {
      line: { label, points },
      ends: findEnds(runs, x, points),
      gaps: gaps.map((gap) => `${label}: ${gap}`),
    };
  });
  return {
    lines: drawn.map(({ line }) => line),
    ends: drawn.flatMap(({ ends }) => ends),
    gaps: drawn.flatMap(({ gaps }) => gaps),
  };
}
