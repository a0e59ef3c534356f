/**
 * Adds seeds until verdicts are reached.
 *
 * @module
 */

import { isTested } from "../statistics/contrast.ts";
import { MIN_COUNT } from "../statistics/estimate.ts";
import type { ColumnVerdicts } from "../statistics/verdicts.ts";
import { type JudgeOptions, judgeValues, type Value } from "./judge_values.ts";

/** The rows to which seeds are added; verdicts are anytime-valid by default. */
export interface SeedsOptions<Row> extends JudgeOptions<Row> {
  /** The number of seeds that each row begins with; at least three. */
  readonly minSeeds?: number;
  /** The most seeds of a row. */
  readonly maxSeeds: number;
}

/** The state of the rows after the last look. */
export interface SeedsState<Row> {
  /** The runs that the next look needs: rows, and the positions of their seeds. */
  readonly missing: readonly { readonly row: Row; readonly seed: number }[];
  /** The number of seeds of each row so far. */
  readonly nSeeds: ReadonlyMap<Row, number>;
  /** The rows to which no more seeds are added. */
  readonly settled: ReadonlySet<Row>;
  /** The verdicts of the last look; null before the first. */
  readonly verdicts: ColumnVerdicts<Row> | null;
}

/**
 * Adds one seed to each row and looks, until each row is resolved against the
 * baseline, or without one until the best row is found, or the maximum is
 * reached. Rows that are resolved get no more seeds: their pairs, and with them
 * their p-values, stay as they were, so that the verdicts hold at all looks
 * together (see {@linkcode anytimeT}). Looks at which no p-value could be small
 * enough are skipped.
 *
 * Every call decides again from the first look, so the answer does not depend on
 * who asks, or on the order in which runs end.
 *
 * @param options The rows, and how they are compared.
 * @param readValue Reads the result of a row under its first, second, … seed;
 * undefined if there is none yet.
 * @returns The runs that are missing; none if everything is decided.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addSeeds } from "./until_resolved.ts";
 *
 * const { missing } = addSeeds(
 *   { groups: [["a", "b"]], baseline: "a", maxSeeds: 9 },
 *   (row, seed) => row === "a" || seed < 2 ? seed % 3 : undefined,
 * );
 * assertEquals(missing, [{ row: "b", seed: 2 }]);
 * ```
 */
export function addSeeds<Row>(
  options: SeedsOptions<Row>,
  readValue: (row: Row, seed: number) => Value | undefined,
): SeedsState<Row> {
  const { groups, minSeeds = MIN_COUNT, maxSeeds } = options;
  const { options: verdictOptions = { isAnytime: true } } = options;
  const rows = groups.flat();
  const nSeeds = new Map(rows.map((row) => [row, 0]));
  const values = new Map(rows.map((row) => [row, [] as Value[]]));
  let settled: ReadonlySet<Row> = new Set();
  let verdicts: ColumnVerdicts<Row> | null = null;
  let n = Math.min(Math.max(minSeeds, MIN_COUNT), maxSeeds);
  for (;;) {
    const missing = [];
    for (const row of rows) {
      if (settled.has(row)) continue;
      const own = values.get(row)!;
      for (let seed = own.length; seed < n; seed++) {
        const value = readValue(row, seed);
        if (value === undefined) missing.push({ row, seed });
        else own.push(value);
      }
      nSeeds.set(row, n);
    }
    if (missing.length > 0) return { missing, nSeeds, settled, verdicts };
    verdicts = judgeValues({ ...options, options: verdictOptions }, values);
    settled = settleRows(options, { settled, verdicts, values });
    if (n >= maxSeeds || settled.size === rows.length) {
      return { missing, nSeeds, settled, verdicts };
    }
    n = Math.min(findNextLook(n, verdicts), maxSeeds);
  }
}

/** Finds the rows that more seeds would not change, including earlier ones. */
function settleRows<Row>(
  { groups, baseline }: SeedsOptions<Row>,
  { settled, verdicts: { comparisons, places }, values }: {
    readonly settled: ReadonlySet<Row>;
    readonly verdicts: ColumnVerdicts<Row>;
    readonly values: ReadonlyMap<Row, readonly Value[]>;
  },
): Set<Row> {
  const isLost = (row: Row) =>
    values.get(row)!.some((value) =>
      value !== "failed" && !Number.isFinite(value)
    );
  const isResolved = (row: Row) => {
    const verdict = comparisons.get(row);
    return isTested(verdict) && (verdict.isResolved || verdict.isWithheld) ||
      isLost(row) || isLost(baseline!);
  };
  const isRanked = (row: Row) => {
    const place = places.get(row);
    return !place || "reason" in place || place.standing !== "tied";
  };
  const isSettled = baseline === undefined ? isRanked : isResolved;
  const open = groups.flat().filter((row) =>
    row !== baseline && !settled.has(row) && !isSettled(row)
  );
  // The baseline needs seeds until the last of the others is settled.
  const isServing = (row: Row) => row === baseline && open.length > 0;
  return new Set(
    groups.flat().filter((row) => !open.includes(row) && !isServing(row)),
  );
}

/** Finds the next number of seeds at which a p-value could be small enough. */
function findNextLook<Row>(
  n: number,
  { comparisons, places }: ColumnVerdicts<Row>,
): number {
  const verdicts = [
    ...comparisons.values(),
    ...[...places.values()].flatMap((place) =>
      "versusBest" in place && place.versusBest
        ? [place.versusBest.verdict]
        : []
    ),
  ];
  const needs = verdicts.flatMap((verdict) =>
    isTested(verdict) ? verdict.needs ?? 0 : []
  );
  return needs.length > 0 ? Math.max(n + 1, Math.min(...needs)) : n + 1;
}
