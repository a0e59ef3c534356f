/**
 * Whether seeds were added after a comparison was possible.
 *
 * @module
 */

import { MIN_COUNT } from "./estimate.ts";

/** When a run went on, in milliseconds. */
export interface RunTime {
  /** When it started. */
  readonly start: number;
  /** When it ended. */
  readonly end: number;
}

/**
 * A loop starts the next run within seconds, or evaluates first, which takes less
 * than the training. A person who looks at a table takes longer.
 */
const MIN_PAUSE = 5_000, MAX_GAP = 60_000;

/**
 * Decides from the times of runs whether somebody may have looked at a
 * comparison before adding seeds to it: there was a pause in which two rows had
 * enough finished runs for a test, no run was going on, and one of these rows
 * was continued later. A pause is longer than the longest run so far, and than 5
 * seconds; a minute always is one.
 *
 * @param rows The runs of each row.
 * @returns Whether there was such a pause.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wereSeedsAdded } from "./added_seeds.ts";
 *
 * const seconds = (starts: number[]) =>
 *   starts.map((start) => ({ start: 1000 * start, end: 1000 * start + 900 }));
 * assertEquals(wereSeedsAdded([seconds([0, 2, 4]), seconds([1, 3, 5])]), false);
 * assertEquals(wereSeedsAdded([seconds([0, 2, 4, 15]), seconds([1, 3, 5])]), true);
 * ```
 */
export function wereSeedsAdded(
  rows: readonly (readonly RunTime[])[],
): boolean {
  const runs = rows.flat().toSorted((a, b) => a.start - b.start);
  // When each row had enough finished runs, and when its last run started.
  const comparable = rows.filter(({ length }) => length >= MIN_COUNT)
    .map((row) => ({
      from: row.map(({ end }) => end).sort((a, b) => a - b)[MIN_COUNT - 1]!,
      last: row.reduce((last, { start }) => Math.max(last, start), -Infinity),
    }))
    .sort((a, b) => a.from - b.from);
  let end = -Infinity, longest = MIN_PAUSE, nComparable = 0, last = -Infinity;
  return runs.some(({ start, end: ownEnd }) => {
    const pause = end, gap = Math.min(longest, MAX_GAP);
    end = Math.max(end, ownEnd);
    longest = Math.max(longest, ownEnd - start);
    if (start - pause <= gap) return false;
    while (comparable[nComparable] && comparable[nComparable]!.from <= pause) {
      last = Math.max(last, comparable[nComparable++]!.last);
    }
    return nComparable > 1 && last > pause;
  });
}
