/**
 * `deno task plot`: draws a comparison, or the course of training.
 *
 * @module
 */

import { choice, text, toggle } from "../core/config/fields.ts";
import { ConfigSchema, pickFields } from "../core/config/schema.ts";
import { findRun } from "../core/store/find_run.ts";
import { truncate } from "../core/utils/terminal.ts";
import type { Problem } from "../core/store/run_file.ts";
import { compare } from "../results/compare/compare.ts";
import { collectMetrics } from "../results/compare/metrics.ts";
import { METRIC_KEY } from "../results/compare/pivot.ts";
import { selectReplicates } from "../results/compare/replicates.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { checkGlobs } from "../results/database/select.ts";
import type { Draw, Inner } from "../results/figures/fit.ts";
import { SCALES } from "../results/figures/scale.ts";
import { type Ink, MINIMAL, PRINT } from "../results/figures/style.ts";
import {
  defineCommand,
  type FlagValues,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { comparisonFlags } from "./_compare.ts";
import {
  outputFields,
  outputFigure,
  withProportion,
} from "./_figure_output.ts";
import { reportProblems, selectionFields } from "./_runs.ts";

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
  ...outputFields,
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
    "deno task plot --y loss/held-out --ci 95 --width column --out figures/a.pdf",
    "deno task plot --y accuracy --across dataset",
    "deno task plot --y loss/held-out --baseline model=mlp --adjusted",
    "deno task plot --y 'loss/*' --x nSteps --facet metric",
    "deno task plot --history loss --where model=identity --terminal",
    "deno task plot --samples latest --out figures/samples.png",
  ],
  flags: plotFlags,
  async run({ flags }) {
    const { y, history, samples, reverse, strict } = flags;
    if ([y, history, samples, reverse].filter(Boolean).length !== 1) {
      throw usageError(
        "Choose exactly one of --y RECORD, --history MEASURE, --samples RUN, " +
          "--reverse RUN",
      );
    }
    const prepare = y ? prepareRecord : history ? prepareMeasure : prepareRun;
    const problems: Problem[] = [];
    try {
      const draw = await prepare(flags, problems);
      const omitted = await outputFigure(draw, flags, {
        signsOnCurves: history !== "" || flags.profile,
      });
      omitted.forEach((what) => console.error(truncate(`not drawn: ${what}`)));
    } catch (error) {
      // A run that cannot be read may be why nothing can be drawn.
      reportProblems(problems);
      throw error;
    }
    return { problems, strict };
  },
});

type Given = Omit<Partial<PlotFlags>, "width" | "height"> & { ink: Ink };

/** Leaves out the flags that stand for nothing, as options do. */
function pickGiven(
  { width: _width, height: _height, ...flags }: PlotFlags,
): Given {
  return {
    ...Object.fromEntries(
      Object.entries(flags).filter(([, value]) => value && value !== "auto"),
    ),
    ink: flags.style === "minimal" ? MINIMAL : PRINT,
  };
}

function readRuns(runs: readonly string[], problems: Problem[]): RunDatabase {
  const database = RunDatabase.withIndex(...runs);
  problems.push(...database.problems);
  return database;
}

/** Draws samples of one run: the flags that select runs do not apply. */
async function prepareRun(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Draw> {
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
  const settings = others.map((other) => `--setting ${other}`);
  return (inner) => {
    const { spec, omitted } = draw(samples, { ...pickGiven(flags), ...inner });
    return { spec, omitted: [...settings, ...omitted] };
  };
}

/** Draws a record of several runs over a key. */
async function prepareRecord(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Draw> {
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
  const given = pickGiven(flags);
  if (flags.profile) {
    const { drawProfiles } = await import("../results/figures/profiles.ts");
    return (inner) =>
      drawProfiles(comparison, column, { ...given, ...withProportion(inner) });
  }
  if (baseline.length > 0) {
    const { drawPaired } = await import("../results/figures/paired.ts");
    return (inner) => drawPaired(comparison, column, { ...given, ...inner });
  }
  if (across) {
    const { drawRanks } = await import("../results/figures/ranks.ts");
    return (inner) => drawRanks(comparison, column, { ...given, ...inner });
  }
  const { drawPoints } = await import("../results/figures/points.ts");
  // Panels have a proportion of their own.
  const fit = x && !facet ? withProportion : (inner: Inner) => inner;
  return (inner) =>
    drawPoints(comparison, [column, ...others], { ...given, ...fit(inner) });
}

/** Draws a measure of several runs over the steps of training. */
async function prepareMeasure(
  flags: PlotFlags,
  problems: Problem[],
): Promise<Draw> {
  const { across } = flags;
  if (flags.series || flags.aggregate !== "mean") {
    throw usageError(
      "Cannot use --series or --aggregate with --history: it draws the mean " +
        "of each configuration. Choose some with --where, or give each value " +
        "of a key a panel with --facet",
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
  const given = pickGiven({
    ...flags,
    facet: facet === METRIC_KEY ? "" : facet,
  });
  const measure = flags.history.split(",");
  const metrics = collectMetrics(database);
  const repeats = replicates.flatMap(({ unfinished }) => unfinished)
    .map(({ id, status }) => `${id} (${status}) repeats a completed run`);
  const isOne = measure.length === 1 && !given.facet;
  const fit = isOne ? withProportion : (inner: Inner) => inner;
  return async (inner) => {
    const { spec, omitted } = await drawHistory(
      histories,
      { ...given, ...fit(inner), measure, metrics },
    );
    return { spec, omitted: [...omitted, ...repeats] };
  };
}

if (import.meta.main) main(command);
