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
  matchesValue,
  order,
  parseConditions,
  readKey,
  selectMetadata,
  sortableValue,
} from "../database/select.ts";
import { computeMean } from "../statistics/estimate.ts";
import { fillRows } from "./cells.ts";
import { makeColumns, sortMetadata } from "./columns.ts";
import type {
  CompareOptions,
  Comparison,
  ComparisonRow,
} from "./comparison.ts";
import { collectMetrics, collectRepeats, type Metrics } from "./metrics.ts";
import { type Axes, findDifferingFields, METRIC_KEY, pivot } from "./pivot.ts";
import { type Replicates, selectReplicates } from "./replicates.ts";
import { addVerdicts, findBaseline } from "./verdicts.ts";
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
  const selected = selectReplicates(database, { ...options, where: ofRuns });
  const { replicates, nuisance, omitted, superseded } = selected;
  const metrics = collectMetrics(database);
  const repeats = collectRepeats(metrics);

  const measured = listMetadata(replicates);
  const { lowerIsBetter = [], higherIsBetter = [] } = options;
  checkGlobs(lowerIsBetter, measured, "lowerIsBetter");
  checkGlobs(higherIsBetter, measured, "higherIsBetter");
  const wanted = sortMetadata(
    selectMetadata(measured, options.metric ?? []).filter((metadata) =>
      ofRecords.every(({ key, wanted }) => {
        const value = metadata.field(key);
        // A record that lacks the field holds for all its values.
        return value === undefined || matchesValue(value, wanted);
      })
    ),
    repeats,
  );

  const asked = {
    ...options,
    ...chooseAxes(replicates, wanted, { options, metrics, repeats }),
  };
  const pivotOptions = { ...asked, nuisance, repeats };
  const { relativeTo = [], ci = 0 } = options;
  let arranged = pivot(replicates, wanted, pivotOptions);
  const ratios = relativeTo.length > 0
    ? await import("./ratios.ts")
    : undefined;
  const { names, warnings: withoutRatio } =
    ratios?.findRatios(arranged.columns, relativeTo, metrics) ??
      { names: undefined, warnings: [] };
  if (withoutRatio.length > 0) {
    const some = wanted.filter(({ name }) => names!.has(name));
    arranged = pivot(replicates, some, pivotOptions);
  }
  const columns = makeColumns(arranged.columns, asked, metrics);

  const filled = await fillRows(arranged.rows, options);
  const rows = options.sort
    ? sortRows(filled.rows, measured, { sort: options.sort, nuisance })
    : filled.rows;
  const baseline = findBaseline(rows, options.baseline ?? [], nuisance);
  const { keys, fieldKeys } = arranged;
  const judged = ratios
    ? {
      columns,
      rows: ratios.toRatios(rows, arranged.columns, { relativeTo, ci }),
    }
    : await addVerdicts(rows, columns, { baseline, fieldKeys, options: asked });
  return {
    keys,
    fieldKeys,
    ...judged,
    replicates,
    nuisance,
    options: asked,
    ...(baseline ? { baseline } : {}),
    omitted,
    superseded,
    warnings: [
      ...withoutRatio,
      ...collectWarnings(rows, { options: asked, nuisance, metrics, repeats }),
      ...filled.warnings,
    ],
    problems: database.problems,
  };
}

/** All that was measured, each once. */
function listMetadata(groups: readonly Replicates[]): ResultMetadata[] {
  const all = groups.flatMap(({ runs }) =>
    runs.values().flatMap(({ records }) => records)
      .map(({ metadata }) => metadata).toArray()
  );
  return [...new Set(all)];
}

/** Conditions on runs, and those on fields that only records have. */
function splitWhere(
  database: RunDatabase,
  where: readonly string[],
): { readonly ofRuns: string[]; readonly ofRecords: Condition[] } {
  // Reading all records is worth it only for a condition.
  if (where.length === 0) return { ofRuns: [], ofRecords: [] };
  const runs = [...database];
  const known = new Set(["tag", "status", ...listKeys(runs)]);
  const fields = new Set(
    runs.flatMap(({ records }) =>
      [...records].flatMap(({ metadata }) => Object.keys(metadata.fields))
    ),
  );
  const isOfRecords = (text: string) => {
    const key = text.split("=", 1)[0]!;
    return !known.has(key) && fields.has(key);
  };
  return {
    ofRuns: where.filter((text) => !isOfRecords(text)),
    ofRecords: parseConditions(where.filter(isOfRecords), "where"),
  };
}

