/**
 * Comparisons: replicates by records, with errors and verdicts.
 *
 * @module
 */

import { unknownKey } from "../../core/config/schema.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import type { RunDatabase } from "../database/run_database.ts";
import {
  checkGlobs,
  type Condition,
  listKeys,
  matchesGlob,
  matchesValue,
  parseCondition,
  selectMetadata,
} from "../database/select.ts";
import { parseMargin } from "../statistics/equivalence.ts";
import { fillRows } from "./cells.ts";
import { makeColumns, sortMetadata } from "./columns.ts";
import type { CompareOptions, Comparison } from "./comparison.ts";
import { checkFailedValue } from "./failed_runs.ts";
import { collectMetrics, collectRepeats, type Metrics } from "./metrics.ts";
import { type Axes, findDifferences, METRIC_KEY, pivot } from "./pivot.ts";
import { selectReplicates } from "./replicates.ts";
import { findBaseline, sortRows } from "./rows.ts";
import { chooseRows } from "./shown_rows.ts";
import { warnOfSharedObservations } from "./shared_observations.ts";
import { addVerdicts } from "./verdicts.ts";
import { collectWarnings } from "./warnings.ts";

/**
 * Compares the runs of a database. Means are of completed runs only.
 *
 * @param database The runs.
 * @param options Which runs and records, and how they are summarised.
 * @returns Replicates by records, with the keys that differ.
 * @throws {OptionError} If an option names what no run has, or options do not
 * go together.
 * @throws {RangeError} If there is no completed run to compare.
 */
export async function compare(
  database: RunDatabase,
  options: CompareOptions = {},
): Promise<Comparison> {
  checkOptions(options);
  const { ofRuns, ofRecords } = splitWhere(database, options.where ?? []);
  const { across } = options;
  if (across) checkAcross(across, database, options);
  const selected = selectReplicates(database, {
    ...options,
    where: ofRuns,
    nuisance: [...options.nuisance ?? [], ...(across ? [across] : [])],
  });
  const { replicates, nuisance } = selected;
  const metrics = collectMetrics(database);
  const repeats = collectRepeats(metrics);

  const lists = new Set(
    replicates.flatMap(({ runs }) =>
      Array.from(runs.values(), ({ records }) => records.metadata)
    ),
  );
  const measured = [...new Set([...lists].flat())];
  const { lowerIsBetter = [], higherIsBetter = [], relativeTo = [] } = options;
  checkGlobs(lowerIsBetter, measured, "lowerIsBetter");
  checkGlobs(higherIsBetter, measured, "higherIsBetter");
  checkDirections(measured, options);
  const conditions = [...Map.groupBy(ofRecords, ({ key }) => key).values()];
  const wanted = sortMetadata(
    selectMetadata(measured, options.metric ?? []).filter((metadata) =>
      conditions.every((alternatives) =>
        alternatives.some(({ key, wanted }) => {
          const value = metadata.field(key);
          // A record without the field holds for all its values.
          return value === undefined || matchesValue(value, wanted);
        })
      )
    ),
    repeats,
  );

  const { rows: onRows = [], cols = [], baseline = [] } = options;
  const isFree = [onRows, cols, baseline, relativeTo]
    .every((conditions) => conditions.length === 0);
  const isList = options.isForReaders && isFree && replicates.length === 1 &&
    wanted.length > MAX_ABREAST;
  const asked = isList
    ? { ...options, ...chooseListAxes(wanted, metrics) }
    : options;
  const arrange = (metadata: readonly ResultMetadata[]) =>
    pivot(replicates, metadata, { ...asked, nuisance, repeats });
  const ratios = relativeTo.length > 0
    ? await import("./ratios.ts")
    : undefined;
  const without = ratios
    ? ratios.findWithoutRatio(arrange(wanted).columns, relativeTo, metrics)
    : new Map<string, string>();
  const arranged = arrange(wanted.filter(({ name }) => !without.has(name)));

  const found: string[] = [];
  const filled = await fillRows(
    arranged.rows,
    { options, nuisance, metrics },
    found,
  );
  const { sort = "" } = options;
  const rows = sortRows(filled, measured, { sort, nuisance });
  const columns = makeColumns(arranged.columns, asked, metrics);
  const { countFailedAs } = options;
  if (countFailedAs !== undefined) {
    checkFailedValue(rows, columns, countFailedAs);
  }
  const reference = findBaseline(rows, baseline, nuisance);
  const comparison: Comparison = {
    ...selected,
    keys: arranged.keys,
    groupKeys: arranged.groupKeys,
    columns,
    rows,
    metrics,
    options: asked,
    baseline: reference,
    shown: chooseRows({ rows, columns, baseline: reference, options }),
    warnings: [],
    problems: database.problems,
  };
  const judged = ratios
    ? ratios.toRatios(comparison)
    : await addMore(await addVerdicts(comparison));
  return {
    ...judged,
    warnings: [
      ...Map.groupBy(without.keys(), (name) => without.get(name)!).entries()
        .map(([reason, names]) =>
          `No ratios of ${names.join(", ")}: ${reason}`
        ),
      ...collectWarnings(comparison),
      ...await warnOfSharedObservations(comparison),
      ...found,
    ],
  };
}

