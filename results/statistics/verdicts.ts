/**
 * Verdicts on a column of a comparison: how its rows differ from a baseline,
 * and which of them may be the best.
 *
 * @module
 */

import { findBestSets, type Place } from "./best_set.ts";
import {
  type Contrast,
  contrast,
  type ContrastOptions,
  isTested,
  type Sample,
  type Untested,
} from "./contrast.ts";
import { decideByHolm, type Verdict, withInterval } from "./decide.ts";
import type { Observations } from "./crossed.ts";
import {
  decideByMargin,
  findMoves,
  type Margin,
  type MarginVerdict,
  moveObservations,
  moveSample,
} from "./equivalence.ts";
import {
  ALPHA,
  computeMean,
  type Direction,
  isBetter,
  MIN_COUNT,
  OUTDONE,
  SAME_DIFFERENCE,
  type TESTS,
} from "./estimate.ts";
import { findPriors } from "./moderated.ts";
import type { VariancePrior } from "./tests.ts";

/** How verdicts are reached. */
export interface VerdictOptions extends Omit<ContrastOptions, "prior"> {
  /** The chance of a false verdict in a column; 0.05 by default. */
  readonly alpha?: number;
  /** How many columns share that chance; 1 by default. */
  readonly nColumns?: number;
  /** The smallest difference from the baseline that matters; none by default. */
  readonly margin?: Margin;
  /** The confidence level of intervals; 0.95 by default. */
  readonly level?: number;
}

/** A column of a comparison. */
export interface ColumnSamples<Row> {
  /** The samples of the rows that can be compared with each other. */
  readonly groups: readonly ReadonlyMap<Row, Sample>[];
  /** The row that all others are compared with, if any. */
  readonly baseline?: Row | undefined;
  /** Which way is better, if that is known. */
  readonly better?: Direction | undefined;
  /** What the runs of each row have observed, if all observed the same things. */
  readonly observations?: ReadonlyMap<Row, Observations> | undefined;
  /** Whether the best row is looked for. */
  readonly isRanked: boolean;
  /** Rows with runs that have no result, and why. */
  readonly incomplete?: ReadonlyMap<Row, Untested>;
  /** Rows that are not tested against the baseline, and why. */
  readonly incomparable?: ReadonlyMap<Row, Untested>;
  /** How verdicts are reached. */
  readonly options?: VerdictOptions;
}

/** What is said of the rows of a column. */
export interface ColumnVerdicts<Row> {
  /** How each row differs from the baseline, or why that is not known. */
  readonly comparisons: ReadonlyMap<Row, Verdict | Untested>;
  /** The verdict of each row with the margin, if there is one. */
  readonly margins: ReadonlyMap<Row, MarginVerdict | Untested>;
  /** The places of the rows; those outside the ranking with the reason. */
  readonly places: ReadonlyMap<Row, Place<Row> | Untested>;
  /** How the verdicts were reached. */
  readonly method: Method;
}

/** How the verdicts of a column were reached. */
export interface Method {
  /** Whether they hold for one number of seeds, for some, or for any. */
  readonly kind: "fixed" | "looks" | "anytime";
  /** The numbers of seeds for which they hold, if those are some. */
  readonly looks?: readonly number[] | undefined;
  /** The test. */
  readonly test: typeof TESTS[number];
  /**
   * The chance of a single false verdict against the baseline, and that of
   * calling a row worse that is as good as the best.
   */
  readonly alpha: number;
  /** Whether variances were moderated. */
  readonly isModerated: boolean;
}

/**
 * Reaches the verdicts on a column: each row against the baseline, adjusted by
 * Holm, and the confidence set for the best. They share α evenly, where both are
 * shown, and with the verdicts with a margin.
 *
 * A row with missing runs is never better than another or best, as its mean is
 * that of the completed runs; no row is best while such a row has a better mean.
 * Rows with too few runs for a test are outside the ranking.
 *
 * @param column The samples, and what is asked of them.
 * @returns The verdicts.
 */
