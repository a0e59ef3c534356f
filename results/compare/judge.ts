/**
 * The verdicts of a comparison: rows against a baseline, and the best of a
 * column.
 *
 * @module
 */

import { ConfigError, unknownKey } from "../../core/config/schema.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import {
  keysOf,
  matchesValue,
  parseConditions,
  rawValueOf,
} from "../database/select.ts";
import { LEVEL } from "../statistics/levels.ts";
import type { VerdictOptions } from "../statistics/verdicts.ts";
import {
  type Baseline,
  type Cell,
  type CompareOptions,
  type ComparisonRow,
  isRankable,
  labelOf,
  MAX_RANKED,
  someOf,
} from "./comparison.ts";
import { directionOf } from "./direction.ts";
import type { LaidRow } from "./pivot.ts";

/**
 * Finds the one row that meets the conditions of a baseline.
 *
 * @param laid The rows.
 * @param texts The conditions `key=value`.
 * @param nuisance The keys in which runs of a row may differ: they tell no rows
 * apart.
 * @returns The baseline; undefined where there are no conditions.
 * @throws {ConfigError} If a key is unknown, or no row meets the conditions, or
 * several do.
 */
export function findBaseline(
  laid: readonly LaidRow[],
  texts: readonly string[],
  nuisance: readonly string[],
): Baseline | undefined {
  if (texts.length === 0) return undefined;
  const refuse = (message: string): never => {
    throw new ConfigError([{ where: "--baseline", message }]);
  };
  const conditions = parseConditions(texts, "--baseline");
  const rowKeys = Object.keys(laid[0]!.config);
  const known = [
    ...new Set([
      ...rowKeys,
      ...keysOf(laid.flatMap((row) => row.replicates.map((r) => r.example))),
    ]),
  ];
  for (const { key } of conditions) {
    if (nuisance.includes(key)) {
      refuse(
        `Cannot use ${key} for a baseline as the runs of a row differ in it: ` +
          "name a key that tells rows apart",
      );
    }
    if (!known.includes(key)) refuse(unknownKey(key, known));
  }
  const found = laid.keys().filter((index) => {
    const { config, replicates } = laid[index]!;
    return conditions.every(({ key, wanted }) =>
      rowKeys.includes(key)
        ? matchesValue(config[key], wanted)
        : replicates.every(({ example }) =>
          matchesValue(rawValueOf(example, key), wanted)
        )
    );
  }).toArray();
  const name = conditions.map(({ key, wanted }) => `${key}=${wanted}`)
    .join(", ");
  if (found.length === 1) return { name, row: found[0]! };
  const labels = (found.length === 0 ? laid : found.map((i) => laid[i]!))
    .map(({ config }) => labelOf(config));
  const some = someOf(labels);
  return refuse(
    `Cannot use the baseline ${name} as ${
      found.length === 0
        ? `no row is that: there are ${some}`
        : `${found.length} rows are that: ${some}. Name one by a key in ` +
          "which they differ, or put that key on --cols"
    }`,
  );
}

/** What the verdicts are on. */
export interface Case {
  /** The columns. */
  readonly columns: readonly ResultMetadata[];
  /** The row that the others are held against, if any. */
  readonly baseline: Baseline | undefined;
  /** How verdicts are come to. */
  readonly options: CompareOptions;
}

/**
 * Adds the verdicts to the cells of rows.
 *
 * @param rows The rows.
 * @param laid Which replicates stand in them.
 * @param options What the verdicts are on.
 * @returns The rows with their verdicts.
 */
export async function judge(
  rows: readonly ComparisonRow[],
  laid: readonly LaidRow[],
  { columns, baseline, options }: Case,
): Promise<readonly ComparisonRow[]> {
  const ranked = columns.filter((column) =>
    rows.length <= MAX_RANKED && directionOf(column.name, options) &&
    isRankable(column, rows) && !isShared(laid, column) &&
    !isConstant(rows, column)
  );
  if (!baseline && ranked.length === 0) return rows;
  const { contrast, rank, verdictsOf } = await import(
    "../statistics/verdicts.ts"
  );
  const verdictOptions: VerdictOptions = {
    level: options.ci ? options.ci / 100 : LEVEL,
    ...(options.test ? { test: options.test } : {}),
    ...(options.alpha ? { alpha: options.alpha } : {}),
  };
  const cells = rows.map((row) => new Map(row.cells));
  const add = (
    index: number,
    column: ResultMetadata,
    verdict: Pick<Cell, "comparison" | "standing" | "behind" | "isExcluded">,
  ) => {
    const cell = cells[index]!.get(column)!;
    cells[index]!.set(column, { ...cell, ...verdict });
  };
  const samplesOf = (column: ResultMetadata) =>
    rows.map((row) => row.cells.get(column)?.sample);

  for (const column of baseline ? columns : []) {
    if (isConstant(rows, column)) continue;
    const samples = samplesOf(column);
    const reference = samples[baseline!.row];
    const others = rows.keys()
      .filter((index) =>
        samples[index] && index !== baseline!.row &&
        !isShared([laid[index]!, laid[baseline!.row]!], column)
      ).toArray();
    const verdicts = verdictsOf(
      others.map((index) =>
        reference
          ? contrast(samples[index]!, reference, verdictOptions)
          : { reason: "the baseline has no such record" }
      ),
      verdictOptions.alpha,
    );
    others.forEach((index, place) =>
      add(index, column, { comparison: verdicts[place]! })
    );
  }
  for (const column of ranked) {
    const takesPart = laid.map((row) => hasNoFailure(row, column));
    const samples = samplesOf(column);
    const better = directionOf(column.name, options)!;
    const ranking = rank(
      samples.map((sample, index) => takesPart[index] ? sample : undefined),
      better,
      verdictOptions,
    );
    rows.forEach((row, index) => {
      if (row.cells.has(column) && !takesPart[index]) {
        add(index, column, { isExcluded: true });
      }
    });
    const meanOf = (index: number) =>
      rows[index]!.cells.get(column)!.result.mean;
    ranking?.standings.forEach((standing, index) => {
      if (!standing) return;
      // Beside a better mean that only a failure keeps out, nothing is best.
      const isOutdone = standing === "best" &&
        samples.some((sample, other) =>
          sample && !takesPart[other] &&
          (better === "lower"
            ? meanOf(other) < meanOf(index)
            : meanOf(other) > meanOf(index))
        );
      if (isOutdone) return;
      const behind = ranking.verdicts[index];
      add(index, column, { standing, ...(behind ? { behind } : {}) });
    });
  }
  return rows.map((row, index) => ({ ...row, cells: cells[index]! }));
}

/** Whether rows show one and the same measurement, which nothing tells apart. */
function isShared(rows: readonly LaidRow[], column: ResultMetadata): boolean {
  const shown = rows.flatMap(({ measured }) => measured.get(column) ?? []);
  return new Set(shown).size < shown.length;
}

/** Whether all rows are the same to the last digit, as a baseline's are. */
function isConstant(
  rows: readonly ComparisonRow[],
  column: ResultMetadata,
): boolean {
  const samples = rows.flatMap(({ cells }) => {
    const sample = cells.get(column)?.sample;
    return sample ? JSON.stringify([...sample].sort()) : [];
  });
  return samples.length > 1 && new Set(samples).size === 1;
}

/** A row with a run that diverged, or failed otherwise, is never called best. */
function hasNoFailure({ measured }: LaidRow, column: ResultMetadata): boolean {
  const replicates = measured.get(column)?.replicates;
  return !replicates ||
    [...replicates.missing.values(), ...replicates.unfinished]
      .every(({ status }) => status !== "failed");
}
