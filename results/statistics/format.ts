/**
 * Estimates as text: each number is rounded by its error or interval.
 *
 * @module
 */

import {
  formatNumber,
  roundBy,
  type RoundedNumbers,
} from "../../core/utils/results.ts";
import type { Interval } from "./intervals.ts";

/** Shown in place of a missing value. */
export const NO_VALUE = "–";

/**
 * Writes a number with its interval, rounded by half the width of that.
 *
 * @param mean The number.
 * @param interval The interval, if there is one.
 * @returns `0.31 [0.29, 0.33]`, or the number alone.
 */
export function formatWithInterval(
  mean: number,
  interval: Interval | undefined,
): string {
  if (!interval) return formatNumber(mean);
  const { texts: [middle, low, high], power } = roundByHalf(mean, interval);
  const text = `${middle} [${low}, ${high}]`;
  return power === 0 ? text : `(${text})e${power}`;
}

/**
 * Writes an interval alone, rounded as beside its number.
 *
 * @param mean The number.
 * @param interval The interval, if there is one.
 * @returns `[0.29, 0.33]`, or a dash.
 */
export function formatInterval(
  mean: number,
  interval: Interval | undefined,
): string {
  if (!interval) return NO_VALUE;
  const { texts: [, low, high], power } = roundByHalf(mean, interval);
  return `[${low}, ${high}]${power === 0 ? "" : `e${power}`}`;
}

function roundByHalf(mean: number, [low, high]: Interval): RoundedNumbers {
  const half = (high - low) / 2;
  const values = [mean, low, high];
  return half > 0 && half < Infinity
    ? roundBy(half, values)
    : { texts: values.map((value) => formatNumber(value)), power: 0 };
}

const SMALLEST_P = 0.0001;

/**
 * Writes a p-value to two digits.
 *
 * @param p The p-value; NaN where it is undefined.
 * @returns `0.031`, `<0.0001` or `undefined`.
 */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return NO_VALUE;
  return p < SMALLEST_P ? `<${SMALLEST_P}` : formatNumber(p, 2);
}
