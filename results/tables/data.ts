/**
 * Comparisons as data, in full precision: CSV and JSON.
 *
 * @module
 */

import { stringify as stringifyCsv } from "csv-stringify/sync";
import { printable } from "../../core/utils/terminal.ts";
import type {
  Cell,
  CellVariance,
  CellVerdict,
  Column,
  ColumnRanks,
  Comparison,
} from "../compare/comparison.ts";
import { nameValue } from "../compare/labels.ts";
import { sortableValue } from "../database/select.ts";
import { ALPHA, LEVEL } from "../statistics/estimate.ts";

type CsvValue = string | number | undefined;

/**
 * Writes a comparison as CSV, one line for each row. Fields are quoted where
 * necessary; what is missing is empty, and NaN is `NaN`. Text that a spreadsheet
 * would run as a formula begins with an apostrophe.
 *
 * @param comparison The comparison.
 * @returns The text, without a line end after the last row.
 */
export function formatCsv(comparison: Comparison): string {
  const { keys, rows, columns } = comparison;
  const blocks = columns.map((column) => {
    const { metadata } = column;
    const cells = rows.map(({ cells }) => cells.get(metadata));
    const lines = flattenCells(cells, comparison, column);
    const names = Object.keys(lines[0]!).map((name) => `${metadata} ${name}`);
    return { names, lines };
  });
  const header = ["runs", "total", ...keys, ...blocks.flatMap((b) => b.names)];
  const lines = rows.map(({ runs, total, config }, row) => [
    runs.join(" "),
    total,
    // Numbers stay numbers: text is escaped, and `-1` would be a formula.
    ...keys.map((key) => sortableValue(config[key])),
    ...blocks.flatMap(({ lines }) => Object.values(lines[row]!)),
  ]);
  const text = stringifyCsv([header, ...lines], { escape_formulas: true });
  return printable(text.trimEnd());
}

/** The fields of each cell of a column, all with the same names. */
function flattenCells(
  cells: readonly (Cell | undefined)[],
  { options, baseline, variance, rows }: Comparison,
  { ranks, metadata }: Column,
): Record<string, CsvValue>[] {
  const hasStanding = cells.some((cell) => cell?.standing);
  const shares = variance?.filter(({ column }) => column.metadata === metadata);
  const sources = new Set(
    shares?.flatMap(({ sources }) =>
      "reason" in sources ? [] : sources.map(({ source }) => source)
    ),
  );
  return cells.map((cell, index) => ({
    [nameValue(options)]: cell?.result.mean,
    error: cell?.result.error,
    n: cell?.result.n,
    kind: cell?.kind,
    ...(options.ci
      ? { low: cell?.interval?.[0], high: cell?.interval?.[1] }
      : {}),
    ...(hasStanding ? { standing: cell?.standing } : {}),
    ...(baseline ? flattenVerdict(cell?.comparison) : {}),
    ...(options.margin
      ? { margin: typeof cell?.margin === "string" ? cell.margin : undefined }
      : {}),
    ...(ranks && !("reason" in ranks) ? flattenRank(ranks, index) : {}),
    ...flattenShares(
      sources,
      shares?.find(({ row }) => row === rows[index])?.sources,
    ),
  }));
}

/** The average rank of a row, and how it differs from the best one. */
function flattenRank(
  { rows, ranks, pairs, best, improvements }: ColumnRanks,
  row: number,
): Record<string, CsvValue> {
  const place = rows.indexOf(row);
  const chance = improvements[place];
  const estimate = chance && "value" in chance && place !== best
    ? chance
    : undefined;
  return {
    "rank": ranks[place],
    "rank p adjusted": pairs.find(({ rows }) =>
      rows.includes(best) && rows.includes(place) && place !== best
    )?.pAdjusted,
    "best is better": estimate?.value,
    "best is better low": estimate?.interval[0],
    "best is better high": estimate?.interval[1],
  };
}

