/**
 * `deno task plot`: draws a comparison, or the course of training.
 *
 * @module
 */

import { choice, integer, text } from "../core/config/fields.ts";
import { ConfigSchema, pickFields, unknownKey } from "../core/config/schema.ts";
import { findRun } from "../core/store/find_run.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import type { Problem } from "../core/store/run_file.ts";
import { compare } from "../results/compare/compare.ts";
import type { CompareOptions } from "../results/compare/comparison.ts";
import {
  groupReplicates,
  nuisanceKeys,
} from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import type { Figure, FigureOptions } from "../results/figures/points.ts";
import { SCALES } from "../results/figures/scale.ts";
import { formatSpec } from "../results/figures/spec_json.ts";
import { selectRuns } from "../results/database/select.ts";
import {
  defineCommand,
  main,
  orUsageError,
  type Output,
  usageError,
} from "./_command.ts";
import { selectionSchema, statisticsSchema } from "./_compare.ts";
import { writeOutput } from "./_output.ts";
import { reportProblems } from "./_runs.ts";

/** The flags of comparisons that apply to figures. */
const runsSchema = pickFields(selectionSchema, [
  "where",
  "since",
  "nuisance",
  "runs",
  "strict",
]);
const barsSchema = pickFields(statisticsSchema, ["ci", "aggregate"]);

const SUFFIX = /\.(svg|png|json)$/;

const figureSchema = new ConfigSchema({
  y: text({
    placeholder: "<record>",
    description: "the record on the axis of values",
  }),
  x: text({
    placeholder: "<key>",
    description: "the key on the other axis; with --history its field",
  }),
  series: text({
    placeholder: "<key>",
    description: "the key that distinguishes series",
  }),
  history: text({
    placeholder: "<measure>",
    description: "draw this over steps instead, a band over replicates",
  }),
  samples: text({
    placeholder: "<run>",
    description: "draw a run's samples instead, next to the data",
  }),
  reverse: text({
    placeholder: "<run>",
    description: "draw how a run's samples emerge from noise",
  }),
  setting: text({
    placeholder: "<name>",
    defaultText: "the last",
    description: "which of its samples, by file name",
  }),
  out: text({
    default: "figures/plot.svg",
    placeholder: "<file>",
    rule: "a file that ends in .svg, .png or .json (Vega-Lite)",
    allows: (text) => SUFFIX.test(text),
    description: "where to write it: .svg, .png, or .json for Vega-Lite",
  }),
  title: text({ description: "the title of the figure" }),
  width: integer({
    default: 0,
    defaultText: "as wide as fits",
    min: 0,
    max: 4000,
    description: "of the inner area in pixels",
  }),
  height: integer({
    default: 0,
    defaultText: "as high as fits",
    min: 0,
    max: 4000,
    description: "of the inner area in pixels",
  }),
  xScale: choice({
    default: "auto",
    choices: SCALES,
    description: "the axis of --x; auto is log for values that span a lot",
  }),
  yScale: choice({
    default: "auto",
    choices: SCALES,
    description: "the axis of values; auto is log for values that span a lot",
  }),
});

type FigureFlags = typeof figureSchema.defaults;

const command = defineCommand({
  name: "plot",
  summary: "Draw records with their errors, measures over steps, or samples.",
  usage: [
    "--y RECORD [--x KEY] [--series KEY] [flags]",
    "--history MEASURE [flags]",
    "--samples RUN [flags]",
    "--reverse RUN [flags]",
  ],
  examples: [
    "deno task plot --x learningRate --y loss/held-out --series model",
    "deno task plot --y loss/held-out --ci 95 --out figures/models.png",
    "deno task plot --history loss --where model=identity",
    "deno task plot --samples latest --out figures/samples.png",
  ],
  flags: { Figure: figureSchema, Runs: runsSchema, "Error bars": barsSchema },
  async run({ flags }) {
    const figure: FigureFlags = flags;
    const { runs, strict, where, since, nuisance, ci, aggregate } = flags;
    const options = { where, since, nuisance, ci, aggregate };
    const { y, history, samples, reverse } = figure;
    if ([y, history, samples, reverse].filter(Boolean).length !== 1) {
      throw usageError(
        "Choose exactly one of --y RECORD, --history MEASURE, --samples RUN, " +
          "and --reverse RUN",
      );
    }
    if (samples || reverse) return await drawSamples(figure, runs);
    if (figure.history && (figure.series || options.aggregate !== "mean")) {
      throw usageError(
        "Cannot use --series or --aggregate with --history, whose curves are " +
          "means of all that differs: choose with --where",
      );
    }
    const database = new RunDatabase(...runs);
    const problems = [...database.problems];
    try {
      const { spec, left } = figure.history === ""
        ? await drawPoints(database, figure, options)
        : await drawHistory(database, figure, { ...options, problems });
      await write(figure.out, spec);
      console.log(figure.out);
      left.forEach((what) => console.error(truncate(`not drawn: ${what}`)));
    } catch (error) {
      // A run that cannot be read may be why nothing can be drawn.
      reportProblems(problems);
      throw error;
    }
    return { problems, strict };
  },
});

