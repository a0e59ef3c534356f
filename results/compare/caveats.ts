/**
 * What a reader of a comparison should know of the runs behind it.
 *
 * @module
 */

import { MIN_FOR_IQM } from "../statistics/estimate.ts";
import {
  type CompareOptions,
  type ComparisonRow,
  isOfMeans,
  labelOf,
  MAX_RANKED,
  someOf,
} from "./comparison.ts";
import { formatValue } from "../../core/config/schema.ts";
import { SHORT_HASH } from "../../core/run/environment.ts";
import { valueOf } from "../database/select.ts";
import { hiddenDifferences, type LaidRow } from "./pivot.ts";

/**
 * Says what a reader should know.
 *
 * @param laid Which replicates stand in the rows.
 * @param rows The rows.
 * @param options What was asked for.
 * @returns Sentences without full stops.
 */
export function caveatsOf(
  laid: readonly LaidRow[],
  rows: readonly ComparisonRow[],
  options: CompareOptions,
): string[] {
  return [
    ...unequal(rows),
    ...crossed(laid, options),
    ...(options.aggregate === "iqm" ? tooFewForIqm(laid, rows) : []),
    ...notFinite(rows),
    ...measuredApart(laid, options),
    ...ofSharedRows(laid),
    ...lostRecords(laid),
    ...tooManyToRank(rows, options),
    ...mixedVersions(laid),
  ];
}

function unequal(rows: readonly ComparisonRow[]): string[] {
  const all = rows.flatMap(({ counts }) => counts.map((c) => c.completed));
  const counts = [...new Set(all)].sort((a, b) => a - b);
  return counts.length > 1
    ? [`Rows rest on different numbers of runs: ${counts.join(", ")}`]
    : [];
}

/**
 * Replicates in several nuisance keys are independent only where no two of them
 * share a value of any.
 */
function crossed(
  laid: readonly LaidRow[],
  { nuisance = [] }: CompareOptions,
): string[] {
  if (nuisance.length < 2) return [];
  return laid.flatMap(({ config, replicates }) => {
    const shared = nuisance.filter((key) =>
      replicates.some(({ runs }) => {
        const values = runs.values().map((run) => valueOf(run, key)).toArray();
        return new Set(values).size < values.length;
      })
    );
    return shared.length > 0
      ? `Runs of ${labelOf(config)} share values of ${
        shared.join(", ")
      }: they ` +
        "are not independent, and errors and p-values may be too small"
      : [];
  });
}

function tooFewForIqm(
  laid: readonly LaidRow[],
  rows: readonly ComparisonRow[],
): string[] {
  return laid.flatMap(({ config, measured }, index) => {
    const refused = measured.keys()
      .filter((column) => !rows[index]!.cells.has(column)).toArray();
    return refused.length > 0
      ? `${labelOf(config)} has fewer than ${MIN_FOR_IQM} runs, too few ` +
        "for an interquartile mean"
      : [];
  });
}

function notFinite(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ config, cells }) =>
    cells.entries().flatMap(([column, { runs, sample }]) => {
      const bad = sample.entries()
        .filter(([, mean]) => !Number.isFinite(mean))
        .map(([key, mean]) => `${mean} in ${runs.get(key)!.id}`).toArray();
      return bad.length > 0
        ? [`${column} of ${labelOf(config)} is ${bad.join(", ")}`]
        : [];
    }).toArray()
  );
}

/** Copies that have measured what the runs that stand for them have not. */
function lostRecords(laid: readonly LaidRow[]): string[] {
  return laid.flatMap(({ replicates }) =>
    replicates.flatMap(({ runs, superseded }) =>
      superseded.flatMap((copy) => {
        const chosen = runs.values().find((run) =>
          formatValue(run.config) === formatValue(copy.config)
        );
        const lost = chosen
          ? Array.from(copy.records, ({ metadata }) => metadata)
            .filter((metadata) => !chosen.records.get(metadata))
          : [];
        return chosen && lost.length > 0
          ? `${copy.id}, superseded, has ${
            someOf(lost.map(String))
          } and ${chosen.id} has not: evaluate that`
          : [];
      })
    )
  );
}

function tooManyToRank(
  rows: readonly ComparisonRow[],
  options: CompareOptions,
): string[] {
  return rows.length > MAX_RANKED && isOfMeans(options)
    ? [`No row is called best, as ${rows.length} are more than ${MAX_RANKED}`]
    : [];
}

/** Cells side by side that were measured in different ways. */
function measuredApart(
  laid: readonly LaidRow[],
  options: CompareOptions,
): string[] {
  if ((options.cols ?? []).length === 0) return [];
  const told = laid.flatMap(({ config, ...row }) => {
    const axes = { ...options, rows: Object.keys(config) };
    return hiddenDifferences(row, axes).entries()
      .map(([field, values]) =>
        `${labelOf(config)}: ${field} is ${values.map(formatValue).join(", ")}`
      ).toArray();
  });
  return told.length > 0
    ? [`Cells of a row were measured in different ways: ${someOf(told)}`]
    : [];
}

/** How a record says that its repeats share rows of finite data. */
const SHARED = { field: "reference", value: "held-out" };

function ofSharedRows(laid: readonly LaidRow[]): string[] {
  const isShared = laid.some(({ measured }) =>
    measured.values().some(({ metadata }) =>
      metadata.fields[SHARED.field] === SHARED.value
    )
  );
  return isShared
    ? [
      "Distances to held-out rows are of the same few rows in every repeat and " +
      "seed: their errors say nothing of other rows",
    ]
    : [];
}

/**
 * Rows whose runs ran on different code, versions or engines; one that was
 * resumed on others as well.
 */
function mixedVersions(laid: readonly LaidRow[]): string[] {
  return laid.flatMap(({ config, replicates }) => {
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
      // Of runs from before it was kept nobody knows.
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
      ? `The runs of ${labelOf(config)} differ in ${mixed.join(", ")}`
      : [];
  });
}