/** The share of the variance that each source has. */
function flattenShares(
  names: ReadonlySet<string>,
  sources: CellVariance["sources"] = [],
): Record<string, CsvValue> {
  return Object.fromEntries([...names].flatMap((name) => {
    const found = "reason" in sources
      ? undefined
      : sources.find(({ source }) => source === name);
    return [
      [`share of ${name}`, found?.share],
      [`share of ${name} low`, found?.interval[0]],
      [`share of ${name} high`, found?.interval[1]],
    ];
  }));
}

function flattenVerdict(
  verdict: CellVerdict | undefined,
): Record<string, CsvValue> {
  const tested = verdict && "p" in verdict ? verdict : undefined;
  return {
    "difference": tested?.difference,
    "difference low": tested?.interval?.[0],
    "difference high": tested?.interval?.[1],
    "p": tested?.p,
    "p adjusted": tested?.pAdjusted,
    "test": tested?.test,
    "resolved": tested?.isResolved.toString(),
    "pairs": tested?.pairs,
    "detectable": tested?.outlook?.reach[0]?.detectable,
    "seeds needed": tested?.outlook?.asked?.seeds,
  };
}

/**
 * Makes the JSON document of a comparison.
 *
 * @param comparison The comparison.
 * @returns What to write: `rows`, each with its configuration, runs and cells,
 * and what a reader should know about them.
 */
export function toJson(comparison: Comparison): object {
  const { rows, options, baseline, omitted, superseded, warnings, problems } =
    comparison;
  return {
    rows: rows.map(({ runs, total, config, cells }) => ({
      config,
      runs,
      total,
      cells: Object.fromEntries(
        Array.from(cells, ([column, cell]) => [
          String(column),
          cellToJson(cell, baseline?.name),
        ]),
      ),
    })),
    // What the numbers are, and how verdicts are reached.
    settings: {
      value: nameValue(options),
      relativeTo: options.relativeTo?.length ? options.relativeTo : undefined,
      level: options.ci ? options.ci / 100 : LEVEL,
      test: options.test ?? "t",
      alpha: options.alpha ?? ALPHA,
      family: options.family ?? "column",
      // When the verdicts hold: for a fixed number of seeds, or any.
      kind: comparison.columns.find(({ method }) => method)?.method?.kind,
      countFailedAs: options.countFailedAs,
      baseline: baseline?.name,
    },
    columns: Object.fromEntries(
      comparison.columns.map(({ metadata, better, unranked, method }) => [
        String(metadata),
        // The verdicts of a column compare p with the α of its method.
        { better, unranked, method },
      ]),
    ),
    ranking: rankingToJson(comparison),
    variance: comparison.variance?.map(({ row, column, sources }) => ({
      config: row.config,
      record: String(column.metadata),
      sources,
    })),
    omitted,
    superseded,
    warnings,
    problems,
  };
}

/** Ranks over the values of a key, and corrected best means, by record. */
function rankingToJson({ columns }: Comparison): object | undefined {
  const entries = columns.flatMap(({ metadata, ranks, winner }) =>
    ranks || winner ? [[String(metadata), { ranks, winner }]] : []
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function cellToJson(
  cell: Cell,
  baseline: string | undefined,
): object {
  const { result: { mean, error, n, df }, kind, interval, comparison } = cell;
  return {
    mean,
    error,
    n,
    df,
    kind,
    interval,
    comparison: comparison && { baseline, ...verdictToJson(comparison) },
    margin: cell.margin,
    standing: cell.standing,
    outside: cell.outside,
  };
}

function verdictToJson(verdict: CellVerdict): object {
  if ("reason" in verdict) return verdict;
  const { difference, interval, p, pAdjusted, test, pairs, unused } = verdict;
  return {
    difference,
    interval,
    p,
    pAdjusted,
    test,
    pairs,
    unused: unused.length > 0 ? unused : undefined,
    isResolved: verdict.isResolved,
    isWithheld: verdict.isWithheld,
    needs: verdict.needs,
    outlook: verdict.outlook,
  };
}
