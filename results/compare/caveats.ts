/**
 * What a reader of a comparison should know of the runs behind it.
 *
 * @module
 */

import { FEWEST_FOR_IQM } from "../statistics/estimate.ts";
import {
  type CompareOptions,
  type ComparisonRow,
  labelOf,
} from "./comparison.ts";
import type { LaidRow } from "./pivot.ts";

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
    ...(options.aggregate === "iqm" ? tooFewForIqm(laid, rows) : []),
    ...notFinite(rows),
    ...mixedVersions(laid),
  ];
}

function unequal(rows: readonly ComparisonRow[]): string[] {
  const counts = [...new Set(rows.map(({ runs }) => runs.length))]
    .sort((a, b) => a - b);
  return counts.length > 1
    ? [`Rows rest on different numbers of runs: ${counts.join(", ")}`]
    : [];
}

function tooFewForIqm(
  laid: readonly LaidRow[],
  rows: readonly ComparisonRow[],
): string[] {
  return laid.flatMap(({ config, measured }, index) => {
    const refused = measured.keys()
      .filter((column) => !rows[index]!.cells.has(column)).toArray();
    return refused.length > 0
      ? `${labelOf(config)} has fewer than ${FEWEST_FOR_IQM} runs, too few ` +
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

/** Rows whose runs ran on different code or on different engines. */
function mixedVersions(laid: readonly LaidRow[]): string[] {
  return laid.flatMap(({ config, replicates }) => {
    const infos = replicates.flatMap(({ runs }) =>
      runs.values().map(({ info }) => info).toArray()
    );
    const names = infos.flatMap(({ versions }) => Object.keys(versions ?? {}));
    const used: [string, unknown[]][] = [
      ...[...new Set(names)].map((name): [string, unknown[]] => [
        name,
        infos.map(({ versions }) => versions?.[name]),
      ]),
      ["engine", infos.map(({ engine }) => engine)],
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
