/**
 * Figures of histories: curves over steps, with a band over replicates.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { ConfigError, unknownKey } from "../../core/config/schema.ts";
import { decodeNumber, type JsonObject } from "../../core/utils/json.ts";
import { readHistory } from "../../core/utils/history.ts";
import type { Problem } from "../../core/utils/run_directory.ts";
import { labelOf } from "../compare/comparison.ts";
import { clean } from "../render/words.ts";
import type { Replicates } from "../compare/replicates.ts";
import type { StoredRun } from "../database.ts";
import { differingKeys, rawValueOf } from "../select.ts";
import { meanOf } from "../statistics/estimate.ts";
import type { Figure, FigureOptions } from "./points.ts";
import { isLogarithmic, type Scale } from "./scale.ts";
import {
  captioned,
  COLORS,
  configOf,
  DASHES,
  PRINT,
  signsFor,
} from "./style.ts";

/** What a figure of histories shows. */
export interface HistoryOptions extends FigureOptions {
  /** The measure, as the lines of the histories name it. */
  readonly measure: string;
  /** The field on the horizontal axis; `step`, or else `epoch`, by default. */
  readonly x?: string;
  /** The confidence level of the band in percent; 0 for standard errors. */
  readonly ci?: number;
  /** The horizontal axis; linear by default, as steps are. */
  readonly xScale?: Scale;
  /** The axis of the values; logarithmic where they ask for it. */
  readonly yScale?: Scale;
}

/** What the runs of one set of replicates have logged. */
export interface RunHistories {
  /** What tells them from others: `key=value, …`. */
  readonly label: string;
  /** The lines of each run. */
  readonly runs: readonly (readonly JsonObject[])[];
}

/**
 * Reads the histories of replicates.
 *
 * @param groups The replicates.
 * @param nuisance The keys in which they may differ.
 * @param problems Where to report what could not be read.
 * @returns What was logged, in the same order.
 */
export function historiesOf(
  groups: readonly Replicates[],
  nuisance: readonly string[],
  problems: Problem[] = [],
): RunHistories[] {
  const keys = differingKeys(groups.map(({ example }) => example))
    .filter((key) => !nuisance.includes(key));
  return groups.map(({ example, runs }) => ({
    label: clean(labelOf(
      Object.fromEntries(keys.map((key) => [key, rawValueOf(example, key)])),
    )),
    runs: runs.values().map((run) => linesOf(run, problems)).toArray(),
  }));
}

/** A curve has at most so many points: more are finer than a page. */
const MOST_POINTS = 400;

/** What counts steps, by custom. */
const STEP_FIELDS = ["step", "epoch"];

/** So many curves can just be told apart. */
const MOST_CURVES = 40;

/** Where lines do not say which step they are of, their number does. */
const LINE_FIELD = "line";

const WIDTH = 480;
const HEIGHT = 280;

/**
 * Draws a measure over the course of training: of several runs the mean with
 * a band of its between-seed error, of one run its own line.
 *
 * @param histories What was logged, a curve each.
 * @param options What is shown.
 * @returns The figure, and what it could not show.
 * @throws {ConfigError} If no history has the measure.
 */
export async function historyFigure(
  histories: readonly RunHistories[],
  options: HistoryOptions,
): Promise<Figure> {
  const curves = await curvesOf(histories, options);
  return { spec: specOf(curves, options), left: curves.left };
}

/** A point of a curve. */
interface CurvePoint {
  readonly at: number;
  readonly label: string;
  readonly mean: number | null;
  readonly low: number | null | undefined;
  readonly high: number | null | undefined;
  readonly told: string;
}

/** The curves of a figure. */
interface Curves {
  readonly labels: readonly string[];
  readonly points: readonly CurvePoint[];
  readonly x: string;
  readonly hasBands: boolean;
  readonly left: readonly string[];
}

