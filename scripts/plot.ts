/**
 * `deno task plot`: draws a comparison, or the course of training.
 *
 * @module
 */

import { choice, integer, text, toggle } from "../core/config/fields.ts";
import { ConfigSchema, pickFields } from "../core/config/schema.ts";
import { findRun } from "../core/store/find_run.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import type { Problem } from "../core/store/run_file.ts";
import { compare } from "../results/compare/compare.ts";
import { collectMetrics } from "../results/compare/metrics.ts";
import { METRIC_KEY } from "../results/compare/pivot.ts";
import { selectReplicates } from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { checkGlobs } from "../results/database/select.ts";
import { type Figure, formatSpec } from "../results/figures/figure.ts";
import { SCALES } from "../results/figures/scale.ts";
import {
  defineCommand,
  type FlagValues,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { comparisonFlags } from "./_compare.ts";
import { writeOutput } from "./_output.ts";
import { reportProblems, selectionFields } from "./_runs.ts";

const SUFFIX = /\.(svg|png|json)$/;

const size = integer({
  default: 0,
  defaultText: "what fits",
  min: 0,
  max: 4000,
  description: "of the inner area in pixels",
});

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
  profile: toggle({
    description: "with --across, the share of runs better than each value",
  }),
  history: text({
    placeholder: "<measure,…>",
    description: "draw this over steps instead, a band over replicates",
  }),
  facet: text({
    placeholder: "<key|metric>",
    description: "one panel for each value of this key, or each metric",
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
  width: size,
  height: size,
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

const plotFlags = {
  Figure: figureSchema,
  Runs: new ConfigSchema({
    ...selectionFields,
    nuisance: comparisonFlags.Runs.fields.nuisance,
    across: comparisonFlags.Runs.fields.across,
  }),
  "Error bars": new ConfigSchema({
    ...pickFields(comparisonFlags.Statistics, ["ci", "aggregate"]).fields,
    baseline: {
      ...comparisonFlags.Statistics.fields.baseline,
      description:
        "seed by seed against this row; repeat to name it by several keys",
    },
    adjusted: toggle({
      description: "with --baseline, intervals that hold together for all rows",
    }),
    ...pickFields(comparisonFlags.Statistics, ["anytime", "planned", "alpha"])
      .fields,
  }),
};

type PlotFlags = FlagValues<typeof plotFlags>;

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
    "deno task plot --y accuracy --across dataset",
    "deno task plot --y loss/held-out --baseline model=mlp --adjusted",
    "deno task plot --y 'loss/*' --x nSteps --facet metric",
    "deno task plot --history loss --where model=identity",
    "deno task plot --samples latest --out figures/samples.png",
  ],
  flags: plotFlags,
  async run({ flags }) {
    const { y, history, samples, reverse, out, strict } = flags;
    if ([y, history, samples, reverse].filter(Boolean).length !== 1) {
      throw usageError(
        "Choose exactly one of --y RECORD, --history MEASURE, --samples RUN, " +
          "--reverse RUN",
      );
    }
    const draw = y ? drawRecord : history ? drawMeasure : drawRun;
    const problems: Problem[] = [];
    try {
      const { spec, omitted } = await draw(flags, problems);
      await write(out, spec);
      console.log(out);
      omitted.forEach((what) => console.error(truncate(`not drawn: ${what}`)));
    } catch (error) {
      // A run that cannot be read may be why nothing can be drawn.
      reportProblems(problems);
      throw error;
    }
    return { problems, strict };
  },
});

/** Leaves out the flags that stand for nothing, as options do. */
function pickGiven(flags: PlotFlags): Partial<PlotFlags> {
  return Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value && value !== "auto"),
  );
}

function readRuns(runs: readonly string[], problems: Problem[]): RunDatabase {
  const database = RunDatabase.withIndex(...runs);
  problems.push(...database.problems);
  return database;
}

