/**
 * Comparisons: replicates by records, with errors and verdicts.
 *
 * @module
 */

import {
  ConfigError,
  formatValue,
  unknownKey,
} from "../../core/config/schema.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import type { RunDatabase, StoredRun } from "../database/run_database.ts";
import {
  checkGlobs,
  type Condition,
  keysOf,
  matchesValue,
  order,
  parseConditions,
  rawValueOf,
  selectMetadata,
  selectRuns,
} from "../database/select.ts";
import { meanOf } from "../statistics/estimate.ts";
import { caveatsOf } from "./caveats.ts";
import { fillRows } from "./cells.ts";
import {
  type CompareOptions,
  type Comparison,
  type ComparisonRow,
  isOfMeans,
  someOf,
} from "./comparison.ts";
import { type Case, findBaseline, judge } from "./judge.ts";
import {
  type Axes,
  fieldsThatDiffer,
  type LaidRow,
  layOut,
  METRIC_KEY,
  REPEATS_FIELD,
} from "./pivot.ts";
import type { RatioNames } from "./ratios.ts";
import {
  groupReplicates,
  nuisanceKeys,
  type Replicates,
} from "./replicates.ts";

/**
 * Compares the runs of a database. Means are of completed runs only.
 *
 * @param database The runs.
 * @param options Which runs and records, and what to say of them.
 * @returns Replicates by records, with the keys that differ.
 * @throws {ConfigError} If an option names what no run has, or options do not
 * go together.
 * @throws {RangeError} If no completed run is left to compare.
 */
export async function compare(
  database: RunDatabase,
  options: CompareOptions = {},
): Promise<Comparison> {
  checkOptions(options);
  const { ofRuns, ofRecords } = partWhere(database, options.where ?? []);
  const selected = selectRuns(database, { ...options, where: ofRuns });
  const nuisance = nuisanceKeys(options);
  const replicates = groupReplicates(selected, nuisance);
  const groups = replicates.filter(({ runs }) => runs.size > 0);
  const left = replicates.flatMap(({ missing, unfinished }) =>
    [...missing.values(), ...unfinished].map(describeLeft)
  );
  if (groups.length === 0) throw nothingToCompare(database, selected, left);

  const measured = new Set(
    groups.flatMap(({ runs }) =>
      runs.values().flatMap(({ records }) => records)
        .map(({ metadata }) => metadata).toArray()
    ),
  );
  const wanted = selectMetadata([...measured], options.metric ?? [])
    .filter((metadata) =>
      ofRecords.every(({ key, wanted }) => {
        const value = metadata.field(key);
        // A record that lacks the field holds for all its values.
        return value === undefined || matchesValue(value, wanted);
      })
    )
    .sort(columnOrder);
  const { lowerIsBetter = [], higherIsBetter = [] } = options;
  checkGlobs(lowerIsBetter, [...measured], "--lower-is-better");
  checkGlobs(higherIsBetter, [...measured], "--higher-is-better");
  const axes = { ...axesOf(groups, wanted, options), nuisance };
  const all = layOut(groups, wanted, axes);
  const { relativeTo = [] } = options;
  const { names, left: withoutRatio } = relativeTo.length > 0
    ? await namesOfRatios(all.columns, relativeTo)
    : { names: undefined, left: [] };
  const layout = withoutRatio.length > 0
    ? layOut(groups, wanted.filter(({ name }) => names!.has(name)), axes)
    : all;
  const columns = layout.columns.toSorted(columnOrder);
  const laid = options.sort
    ? sortRows(layout.rows, [...measured], { sort: options.sort, nuisance })
    : layout.rows;
  const baseline = findBaseline(laid, options.baseline ?? [], nuisance);
  const rows = await fillRows(laid, options);
  const asked = { ...options, ...axes };
  const finished = await finish(rows, laid, {
    columns,
    baseline,
    options: asked,
  });
  return {
    keys: layout.keys,
    columns,
    rows: finished,
    replicates: groups,
    nuisance,
    options: asked,
    ...(baseline ? { baseline } : {}),
    left,
    superseded: replicates.flatMap(({ superseded }) =>
      superseded.map(({ id }) => id)
    ),
    caveats: [
      ...withoutRatio,
      ...caveatsOf(laid, rows, { ...options, nuisance }),
    ],
    problems: database.problems,
  };
}

/** So many records of one row stand side by side; more make a list. */
const MAX_ABREAST = 6;
/** The field that tells what was measured from what it is held against. */
const SOURCE = "source";

/** Conditions on runs, and those on fields that records alone have. */
function partWhere(
  database: RunDatabase,
  where: readonly string[],
): { readonly ofRuns: string[]; readonly ofRecords: Condition[] } {
  // All records are gone through for a condition alone.
  if (where.length === 0) return { ofRuns: [], ofRecords: [] };
  const runs = [...database];
  const known = new Set(["tag", "status", ...keysOf(runs)]);
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
    ofRecords: parseConditions(where.filter(isOfRecords), "--where"),
  };
}

