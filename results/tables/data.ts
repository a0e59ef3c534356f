/**
 * Comparisons as data, in full precision: CSV and JSON.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { printable } from "../../core/utils/terminal.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import type { Cell, Comparison } from "../compare/comparison.ts";
import { ALPHA, LEVEL } from "../statistics/levels.ts";
import type { Untested, Verdict } from "../statistics/verdicts.ts";

type CsvValue = string | number | undefined;

/**
 * Writes a comparison as CSV, a line a row of it. Fields are quoted where they
 * must be; what is missing is empty, and NaN is `NaN`. Text that a spreadsheet
 * would run as a formula begins with an apostrophe.
 *
 * @param comparison The comparison.
 * @returns The text, without a line end after the last row.
 */
export async function formatCsv(comparison: Comparison): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  const { keys, columns, rows } = comparison;
  const parts = columns.map((column) => partsOf(column, comparison));
  const header = [
    "runs",
    "total",
    ...keys,
    ...columns.flatMap((column, index) =>
      parts[index]!.map(([name]) => `${column} ${name}`)
    ),
  ];
  const lines = rows.map(({ runs, total, config, cells }) => [
    runs.join(" "),
    total,
    ...keys.map((key) => csvValue(config[key])),
    ...columns.flatMap((column, index) => {
      const cell = cells.get(column);
      return parts[index]!.map(([, read]) => cell && read(cell));
    }),
  ]);
  const text = stringify([header, ...lines], { escape_formulas: true });
  return printable(text.trimEnd());
}

/** Numbers stay numbers: text is escaped, and `-1` would be a formula. */
function csvValue(value: unknown): CsvValue {
  return typeof value === "number" || value === undefined
    ? value
    : formatValue(value);
}

/** What is told of the cells of a column, a field each. */
function partsOf(
  column: ResultMetadata,
  { rows, options, baseline }: Comparison,
): [name: string, read: (cell: Cell) => CsvValue][] {
  const cells = rows.flatMap(({ cells }) => cells.get(column) ?? []);
  const verdict = (read: (verdict: Verdict) => CsvValue) => (cell: Cell) =>
    cell.comparison && "p" in cell.comparison
      ? read(cell.comparison)
      : undefined;
  return [
    [
      options.relativeTo?.length ? "ratio" : options.aggregate ?? "mean",
      ({ result }) => result.mean,
    ],
    ["error", ({ result }) => result.error],
    ["n", ({ result }) => result.n],
    ["kind", ({ kind }) => kind],
    ...(options.ci
      ? [
        ["low", ({ interval }: Cell) => interval?.[0]],
        ["high", ({ interval }: Cell) => interval?.[1]],
      ] as [string, (cell: Cell) => CsvValue][]
      : []),
    ...(cells.some(({ standing }) => standing)
      ? [["standing", ({ standing }: Cell) => standing]] as [
        string,
        (cell: Cell) => CsvValue,
      ][]
      : []),
    ...(baseline
      ? [
        ["difference", verdict(({ difference }) => difference)],
        ["difference low", verdict(({ interval }) => interval?.[0])],
        ["difference high", verdict(({ interval }) => interval?.[1])],
        ["p", verdict(({ p }) => p)],
        ["p adjusted", verdict(({ pAdjusted }) => pAdjusted)],
        ["test", verdict(({ test }) => test)],
        ["resolved", verdict(({ isResolved }) => `${isResolved}`)],
        ["pairs", verdict(({ pairs }) => pairs)],
        ["more seeds", verdict(moreSeedsOf)],
      ] as [string, (cell: Cell) => CsvValue][]
      : []),
  ];
}

/** None where the difference is shown, or where there is nothing to go by. */
function moreSeedsOf(verdict: Verdict): number | ">100" | undefined {
  const { isResolved, p, needs, outlook } = verdict;
  if (isResolved) return 0;
  return Number.isNaN(p) || needs !== undefined
    ? undefined
    : outlook()?.moreSeeds;
}

/**
 * A comparison as JSON has it.
 *
 * @param comparison The comparison.
 * @returns What to write: `rows`, each with its configuration, runs and cells,
 * and what a reader should know of them.
 */
export function jsonOf(comparison: Comparison): object {
  const { rows, baseline, left, superseded, caveats, problems } = comparison;
  return {
    rows: rows.map(({ runs, total, config, cells }) => ({
      config,
      runs,
      total,
      cells: Object.fromEntries(
        Array.from(cells, ([column, cell]) => [
          String(column),
          cellJson(cell, baseline?.name),
        ]),
      ),
    })),
    settings: pickSettings(comparison),
    left,
    superseded,
    caveats,
    problems,
  };
}

/** What the numbers are, and how verdicts are come to. */
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

function cellJson(cell: Cell, baseline: string | undefined): object {
  const { result: { mean, error, n, df }, kind, interval, standing } = cell;
  const { comparison } = cell;
  return {
    mean,
    error,
    n,
    ...(df === undefined ? {} : { df }),
    kind,
    ...(interval ? { interval } : {}),
    ...(comparison ? { comparison: verdictJson(comparison, baseline!) } : {}),
    ...(standing ? { standing } : {}),
  };
}

function verdictJson(verdict: Verdict | Untested, baseline: string): object {
  if ("reason" in verdict) return { baseline, reason: verdict.reason };
  const { difference, interval, p, pAdjusted, test, pairs, unused } = verdict;
  const moreSeeds = moreSeedsOf(verdict);
  return {
    baseline,
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
