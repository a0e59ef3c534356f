/**
 * Comparisons as data, in full precision: CSV and JSON.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { printable } from "../../core/utils/terminal.ts";
import type { Cell, Comparison } from "../compare/comparison.ts";
import { ALPHA, LEVEL } from "../statistics/estimate.ts";
import type { Untested, Verdict } from "../statistics/verdicts.ts";
import { type FindOutlook, loadOutlook } from "./words.ts";

type CsvValue = string | number | undefined;

/** A field of a column: its name, and its value in a cell. */
type CsvField = readonly [name: string, read: (cell: Cell) => CsvValue];

/**
 * Writes a comparison as CSV, one line for each row. Fields are quoted where
 * necessary; what is missing is empty, and NaN is `NaN`. Text that a spreadsheet
 * would run as a formula begins with an apostrophe.
 *
 * @param comparison The comparison.
 * @returns The text, without a line end after the last row.
 */
export async function formatCsv(comparison: Comparison): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  const findOutlook = await loadOutlook(comparison);
  const { keys, rows } = comparison;
  const columns = comparison.columns.map(({ metadata }) => {
    const cells = rows.flatMap(({ cells }) => cells.get(metadata) ?? []);
    return { metadata, fields: chooseFields(cells, comparison, findOutlook) };
  });
  const header = [
    "runs",
    "total",
    ...keys,
    ...columns.flatMap(({ metadata, fields }) =>
      fields.map(([name]) => `${metadata} ${name}`)
    ),
  ];
  const lines = rows.map(({ runs, total, config, cells }) => [
    runs.join(" "),
    total,
    ...keys.map((key) => toCsvValue(config[key])),
    ...columns.flatMap(({ metadata, fields }) => {
      const cell = cells.get(metadata);
      return fields.map(([, read]) => cell && read(cell));
    }),
  ]);
  const text = stringify([header, ...lines], { escape_formulas: true });
  return printable(text.trimEnd());
}

/** Numbers stay numbers: text is escaped, and `-1` would be a formula. */
function toCsvValue(value: unknown): CsvValue {
  return typeof value === "number" || value === undefined
    ? value
    : formatValue(value);
}

/** The fields of a column that some cell has a value for. */
function chooseFields(
  cells: readonly Cell[],
  { options, baseline }: Comparison,
  findOutlook: FindOutlook,
): CsvField[] {
  const value = options.relativeTo?.length
    ? "ratio"
    : options.aggregate ?? "mean";
  const fields: CsvField[] = [
    [value, ({ result }) => result.mean],
    ["error", ({ result }) => result.error],
    ["n", ({ result }) => result.n],
    ["kind", ({ kind }) => kind],
  ];
  if (options.ci) {
    fields.push(
      ["low", ({ interval }) => interval?.[0]],
      ["high", ({ interval }) => interval?.[1]],
    );
  }
  if (cells.some(({ standing }) => standing)) {
    fields.push(["standing", ({ standing }) => standing]);
  }
  if (baseline) {
    fields.push(
      ofVerdict("difference", ({ difference }) => difference),
      ofVerdict("difference low", ({ interval }) => interval?.[0]),
      ofVerdict("difference high", ({ interval }) => interval?.[1]),
      ofVerdict("p", ({ p }) => p),
      ofVerdict("p adjusted", ({ pAdjusted }) => pAdjusted),
      ofVerdict("test", ({ test }) => test),
      ofVerdict("resolved", ({ isResolved }) => `${isResolved}`),
      ofVerdict("pairs", ({ pairs }) => pairs),
      ofVerdict("more seeds", (v) => countMoreSeeds(v, findOutlook)),
    );
  }
  return fields;
}

function ofVerdict(
  name: string,
  read: (verdict: Verdict) => CsvValue,
): CsvField {
  return [
    name,
    ({ comparison }) =>
      comparison && "p" in comparison ? read(comparison) : undefined,
  ];
}

/** None if the difference is shown; undefined if there is nothing to go by. */
function countMoreSeeds(
  verdict: Verdict,
  findOutlook: FindOutlook,
): number | ">100" | undefined {
  const { isResolved, p, needs } = verdict;
  if (isResolved) return 0;
  return Number.isNaN(p) || needs !== undefined
    ? undefined
    : findOutlook(verdict)?.moreSeeds;
}

/**
 * Makes the JSON document of a comparison.
 *
 * @param comparison The comparison.
 * @returns What to write: `rows`, each with its configuration, runs and cells,
 * and what a reader should know about them.
 */
export async function toJson(comparison: Comparison): Promise<object> {
  const findOutlook = await loadOutlook(comparison);
  const { rows, baseline, omitted, superseded, warnings, problems } =
    comparison;
  return {
    rows: rows.map(({ runs, total, config, cells }) => ({
      config,
      runs,
      total,
      cells: Object.fromEntries(
        Array.from(cells, ([column, cell]) => [
          String(column),
          cellToJson(cell, baseline?.name, findOutlook),
        ]),
      ),
    })),
    settings: pickSettings(comparison),
    omitted,
    superseded,
    warnings,
    problems,
  };
}

/** What the numbers are, and how verdicts are reached. */
function pickSettings({ options, baseline }: Comparison): object {
  const { aggregate = "mean", relativeTo = [], test = "t", ci } = options;
  return {
    value: relativeTo.length > 0 ? "ratio" : aggregate,
    ...(relativeTo.length > 0 ? { relativeTo } : {}),
    level: ci ? ci / 100 : LEVEL,
    test,
    alpha: options.alpha ?? ALPHA,
    ...(baseline ? { baseline: baseline.name } : {}),
  };
}

function cellToJson(
  cell: Cell,
  baseline: string | undefined,
  findOutlook: FindOutlook,
): object {
  const { result: { mean, error, n, df }, kind, interval, standing } = cell;
  const { comparison } = cell;
  return {
    mean,
    error,
    n,
    ...(df === undefined ? {} : { df }),
    kind,
    ...(interval ? { interval } : {}),
    ...(comparison
      ? { comparison: { baseline, ...verdictToJson(comparison, findOutlook) } }
      : {}),
    ...(standing ? { standing } : {}),
  };
}

function verdictToJson(
  verdict: Verdict | Untested,
  findOutlook: FindOutlook,
): object {
  if ("reason" in verdict) return verdict;
  const { difference, interval, p, pAdjusted, test, pairs, unused } = verdict;
  const moreSeeds = countMoreSeeds(verdict, findOutlook);
  return {
    difference,
    ...(interval ? { interval } : {}),
    p,
    pAdjusted,
    test,
    pairs,
    ...(unused.length > 0 ? { unused } : {}),
    isResolved: verdict.isResolved,
    ...(verdict.needs === undefined ? {} : { needs: verdict.needs }),
    ...(moreSeeds === undefined ? {} : { moreSeeds }),
  };
}