/** Adds what was asked for besides verdicts, and the interval of a best row. */
async function addMore(comparison: Comparison): Promise<Comparison> {
  const { options: { variance, across, confirms }, columns } = comparison;
  let result = comparison;
  if (across) result = (await import("./ranks.ts")).addRanks(result);
  if (variance) result = (await import("./variance.ts")).addVariance(result);
  return !confirms &&
      columns.some(({ method, unranked }) => method && !unranked)
    ? (await import("./winners.ts")).addWinners(result)
    : result;
}

function checkDirections(
  measured: readonly ResultMetadata[],
  { lowerIsBetter = [], higherIsBetter = [] }: CompareOptions,
): void {
  const both = measured.find(({ name }) =>
    matchesGlob(name, lowerIsBetter) && matchesGlob(name, higherIsBetter)
  );
  if (!both) return;
  throw new OptionError(
    "higherIsBetter",
    `Cannot use \`lowerIsBetter\` and \`higherIsBetter\` for ${both.name}: ` +
      "leave one of them out",
  );
}

function checkAcross(
  key: string,
  database: RunDatabase,
  { rows = [], cols = [], relativeTo = [] }: CompareOptions,
): void {
  const known = listKeys(database);
  if (!known.includes(key)) {
    throw new OptionError("across", unknownKey(key, known));
  }
  if ([...rows, ...cols].includes(key) || relativeTo.length > 0) {
    throw new OptionError(
      "across",
      `Cannot compare across ${key} with it on an axis, or with \`relativeTo\`: ` +
        "leave one of them out",
    );
  }
}

/** Conditions on runs, and those on fields that only records have. */
function splitWhere(
  database: RunDatabase,
  where: readonly string[],
): { readonly ofRuns: string[]; readonly ofRecords: Condition[] } {
  // Records are read only if there is a condition.
  if (where.length === 0) return { ofRuns: [], ofRecords: [] };
  const known = new Set([
    "id",
    "tag",
    "status",
    "sweep",
    ...listKeys(database),
  ]);
  const lists = new Set(
    Array.from(database, ({ records }) => records.metadata),
  );
  const measured = new Set([...lists].flat());
  const fields = new Set(
    [...measured].flatMap(({ fields }) => Object.keys(fields)),
  );
  const isOfRecords = (text: string) => {
    const key = text.split("=", 1)[0]!;
    return !known.has(key) && fields.has(key);
  };
  return {
    ofRuns: where.filter((text) => !isOfRecords(text)),
    ofRecords: where.filter(isOfRecords)
      .map((text) => parseCondition(text, "where")),
  };
}

/** Of one row, more records than this become rows of a list. */
const MAX_ABREAST = 6;

/** Chooses a list as the axes of one row with many records. */
function chooseListAxes(
  wanted: readonly ResultMetadata[],
  metrics: Metrics,
): Axes {
  const series = new Set(wanted.flatMap((metadata) => {
    const field = metrics.get(metadata.name)?.series;
    return field && metadata.field(field) !== undefined ? [field] : [];
  }));
  const differing = findDifferences(wanted, collectRepeats(metrics)).keys()
    .filter((field) => !series.has(field));
  return { rows: [METRIC_KEY, ...differing], cols: [...series] };
}

function checkOptions(options: CompareOptions): void {
  const { aggregate = "mean", baseline = [], relativeTo = [], rows } = options;
  const { anytime, planned, looks = [], test = "t" } = options;
  const refuse = (option: string, message: string): never => {
    throw new OptionError(option, message);
  };
  if (options.ci && options.ci < 1) {
    refuse(
      "ci",
      `Cannot use \`ci\` ${options.ci}: it must be in percent: did you mean ` +
        `${options.ci * 100}?`,
    );
  }
  if (relativeTo.length > 0 && (aggregate !== "mean" || baseline.length > 0)) {
    refuse(
      "relativeTo",
      "Cannot use `relativeTo` with `baseline` or `aggregate`: ratios are of " +
        "means and have no verdicts: leave one of them out",
    );
  }
  if (anytime && (planned || looks.length > 0 || test !== "t")) {
    refuse(
      "anytime",
      "Cannot use `anytime` with `planned`, `looks` or another `test`: it is a " +
        "t test for any number of seeds: leave one of them out",
    );
  }
  if (baseline.length > 0 && aggregate !== "mean") {
    refuse(
      "baseline",
      `Cannot use \`baseline\` with \`aggregate\` ${aggregate}: the tests ` +
        "compare means: leave one of them out",
    );
  }
  if (baseline.length > 0 && rows?.includes(METRIC_KEY)) {
    refuse(
      "baseline",
      "Cannot use `baseline` with `rows` metric: the rows of a column then " +
        "measure different things",
    );
  }
  if (options.margin && baseline.length === 0) {
    refuse("margin", "Cannot use `margin` without a `baseline`");
  }
  if (options.margin && !parseMargin(options.margin)) {
    refuse(
      "margin",
      `Cannot use the margin ${options.margin}: it must be a number above 0, ` +
        "or such a share of the baseline as 2%",
    );
  }
}
