/**
 * The confidence set for the best row.
 *
 * @module
 */

import {
  type Contrast,
  isTested,
  type Sample,
  type Untested,
} from "./contrast.ts";
import { decideOneSided, type Verdict, withInterval } from "./decide.ts";
import { computeMean, type Direction, isBetter } from "./estimate.ts";

/** Whether a row may be the best: alone, with others, or not. */
export type Standing = "best" | "tied" | "worse";

/** The place of a row in its column. */
export interface Place<Row> {
  /** Its rank. */
  readonly standing: Standing;
  /**
   * The row that it was tested against: of a worse row the one that shows it,
   * of a tied row the one with the best mean; and the row minus that one.
   */
  readonly versusBest?: {
    readonly best: Row;
    readonly verdict: Verdict | Untested;
  };
}

/** How the best rows are looked for. */
export interface BestSetOptions<Row> {
  /** Which way is better. */
  readonly better: Direction;
  /** The chance that a row as good as the best is called worse. */
  readonly alpha: number;
  /** The confidence level of intervals. */
  readonly level?: number | undefined;
  /** Whether a test in one direction has the p of both. */
  readonly isAnytime?: boolean | undefined;
  /** Tests two rows of a group. */
  readonly test: (
    a: Row,
    b: Row,
    samples: ReadonlyMap<Row, Sample>,
  ) => Contrast | Untested;
}

/**
 * Finds which rows may be the best of their group (Gupta 1965, Technometrics 7,
 * 225–245; Hsu 1984, Ann. Statist. 12, 1136–1144): a row is worse if a one-sided
 * test against another has p ≤ α / (R − 1), among R rows. A row as good as the
 * best is then called worse with a chance of at most α. Of two rows either may
 * be it, so that their test is two-sided.
 *
 * @param groups The samples of the rows that can be compared with each other.
 * @param options How they are tested.
 * @returns The places; there are none in a group without any test.
 */
export function findBestSets<Row>(
  groups: readonly ReadonlyMap<Row, Sample>[],
  options: BestSetOptions<Row>,
): Map<Row, Place<Row>> {
  const fewest = options.isAnytime ? 1 : 2;
  const nTests = groups.reduce(
    (sum, { size }) => sum + (size > 1 ? Math.max(fewest, size - 1) : 0),
    0,
  );
  return new Map(groups.flatMap((group) => rank(group, options, nTests)));
}

function rank<Row>(
  group: ReadonlyMap<Row, Sample>,
  { better, alpha, level, test }: BestSetOptions<Row>,
  nTests: number,
): [Row, Place<Row>][] {
  const rows = [...group.keys()];
  const verdicts = new Map(
    rows.map((row) => [row, new Map<Row, Verdict | Untested>()]),
  );
  const judge = (item: Contrast | Untested) =>
    isTested(item)
      ? decideOneSided(item, !isBetter(item.difference, better), {
        alpha,
        nTests,
      })
      : item;
  rows.forEach((a, i) => {
    for (const b of rows.slice(i + 1)) {
      const item = test(a, b, group);
      verdicts.get(a)!.set(b, judge(item));
      verdicts.get(b)!.set(a, judge(reverse(item)));
    }
  });
  const all = verdicts.values().flatMap((some) => some.values());
  if (!all.some(isTested)) return [];
  const rivals = new Map(
    rows.map((row) => [row, findRival(verdicts.get(row)!)]),
  );
  const set = rows.filter((row) => rivals.get(row) === undefined);
  // Over the seeds that they share, each row may have another that is better.
  const kept = set.length > 0 ? set : rows;
  const [leader] = kept.toSorted((a, b) => {
    const [x, y] = [a, b].map((row) =>
      computeMean([...group.get(row)!.values()]).mean
    ) as [number, number];
    return better === "lower" ? x - y : y - x;
  });
  return rows.map((row) => {
    const isKept = kept.includes(row);
    const best = isKept ? leader! : rivals.get(row)!;
    return [row, {
      standing: !isKept ? "worse" : kept.length === 1 ? "best" : "tied",
      ...(row === best ? {} : {
        versusBest: {
          best,
          verdict: withInterval(verdicts.get(row)!.get(best)!, level),
        },
      }),
    }];
  });
}

/** The row against which another is most clearly worse, if it is. */
function findRival<Row>(
  verdicts: ReadonlyMap<Row, Verdict | Untested>,
): Row | undefined {
  let rival: Row | undefined, smallest = Infinity;
  for (const [row, verdict] of verdicts) {
    if (!isTested(verdict) || !verdict.isResolved) continue;
    // Far in the tails all p may be 0.
    if (verdict.pAdjusted >= smallest) continue;
    [rival, smallest] = [row, verdict.pAdjusted];
  }
  return rival;
}

/** The same contrast of the second minus the first. */
function reverse(item: Contrast | Untested): Contrast | Untested {
  return isTested(item) ? { ...item, difference: 0 - item.difference } : item;
}
