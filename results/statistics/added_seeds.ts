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
 * Loops start the next run within seconds; who looks at a table first takes
 * longer.
 */
const LONGEST_GAP = 60_000;

/**
 * Decides from the times of runs whether somebody may have looked at a
 * comparison before adding seeds to it: there was a pause in which two rows had
 * enough finished runs for a test, no run was going on, and one of these rows
 * was continued later.
 *
 * @param rows The runs of each row.
 * @returns Whether there was such a pause.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wereSeedsAdded } from "./added_seeds.ts";
 *
 * const minutes = (starts: number[]) =>
 *   starts.map((start) => ({ start: 60_000 * start, end: 60_000 * start + 1 }));
 * assertEquals(wereSeedsAdded([minutes([0, 1, 2]), minutes([0, 1, 2])]), false);
 * assertEquals(wereSeedsAdded([minutes([0, 1, 2, 9]), minutes([0, 1, 2])]), true);
 * ```
 */
export function wereSeedsAdded(
  rows: readonly (readonly RunTime[])[],
): boolean {
  const runs = rows.flat().toSorted((a, b) => a.start - b.start);
  let end = -Infinity;
  return runs.some(({ start, end: ownEnd }) => {
    const pause = end;
    end = Math.max(end, ownEnd);
    if (start - pause <= LONGEST_GAP) return false;
    const comparable = rows.filter((row) =>
      row.filter((run) => run.end <= pause).length >= MIN_COUNT
    );
    return comparable.length > 1 &&
      comparable.some((row) => row.some((run) => run.start > pause));
  });
}
