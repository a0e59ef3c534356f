/**
 * Figures of one run's samples: beside the data, and on their way from noise.
 *
 * @module
 */

import * as v from "valibot";
import type { TopLevelSpec } from "vega-lite";
import { unknownKey } from "../../core/config/schema.ts";
import { checkStaysInside } from "../../core/store/safe_path.ts";
import { readRunFile } from "../../core/store/run_file.ts";
import { labelOf } from "../compare/comparison.ts";
import { clean } from "../tables/words.ts";
import type { Figure, FigureOptions } from "./points.ts";
import { captioned, COLORS, configOf, type Ink, PRINT } from "./style.ts";

/** Points, row after row. */
export type Rows = readonly (readonly number[])[];

/** Samples of a run as its evaluation kept them, in the units of the data. */
export interface Samples {
  /** How they were drawn. */
  readonly setting: Readonly<Record<string, string | number | boolean>>;
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The samples. */
  readonly samples: Rows;
  /** Points of the data; none where there were none to keep. */
  readonly data: Rows;
  /** In one dimension, pairs of place and true density, if that is known. */
  readonly density: Rows;
  /** The rows on their way, at falling shares of noise. */
  readonly frames: readonly { readonly noise: number; readonly rows: Rows }[];
}

const FOLDER = "samples";

const rowSchema = v.pipe(
  v.array(v.union([
    v.number(),
    // What diverged is a string in JSON, and has no place in a figure.
    v.pipe(v.picklist(["NaN", "Infinity", "-Infinity"]), v.transform(Number)),
  ])),
  v.minLength(1),
);
const rowsSchema: v.GenericSchema<unknown, Rows> = v.array(rowSchema);

const samplesSchema: v.GenericSchema<unknown, Samples> = v.object({
  setting: v.optional(
    v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
    {},
  ),
  columns: v.pipe(v.array(v.string()), v.minLength(1)),
  samples: v.pipe(rowsSchema, v.minLength(1)),
  data: v.optional(rowsSchema, []),
  density: v.optional(rowsSchema, []),
  frames: v.optional(
    v.array(v.object({ noise: v.number(), rows: rowsSchema })),
    [],
  ),
});

/** Samples, and what else there is. */
export interface FoundSamples {
  /** The samples. */
  readonly samples: Samples;
  /** The names of other settings that the run has samples of. */
  readonly others: readonly string[];
}

/**
 * Reads the samples of a run: those of the setting that is named, or the ones
 * that were drawn last.
 *
 * @param runPath The run's directory.
 * @param setting The setting, as its file is named; empty for the last.
 * @returns The samples, and the names of the other settings.
 * @throws {RangeError} If the run has no samples, or none of that setting.
 * @throws {TypeError} If the file has no such fields.
 */
export function readSamples(runPath: string, setting = ""): FoundSamples {
  const names = listSettings(runPath);
  if (names.length === 0) {
    throw new RangeError(
      `Cannot draw samples of ${runPath} as it has none: deno task eval draws ` +
        "them",
    );
  }
  if (setting !== "" && !names.includes(setting)) {
    throw new RangeError(unknownKey(setting, names, { kind: "setting" }));
  }
  const name = setting || names.at(-1)!;
  const file = `${FOLDER}/${name}.json`;
  const result = v.safeParse(samplesSchema, readRunFile(runPath, file));
  if (!result.success) {
    const [{ path, message }] = result.issues;
    const field = path?.map(({ key }) => key).join(".") ?? "it";
    throw new TypeError(
      `Cannot draw ${runPath}/${file} as ${field} is not what samples have: ` +
        message,
    );
  }
  return {
    samples: result.output,
    others: names.filter((other) => other !== name),
  };
}

/** The names of all settings, by when their samples were drawn. */
function listSettings(runPath: string): string[] {
  const folder = `${runPath}/${FOLDER}`;
  checkStaysInside(folder, runPath);
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const timeOf = (name: string) =>
    Deno.lstatSync(`${folder}/${name}`).mtime?.getTime() ?? 0;
  return names.filter((name) => /^\w.*\.json$/.test(name))
    .map((name) => ({ name, time: timeOf(name) }))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name.replace(/\.json$/, ""));
}

const SIZE = 320;
const HEIGHT = 200;
const FRAME = 110;
const BINS = { least: 8, most: 60, perRoot: 1.9 };
/** Beyond these quantiles of the samples one more point is no reason for room. */
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
export function samplesFigure(
  samples: Samples,
  options: FigureOptions = {},
): Figure {
  const { ink = PRINT } = options;
  const left = leftOut(samples);
  const isPlanar = samples.columns.length > 1;
  const axes = axesOf(samples, [samples.samples]);
  const shown = within(cloudOf(samples.samples, left), axes, left);
  const layer = isPlanar
    ? [
      pointsLayer(cloudOf(samples.data, left), DATA_COLOR, "data"),
      pointsLayer(shown, SAMPLES_COLOR, "samples"),
    ]
    : [
      barsLayer(shown, axes.x.scale.domain, "samples"),
      ...(samples.density.length > 0
        ? densityLayer(samples, axes.x.scale.domain)
        : outlineLayer(cloudOf(samples.data, left), axes.x.scale.domain)),
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
    left,
    spec: {
      ...frameOf(options, captionOf(samples), ink),
      width: options.width ?? SIZE,
      height: options.height ?? (isPlanar ? SIZE : HEIGHT),
      encoding: { x: axes.x, ...(isPlanar ? { y: axes.y } : {}), ...legend },
      layer,
    } as TopLevelSpec,
  };
}

