/**
 * What a reader should know about the runs behind a comparison.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { SHORT_HASH } from "../../core/run/environment.ts";
import {
  formatKey,
  matchesValue,
  parseConditions,
} from "../database/select.ts";
import type { CompareOptions, ComparisonRow } from "./comparison.ts";
import { summarizeList } from "./labels.ts";
import type { Metrics } from "./metrics.ts";
import { findDifferences } from "./pivot.ts";
import { MAX_RANKED } from "./verdicts.ts";

/** What decides which warnings there are. */
export interface WarningOptions {
  /** The options of the comparison. */
  readonly options: CompareOptions;
  /** The keys in which replicates may differ. */
  readonly nuisance: readonly string[];
  /** What experiments declare about their metrics. */
  readonly metrics: Metrics;
  /** Fields that count repetitions. */
  readonly repeats: ReadonlySet<string>;
}

/**
 * Collects the warnings about a comparison.
 *
 * @param rows The rows.
 * @param warningOptions What decides which there are.
 * @returns Sentences without full stops.
 */
export function collectWarnings(
  rows: readonly ComparisonRow[],
  { options, nuisance, metrics, repeats }: WarningOptions,
): string[] {
  return [
    ...warnOfCounts(rows),
    ...warnOfDependence(rows, nuisance),
    ...warnOfNonFinite(rows),
    ...warnOfSettings(rows, options, repeats),
    ...noteRecords(rows, metrics),
    ...warnOfLostRecords(rows),
    ...warnOfManyRows(rows, options),
    ...warnOfVersions(rows),
  ];
}

function warnOfCounts(rows: readonly ComparisonRow[]): string[] {
  const all = rows.flatMap(({ counts }) => counts.map((c) => c.completed));
  const counts = [...new Set(all)].sort((a, b) => a - b);
  return counts.length > 1
    ? [`Rows have different numbers of runs: ${counts.join(", ")}`]
    : [];
}

/**
 * Replicates in several nuisance keys are independent only if no two of them
 * share a value of any.
 */
function warnOfDependence(
  rows: readonly ComparisonRow[],
  nuisance: readonly string[],
): string[] {
  if (nuisance.length < 2) return [];
  return rows.flatMap(({ label, replicates }) => {
    const shared = nuisance.filter((key) =>
      replicates.some(({ runs }) => {
        const values = runs.values().map((run) => formatKey(run, key));
        return new Set(values).size < runs.size;
      })
    );
    return shared.length > 0
      ? `Runs of ${label} share values of ${shared.join(", ")}: they are not ` +
        "independent, and errors and p-values may be too small"
      : [];
  });
}

function warnOfNonFinite(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ label, cells }) =>
    cells.entries().flatMap(([column, { runs, sample }]) => {
      const bad = sample.entries()
        .filter(([, mean]) => !Number.isFinite(mean))
        .map(([key, mean]) => `${mean} in ${runs.get(key)!.id}`).toArray();
      return bad.length > 0
        ? [`${column} of ${label} is ${bad.join(", ")}`]
        : [];
    }).toArray()
  );
}

/** Copies that have records which the runs that replace them lack. */
function warnOfLostRecords(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ replicates }) =>
    replicates.flatMap(({ runs, superseded }) =>
      superseded.flatMap((copy) => {
        const chosen = runs.values().find((run) =>
          formatValue(run.config) === formatValue(copy.config)
        );
        if (!chosen) return [];
        const lost = Array.from(copy.records, ({ metadata }) => metadata)
          .filter((metadata) => !chosen.records.get(metadata));
        return lost.length > 0
          ? `${chosen.id} lacks ${
            summarizeList(lost.map(String))
          }, which ${copy.id}, superseded by it, has: evaluate ${chosen.id}`
          : [];
      })
    )
  );
}

function warnOfManyRows(
  rows: readonly ComparisonRow[],
  { aggregate = "mean", relativeTo = [] }: CompareOptions,
): string[] {
  return rows.length > MAX_RANKED && aggregate === "mean" &&
      relativeTo.length === 0
    ? [`Rows are not ranked: ${rows.length} are more than ${MAX_RANKED}`]
    : [];
}

/** Cells side by side that were measured in different ways. */
function warnOfSettings(
  rows: readonly ComparisonRow[],
  { cols = [] }: CompareOptions,
  repeats: ReadonlySet<string>,
): string[] {
  if (cols.length === 0) return [];
  const different = rows.flatMap(({ label, config, cells }) =>
    findDifferences(cells.values().map(({ metadata }) => metadata), repeats)
      .entries()
      .filter(([field]) => !Object.hasOwn(config, field))
      .filter(([field]) => !cols.includes(field))
      .map(([field, values]) =>
        `${label}: ${field} is ${values.map(formatValue).join(", ")}`
      ).toArray()
  );
  return different.length > 0
    ? [
      "Cells of a row were measured in different ways: " +
      summarizeList(different),
    ]
    : [];
}

/** What experiments say about records that meet a condition. */
function noteRecords(
  rows: readonly ComparisonRow[],
  metrics: Metrics,
): string[] {
  const shown = new Set(
    rows.flatMap(({ cells }) =>
      cells.values().map(({ metadata }) => metadata).toArray()
    ),
  );
  const notes = [...shown].flatMap((metadata) =>
    Object.entries(metrics.get(metadata.name)?.notes ?? {})
      .filter(([condition]) => {
        const [{ key, wanted }] = parseConditions([condition], "notes") as [
          { key: string; wanted: string },
        ];
        return matchesValue(metadata.field(key), wanted);
      })
      .map(([, text]) => text)
  );
  return [...new Set(notes)];
}

/**
 * Rows whose runs ran on different code, versions or engines, or were resumed
 * on others.
 */
function warnOfVersions(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ label, replicates }) => {
    const infos = replicates.flatMap(({ runs }) =>
      runs.values().flatMap(({ info }) => [info, ...info.resumed ?? []])
        .toArray()
    );
    const names = infos.flatMap(({ versions }) => Object.keys(versions ?? {}));
    const used: [string, unknown[]][] = [
      ...[...new Set(names)].map((name): [string, unknown[]] => [
        name,
        infos.map(({ versions }) => versions?.[name]),
      ]),
      ["engine", infos.map(({ engine }) => engine)],
      // Older runs do not say.
      [
        "source",
        infos.flatMap(({ source }) =>
          source?.sha256.slice(0, SHORT_HASH) ?? []
        ),
      ],
    ];
    const mixed = used.flatMap(([name, values]) => {
      const distinct = new Set(values.map((value) => value ?? "none"));
      return distinct.size > 1 ? `${name} ${[...distinct].join(" and ")}` : [];
    });
    return mixed.length > 0
      ? `The runs of ${label} differ in ${mixed.join(", ")}`
      : [];
  });
}