export function judgeColumn<Row>(
  column: ColumnSamples<Row>,
): ColumnVerdicts<Row> {
  const { groups, baseline, isRanked, observations, options = {} } = column;
  const { nColumns = 1, margin, looks, isAnytime } = options;
  const nRows = groups.reduce((sum, group) => sum + group.size, 0);
  // Of two rows both are the same test.
  const nFamilies = (margin && column.better ? 1 : 0) +
    (baseline !== undefined && isRanked && nRows > 2 ? 2 : 1);
  const nLooks = isAnytime ? 1 : looks?.length ?? 1;
  const alpha = (options.alpha ?? ALPHA) / nColumns / nLooks / nFamilies;
  const pools = poolRows(column);
  const test: TestRows<Row> = (a, b, samples) => {
    const pool = pools.find((rows) => rows.has(a) && rows.has(b));
    const [first, second] = [pool?.get(a), pool?.get(b)];
    const prior = first && second && first.deviation < second.deviation
      ? second
      : first;
    const [ours, theirs] = [observations?.get(a), observations?.get(b)];
    return contrast(samples.get(a)!, samples.get(b)!, {
      ...options,
      prior,
      observations: ours && theirs && [ours, theirs],
    });
  };
  const comparisons = compareWithBaseline(column, alpha, test);
  return {
    comparisons,
    margins: compareWithMargin(column, alpha, comparisons),
    places: isRanked ? rank(column, alpha, test) : new Map(),
    method: {
      kind: isAnytime ? "anytime" : looks ? "looks" : "fixed",
      looks,
      test: options.test ?? "t",
      alpha,
      isModerated: pools.length > 0,
    },
  };
}

type TestRows<Row> = (
  a: Row,
  b: Row,
  samples: ReadonlyMap<Row, Sample>,
) => Contrast | Untested;

/** What rows that have the same seeds as enough others say of variances. */
function poolRows<Row>(
  { groups, observations, options: { test = "t", isAnytime, grid } = {} }:
    ColumnSamples<Row>,
): ReadonlyMap<Row, VariancePrior>[] {
  if (test !== "t" || isAnytime || grid || observations) return [];
  return groups.flatMap((group) =>
    Map.groupBy(
      [...group].filter(([, sample]) => !explainUnusable(sample)),
      ([, sample]) => [...sample.keys()].sort().join(),
    ).values().map((rows) => {
      const keys = [...rows[0]![1].keys()];
      const priors = findPriors(
        rows.map(([, sample]) => keys.map((key) => sample.get(key)!)),
      );
      return new Map(priors.map((prior, i) => [rows[i]![0], prior]));
    }).filter(({ size }) => size > 0).toArray()
  );
}

/** Why a sample takes no part in a ranking, if so. */
function explainUnusable(sample: Sample): string | undefined {
  if (sample.size < MIN_COUNT) return `fewer than ${MIN_COUNT} runs`;
  return sample.values().every(Number.isFinite)
    ? undefined
    : "a mean is not finite";
}

function compareWithBaseline<Row>(
  column: ColumnSamples<Row>,
  alpha: number,
  test: TestRows<Row>,
): Map<Row, Verdict | Untested> {
  const { groups, baseline, better, incomplete, incomparable, options } =
    column;
  if (baseline === undefined) return new Map();
  const samples = new Map(groups.flatMap((group) => [...group]));
  const rows = [...samples.keys()].filter((row) => row !== baseline);
  const contrasts = rows.map((row) =>
    !samples.has(baseline)
      ? { reason: "the baseline has no such record" }
      : incomparable?.get(row) ?? test(row, baseline, samples)
  );
  return new Map(
    decideByHolm(contrasts, alpha).map((decided, i) => {
      const row = rows[i]!;
      const verdict = withInterval(decided, options?.level);
      if (!isTested(verdict) || !verdict.isResolved) return [row, verdict];
      const { difference } = verdict;
      const inFavour = !better
        ? [row, baseline]
        : [isBetter(difference, better) ? row : baseline];
      return inFavour.some((some) => incomplete?.has(some))
        ? [row, { ...verdict, isResolved: false, isWithheld: true }]
        : [row, verdict];
    }),
  );
}