/** More records of one row than this are shown below each other, as a list. */
const MAX_ABREAST = 6;

/** The axes that were asked for; for one row with many records, a list. */
function chooseAxes(
  groups: readonly Replicates[],
  wanted: readonly ResultMetadata[],
  { options, metrics, repeats }: {
    readonly options: CompareOptions;
    readonly metrics: Metrics;
    readonly repeats: ReadonlySet<string>;
  },
): Required<Axes> {
  const { rows = [], cols = [], baseline = [], relativeTo = [] } = options;
  const isFree = [rows, cols, baseline, relativeTo]
    .every((asked) => asked.length === 0);
  const isList = options.isForReaders && isFree && groups.length === 1 &&
    wanted.length > MAX_ABREAST;
  if (!isList) return { rows, cols };
  const series = new Set(wanted.flatMap((metadata) => {
    const field = metrics.get(metadata.name)?.series;
    return field && metadata.field(field) !== undefined ? [field] : [];
  }));
  const differing = findDifferingFields(wanted, repeats)
    .filter((field) => !series.has(field));
  return { rows: [METRIC_KEY, ...differing], cols: [...series] };
}

function checkOptions(options: CompareOptions): void {
  const { aggregate = "mean", baseline = [], relativeTo = [], rows } = options;
  if (options.ci && options.ci < 1) {
    throw new OptionError(
      "ci",
      `Cannot use \`ci\` ${options.ci} as it must be in percent: did you mean ` +
        `${options.ci * 100}?`,
    );
  }
  if (relativeTo.length > 0 && (aggregate !== "mean" || baseline.length > 0)) {
    throw new OptionError(
      "relativeTo",
      "Cannot use `relativeTo` with `baseline` or `aggregate` as ratios are of " +
        "means and have no verdicts: leave one of them out",
    );
  }
  if (baseline.length === 0) return;
  if (aggregate !== "mean") {
    throw new OptionError(
      "baseline",
      `Cannot use \`baseline\` with \`aggregate\` ${aggregate} as the tests ` +
        "compare means: leave one of them out",
    );
  }
  if (rows?.includes(METRIC_KEY)) {
    throw new OptionError(
      "baseline",
      "Cannot use `baseline` with `rows` metric as the rows of a column then " +
        "measure different things",
    );
  }
}

function sortRows(
  rows: readonly ComparisonRow[],
  measured: readonly ResultMetadata[],
  { sort, nuisance }: {
    readonly sort: string;
    readonly nuisance: readonly string[];
  },
): ComparisonRow[] {
  const isDescending = sort.startsWith("-");
  const name = isDescending ? sort.slice(1) : sort;
  const record = measured.find((item) => String(item) === name) ??
    measured.find((item) => item.name === name);
  const examples = rows.flatMap(({ replicates }) =>
    replicates.map(({ example }) => example)
  );
  const known = [
    ...new Set(["run", ...Object.keys(rows[0]!.config), ...listKeys(examples)]),
  ].filter((key) => !nuisance.includes(key));
  if (!record && !known.includes(name)) {
    const names = [...known, ...measured.map(String)];
    throw new OptionError("sort", unknownKey(name, names));
  }
  const readValue = ({ config, replicates }: ComparisonRow) => {
    const [{ example }] = replicates as [Replicates];
    if (record) {
      const means = replicates.flatMap(({ runs }) =>
        runs.values().map(({ records }) => records.get(record)?.mean)
          .filter((mean) => mean !== undefined).toArray()
      );
      return means.length > 0 ? computeMean(means).mean : undefined;
    }
    if (name === "run") return example.id;
    return sortableValue(config[name] ?? readKey(example, name));
  };
  return rows.toSorted((a, b) =>
    order(readValue(a), readValue(b), isDescending ? -1 : 1)
  );
}