/**
 * Draws the reverse process as a strip: rows at falling noise, the samples
 * last.
 *
 * @param samples The samples.
 * @param options How it looks; sizes are those of one picture.
 * @returns The figure.
 * @throws {RangeError} If the way of the samples was not kept.
 */
export function reverseFigure(
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
  const left = leftOut(samples);
  const isPlanar = columns.length > 1;
  const axes = axesOf(samples, frames.map(({ rows }) => rows));
  const quiet = { axis: null };
  const size = options.width ?? FRAME;
  return {
    left,
    spec: {
      ...frameOf(options, [
        `${captionOf(samples)[0]}; √(1 − ᾱ), the share of noise, falls`,
      ], ink),
      spacing: 8,
      hconcat: frames.map(({ noise, rows }) => ({
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
        encoding: isPlanar
          ? { x: { ...axes.x, ...quiet }, y: { ...axes.y, ...quiet } }
          : { x: { ...axes.x, ...quiet } },
        layer: [
          isPlanar
            ? pointsLayer(within(cloudOf(rows, left), axes, []), SAMPLES_COLOR)
            : barsLayer(
              within(cloudOf(rows, left), axes, []),
              axes.x.scale.domain,
              undefined,
              quiet,
            ),
        ],
      })),
    } as TopLevelSpec,
  };
}

function leftOut({ columns }: Samples): string[] {
  return columns.length > 2
    ? [`columns beyond the first two: ${clean(columns.slice(2).join(", "))}`]
    : [];
}

function frameOf(
  { title }: FigureOptions,
  caption: readonly string[],
  ink: Ink,
): object {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    ...captioned(title, caption),
    config: configOf(ink),
  };
}

function captionOf({ setting, samples }: Samples): string[] {
  return [clean(`${samples.length} samples: ${labelOf(setting)}`)];
}

/** Points that are finite; the others are counted. */
function cloudOf(
  rows: Rows,
  left: string[],
): Cloud[] {
  const finite = rows.filter((row) => row.slice(0, 2).every(Number.isFinite));
  const lost = rows.length - finite.length;
  if (lost > 0) {
    left.push(
      lost === 1
        ? "1 point that is not finite"
        : `${lost} points that are not finite`,
    );
  }
  return finite.map(([x, y]) => y === undefined ? { x: x! } : { x: x!, y });
}

/** Axes that hold all of the data, and the samples but for the outermost. */
function axesOf({ columns, data }: Samples, clouds: readonly Rows[]) {
  const finite = (rows: Rows, column: number) =>
    rows.map((row) => row[column]!).filter(Number.isFinite)
      .sort((a, b) => a - b);
  const rangeOf = (column: number): [number, number] => {
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
    const [low, high] = rangeOf(column);
    const margin = 0.04 * (high - low || 1);
    return {
      field: column === 0 ? "x" : "y",
      type: "quantitative",
      title: clean(columns[column] ?? ""),
      scale: { domain: [low - margin, high + margin], nice: false },
    };
  };
  return { x: axis(0), y: axis(1) };
}

/** Which points lie within the axes; the others are counted. */
function within(
  values: readonly Cloud[],
  axes: ReturnType<typeof axesOf>,
  left: string[],
): Cloud[] {
  const holds = (axis: { scale: { domain: number[] } }, value = NaN) =>
    !(value < axis.scale.domain[0]!) && !(value > axis.scale.domain[1]!);
  const inside = values.filter(({ x, y }) =>
    holds(axes.x, x) && holds(axes.y, y)
  );
  const lost = values.length - inside.length;
  if (lost > 0) {
    left.push(`${lost} of ${values.length} points, far from all others`);
  }
  return inside;
}

function pointsLayer(
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
function histogramOf(
  values: readonly Cloud[],
  domain: readonly number[],
): { from: number; to: number; density: number }[] {
  const [low, high] = domain as [number, number];
  const { least, most, perRoot } = BINS;
  // The fewer points, the wider the bins.
  const wanted = Math.round(perRoot * Math.sqrt(values.length));
  const nBins = Math.min(most, Math.max(least, wanted));
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

function barsLayer(
  values: readonly Cloud[],
  domain: readonly number[],
  legend?: string,
  quiet: object = {},
): object {
  return {
    data: { values: histogramOf(values, domain) },
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
        ...quiet,
      },
      x2: { field: "to" },
      y: {
        field: "density",
        type: "quantitative",
        title: "density",
        ...quiet,
      },
      ...(legend ? { color: { datum: legend } } : {}),
    },
  };
}

/** The true density as a line, where it is known. */
function densityLayer(
  { density }: Samples,
  domain: readonly number[],
): object[] {
  const [low, high] = domain as [number, number];
  const values = density.map(([x, density]) => ({ x, density }))
    .filter(({ x }) => x! >= low && x! <= high);
  return [lineLayer(values, "linear")];
}

/** The data's own histogram, as the outline of its bars. */
function outlineLayer(
  values: readonly Cloud[],
  domain: readonly number[],
): object[] {
  if (values.length === 0) return [];
  const bars = histogramOf(values, domain)
    .map(({ from, density }) => ({ x: from, density }));
  return [lineLayer(bars, "step-after")];
}

function lineLayer(values: readonly object[], interpolate: string): object {
  return {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, interpolate },
    encoding: {
      y: { field: "density", type: "quantitative" },
      color: { datum: "data" },
    },
  };
}