/** Draws samples of one run: the flags that select runs do not apply. */
async function drawRun(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Figure> {
  const { samples: name, reverse, setting, runs } = flags;
  const [directory = "runs", another] = runs;
  if (another !== undefined) {
    throw usageError(
      "Cannot draw samples of more than one run: name one --runs DIR",
    );
  }
  const { readSamples, SAMPLES_FOLDER: folder } = await import(
    "../results/figures/samples.ts"
  );
  const { drawReverse, drawSamples } = await import(
    "../results/figures/samples_figure.ts"
  );
  const { samples, others } = orUsageError(() =>
    readSamples(
      findRun(directory, name || reverse, { folder, problems }),
      setting,
    )
  );
  const draw = name ? drawSamples : drawReverse;
  const { spec, omitted } = draw(samples, pickGiven(flags));
  const settings = others.map((other) => `--setting ${other}`);
  return { spec, omitted: [...settings, ...omitted] };
}

/** Draws a record of several runs over a key. */
async function drawRecord(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Figure> {
  const { x, y, series, facet, runs, since, nuisance, across } = flags;
  const { ci, aggregate, baseline, anytime, planned, alpha } = flags;
  if (across && (x || series)) {
    throw usageError(
      "Cannot use --x or --series with --across: it draws ranks",
    );
  }
  if (baseline.length > 0 && (x || series || facet || flags.profile)) {
    throw usageError(
      "Cannot use --x, --series, --facet or --profile with --baseline: it " +
        "draws the differences of rows",
    );
  }
  if (flags.adjusted && baseline.length === 0) {
    throw usageError("Cannot use --adjusted without --baseline");
  }
  if (facet && across) {
    throw usageError("Cannot use --facet with --across: it draws ranks");
  }
  if (flags.profile && !across) {
    throw usageError("Cannot use --profile without --across");
  }
  const database = readRuns(runs, problems);
  const measured = [...database].flatMap(({ records }) =>
    Array.from(records, ({ metadata }) => metadata)
  );
  // The fields of a record that is named in full are conditions.
  const record = measured.find((metadata) => String(metadata) === y);
  const names = record ? [record.name] : y.split(",");
  checkGlobs(names, measured, "y");
  const fields = Object.entries(record?.fields ?? {})
    .filter(([key]) => key !== x && key !== series)
    .map(([key, value]) => `${key}=${value}`);
  const comparison = await compare(database, {
    ...{ since, nuisance, across, ci, aggregate },
    ...{ baseline, anytime, planned, alpha },
    where: [...flags.where, ...fields],
    metric: names,
    rows: x ? [x, ...(facet && facet !== METRIC_KEY ? [facet] : [])] : [],
    cols: series ? [series] : [],
    sort: x,
  });
  const [column, ...others] = comparison.columns;
  if (!column) throw usageError(`Cannot draw ${y}: no run has such a record`);
  const panels = facet === METRIC_KEY
    ? Map.groupBy(comparison.columns, ({ metadata: { name } }) => name)
    : new Map([["", comparison.columns]]);
  if (!series && panels.values().some((same) => same.length > 1)) {
    const names = comparison.columns.map(({ metadata }) => `${metadata}`);
    throw usageError(
      `Cannot draw ${y}: there are ${names.join("; ")}. Name one of them in ` +
        "full, or put what differs on --x, --series or --facet",
    );
  }
  if (flags.profile) {
    const { drawProfiles } = await import("../results/figures/profiles.ts");
    return drawProfiles(comparison, column, pickGiven(flags));
  }
  if (baseline.length > 0) {
    const { drawPaired } = await import("../results/figures/paired.ts");
    return drawPaired(comparison, column, pickGiven(flags));
  }
  if (across) {
    const { drawRanks } = await import("../results/figures/ranks.ts");
    return drawRanks(comparison, column, pickGiven(flags));
  }
  const { drawPoints } = await import("../results/figures/points.ts");
  return drawPoints(comparison, [column, ...others], pickGiven(flags));
}

/** Draws a measure of several runs over the steps of training. */
async function drawMeasure(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Figure> {
  const { across } = flags;
  if (flags.series || flags.aggregate !== "mean") {
    throw usageError(
      "Cannot use --series or --aggregate with --history: it draws the mean " +
        "of each configuration. Choose some with --where",
    );
  }
  const { readHistories } = await import("../results/figures/histories.ts");
  const { drawHistory } = await import("../results/figures/history.ts");
  const database = readRuns(flags.runs, problems);
  const { replicates, nuisance } = selectReplicates(
    database,
    {
      ...flags,
      nuisance: [...flags.nuisance, ...(across ? [across] : [])],
      withUnfinished: true,
    },
  );
  const histories = readHistories(replicates, { nuisance, across }, problems);
  const { facet } = flags;
  const { spec, omitted } = await drawHistory(histories, {
    ...pickGiven({ ...flags, facet: facet === METRIC_KEY ? "" : facet }),
    measure: flags.history.split(","),
    metrics: collectMetrics(database),
  });
  const repeats = replicates.flatMap(({ unfinished }) => unfinished)
    .map(({ id, status }) => `${id} (${status}) repeats a completed run`);
  return { spec, omitted: [...omitted, ...repeats] };
}

async function write(path: string, spec: Figure["spec"]): Promise<void> {
  if (path.endsWith(".json")) {
    return writeOutput(path, `${printableJson(formatSpec(spec, 2))}\n`);
  }
  const { renderSvg } = await import("../results/figures/svg.ts");
  const svg = await renderSvg(spec);
  if (path.endsWith(".svg")) return writeOutput(path, `${svg}\n`);
  const { renderPng } = await import("../results/figures/png.ts");
  writeOutput(path, renderPng(svg));
}

if (import.meta.main) main(command);