/** Verdicts that need all runs of the row, and of the baseline. */
const IN_FAVOUR_OF_ROW: readonly MarginVerdict[] = [
  "better",
  "equal",
  "no worse",
];
const IN_FAVOUR_OF_BASELINE: readonly MarginVerdict[] = ["worse", "equal"];

const WITHHELD = {
  reason:
    "it would be in favour of a row with missing runs, whose mean is that of " +
    "the completed ones",
};

/** Decides the tested rows by the margin; they share α (Bonferroni). */
function compareWithMargin<Row>(
  column: ColumnSamples<Row>,
  alpha: number,
  comparisons: ReadonlyMap<Row, Verdict | Untested>,
): Map<Row, MarginVerdict | Untested> {
  const { groups, baseline, better, observations, incomplete } = column;
  const { margin, ...options } = column.options ?? {};
  const samples = new Map(groups.flatMap((group) => [...group]));
  const reference = baseline !== undefined && samples.get(baseline);
  if (!margin || !better || !reference) return new Map();
  const moves = findMoves(reference, margin);
  const nTests = [...comparisons.values()].filter(isTested).length;
  const decide = (row: Row): MarginVerdict | Untested => {
    const [ours, theirs] = [row, baseline].map((row) => observations?.get(row));
    const [below, above] = moves.map((move) =>
      contrast(samples.get(row)!, moveSample(reference, move), {
        ...options,
        observations: ours && theirs && [ours, moveObservations(theirs, move)],
      })
    );
    if (!isTested(below) || !isTested(above)) return below as Untested;
    if (Number.isNaN(below.p)) return { reason: SAME_DIFFERENCE };
    const level = alpha / nTests;
    const verdict = decideByMargin(below, above, { alpha: level, better });
    const isWithheld =
      incomplete?.has(row) && IN_FAVOUR_OF_ROW.includes(verdict) ||
      incomplete?.has(baseline) && IN_FAVOUR_OF_BASELINE.includes(verdict);
    return isWithheld ? WITHHELD : verdict;
  };
  return new Map(Array.from(comparisons, ([row, comparison]) => [
    row,
    isTested(comparison) ? decide(row) : comparison,
  ]));
}

function rank<Row>(
  { groups, better = "lower", incomplete, options = {} }: ColumnSamples<Row>,
  alpha: number,
  test: TestRows<Row>,
): Map<Row, Place<Row> | Untested> {
  const outside = new Map<Row, Untested>();
  const takingPart = groups.map((group) => {
    const some = new Map(group);
    for (const [row, sample] of group) {
      const reason = incomplete?.get(row)?.reason ?? explainUnusable(sample);
      if (!reason) continue;
      outside.set(row, { reason });
      some.delete(row);
    }
    return some;
  });
  const { isAnytime, level } = options;
  const found = findBestSets(takingPart, {
    better,
    alpha,
    level,
    isAnytime,
    test,
  });
  for (const group of takingPart) {
    const [first, second] = group.keys();
    if (second === undefined || found.has(second)) continue;
    const reason = test(first!, second, group) as Untested;
    for (const row of group.keys()) outside.set(row, reason);
  }
  const readMean = (sample: Sample) => computeMean([...sample.values()]).mean;
  for (const group of groups) {
    const best = [...group.keys()].find((row) =>
      found.get(row)?.standing === "best"
    );
    if (best === undefined) continue;
    const mean = readMean(group.get(best)!);
    const isOutdone = [...group].some(([row, sample]) =>
      incomplete?.has(row) && isBetter(readMean(sample) - mean, better)
    );
    if (!isOutdone) continue;
    outside.set(best, { reason: OUTDONE });
  }
  return new Map<Row, Place<Row> | Untested>([...found, ...outside]);
}
