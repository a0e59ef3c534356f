/**
 * Tables of shares.
 *
 * @module
 */

import { table } from "../../testing/page.ts";

/** What fills one place of the page, by the number of repeats. */
export type MakeContent = (nRepeats: number) => Promise<string>;

/** How many seeds rows have. */
export const SEEDS = [3, 5, 10];

/**
 * Takes a part of the repeats, where each takes long.
 *
 * @param n How many there are.
 * @param divisor Which part.
 * @returns How many are taken.
 */
export function divide(n: number, divisor: number): number {
  return Math.ceil(n / divisor);
}

/**
 * Formats a share.
 *
 * @param share The share.
 * @returns It in percent, with one decimal.
 */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * Formats the least and the most of some shares.
 *
 * @param shares The shares.
 * @returns Both in percent.
 */
export function percentRange(shares: readonly number[]): string {
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `${(100 * least).toFixed(1)}–${percent(most)}`;
}

/**
 * Makes a table of shares, and shows its rows as they come.
 *
 * @param headings The headings of its columns.
 * @param rows The name of each row, and its shares, or texts.
 * @param nRepeats How many repeats it has, if it must say so.
 * @returns The table in Markdown.
 */
export async function makeTable(
  headings: readonly string[],
  rows: Iterable<
    readonly [
      string,
      Iterable<number | string> | AsyncIterable<number | string>,
    ]
  >,
  nRepeats?: number,
): Promise<string> {
  const filled: string[][] = [];
  for (const [name, shares] of rows) {
    const texts = await Array.fromAsync(
      shares,
      (share) => typeof share === "string" ? share : percent(share),
    );
    filled.push([name, ...texts]);
    console.error(filled.at(-1)!.join("  "));
  }
  const [first, ...others] = headings;
  const named = nRepeats ? `${first} (${nRepeats} repeats)`.trim() : first!;
  return table([named, ...others], filled);
}