/** The axes that were asked for; of one row with many records, a list of them. */
function axesOf(
  groups: readonly Replicates[],
  wanted: readonly ResultMetadata[],
  { rows = [], cols = [], isForReaders, baseline, relativeTo }: CompareOptions,
): Axes {
  const isFree = [rows, cols, baseline ?? [], relativeTo ?? []]
    .every((asked) => asked.length === 0);
  const isList = isForReaders && isFree && groups.length === 1 &&
    wanted.length > MAX_ABREAST;
  if (!isList) return { rows, cols };
  const hasSource = wanted.some((one) => one.field(SOURCE) !== undefined);
  const beside = hasSource ? [SOURCE] : [];
  return {
    rows: [METRIC_KEY, ...fieldsThatDiffer(wanted, beside)],
    cols: beside,
  };
}

async function namesOfRatios(
  columns: readonly ResultMetadata[],
  relativeTo: readonly string[],
): Promise<RatioNames> {
  const { ratioNames } = await import("./ratios.ts");
  return ratioNames(columns, relativeTo);
}

/** Rows of means get their verdicts; ratios and other aggregates have none. */
async function finish(
  rows: readonly ComparisonRow[],
  laid: readonly LaidRow[],
  parts: Case,
): Promise<readonly ComparisonRow[]> {
  const { columns, options } = parts;
  const { relativeTo = [], ci = 0 } = options;
  if (relativeTo.length > 0) {
    const { ratiosTo } = await import("./ratios.ts");
    return ratiosTo(rows, columns, { relativeTo, ci });
  }
  const isComparable = isOfMeans(options) &&
    !options.rows?.includes(METRIC_KEY);
  return isComparable ? await judge(rows, laid, parts) : rows;
}

function checkOptions(options: CompareOptions): void {
  const { aggregate = "mean", baseline = [], relativeTo = [], rows } = options;
  const refuse = (where: string, message: string): never => {
    throw new ConfigError([{ where, message }]);
  };
  if (options.ci && options.ci < 1) {
    refuse(
      "--ci",
      `Cannot use --ci ${options.ci} as it is in percent: did you mean ` +
        `${options.ci * 100}?`,
    );
  }
  if (baseline.length > 0 && aggregate !== "mean") {
    refuse(
      "--baseline",
      `Cannot use --baseline with --aggregate ${aggregate} as the tests are ` +
        "of means: leave one of them out",
    );
  }
  if (relativeTo.length > 0 && (aggregate !== "mean" || baseline.length > 0)) {
    refuse(
      "--relative-to",
      "Cannot use --relative-to with --baseline or --aggregate as ratios are " +
        "of means, and have no verdicts: leave one of them out",
    );
  }
  if (baseline.length > 0 && rows?.includes(METRIC_KEY)) {
    refuse(
      "--baseline",
      "Cannot use --baseline with --rows metric as the rows of a column then " +
        "measure different things",
    );
  }
}

function describeLeft({ id, status, info }: StoredRun): string {
  return `${id} ${status}${info.error ? `: ${info.error.message}` : ""}`;
}

/** By name; within a name by the further fields, how often it was done last. */
function columnOrder(a: ResultMetadata, b: ResultMetadata): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const keys = Object.keys({ ...a.fields, ...b.fields }).sort();
  const repeats = keys.filter((key) => key === REPEATS_FIELD);
  const settings = keys.filter((key) => key !== REPEATS_FIELD);
  for (const key of [...settings, ...repeats]) {
    const difference = order(a.field(key), b.field(key), 1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function nothingToCompare(
  { size, problems }: RunDatabase,
  selected: readonly StoredRun[],
  left: readonly string[],
): RangeError {
  if (left.length > 0) {
    return new RangeError(
      `Cannot compare as no run is completed: ${someOf(left)}`,
    );
  }
  if (size > 0 && selected.length === 0) {
    return new RangeError(
      `Cannot compare as none of ${size} runs is what --where and --since ask`,
    );
  }
  const [problem] = problems;
  return new RangeError(
    problem
      ? `Cannot compare as no run could be read: ${problem.reason}`
      : "Cannot compare as there are no runs yet: deno task train makes one",
  );
}

function sortRows(
  rows: readonly LaidRow[],
  measured: readonly ResultMetadata[],
  { sort, nuisance }: {
    readonly sort: string;
    readonly nuisance: readonly string[];
  },
): LaidRow[] {
  const descending = sort.startsWith("-");
  const name = descending ? sort.slice(1) : sort;
  const record = measured.find((item) => String(item) === name) ??
    measured.find((item) => item.name === name);
  const examples = rows.flatMap(({ replicates }) =>
    replicates.map(({ example }) => example)
  );
  const known = [
    ...new Set(["run", ...Object.keys(rows[0]!.config), ...keysOf(examples)]),
  ].filter((key) => !nuisance.includes(key));
  if (!record && !known.includes(name)) {
    const message = unknownKey(name, [...known, ...measured.map(String)]);
    throw new ConfigError([{ where: "--sort", message }]);
  }
  const valueFor = ({ config, replicates }: LaidRow) => {
    const [{ example }] = replicates as [Replicates];
    if (record) {
      const means = replicates.flatMap(({ runs }) =>
        runs.values().map(({ records }) => records.get(record)?.mean)
          .filter((mean) => mean !== undefined).toArray()
      );
      return means.length > 0 ? meanOf(means).mean : undefined;
    }
    if (name === "run") return example.id;
    const value = config[name] ?? rawValueOf(example, name);
    return typeof value === "number" || value === undefined
      ? value
      : formatValue(value);
  };
  return rows.toSorted((a, b) =>
    order(valueFor(a), valueFor(b), descending ? -1 : 1)
  );
}
