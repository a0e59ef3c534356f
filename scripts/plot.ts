/**
 * `deno task plot`: draws a comparison, or the course of training.
 *
 * @module
 */

import { choice, integer, text } from "../core/config/fields.ts";
import { ConfigSchema, pickFields } from "../core/config/schema.ts";
import { findRun } from "../core/store/find_run.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import type { Problem } from "../core/store/run_file.ts";
import { compare } from "../results/compare/compare.ts";
import type { CompareOptions } from "../results/compare/comparison.ts";
import { selectReplicates } from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { checkGlobs } from "../results/database/select.ts";
import {
  type Figure,
  type FigureOptions,
  formatSpec,
} from "../results/figures/figure.ts";
import { SCALES } from "../results/figures/scale.ts";
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
    description: "the key whose values are series",
  }),
  history: text({
    placeholder: "<measure>",
    description: "draw this over steps instead, a band over replicates",
  }),
  samples: text({
    placeholder: "<run>",
    description: "draw a run's samples and the data",
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
    description: "the axis of --x; auto is log for a wide range of values",
  }),
  yScale: choice({
    default: "auto",
    choices: SCALES,
    description: "the axis of values; auto is log for a wide range",
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
          "--reverse RUN",
      );
    }
    if (samples || reverse) return await plotSamples(figure, runs);
    if (figure.history && (figure.series || options.aggregate !== "mean")) {
      throw usageError(
        "Cannot use --series or --aggregate with --history: it draws the mean " +
          "of each configuration. Choose some with --where",
      );
    }
    const database = new RunDatabase(...runs);
    const problems = [...database.problems];
    try {
      const { spec, omitted } = figure.history === ""
        ? await plotPoints(database, figure, options)
        : await plotHistory(database, figure, { ...options, problems });
      await write(figure.out, spec);
      console.log(figure.out);
      omitted.forEach((what) => console.error(truncate(`not drawn: ${what}`)));
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

/** A figure of one run: the flags that select runs do not apply. */
async function plotSamples(
  figure: FigureFlags,
  runs: readonly string[],
): Promise<Output> {
  const [directory = "runs", another] = runs;
  if (another !== undefined) {
    throw usageError(
      "Cannot draw samples of more than one run: name one --runs DIR",
    );
  }
  const { readSamples } = await import("../results/figures/samples.ts");
  const { drawReverse, drawSamples } = await import(
    "../results/figures/samples_figure.ts"
  );
  const { samples: wanted, reverse, setting } = figure;
  const problems: Problem[] = [];
  const { samples, others } = orUsageError(() =>
    readSamples(findRun(directory, wanted || reverse, { problems }), setting)
  );
  const draw = wanted ? drawSamples : drawReverse;
  const { spec, omitted } = draw(samples, pickSize(figure));
  await write(figure.out, spec);
  console.log(figure.out);
  [...others.map((other) => `--setting ${other}`), ...omitted]
    .forEach((what) => console.error(truncate(`not drawn: ${what}`)));
  return { problems };
}

async function plotPoints(
  database: RunDatabase,
  figure: FigureFlags,
  { where = [], ...options }: CompareOptions,
): Promise<Figure> {
  const { x, y, series, xScale, yScale } = figure;
  const { drawPoints } = await import("../results/figures/points.ts");
  const measured = [...database].flatMap(({ records }) =>
    Array.from(records, ({ metadata }) => metadata)
  );
  // The fields of a record that is named in full are conditions.
  const record = measured.find((metadata) => String(metadata) === y);
  const name = record?.name ?? y;
  checkGlobs([name], measured, "y");
  const fields = Object.entries(record?.fields ?? {})
    .filter(([key]) => key !== x && key !== series)
    .map(([key, value]) => `${key}=${value}`);
  const comparison = await compare(database, {
    ...options,
    where: [...where, ...fields],
    metric: [name],
    rows: x ? [x] : [],
    cols: series ? [series] : [],
    ...(x ? { sort: x } : {}),
  });
  const [column, ...others] = comparison.columns;
  if (!column) throw usageError(`Cannot draw ${y}: no run has such a record`);
  if (others.length > 0 && !series) {
    const names = comparison.columns.map(({ metadata }) => `${metadata}`);
    throw usageError(
      `Cannot draw ${y} as there are ${names.join("; ")}: name one of them ` +
        "in full, or put what differs on --x or --series",
    );
  }
  return drawPoints(comparison, [column, ...others], {
    ...pickSize(figure),
    ...(x ? { x } : {}),
    ...(series ? { series } : {}),
    xScale,
    yScale,
  });
}

async function plotHistory(
  database: RunDatabase,
  figure: FigureFlags,
  options: CompareOptions & { readonly problems: Problem[] },
): Promise<Figure> {
  const [{ readHistories }, { drawHistory }] = await Promise.all([
    import("../results/figures/histories.ts"),
    import("../results/figures/history.ts"),
  ]);
  const { problems, ci = 0 } = options;
  const { replicates, nuisance } = selectReplicates(database, options);
  return await drawHistory(readHistories(replicates, nuisance, problems), {
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
  const { renderSvg } = await import("../results/figures/svg.ts");
  const svg = await renderSvg(spec);
  if (path.endsWith(".png")) {
    const { renderPng } = await import("../results/figures/png.ts");
    writeOutput(path, renderPng(svg));
  } else writeOutput(path, `${svg}\n`);
}

if (import.meta.main) main(command);
