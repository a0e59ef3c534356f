/**
 * Figures of histories: curves over steps, with a band over replicates.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { ConfigError, unknownKey } from "../../core/config/schema.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { HistoryReader } from "../../core/store/history.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { labelOf } from "../compare/comparison.ts";
import { clean } from "../tables/words.ts";
import type { Replicates } from "../compare/replicates.ts";
import type { StoredRun } from "../database/run_database.ts";
import { differingKeys, rawValueOf } from "../database/select.ts";
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
  /** The history of each run. */
  readonly runs: readonly RunHistory[];
}

/** What the history of a run has; its lines stay on the disk. */
export interface RunHistory {
  /** The run's directory. */
  readonly path: string;
  /** The fields of its lines by their names; null where none is a number. */
  readonly fields: ReadonlyMap<string, Extent | null>;
}

/** What a field's numbers cover, from the first line to the last. */
export interface Extent {
  /** The smallest finite one. */
  readonly low: number;
  /** The largest finite one. */
  readonly high: number;
  /** Whether no number is below the one before it. */
  readonly isAscending: boolean;
}

/**
 * Reads which fields the histories of replicates have.
 *
 * @param groups The replicates.
 * @param nuisance The keys in which they may differ.
 * @param problems Where to report what could not be read. Of a history that is
 * damaged, the lines before the damage count.
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
    runs: runs.values().map((run) => scanHistory(run, problems)).toArray(),
  }));
}

/** How wide a part of the axis is in which a curve is but its extremes. */
const BUCKET_PIXELS = 2; // About as wide as the line.

/** With more places that are not in order, the rest of a run is not drawn. */
const MAX_UNORDERED = 100_000;

/** How many different fields the lines of a history may have. */
const MAX_FIELDS = 1000;

/** What counts steps, by custom. */
const STEP_FIELDS = ["step", "epoch"];