async function curvesOf(
  histories: readonly RunHistories[],
  options: HistoryOptions,
): Promise<Curves> {
  const { measure, ci = 0 } = options;
  if (histories.length > MOST_CURVES) {
    throw new ConfigError([{
      where: "--where",
      message:
        `Cannot draw ${histories.length} curves as ${MOST_CURVES} are the ` +
        "most that can be told apart: choose some with --where",
    }]);
  }
  const known = new Set([
    LINE_FIELD,
    ...histories.flatMap(({ runs }) => runs.flat().flatMap(Object.keys)),
  ]);
  for (const [where, field] of [["--history", measure], ["--x", options.x]]) {
    if (field === undefined || known.has(field)) continue;
    const message = unknownKey(field, [...known], { kind: "measure" });
    throw new ConfigError([{ where: where!, message }]);
  }
  const x = options.x ?? STEP_FIELDS.find((field) => known.has(field)) ??
    LINE_FIELD;
  const { tInterval } = await import("../statistics/intervals.ts");
  const left: string[] = [];
  const points = histories.flatMap(({ label, runs }) => {
    const curve = curveOf(runs, x, measure);
    const places = { label, x, measure, nRuns: runs.length };
    left.push(...gapsOf(curve, places));
    return curve.map(({ at, values }) => {
      const { mean, error, n } = meanOf(values);
      const interval = ci
        ? tInterval({ mean, error, df: n - 1 }, ci / 100)
        : [mean - error, mean + error];
      const isFinite = Number.isFinite(mean);
      return {
        at,
        label,
        mean: isFinite ? mean : null,
        low: isFinite ? interval?.[0] : null,
        high: isFinite ? interval?.[1] : null,
        told:
          clean(`${label} · ${x} ${at}: ${measure} ${mean.toPrecision(4)}`) +
          (n > 1
            ? `\n± ${error.toPrecision(2)} between-seed, n = ${n}`
            : "\none run"),
      };
    });
  });
  return {
    labels: histories.map(({ label }) => label),
    points,
    x,
    hasBands: histories.some(({ runs }) => runs.length > 1),
    left,
  };
}

function specOf(
  { labels, points, x, hasBands }: Curves,
  options: HistoryOptions,
): TopLevelSpec {
  const { measure, ci = 0, ink = PRINT } = options;
  const finite = points.flatMap(({ mean }) => mean ?? []);
  const isLog = isLogarithmic(finite, options.yScale);
  const xs = points.map(({ at }) => at);
  const byLabel = {
    field: "label",
    type: "nominal",
    sort: labels,
    title: null,
  };
  const legend = {
    symbolType: "stroke",
    symbolSize: 300,
    symbolStrokeWidth: 2,
  };
  // Also of those that have no band, which so would have no colour there.
  const scale = { domain: labels };
  const isOne = labels.length === 1;
  const axis = (field: string) => ({
    field,
    type: "quantitative",
    title: measure,
    scale: isLog ? { type: "log" } : { zero: false },
  });
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    ...captioned(options.title, [
      hasBands
        ? `mean over runs, band: between-seed ${
          ci ? `${ci} % confidence interval` : "standard error"
        }`
        : "one run each",
    ]),
    width: options.width ?? WIDTH,
    height: options.height ?? HEIGHT,
    config: configOf(ink),
    data: { values: points },
    encoding: {
      x: {
        field: "at",
        type: "quantitative",
        title: x,
        scale: isLogarithmic(xs, options.xScale ?? "linear")
          ? { type: "log" }
          : { zero: false, nice: false },
      },
    },
    layer: [
      {
        mark: { type: "area", opacity: 0.2 },
        transform: [
          // The logarithm of what is below 0 would draw nonsense.
          { filter: `isValid(datum.low)${isLog ? " && datum.low > 0" : ""}` },
        ],
        encoding: {
          y: axis("low"),
          y2: { field: "high" },
          fill: isOne ? { value: COLORS[0] } : { ...byLabel, legend, scale },
        },
      },
      {
        mark: {
          type: "line",
          strokeWidth: 1.8,
          invalid: "break-paths-show-domains",
        },
        encoding: {
          y: axis("mean"),
          stroke: isOne ? { value: COLORS[0] } : { ...byLabel, legend, scale },
          ...(isOne ? {} : {
            strokeDash: {
              ...byLabel,
              legend,
              scale: {
                domain: labels,
                range: signsFor(DASHES, labels.length).map((dash) => [...dash]),
              },
            },
          }),
        },
      },
      {
        // Unseen, and what tells where the pointer rests.
        mark: { type: "point", opacity: 0, size: 60, filled: true },
        encoding: {
          y: axis("mean"),
          description: { field: "told" },
        },
      },
    ],
  };
  return spec as unknown as TopLevelSpec;
}