function pickSize({ title, width, height }: FigureFlags): FigureOptions {
  return {
    ...(title ? { title } : {}),
    ...(width ? { width } : {}),
    ...(height ? { height } : {}),
  };
}

/** Draws a figure of one run, to which --where and --since do not apply. */
async function drawSamples(
  figure: FigureFlags,
  runs: readonly string[],
): Promise<Output> {
  const [directory = "runs", another] = runs;
  if (another !== undefined) {
    throw usageError(
      "Cannot draw samples of more than one run: name one --runs DIR",
    );
  }
  const { readSamples, reverseFigure, samplesFigure } = await import(
    "../results/figures/samples.ts"
  );
  const { samples: wanted, reverse, setting } = figure;
  const problems: Problem[] = [];
  const { samples, others } = orUsageError(() =>
    readSamples(findRun(directory, wanted || reverse, { problems }), setting)
  );
  const draw = wanted ? samplesFigure : reverseFigure;
  const { spec, left } = draw(samples, pickSize(figure));
  await write(figure.out, spec);
  console.log(figure.out);
  [...others.map((other) => `--setting ${other}`), ...left]
    .forEach((what) => console.error(truncate(`not drawn: ${what}`)));
  return { problems };
}

async function drawPoints(
  database: RunDatabase,
  figure: FigureFlags,
  options: CompareOptions,
): Promise<Figure> {
  const { x, y, series, xScale, yScale } = figure;
  const rows = [x, series].filter((key) => key !== "");
  const { pointsFigure } = await import("../results/figures/points.ts");
  const comparison = await compare(database, {
    ...options,
    metric: [y.replace(/ \(.*$/, "")],
    rows,
    ...(x ? { sort: x } : {}),
  });
  const named = comparison.columns.filter((column) =>
    String(column) === y || column.name === y
  );
  const [column, another] = named;
  if (!column) {
    throw usageError(
      unknownKey(y, comparison.columns.map(String), { kind: "record" }),
    );
  }
  if (another) {
    throw usageError(
      `Cannot draw ${y}: there are ${named.join("; ")}. Name one of them in ` +
        "full, or put what differs on --x or --series",
    );
  }
  return pointsFigure(comparison, column, {
    ...pickSize(figure),
    ...(x ? { x } : {}),
    ...(series ? { series } : {}),
    xScale,
    yScale,
  });
}

async function drawHistory(
  database: RunDatabase,
  figure: FigureFlags,
  options: CompareOptions & { readonly problems: Problem[] },
): Promise<Figure> {
  const { historiesOf, historyFigure } = await import(
    "../results/figures/history.ts"
  );
  const { problems, ci = 0 } = options;
  const nuisance = nuisanceKeys(options);
  const groups = groupReplicates(selectRuns(database, options), nuisance)
    .filter(({ runs }) => runs.size > 0);
  if (groups.length === 0) {
    throw new RangeError("Cannot draw histories: no run is completed");
  }
  return await historyFigure(historiesOf(groups, nuisance, problems), {
    ...pickSize(figure),
    measure: figure.history,
    ...(figure.x ? { x: figure.x } : {}),
    ...(figure.xScale === "auto" ? {} : { xScale: figure.xScale }),
    yScale: figure.yScale,
    ci,
  });
}

async function write(path: string, spec: Figure["spec"]): Promise<void> {
  if (path.endsWith(".json")) {
    return writeOutput(path, `${printableJson(formatSpec(spec, 2))}\n`);
  }
  const { svgOf } = await import("../results/figures/svg.ts");
  const svg = await svgOf(spec);
  if (path.endsWith(".png")) {
    const { pngOf } = await import("../results/figures/png.ts");
    writeOutput(path, pngOf(svg));
  } else writeOutput(path, `${svg}\n`);
}

if (import.meta.main) main(command);
