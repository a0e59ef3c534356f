/**
 * Verdicts with a margin δ, the smallest difference that matters.
 *
 * @module
 */

import type { Direction } from "./estimate.ts";
import type { Sample } from "./contrast.ts";
import type { Observations } from "./crossed.ts";
import type { MeanTest } from "./tests.ts";

/**
 * What is shown of a row beside its baseline: it is better by more than δ, worse by
 * more than δ, equal within δ, or no worse by more than δ; or none of these.
 */
export type MarginVerdict =
  | "better"
  | "worse"
  | "equal"
  | "no worse"
  | "unresolved";

/** A margin: a number, or a share of the baseline. */
export interface Margin {
  /** How large it is, above 0. */
  readonly size: number;
  /** Whether that is a share of the baseline's mean. */
  readonly isShare: boolean;
}

/**
 * Parses a margin.
 *
 * @param text A number above 0, or one with `%`.
 * @returns The margin; undefined if the text is none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseMargin } from "./equivalence.ts";
 *
 * assertEquals(parseMargin("2%"), { size: 0.02, isShare: true });
 * assertEquals(parseMargin("-1"), undefined);
 * ```
 */
export function parseMargin(text: string): Margin | undefined {
  const isShare = text.endsWith("%");
  const number = Number(text.replace(/\s*%$/, ""));
  const size = isShare ? number / 100 : number;
  return size > 0 && size < Infinity ? { size, isShare } : undefined;
}

/**
 * Finds how the values of a baseline move down and up by the margin. A row is tested
 * against both, so that a margin which is a share of the baseline's mean has its error.
 *
 * @param baseline The values of the baseline.
 * @param margin The margin.
 * @returns What moves a value down, and up.
 */
export function findMoves(
  baseline: Sample,
  { size, isShare }: Margin,
): readonly [down: Move, up: Move] {
  const sum = baseline.values().reduce((sum, value) => sum + value, 0);
  const reach = (value: number) =>
    size * (isShare ? value * Math.sign(sum) : 1);
  return [(value) => value - reach(value), (value) => value + reach(value)];
}

/** Moves a value. */
export type Move = (value: number) => number;

/** Moves all values of a sample. */
export function moveSample(sample: Sample, move: Move): Sample {
  return new Map(sample.entries().map(([key, value]) => [key, move(value)]));
}

/** Moves all that runs have observed. */
export function moveObservations(
  observations: Observations,
  move: Move,
): Observations {
  return new Map(
    observations.entries().map(([key, values]) => [
      key,
      Float64Array.from(values, move),
    ]),
  );
}

/** A difference, and its p-values. */
export type TwoTests = Pick<MeanTest, "difference" | "p" | "pOneSided">;

/**
 * Decides what is shown by two tests: of the row minus the baseline moved down by the
 * margin, and moved up. Better and worse are two-sided tests at the level α, so the
 * interval of 1 − α lies beyond the margin; equal and no worse are one-sided tests at
 * α, so the interval of 1 − 2α lies within (TOST: Schuirmann 1987, J. Pharmacokinet.
 * Biopharm. 15, 657–680). Whatever the true difference is, the chance of a false
 * verdict is at most α.
 *
 * @param below The difference from the baseline moved down.
 * @param above The difference from the baseline moved up.
 * @param options The level α of one row's verdict, and which way is better.
 * @returns The strongest verdict that is shown.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decideByMargin } from "./equivalence.ts";
 *
 * // 0.2 more than the baseline, with a margin of 1.
 * const below = { difference: 1.2, p: 0.01, pOneSided: 0.005 };
 * const above = { difference: -0.8, p: 0.08, pOneSided: 0.04 };
 * const options = { alpha: 0.05, better: "higher" } as const;
 * assertEquals(decideByMargin(below, above, options), "equal");
 * ```
 */
export function decideByMargin(
  below: TwoTests,
  above: TwoTests,
  { alpha, better }: { readonly alpha: number; readonly better: Direction },
): MarginVerdict {
  const sign = better === "higher" ? 1 : -1;
  const [worst, best] = better === "higher" ? [below, above] : [above, below];
  const isShown = ({ difference }: TwoTests, p: number, way: 1 | -1) =>
    difference * sign * way > 0 && p <= alpha;
  if (isShown(best, best.p, 1)) return "better";
  if (isShown(worst, worst.p, -1)) return "worse";
  if (!isShown(worst, worst.pOneSided, 1)) return "unresolved";
  return isShown(best, best.pOneSided, -1) ? "equal" : "no worse";
}