/** So many curves can just be told apart. */
const MAX_CURVES = 40;

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
  if (histories.length > MAX_CURVES) {
    throw new ConfigError([{
      where: "--where",
      message:
        `Cannot draw ${histories.length} curves as ${MAX_CURVES} are the ` +
        "most that can be told apart: choose some with --where",
    }]);
  }
  const known = new Set([
    LINE_FIELD,
    ...histories.flatMap(({ runs }) =>
      runs.flatMap(({ fields }) => [...fields.keys()])
    ),
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
  const bucketOf = bucketsOf(histories, x, options);
  const points = histories.flatMap(({ label, runs }) => {
    const { places, gaps } = curveOf(runs, { x, measure, bucketOf });
    left.push(...gaps.map((gap) => `${label}: ${gap}`));
    return places.map(({ at, values }) => {
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
  const measures = new Set<string>();
  for (const { runs } of histories) {
    for (const { fields } of runs) {
      for (const [field, extent] of fields) if (extent) measures.add(field);
    }
  }
  return [...measures].filter((field) =>
    ![...STEP_FIELDS, LINE_FIELD].includes(field) && !field.startsWith("time/")
  );
}

/** Numbers that JSON cannot hold, as files have them. */
const NOT_FINITE: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

/** A text, say, is no number, and has no place in a figure. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return NOT_FINITE.includes(value) ? Number(value) : undefined;
}

/** Reads a history to its end, or to where it is damaged. */
function scanHistory({ path, id }: StoredRun, problems: Problem[]): RunHistory {
  const file = `${path}/${HISTORY_FILE}`;
  const report = (reason: string) => problems.push({ run: id, file, reason });
  const fields = new Map<string, ExtentMeter | null>();
  let isFull = false;
  try {
    for (const line of numberedLines(path)) {
      for (const field of Object.keys(line)) {
        if (fields.size === MAX_FIELDS && !fields.has(field)) {
          isFull = true;
          continue;
        }
        const value = numberOf(line[field]);
        let extent = fields.get(field) ?? null;
        if (value !== undefined) (extent ??= new ExtentMeter()).add(value);
        fields.set(field, extent);
      }
    }
  } catch (error) {
    report((error as Error).message);
  }
  if (isFull) {
    report(
      `Cannot read all of ${file}: its lines have more than ${MAX_FIELDS} ` +
        "different fields",
    );
  }
  return { path, fields };
}

/** Measures what a field's numbers cover. */
class ExtentMeter implements Extent {
  low = Infinity;
  high = -Infinity;
  isAscending = true;
  #last = -Infinity;

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    if (value < this.low) this.low = value;
    if (value > this.high) this.high = value;
    if (value < this.#last) this.isAscending = false;
    this.#last = value;
  }
}

/** The lines of a history, each with its number if it has no such field. */
function* numberedLines(path: string): Generator<JsonObject> {
  let nLines = 0;
  for (const line of new HistoryReader(path)) {
    nLines++;
    yield LINE_FIELD in line ? line : { ...line, [LINE_FIELD]: nLines };
  }
}

/** What the values at a place of the horizontal axis are. */
interface Place {
  readonly at: number;
  /** One value of each run that has one there. */
  readonly values: readonly number[];
}

/** What is drawn over what, and in which part of the axis a place is. */
interface CurveOptions {
  readonly x: string;
  readonly measure: string;
  readonly bucketOf: (at: number) => number;
}

/** Cuts the horizontal axis into parts, each a few pixels wide. */
function bucketsOf(
  histories: readonly RunHistories[],
  x: string,
  { width = WIDTH, xScale = "linear" }: HistoryOptions,
): (at: number) => number {
  let low = Infinity, high = -Infinity;
  for (const { runs } of histories) {
    for (const { fields } of runs) {
      const extent = fields.get(x);
      low = Math.min(low, extent?.low ?? low);
      high = Math.max(high, extent?.high ?? high);
    }
  }
  const isLog = low > 0 && isLogarithmic([low, high], xScale);
  const position = isLog ? Math.log : (at: number) => at;
  const scale = width / BUCKET_PIXELS / (position(high) - position(low));
  return (at) => Math.floor((position(at) - position(low)) * scale) || 0;
}

/**
 * The mean's extremes in each part of the axis, and both ends of the curve: what
 * lies between them cannot be seen. One pass, and little memory.
 *
 * @returns The places to draw, and what they do not show.
 */
function curveOf(
  runs: readonly RunHistory[],
  options: CurveOptions,
): { readonly places: readonly Place[]; readonly gaps: readonly string[] } {
  const { x, measure, bucketOf } = options;
  const nRuns = runs.length;
  const gaps = new Map<string, string>();
  const noteGap = (kind: string, text: string) => {
    if (!gaps.has(kind)) gaps.set(kind, text);
  };
  const kept = new Set<Place>();
  let bucket: number | undefined, last: Place | undefined;
  let low: Extreme | undefined, high: Extreme | undefined;
  let hole: Place | undefined;
  const close = () => {
    for (const place of [low?.place, high?.place, hole]) {
      if (place) kept.add(place);
    }
    low = high = hole = undefined;
  };
  const sources = runs.map((run) =>
    placesOf(run, options, () => {
      noteGap("unordered", `${x} is not in order, and not all of it is drawn`);
    })
  );
  for (const place of mergePlaces(sources)) {
    const { at, values } = place;
    if (bucketOf(at) !== bucket) close();
    bucket = bucketOf(at);
    if (!last) kept.add(place);
    last = place;
    if (values.length < nRuns) {
      noteGap(
        "few",
        `at ${x} ${at} and maybe elsewhere the mean is of ` +
          `${values.length} of ${nRuns} runs`,
      );
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    if (!Number.isFinite(mean)) {
      noteGap("hole", `${measure} is not finite at ${x} ${at} and maybe after`);
      hole ??= place;
      continue;
    }
    if (!low || mean < low.mean) low = { mean, place };
    if (!high || mean > high.mean) high = { mean, place };
  }
  close();
  if (last) kept.add(last);
  else noteGap("empty", `no ${measure}`);
  return {
    places: [...kept].sort((a, b) => a.at - b.at),
    gaps: [...gaps.values()],
  };
}

/** A place where the mean is smallest or largest. */
interface Extreme {
  readonly mean: number;
  readonly place: Place;
}

/** Brings the values of several runs together, place by place. */
function* mergePlaces(runs: readonly Generator<Point>[]): Generator<Place> {
  const next = runs.map((points) => points.next().value);
  while (true) {
    let at = Infinity;
    for (const point of next) if (point && point.at < at) at = point.at;
    if (at === Infinity) return;
    const values: number[] = [];
    for (const [index, points] of runs.entries()) {
      if (next[index]?.at !== at) continue;
      values.push(next[index].value);
      next[index] = points.next().value;
    }
    yield { at, values };
  }
}

/** What a run has logged at a place. */
interface Point {
  readonly at: number;
  readonly value: number;
}

/**
 * The points of a run in the order of their places. Of several at one place it
 * takes the last: a run has one voice there.
 */
function* placesOf(
  { path, fields }: RunHistory,
  options: CurveOptions,
  onCut: () => void,
): Generator<Point, undefined> {
  const points = pointsOf(path, options);
  if (fields.get(options.x)?.isAscending) {
    let last: Point | undefined;
    for (const point of points) {
      // It may have been cut back and resumed since its fields were read.
      if (last && point.at < last.at) continue;
      if (last && point.at > last.at) yield last;
      last = point;
    }
    if (last) yield last;
    return;
  }
  const values = new Map<number, number>();
  for (const { at, value } of points) {
    if (values.size === MAX_UNORDERED && !values.has(at)) {
      onCut();
      break;
    }
    values.set(at, value);
  }
  for (const [at, value] of [...values].sort(([a], [b]) => a - b)) {
    yield { at, value };
  }
}

/** The points of a run as it logged them, up to what cannot be read. */
function* pointsOf(
  path: string,
  { x, measure }: CurveOptions,
): Generator<Point> {
  try {
    for (const line of numberedLines(path)) {
      const at = numberOf(line[x]), value = numberOf(line[measure]);
      if (at === undefined || value === undefined) continue;
      if (Number.isFinite(at)) yield { at, value };
    }
  } catch { /* reported when the fields were read */ }
}