/**
 * The measures that histories have: fields that hold numbers, without what
 * counts steps and without times.
 *
 * @param histories What was logged.
 * @returns The names, each once.
 */
export function measuresOf(histories: readonly RunHistories[]): string[] {
  const lines = histories.flatMap(({ runs }) => runs.flat());
  const fields = new Set<string>();
  for (const line of lines) {
    for (const [field, value] of Object.entries(line)) {
      if (numberOf(value) !== undefined) fields.add(field);
    }
  }
  return [...fields].filter((field) =>
    ![...STEP_FIELDS, LINE_FIELD].includes(field) && !field.startsWith("time/")
  );
}

function numberOf(value: unknown): number | undefined {
  try {
    return decodeNumber(value, "value");
  } catch {
    return undefined; // A text, say, which has no place in a figure.
  }
}

function linesOf(
  { path, id }: StoredRun,
  problems: Problem[],
): readonly JsonObject[] {
  try {
    return readHistory(path).lines
      .map((line, index) => ({ [LINE_FIELD]: index + 1, ...line }));
  } catch (error) {
    const reason = (error as Error).message;
    problems.push({ run: id, file: `${path}/metrics.jsonl`, reason });
    return [];
  }
}

/** What a curve does not show, and why. */
function gapsOf(
  curve: readonly { at: number; values: readonly number[] }[],
  { label, x, measure, nRuns }: {
    readonly label: string;
    readonly x: string;
    readonly measure: string;
    readonly nRuns: number;
  },
): string[] {
  if (curve.length === 0) return [`${label}: no ${measure}`];
  const bad = curve.find(({ values }) => !values.every(Number.isFinite));
  const few = curve.find(({ values }) => values.length < nRuns);
  return [
    ...(bad
      ? [`${label}: ${measure} is not finite at ${x} ${bad.at} and maybe after`]
      : []),
    ...(few
      ? [
        `${label}: at ${x} ${few.at} and maybe elsewhere the mean is of ` +
        `${few.values.length} of ${nRuns} runs`,
      ]
      : []),
  ];
}

/** The values of all runs at each place, thinned to what a page can show. */
function curveOf(
  runs: readonly (readonly JsonObject[])[],
  x: string,
  measure: string,
): { at: number; values: number[] }[] {
  const places = new Map<number, number[]>();
  for (const lines of runs) {
    // Of several lines at one place the last: a run has one voice there.
    const own = new Map<number, number>();
    for (const line of lines) {
      const at = numberOf(line[x]), value = numberOf(line[measure]);
      if (at !== undefined && value !== undefined) own.set(at, value);
    }
    for (const [at, value] of own) {
      places.getOrInsertComputed(at, () => []).push(value);
    }
  }
  const sorted = [...places].sort(([a], [b]) => a - b);
  const stride = Math.ceil(sorted.length / MOST_POINTS);
  return sorted
    .filter((_, index) => index % stride === 0 || index === sorted.length - 1)
    .map(([at, values]) => ({ at, values }));
}
